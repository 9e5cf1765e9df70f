package mysql

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// The reference system of a column is not printed, is lost by a dump, and is in what we build all
// the same: in a table, and in a column that is added to one.
func TestReferenceSystems(t *testing.T) {
	want := made(t, "CREATE TABLE places (id int, `a ``point` point REF_SYSTEM_ID = 4326 NOT NULL COMMENT 'a point', b geometry REF_SYSTEM_ID = 101, c polygon)")
	db := open(t)
	if err := db.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	same(t, want, inspected(t, db))

	stamp := stamped(t, db)
	must(t, db, "ALTER TABLE places DROP COLUMN b")
	key := schema.Key{Kind: schema.Column, Table: "places", Name: "b"}
	must(t, db, Engine{}.Add(want.Get(key))...)
	same(t, want, inspected(t, db))
	must(t, db, "ALTER TABLE places MODIFY b geometry")
	if (Engine{}).SameStamp(stamp, stamped(t, db)) {
		t.Error("the stamp does not tell of it")
	}
	if kind := want.Get(key).Fact(schema.Type); !strings.Contains(kind, "101") {
		t.Errorf("the column is of type %s", kind)
	}
}
