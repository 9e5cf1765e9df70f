package mysql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
)

func TestSeed(t *testing.T) {
	for text, want := range map[string]engine.Seed{
		`INSERT INTO Roles VALUES (1, 'it''s\'', x'00', NULL, 1.5e3)`:              {Table: "Roles", Rows: [][]string{{"1", `'it''s\''`, "x'00'", "NULL", "1.5e3"}}},
		"INSERT INTO roles (ID, `Na me`) VALUES (- 1, +2), (3, 4)":                 {Table: "roles", Columns: []string{"id", "na me"}, Rows: [][]string{{"-1", "+2"}, {"3", "4"}}},
		`INSERT IGNORE roles VALUE (true, FALSE, "a ""b"" c's \" d")`:              {Table: "roles", Rows: [][]string{{"1", "0", `'a "b" c''s \" d'`}}},
		"REPLACE INTO roles VALUES (1 -- one\n + 2, ((3)), \\N, 0x41, b'1', N'é')": {Table: "roles", Rows: [][]string{{"(1 + 2)", "(((3)))", "NULL", "0x41", "b'1'", "N'é'"}}},
		"INSERT INTO a VALUES (concat('A', 'B'), _utf8mb4'x', DATE '2020-01-01')":  {Table: "a", Rows: [][]string{{"(concat('A', 'B'))", "(_utf8mb4'x')", "(DATE '2020-01-01')"}}},
		"INSERT INTO a VALUES ('x' /* y */ 'z', '2020-01-01' + INTERVAL 1 DAY)":    {Table: "a", Rows: [][]string{{"('x' 'z')", "('2020-01-01' + INTERVAL 1 DAY)"}}},
		"INSERT INTO a VALUES (1, CURRENT_TIMESTAMP), (2, NOW(6)), (3, UUID())":    {Table: "a", Rows: [][]string{{"1", ""}, {"2", ""}, {"3", ""}}},
		"INSERT INTO a VALUES (DEFAULT, DATE_SUB(NOW(), INTERVAL 1 DAY))":          {Table: "a", Rows: [][]string{{"", ""}}},
		"INSERT INTO a SET B = 1, `c` := 'd'":                                      {Table: "a", Columns: []string{"b", "c"}, Rows: [][]string{{"1", "'d'"}}},
		"INSERT INTO a (b) VALUES (1) ON DUPLICATE KEY UPDATE b = `B`":             {Table: "a", Columns: []string{"b"}, Rows: [][]string{{"1"}}},
		"INSERT INTO a SET b = 1 ON DUPLICATE KEY UPDATE b = b":                    {Table: "a", Columns: []string{"b"}, Rows: [][]string{{"1"}}},
	} {
		have, ok := Engine{}.Seed(text)
		if !ok {
			t.Errorf("%s: no seed", text)
			continue
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestSeedDoubts(t *testing.T) {
	for _, text := range []string{
		"", "INSERT", "INSERT INTO a", "UPDATE a SET b = 1", "INSERT INTO a SELECT 1", "INSERT INTO app.a VALUES (1)",
		"INSERT INTO a VALUES ()", "INSERT INTO a () VALUES ()", "INSERT INTO a (b VALUES (1)", "INSERT INTO a (b) VALUES (1, 2)",
		"INSERT INTO a VALUES (1), (1, 2)", "INSERT INTO a VALUES (1", "INSERT INTO a VALUES (1) x", "INSERT INTO a VALUES (1),",
		"INSERT INTO a VALUES (b)", "INSERT INTO a VALUES (`b`)", "INSERT INTO a VALUES (@b)", "INSERT INTO a VALUES (?)",
		"INSERT INTO a VALUES ((SELECT 1))", "INSERT INTO a VALUES (my_own(1))", "INSERT INTO a VALUES (lower)", "INSERT INTO a VALUES (1; 2)",
		"INSERT INTO a VALUES (b.c)", "INSERT INTO a VALUES ('b' COLLATE utf8mb4_bin)", "INSERT INTO a VALUES (1) RETURNING b",
		"INSERT INTO a (b) VALUES (1) ON DUPLICATE KEY UPDATE b = b + 1", "INSERT INTO a (b) VALUES (1) ON DUPLICATE KEY UPDATE b = VALUES(b)",
		"INSERT INTO a (b) VALUES (1) ON DUPLICATE KEY UPDATE b = c", "INSERT INTO a PARTITION (p) VALUES (1)",
		"INSERT INTO a VALUES (1) AS new", "INSERT INTO a VALUES (1 /*!50003 + 1 */)", "/*!50003 INSERT INTO a VALUES (1) */",
		"INSERT INTO a SET b = c", "INSERT INTO a SET b", "INSERT INTO a VALUES ({d '2020-01-01'})", "INSERT INTO a VALUES (@b := 1)",
		"INSERT INTO a VALUES (MAX(1))", "INSERT INTO a VALUES ('b", "INSERT INTO a VALUES (_utf8)",
	} {
		if have, ok := (Engine{}).Seed(text); ok || have.Rows != nil || have.Table != "" {
			t.Errorf("%s: %+v", text, have)
		}
	}
}

func TestCopy(t *testing.T) {
	for text, want := range map[string]engine.Copy{
		"INSERT INTO Notes (ID, `t`) SELECT id, name FROM a WHERE b <> ';'": {Table: "Notes", Columns: []string{"id", "t"}, Query: "SELECT id, name FROM a WHERE b <> ';'"},
		"INSERT IGNORE INTO a SELECT * FROM b":                              {Table: "a", Query: "SELECT * FROM b"},
		"INSERT INTO a (SELECT 1) UNION (SELECT 2)":                         {Table: "a", Query: "(SELECT 1) UNION (SELECT 2)"},
		"INSERT a (b) WITH c AS (SELECT 1) SELECT * FROM c":                 {Table: "a", Columns: []string{"b"}, Query: "WITH c AS (SELECT 1) SELECT * FROM c"},
	} {
		have, ok := Engine{}.Copy(text)
		if !ok {
			t.Errorf("%s: no copy", text)
			continue
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{
		"", "SELECT 1", "INSERT INTO a VALUES (1)", "REPLACE INTO a SELECT 1", "INSERT INTO app.a SELECT 1", "INSERT INTO a (b SELECT 1",
		"INSERT INTO a SELECT 1 ON DUPLICATE KEY UPDATE b = 1", "INSERT INTO a SELECT 1; DELETE FROM a", "INSERT INTO a SELECT @n := @n + 1",
		"INSERT INTO a SELECT 1)", "INSERT INTO a (SELECT 1", "INSERT INTO a SELECT 1 INTO OUTFILE 'b'", "INSERT INTO a SELECT 'b",
		"INSERT INTO a SELECT 1 RETURNING b", "INSERT INTO a SELECT 1 /*!50003 + 1 */", "INSERT INTO a TABLE b",
	} {
		if have, ok := (Engine{}).Copy(text); ok {
			t.Errorf("%s: %+v", text, have)
		}
	}
}

func TestPick(t *testing.T) {
	const insert = "INSERT INTO a (b, c)\n VALUES (1, 'x, (y)'), /* two */ (2, NOW()),\n (3, NULL) ON DUPLICATE KEY UPDATE b = b"
	for _, tc := range []struct {
		statement string
		rows      []int
		want      []string
	}{
		{insert, []int{0, 2}, []string{"INSERT INTO a (b, c)\n VALUES (1, 'x, (y)'), (3, NULL) ON DUPLICATE KEY UPDATE b = b"}},
		{insert, []int{1}, []string{"INSERT INTO a (b, c)\n VALUES (2, NOW()) ON DUPLICATE KEY UPDATE b = b"}},
		{"REPLACE a VALUE (1),(2)", []int{1}, []string{"REPLACE a VALUE (2)"}},
		{"INSERT a SET b = 1", []int{0}, []string{"INSERT a SET b = 1"}},
		{insert, []int{3}, nil},
		{insert, []int{-1}, nil},
		{insert, nil, nil},
		{"INSERT INTO a SELECT 1", []int{0}, nil},
	} {
		if diff := cmp.Diff(tc.want, Engine{}.Pick(tc.statement, tc.rows)); diff != "" {
			t.Errorf("rows %d of %s (-want +got):\n%s", tc.rows, tc.statement, diff)
		}
	}
}

// FuzzSeed: whatever is read is read again from what is picked of it.
func FuzzSeed(f *testing.F) {
	f.Add("INSERT INTO a (b, c) VALUES (1, 'x'), (NOW(), \"y\"\"\\\"\") ON DUPLICATE KEY UPDATE b = b", uint8(1))
	f.Add("REPLACE a SET b = - 1 /* c */ , d = x'00' 'e' -- f", uint8(0))
	f.Fuzz(func(t *testing.T, statement string, row uint8) {
		Engine{}.Copy(statement)
		have, ok := Engine{}.Seed(statement)
		if !ok {
			return
		}
		n := int(row) % len(have.Rows)
		picked := Engine{}.Pick(statement, []int{n})
		if len(picked) != 1 {
			t.Fatalf("row %d is not picked", n)
		}
		again, ok := Engine{}.Seed(picked[0])
		have.Rows = have.Rows[n : n+1]
		if diff := cmp.Diff(have, again); !ok || diff != "" {
			t.Fatalf("row %d, %q (-want +got):\n%s", n, picked[0], diff)
		}
	})
}

func TestFinds(t *testing.T) {
	for text, want := range map[string]string{
		"UPDATE a SET b = 1 WHERE c IS NULL": "SELECT count(*) FROM a WHERE c IS NULL",
		"update low_priority ignore `a b` x set x.b = (select max(c) from d where e) where x.b < 3 order by c": "SELECT count(*) FROM `a b` x where x.b < 3 order by c",
		"UPDATE app.a AS x SET b = 'where' WHERE b IN (SELECT c FROM d LIMIT 1)":                               "SELECT count(*) FROM app.a AS x WHERE b IN (SELECT c FROM d LIMIT 1)",
	} {
		if have, ok := (Engine{}).Finds(text); !ok || have != want {
			t.Errorf("%s: %q, %v", text, have, ok)
		}
	}
	for _, text := range []string{
		"", "UPDATE", "UPDATE a", "UPDATE a SET b = 1", "DELETE FROM a WHERE b", "UPDATE a, b SET a.c = 1 WHERE a.d = b.d",
		"UPDATE a JOIN b USING (c) SET a.d = 1 WHERE b.d", "UPDATE a x JOIN b SET x.d = 1 WHERE b.d", "UPDATE a SET b = 1 WHERE c LIMIT 3",
		"UPDATE a SET b = @n WHERE c", "UPDATE a SET b = (@n := @n + 1) WHERE c", "UPDATE a SET b = 1 /*! WHERE c */", "UPDATE a SET b = 1 WHERE (c",
		"UPDATE a SET b = 1 WHERE c; DROP TABLE d", "UPDATE a SET b = 1 WHERE 'c",
	} {
		if have, ok := (Engine{}).Finds(text); ok {
			t.Errorf("%s: %q", text, have)
		}
	}
}
