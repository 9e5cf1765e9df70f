package mysql

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// values is a table with a column of each type, and rows of what is hard to write.
var values = []string{
	`CREATE TABLE v (id int PRIMARY KEY, i bigint unsigned, d decimal(30,10), f float, g double, y year, b bit(9), c char(9), t text,
  l varchar(20) CHARACTER SET latin1, u varchar(20) COLLATE utf8mb4_bin, bin varbinary(9), bl blob, e enum('a','b''c'), s set('x','y'),
  dt date, tm time(3), dtm datetime(6), ts timestamp NULL, j json, uid uuid, ip inet6, p point, bo boolean)`,
	`INSERT INTO v VALUES (1, 18446744073709551615, -12345678901234567890.0123456789, 0.1, 1e-300, 2024, b'101000001', 'a''b', 'x\\y\n\0;--',
  'é', '表🂡', x'00ff27', x'', 'b''c', 'x,y', '2024-02-29', '-12:30:00.123', '2024-01-01 00:00:00.000001', '2024-05-05 05:05:05',
  '{"a": "b''c"}', '123e4567-e89b-12d3-a456-426614174000', '::1', POINT(1.5, -2), true)`,
	`INSERT INTO v VALUES (2, NULL, NULL, 16777217, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
	`INSERT INTO v (id, f, g, c, t) VALUES (3, 3.40282e38, 1.7976931348623157e308, '', '_utf8mb4')`,
}

// What is read as literals is what they put in, whatever the session is set to.
func TestLiteralsAreTheValues(t *testing.T) {
	for _, setting := range []string{"DO 1", "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", "SET NAMES latin1", "SET time_zone = '+07:00'"} {
		t.Run(setting, func(t *testing.T) {
			db := open(t)
			must(t, db, values...)
			must(t, db, "CREATE TABLE w LIKE v")
			have := inspected(t, db)
			v, w := have.Get(schema.Key{Kind: schema.Table, Name: "v"}), have.Get(schema.Key{Kind: schema.Table, Name: "w"})
			var columns []string
			for _, part := range have.Parts(v.Key) {
				if part.Key.Kind == schema.Column {
					columns = append(columns, part.Key.Name)
				}
			}
			must(t, db, setting)
			var rows [][]string
			for row, err := range db.Literals(t.Context(), v, columns, 10) {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
			}
			if len(rows) != 3 {
				t.Fatalf("%d rows", len(rows))
			}
			insert := Engine{}.Insert(w, columns, rows)
			for _, statement := range insert {
				if seed, ok := (Engine{}).Seed(statement); !ok || len(seed.Rows) != 3 {
					t.Errorf("it does not read what it has written: %s", statement)
				}
			}
			must(t, db, insert...)
			must(t, db, "SET NAMES utf8mb4")
			var differ int
			query := "SELECT count(*) FROM v LEFT JOIN w ON w.id = v.id"
			for _, c := range columns {
				query += " AND CAST(v." + quote(c) + " AS BINARY) <=> CAST(w." + quote(c) + " AS BINARY)"
			}
			if err := db.QueryRow(t.Context(), query+" WHERE w.id IS NULL").Scan(&differ); err != nil {
				t.Fatal(err)
			}
			if differ != 0 {
				t.Errorf("%d rows differ: %q", differ, rows)
			}
		})
	}
}

// Every value that becomes another one is noticed, however alike the two look.
func TestDifferentIsExact(t *testing.T) {
	db := open(t)
	must(t, db, values...)
	table := inspected(t, db).Get(schema.Key{Kind: schema.Table, Name: "v"})
	columns := []string{"id", "c", "t", "u", "f", "g", "l", "bin", "dtm"}
	for statement, want := range map[string]int64{
		"UPDATE v SET c = c":                                         0,
		"UPDATE v SET c = 'A''B' WHERE id = 1":                       1,
		"UPDATE v SET c = 'a''b ' WHERE id = 1":                      0, // CHAR keeps no blanks at the end
		"UPDATE v SET t = concat(t, ' ') WHERE id = 1":               1,
		"UPDATE v SET f = 0.100000001 WHERE id = 1":                  0, // the same float
		"UPDATE v SET f = 0.10000002 WHERE id = 1":                   1,
		"UPDATE v SET t = '' WHERE id = 2":                           1,
		"UPDATE v SET bin = x'00fe27' WHERE id = 1":                  1,
		"UPDATE v SET dtm = dtm + INTERVAL 1 MICROSECOND":            1,
		"UPDATE v SET id = id + 10":                                  3,
		"INSERT INTO v (id) VALUES (9)":                              1,
		"DELETE FROM v":                                              0,
		"UPDATE v SET i = 1":                                         0, // not one of the columns
		"REPLACE INTO v SELECT * FROM v WHERE id = 3":                0,
		"UPDATE v SET c = IF(id = 3, NULL, c), t = IF(id = 3, c, t)": 1,
	} {
		err := db.Try(t.Context(), func(ctx context.Context) error {
			have, told, err := db.Different(ctx, table, columns, func(ctx context.Context) error {
				_, err := db.Exec(ctx, statement)
				return err
			})
			if !told || have != want {
				t.Errorf("%s: %d rows, told %v, want %d", statement, have, told, want)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestDifferentCannotAlwaysTell(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE keyless (a int)")
	table := inspected(t, db).Get(schema.Key{Kind: schema.Table, Name: "keyless"})
	ran := false
	_, told, err := db.Different(t.Context(), table, []string{"a"}, func(context.Context) error {
		ran = true
		return nil
	})
	if told || !ran || err != nil {
		t.Errorf("told %v, ran %v, error %v", told, ran, err)
	}
}

// Rows that break a foreign key are found by what they lack, key by key.
func TestOrphansOfEachKind(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b))", "CREATE TABLE gone (id int PRIMARY KEY)",
		"CREATE TABLE `c d` (x int, y int, z int, g int, PRIMARY KEY (x, y), FOREIGN KEY (y, z) REFERENCES p (a, b), FOREIGN KEY (g) REFERENCES gone (id))",
		"CREATE TABLE bare (id int, up int, KEY (id), FOREIGN KEY (up) REFERENCES bare (id))",
		"SET foreign_key_checks = 0",
		"INSERT INTO p VALUES (1, 1)",
		"INSERT INTO `c d` VALUES (1, 1, 1, NULL), (2, 1, 2, NULL), (3, 9, NULL, NULL), (4, 1, 1, 5)",
		"INSERT INTO bare VALUES (1, 1), (2, 3)",
		"DROP TABLE gone")
	have, err := db.Orphans(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Orphan{{Table: "bare", Parent: "bare"}, {Table: "c d", Row: "2, 1", Parent: "p"}, {Table: "c d", Row: "4, 1", Parent: "gone"}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

// What an error means, beside what every engine is asked.
func TestExplain(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE a (id int PRIMARY KEY, b int, KEY k (b), CONSTRAINT c CHECK (b > 0))", "CREATE VIEW v AS SELECT 1 AS a",
		"CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @a = 1", "CREATE PROCEDURE p() SELECT 1", "CREATE FUNCTION f() RETURNS int RETURN 1",
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1", "CREATE SEQUENCE s", "INSERT INTO a VALUES (1, 1)",
		"CREATE TABLE child (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES a (id))", "INSERT INTO child VALUES (1)")
	key := func(kind schema.Kind, name string) schema.Key { return schema.Key{Kind: kind, Name: name} }
	for statement, want := range map[string]engine.Complaint{
		"CREATE VIEW v AS SELECT 2":                                    {Problem: engine.Exists, Key: key(schema.Table, "v")},
		"CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @a = 1": {Problem: engine.Exists, Key: key(schema.Trigger, "tr")},
		"CREATE PROCEDURE P() SELECT 1":                                {Problem: engine.Exists, Key: key(Procedure, "p")},
		"CREATE FUNCTION f() RETURNS int RETURN 1":                     {Problem: engine.Exists, Key: key(Function, "f")},
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1":           {Problem: engine.Exists, Key: key(Event, "e")},
		"CREATE SEQUENCE s":                                            {Problem: engine.Exists, Key: key(schema.Table, "s")},
		"ALTER TABLE a ADD CONSTRAINT c CHECK (b > 1)":                 {Problem: engine.Exists},
		"ALTER TABLE a ADD PRIMARY KEY (b)":                            {Problem: engine.Exists},
		"CALL absent()":                                                {Problem: engine.Missing, Key: key(Procedure, "absent")},
		"DROP FUNCTION absent":                                         {Problem: engine.Missing, Key: key(Function, "absent")},
		"DROP TRIGGER absent":                                          {Problem: engine.Missing},
		"DROP EVENT absent":                                            {Problem: engine.Missing, Key: key(Event, "absent")},
		"DROP SEQUENCE absent":                                         {Problem: engine.Missing, Key: key(Sequence, "absent")},
		"DROP INDEX absent ON a":                                       {Problem: engine.Missing, Key: key(schema.Index, "absent")},
		"ALTER TABLE a DROP FOREIGN KEY absent":                        {Problem: engine.Missing},
		"ALTER TABLE a DROP CONSTRAINT absent":                         {Problem: engine.Missing},
		"CREATE INDEX i ON a (absent)":                                 {Problem: engine.Missing, Key: key(schema.Column, "absent")},
		"SELECT a.absent FROM a":                                       {Problem: engine.Missing, Key: key(schema.Column, "absent")},
		"SELECT * FROM a FORCE INDEX (absent)":                         {Problem: engine.Missing, Key: key(schema.Index, "absent")},
		"INSERT INTO a VALUES (2, 0)":                                  {Problem: engine.Violated},
		"INSERT INTO a VALUES (NULL, 1)":                               {Problem: engine.Violated, Key: key(schema.Column, "id")},
		"INSERT INTO child VALUES (7)":                                 {Problem: engine.Violated},
		"DELETE FROM a":                                                {Problem: engine.Violated},
		"INSERT INTO a VALUES (99999999999, 1)":                        {Problem: engine.Violated, Key: key(schema.Column, "id")},
		"DROP TABLE a":                                                 {Problem: engine.Violated},
		"SELECT":                                                       {Problem: engine.Syntax},
		"SELECT 1/0 FROM a WHERE id = (SELECT 1 UNION SELECT 2)":       {Problem: engine.Rejected},
	} {
		_, err := db.Exec(t.Context(), statement)
		if err == nil {
			t.Errorf("%s: no error", statement)
			continue
		}
		if diff := cmp.Diff(want, db.Explain(err)); diff != "" {
			t.Errorf("%s: %v\n%s", statement, err, diff)
		}
	}
}

// Names in messages of another language are names.
func TestExplainInAnotherLanguage(t *testing.T) {
	db := open(t)
	must(t, db, "SET lc_messages = 'de_DE'")
	_, err := db.Exec(t.Context(), "SELECT * FROM absent")
	if err == nil || strings.Contains(err.Error(), "exist ") {
		t.Fatalf("error %v", err)
	}
	if have := db.Explain(err); have.Key.Name != "absent" || have.Problem != engine.Missing {
		t.Errorf("%v is %+v", err, have)
	}
}
