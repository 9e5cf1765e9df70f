package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

// What a statement leaves to the server is as a live table has it; what it says is not.
func TestDefaultsOfAnotherTime(t *testing.T) {
	d := take(t, testserver.MariaDB(t))
	opened := scratchOf(t, d)
	scratch := any(opened).(engine.Defaulter)
	old := &schema.Object{Key: schema.Key{Kind: schema.Table, Name: "old"}, Facts: []schema.Fact{
		{Name: charset, Value: "latin1"}, {Name: collation, Value: "latin1_german1_ci"}, {Name: storage, Value: "myisam"},
	}}
	for _, c := range []struct {
		name, options string
		like          *schema.Object
		withStorage   bool
		lent          bool
		want          string
	}{
		{"a", "", nil, false, false, "charset utf8mb4, collation utf8mb4_general_ci, engine innodb"},
		{"b", "", old, false, true, "charset latin1, collation latin1_german1_ci, engine innodb"},
		{"c", "", old, true, true, "charset latin1, collation latin1_german1_ci, engine myisam"},
		{"e", "ENGINE=InnoDB CHARSET=utf8mb4 COLLATE=utf8mb4_bin", old, true, true, "charset utf8mb4, collation utf8mb4_bin, engine innodb"},
		{"f", "", nil, true, false, "charset utf8mb4, collation utf8mb4_general_ci, engine innodb"},
	} {
		lent, err := scratch.Default(t.Context(), c.like, c.withStorage)
		if err != nil || lent != c.lent {
			t.Fatalf("%s: lent %v, %v; wanted %v", c.name, lent, err, c.lent)
		}
		if _, err := opened.Exec(t.Context(), "CREATE TABLE "+c.name+" (a varchar(9)) "+c.options); err != nil {
			t.Fatal(err)
		}
		s, err := opened.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Get(schema.Key{Kind: schema.Table, Name: c.name}).Describe(); got != c.want {
			t.Errorf("%s: %s; wanted %s", c.name, got, c.want)
		}
	}
	if _, err := any(d).(engine.Defaulter).Default(t.Context(), old, true); err == nil {
		t.Error("the live database's defaults can be changed")
	}
}
