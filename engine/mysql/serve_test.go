package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// A foreign key without an index is copied as it is, and gets the index that the server would have
// made; one that begins with its columns serves it whatever its name, direction and rest.
func TestForeignKeysWithoutIndex(t *testing.T) {
	const unchecked = "SET foreign_key_checks = 0"
	for name, script := range map[string][]string{
		"called after its column":      {"CREATE TABLE t (a int PRIMARY KEY, `or` int, FOREIGN KEY (`or`) REFERENCES t (a))", unchecked, "DROP INDEX `or` ON t"},
		"called after its constraint":  {"CREATE TABLE t (a int PRIMARY KEY, b int, CONSTRAINT `c d` FOREIGN KEY (b) REFERENCES t (a))", unchecked, "DROP INDEX `c d` ON t"},
		"of two columns":               {"CREATE TABLE t (a int, b int, c int, d int, PRIMARY KEY (a, b), FOREIGN KEY (c, d) REFERENCES t (a, b))", unchecked, "DROP INDEX c ON t"},
		"whose other index is no help": {"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a), KEY k (a, b))", unchecked, "DROP INDEX b ON t"},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			must(t, db, script[0])
			want := inspected(t, db)
			must(t, db, script[1:]...)
			have := inspected(t, db)
			diff := schema.Compare(want, have)
			if len(diff) != 1 || diff[0].Have.Fact(schema.Invalid) == "" {
				t.Fatalf("it differs in %v", diff)
			}
			twin := open(t)
			if err := twin.Build(t.Context(), have); err != nil {
				t.Fatal(err)
			}
			same(t, have, inspected(t, twin))
			must(t, twin, Engine{}.Mend(diff[0].Have, diff[0].Want)...)
			same(t, want, inspected(t, twin))
		})
	}
	t.Run("served by another", func(t *testing.T) {
		for o := range made(t, "CREATE TABLE t (a int PRIMARY KEY, b int, c int, KEY k (b DESC, c), FOREIGN KEY (b) REFERENCES t (a))").All() {
			if o.Fact(schema.Invalid) != "" {
				t.Errorf("%s is not in force", o.Key)
			}
		}
	})
}
