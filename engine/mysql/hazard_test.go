package mysql

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Written down for MariaDB 10.4 and later, before 11.2.
var costs = map[string]string{
	"CREATE INDEX i ON notes (id)":                                       "builds index, nobody",
	"CREATE FULLTEXT INDEX i ON notes (title)":                           "builds index, writers; rewrites table, writers",
	"ALTER TABLE notes ADD INDEX i (id), ADD UNIQUE (title)":             "builds index, nobody",
	"ALTER TABLE notes ADD COLUMN n int NOT NULL DEFAULT 5":              "",
	"ALTER TABLE notes ADD n datetime DEFAULT CURRENT_TIMESTAMP() FIRST": "",
	"ALTER TABLE notes ADD COLUMN n varchar(36) DEFAULT (uuid())":        "rewrites table, writers",
	"ALTER TABLE notes ADD COLUMN n int AS (id + 1) STORED":              "rewrites table, writers",
	"ALTER TABLE notes ADD COLUMN n int AS (id + 1) VIRTUAL":             "",
	"ALTER TABLE notes DROP COLUMN title":                                "drops column, nobody",
	"ALTER TABLE notes MODIFY COLUMN id bigint":                          "rewrites table, writers",
	"ALTER TABLE notes MODIFY title varchar(40)":                         "",
	"ALTER TABLE notes MODIFY title varchar(400)":                        "",
	"ALTER TABLE notes MODIFY middle varchar(63)":                        "",
	"ALTER TABLE notes MODIFY middle varchar(64)":                        "rewrites table, writers",
	"ALTER TABLE notes MODIFY price decimal":                             "rewrites table, writers",
	"ALTER TABLE notes MODIFY title varchar(10)":                         "rewrites table, writers",
	"ALTER TABLE notes MODIFY id int NOT NULL":                           "rewrites table, nobody",
	"ALTER TABLE notes MODIFY id int(11) DEFAULT 5":                      "",
	"ALTER TABLE notes MODIFY price decimal(10, 2) DEFAULT 5":            "",
	"ALTER TABLE notes MODIFY price decimal(12, 2)":                      "rewrites table, writers",
	"ALTER TABLE notes CHANGE title heading varchar(20)":                 "",
	"ALTER TABLE notes CHANGE COLUMN title heading text":                 "rewrites table, writers",
	"ALTER TABLE notes ADD FOREIGN KEY (parent) REFERENCES parents (id)": "checks rows, writers",
	"ALTER TABLE notes ADD CONSTRAINT k CHECK (id > 0)":                  "checks rows, writers",
	"ALTER TABLE notes ADD PRIMARY KEY (number)":                         "rewrites table, nobody",
	"ALTER TABLE notes CONVERT TO CHARACTER SET latin1":                  "rewrites table, writers",
	"ALTER TABLE notes ENGINE=InnoDB":                                    "rewrites table, nobody",
	"ALTER TABLE notes FORCE":                                            "rewrites table, nobody",
	"ALTER TABLE notes RENAME COLUMN title TO heading":                   "",
	"ALTER TABLE notes ALTER COLUMN id SET DEFAULT 5, COMMENT = 'x'":     "",
}

// What a statement is said to cost is what it costs on the server, which says so when
// it is asked for a way that makes nobody wait, or that copies nothing.
func TestHazardsAreTrue(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE parents (id int PRIMARY KEY)",
		"CREATE TABLE notes (id int, number int NOT NULL, parent int, title varchar(20), middle varchar(40), price decimal(10,2), KEY (parent)) CHARACTER SET utf8mb4",
		"INSERT INTO notes VALUES (1, 1, NULL, 'a', 'b', 1)")
	have := inspected(t, db)
	for statement, want := range costs {
		cut, err := Engine{}.Cut(statement)
		if err != nil || len(cut) != 1 {
			t.Fatalf("%s: %v", statement, err)
		}
		found := Engine{}.Hazards(&cut[0], have, db.Traits())
		if got := told(found); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
		if f := db.Traits().Flavor; f.Vendor != mariaDB || !f.AtLeast(10, 4) || f.AtLeast(11, 2) {
			continue // the table of costs was written for others
		}
		checkCost(t, db, statement, found)
	}
}

// told writes hazards down.
func told(found []engine.Hazard) string {
	var all []string
	for _, h := range found {
		waits := map[string]string{"": "nobody", everybody: "everybody", writers: "writers", sameRows: "same rows"}[h.Waits]
		all = append(all, h.Name+", "+waits)
	}
	return strings.Join(all, "; ")
}

