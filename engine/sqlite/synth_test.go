package sqlite

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// Columns that ALTER TABLE can add come back as they were described, also where
// the table has rows; for the others nothing is written.
func TestAddColumn(t *testing.T) {
	tests := []struct {
		column  string
		nothing bool
	}{
		{column: "c"},
		{column: "c TEXT"},
		{column: "c varchar(20) COLLATE nocase"},
		{column: "c DECIMAL(10, -2)"},
		{column: "c UNSIGNED BIG INT NOT NULL DEFAULT 5"},
		{column: "c TEXT NOT NULL DEFAULT 'it''s; --'"},
		{column: "c REAL DEFAULT -1.5e3"},
		{column: "c BLOB DEFAULT x'00ff'"},
		{column: "c DEFAULT NULL"},
		{column: "c DEFAULT (7)"},
		{column: "c DEFAULT true"},
		{column: `c DEFAULT "words"`},
		{column: `c "default 5"`},
		{column: `c "x); DROP TABLE notes; --"`},
		{column: "c INTEGER NOT NULL ON CONFLICT IGNORE DEFAULT 0"},
		{column: "c INTEGER AS (id + 1)"},
		{column: "c TEXT GENERATED ALWAYS AS (title || ')') VIRTUAL"},

		{column: "c NOT NULL", nothing: true},
		{column: "c NOT NULL DEFAULT NULL", nothing: true},
		{column: "c DEFAULT CURRENT_TIMESTAMP", nothing: true},
		{column: "c DEFAULT (1 + 1)", nothing: true},
		{column: "c DEFAULT (abs(-1))", nothing: true},
		{column: "c INTEGER AS (id + 1) STORED", nothing: true},
	}
	for _, test := range tests {
		t.Run(test.column, func(t *testing.T) {
			want, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, "+test.column+")")
			have, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, 'a')")
			target, err := want.Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			o := target.Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "c"})
			if o == nil || o.Unsupported != "" {
				t.Fatalf("the column is %+v", o)
			}
			statements := Engine{}.Add(o)
			if test.nothing != (statements == nil) {
				t.Fatalf("statements %q", statements)
			}
			if test.nothing {
				return
			}
			execute(t, have, statements...)
			s, err := have.Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range schema.Compare(target, s) {
				t.Errorf("%q: %s", statements, d)
			}
		})
	}
}

// What is asked for by facts alone is made exactly or not at all.
func TestAddRefusesWhatItDoesNotKnow(t *testing.T) {
	column := func(facts ...schema.Fact) *schema.Object {
		return &schema.Object{Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "c"}, Facts: facts}
	}
	index := func(facts ...schema.Fact) *schema.Object {
		return &schema.Object{Key: schema.Key{Kind: schema.Index, Table: "notes", Name: "i"}, Facts: facts}
	}
	fact := func(name, value string) schema.Fact { return schema.Fact{Name: name, Value: value} }
	for name, o := range map[string]*schema.Object{
		"nothing":                      nil,
		"an unknown fact":              column(fact("compression", "yes")),
		"an unsupported column":        {Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "c"}, Unsupported: "no"},
		"a default that goes on":       column(fact(schema.Default, "1, d TEXT")),
		"a default with a comment":     column(fact(schema.Default, "1 --")),
		"a default with a NUL":         column(fact(schema.Default, "1\x00")),
		"a generated column, open":     column(fact(schema.Generated, "(a) , (b) virtual")),
		"a generated column, closing":  column(fact(schema.Generated, "a) virtual")),
		"an unknown conflict clause":   column(fact(schema.Nullable, "no"), fact(schema.Default, "1"), fact(onConflict, "abort, d")),
		"an index on nothing":          index(),
		"an index that goes on":        index(fact(schema.Columns, "a); DROP TABLE notes; --")),
		"an index with a parameter":    index(fact(schema.Columns, "a"), fact(schema.Where, "a = ?")),
		"an index with an unknown":     index(fact(schema.Columns, "a"), fact("using", "gin")),
		"a table without its source":   {Key: schema.Key{Kind: schema.Table, Name: "t"}},
		"a view whose source drops":    {Key: schema.Key{Kind: schema.View, Name: "v"}, Source: "DROP TABLE notes"},
		"a source of two statements":   {Key: schema.Key{Kind: schema.View, Name: "v"}, Source: "CREATE VIEW v AS SELECT 1; DROP TABLE notes"},
		"a foreign key":                {Key: schema.Key{Kind: schema.ForeignKey, Table: "notes", Name: "(a) -> b(c)"}},
		"a check":                      {Key: schema.Key{Kind: schema.Check, Table: "notes", Name: "a > 0"}},
		"a primary key":                {Key: schema.Key{Kind: schema.PrimaryKey, Table: "notes"}},
		"a unique constraint":          {Key: schema.Key{Kind: schema.Unique, Table: "notes", Name: "(a)"}},
		"an index without its columns": index(fact(schema.IsUnique, "yes")),
	} {
		if have := (Engine{}).Add(o); have != nil {
			t.Errorf("%s: %q", name, have)
		}
	}
}

func TestAddIndexFromFacts(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, tag TEXT)",
		`CREATE UNIQUE INDEX "by title" ON notes (title DESC, lower(tag) COLLATE nocase) WHERE tag IS NOT NULL AND id > 1`)
	want, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := *want.Get(schema.Key{Kind: schema.Index, Table: "notes", Name: "by title"})
	o.Source = ""
	execute(t, d, Engine{}.Drop(&o)...)
	execute(t, d, Engine{}.Add(&o)...)
	have, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range schema.Compare(want, have) {
		t.Error(d)
	}
}

func TestTypeName(t *testing.T) {
	for name, want := range map[string]string{
		"TEXT": "TEXT", "VARCHAR(20)": "VARCHAR(20)", "UNSIGNED BIG INT": "UNSIGNED BIG INT", "DECIMAL(10,2)": "DECIMAL(10,2)",
		"": "", "DEFAULT 5": `"DEFAULT 5"`, "TEXT NOT NULL": `"TEXT NOT NULL"`, "A(1)(2)": `"A(1)(2)"`, "A)": `"A)"`,
		"A,B": `"A,B"`, "A -- B": `"A -- B"`, `A"B`: `"A""B"`, "(1)": "(1)",
	} {
		if have := typeName(name); have != want {
			t.Errorf("%q: %s, want %s", name, have, want)
		}
	}
}

func FuzzAddColumn(f *testing.F) {
	f.Add("c", "TEXT", "1", "nocase")
	f.Add(`x"y`, "A); --", "'a", "b c")
	f.Fuzz(func(t *testing.T, name, kind, value, collate string) {
		o := &schema.Object{Key: schema.Key{Kind: schema.Column, Table: "notes", Name: fold(name)}, Name: name,
			Facts: []schema.Fact{{Name: schema.Type, Value: kind}, {Name: schema.Default, Value: value}, {Name: collation, Value: collate}}}
		for _, statement := range (Engine{}).Add(o) {
			list, err := cut(statement)
			if err == nil && len(list) != 1 {
				t.Errorf("%q is %d statements", statement, len(list))
			}
			if err == nil && !strings.HasPrefix(list[0].Verb, "alter table") {
				t.Errorf("%q is %s", statement, list[0].Verb)
			}
		}
	})
}
