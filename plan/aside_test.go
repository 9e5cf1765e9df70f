package plan_test

import (
	"slices"
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// reference is a foreign key of a table.
func reference(child, parent string) *schema.Object {
	o := part(schema.ForeignKey, child, "(p) -> "+parent+"(id)", schema.Fact{Name: schema.Parent, Value: parent})
	o.Name = child + "_" + parent
	return o
}

// Where foreign keys do not rest, a table cannot go ahead of one that refers to it.
func TestChildrenGoAheadOfTheirParents(t *testing.T) {
	for _, c := range []struct {
		name       string
		references []*schema.Object
		want       []string
	}{
		{"a child", []*schema.Object{reference("b", "a")}, []string{"DROP TABLE `b`", "DROP TABLE `a`"}},
		{"a grandchild", []*schema.Object{reference("b", "a"), reference("c", "b")}, []string{"DROP TABLE `c`", "DROP TABLE `b`", "DROP TABLE `a`"}},
		{"itself", []*schema.Object{reference("a", "a")}, []string{"DROP TABLE `a`"}},
		{"each other", []*schema.Object{reference("a", "b"), reference("b", "a")}, []string{"ALTER TABLE `b` DROP FOREIGN KEY `b_a`", "DROP TABLE `a`", "DROP TABLE `b`"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := schema.NewSnapshot(c.references...)
			var aside []*schema.Object
			for _, name := range []string{"a", "b", "c"} {
				if slices.ContainsFunc(c.references, func(o *schema.Object) bool { return o.Key.Table == name || o.Fact(schema.Parent) == name }) {
					aside = append(aside, table(name))
					have.Put(table(name))
				}
			}
			p, err := plan.Make(&diagnosis.Diagnosis{Have: have, Target: schema.NewSnapshot(), Aside: aside}, mysql.Engine{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.Steps {
				got = append(got, s.SQL)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q; wanted %q", got, c.want)
			}
		})
	}
}