// checkCost runs a statement on a copy of the table, in the least ways that there are.
func checkCost(t *testing.T, db *database, statement string, found []engine.Hazard) {
	t.Helper()
	waits, rewrites := false, false
	for _, h := range found {
		waits = waits || h.Waits != ""
		rewrites = rewrites || h.Name == engine.RewritesTable
	}
	for way, refused := range map[string]bool{"LOCK=NONE": waits, "ALGORITHM=NOCOPY": rewrites || waits && found[0].Name == engine.ChecksRows} {
		must(t, db, "CREATE TABLE kept LIKE notes", "INSERT INTO kept SELECT * FROM notes")
		joint := ", "
		if strings.HasPrefix(statement, "CREATE") {
			joint = " "
		}
		_, err := db.Exec(t.Context(), statement+joint+way)
		if (err != nil) != refused || err != nil && !strings.Contains(err.Error(), "is not supported") {
			t.Errorf("%s, %s: refused is %v: %v", statement, way, err != nil, err)
		}
		must(t, db, "DROP TABLE IF EXISTS notes, memos", "RENAME TABLE kept TO notes")
	}
}

// Versions differ in what is instant and in who waits for a copy.
func TestHazardsByVersion(t *testing.T) {
	for _, test := range []struct {
		vendor              string
		major, minor, patch int
		statement, want     string
	}{
		{mariaDB, 10, 2, 0, "ALTER TABLE notes ADD COLUMN n int", "rewrites table, nobody"},
		{mariaDB, 10, 3, 0, "ALTER TABLE notes ADD COLUMN n int", ""},
		{mariaDB, 10, 3, 0, "ALTER TABLE notes ADD COLUMN n int AFTER id", "rewrites table, nobody"},
		{mariaDB, 10, 3, 0, "ALTER TABLE notes DROP COLUMN n", "drops column, nobody; rewrites table, nobody"},
		{mariaDB, 11, 2, 0, "ALTER TABLE notes CONVERT TO CHARACTER SET utf8mb4", "rewrites table, nobody"},
		{mariaDB, 11, 1, 0, "ALTER TABLE notes ADD COLUMN n int, ALGORITHM=COPY", "rewrites table, writers"},
		{mySQL, 8, 0, 11, "ALTER TABLE notes ADD COLUMN n int", "rewrites table, nobody"},
		{mySQL, 8, 0, 12, "ALTER TABLE notes ADD COLUMN n int", ""},
		{mySQL, 8, 0, 28, "ALTER TABLE notes DROP COLUMN n", "drops column, nobody; rewrites table, nobody"},
		{mySQL, 8, 4, 0, "ALTER TABLE notes DROP COLUMN n", "drops column, nobody"},
		{mySQL, 8, 4, 0, "DROP TABLE IF EXISTS notes, other", "drops table, everybody; drops table, everybody"},
		{mySQL, 8, 4, 0, "TRUNCATE TABLE notes", "deletes rows, everybody"},
		{mySQL, 8, 4, 0, "DELETE FROM notes", "deletes rows, same rows"},
		{mySQL, 8, 4, 0, "INSERT INTO notes VALUES (1)", ""},
		{mySQL, 8, 4, 0, "ALTER TABLE notes ADD", ""},
		{mySQL, 8, 4, 0, "ALTER TABLE other.notes DROP COLUMN n", ""}, // of another database nothing is known
	} {
		cut, err := Engine{}.Cut(test.statement)
		if err != nil || len(cut) != 1 {
			t.Fatalf("%s: %v", test.statement, err)
		}
		traits := engine.Traits{Flavor: engine.Flavor{Vendor: test.vendor, Major: test.major, Minor: test.minor, Patch: test.patch}, Fold: foldTable}
		if got := told(Engine{}.Hazards(&cut[0], schema.NewSnapshot(), traits)); got != test.want {
			t.Errorf("%s on %v: %q, want %q", test.statement, traits.Flavor, got, test.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE notes (id int)", "INSERT INTO notes SELECT seq FROM seq_1_to_500", "ANALYZE TABLE notes", "CREATE VIEW v AS SELECT 1")
	have := inspected(t, db)
	n, known, err := db.Estimate(t.Context(), have.Get(schema.Key{Kind: schema.Table, Name: "notes"}))
	if err != nil || !known || n < 250 || n > 1000 {
		t.Errorf("%d, %v, %v", n, known, err)
	}
	if _, known, err := db.Estimate(t.Context(), have.Get(schema.Key{Kind: schema.View, Name: "v"})); known || err != nil {
		t.Errorf("of a view: %v, %v", known, err)
	}
}
