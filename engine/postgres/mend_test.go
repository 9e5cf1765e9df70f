package postgres

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// What is there gets the form that is wanted where no value changes by that.
func TestMend(t *testing.T) {
	d, _ := live(t, `CREATE TABLE parents (id integer PRIMARY KEY)`,
		`CREATE TABLE notes (id integer, parent integer, "a b" text, CONSTRAINT "some one" CHECK (id > 0))`,
		`ALTER TABLE notes ADD CONSTRAINT up FOREIGN KEY (parent) REFERENCES parents`,
		`ALTER TABLE notes ALTER "a b" SET DEFAULT 'it''s'`)
	want, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute(t, d, `ALTER TABLE notes DROP CONSTRAINT up, DROP CONSTRAINT "some one", ALTER "a b" DROP DEFAULT`,
		`ALTER TABLE notes ADD CONSTRAINT up FOREIGN KEY (parent) REFERENCES parents NOT VALID, ADD CONSTRAINT "some one" CHECK (id > 0) NOT VALID`)
	have, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mended := 0
	for _, difference := range schema.Compare(want, have) {
		mend := Engine{}.Mend(difference.Have, difference.Want)
		execute(t, d, mend...)
		mended += len(mend)
	}
	if have, err = d.Inspect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := schema.Compare(want, have); len(left) > 0 || mended != 3 {
		t.Errorf("%d statements, and there is left: %v", mended, left)
	}
	other := &schema.Object{Key: want.Keys()[0]}
	if (Engine{}).Mend(nil, other) != nil || (Engine{}).Mend(other, nil) != nil || (Engine{}).Mend(other, other) != nil {
		t.Error("something is mended where nothing is amiss")
	}
}
