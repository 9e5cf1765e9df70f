package mysql

import (
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

// Where the server folds the names of tables, keys and traits do.
func TestFoldedNames(t *testing.T) {
	db := take(t, testserver.MariaDBServer(t, "--lower-case-table-names=1").DSN(t))
	everything(t, db)
	if have := db.Traits().Fold("Large; Name"); have != "large; name" {
		t.Errorf("folded %q", have)
	}
	want := inspected(t, db)
	if o := want.Get(schema.Key{Kind: schema.Table, Name: "large; name"}); o == nil {
		t.Error("the table is not there")
	}
	s := scratchOf(t, db)
	if err := s.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	same(t, want, inspected(t, s))
}

// A server that is read-only for some is so for them, and for nobody else.
func TestReadOnlyServer(t *testing.T) {
	server := testserver.MariaDBServer(t)
	name := server.DSN(t)
	root := take(t, name)
	must(t, root, "CREATE USER app@localhost IDENTIFIED BY 'x'", "GRANT ALL ON "+quote(root.name)+".* TO app@localhost", "SET GLOBAL read_only = 1")
	if take(t, name).Traits().ReadOnly {
		t.Error("who may write is told otherwise")
	}
	db := take(t, strings.Replace(name, "root@", "app:x@", 1))
	if !db.Traits().ReadOnly {
		t.Error("who may not write is not told")
	}
	if err := db.Begin(t.Context(), engine.Normal); !errors.Is(err, engine.ErrReadOnly) {
		t.Errorf("error %v", err)
	}
	if _, err := db.Exec(t.Context(), "CREATE TABLE a (id int)"); db.Explain(err).Problem != engine.ReadOnly {
		t.Errorf("%v is not explained", err)
	}
	inspected(t, db)
}

// Who waits for a lock of another connection waits as long as he is told to.
func TestPatienceIsKept(t *testing.T) {
	db := open(t)
	must(t, db, notes, "INSERT INTO notes VALUES (1, 'a')")
	other := beside(t, db)
	if err := other.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	must(t, other, "UPDATE notes SET title = 'b'")
	db.Patience(0)
	for _, statement := range []string{"UPDATE notes SET title = 'c'", "ALTER TABLE notes ADD COLUMN body text"} {
		if _, err := db.Exec(t.Context(), statement); db.Explain(err).Problem != engine.Busy {
			t.Errorf("%s: error %v", statement, err)
		}
	}
}
