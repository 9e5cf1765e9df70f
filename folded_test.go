package dbmend_test

import (
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/internal/testserver"
)

// A server that compares names of tables without regard to capitals
// (lower_case_table_names) lists Notes as notes, and what migrations call Notes is that.
func TestNamesOfTablesAreComparedAsTheServerDoes(t *testing.T) {
	db := openServer(t, "mysql", testserver.MariaDBServer(t, "--lower-case-table-names=1").DSN(t))
	for _, statement := range []string{
		"CREATE TABLE Notes (id int PRIMARY KEY, a int)", "INSERT INTO notes VALUES (1, 1), (2, 2)",
		"CREATE TABLE Kinds (id int PRIMARY KEY, name varchar(9))",
		"CREATE TABLE Copies (id int PRIMARY KEY, a int)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	m, err := dbmend.New(db, mysql.Engine{}, fstest.MapFS{
		"1.sql": {Data: []byte("CREATE TABLE Notes (id int PRIMARY KEY, a int);\nCREATE TABLE Kinds (id int PRIMARY KEY, name varchar(9));\n" +
			"INSERT INTO Kinds VALUES (1, 'one'), (2, 'two');")},
		"2.sql": {Data: []byte("CREATE TABLE Copies (id int PRIMARY KEY, a int);\nINSERT INTO Copies SELECT id, a FROM Notes;\n" +
			"ALTER TABLE Notes ADD COLUMN b int;")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kinds, copies, wide int
	err = db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM kinds), (SELECT count(*) FROM copies), (SELECT count(*) FROM notes WHERE b IS NULL)").
		Scan(&kinds, &copies, &wide)
	if err != nil || kinds != 2 || copies != 2 || wide != 2 {
		t.Errorf("%d kinds, %d copies, %d notes with the new column, %v; wanted 2 of each", kinds, copies, wide, err)
	}
}
