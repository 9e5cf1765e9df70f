package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// A source does what it is the source of, and nothing else: a file that somebody has
// tampered with may hold anything in its place.
func TestHostileSourcesAreNotRun(t *testing.T) {
	for source, key := range map[string]schema.Key{
		"CREATE TABLE other (id int)":                                  {Kind: schema.Table, Name: "more"},
		"CREATE TABLE elsewhere.more (id int)":                         {Kind: schema.Table, Name: "more"},
		"CREATE TABLE more (id int) /*! ; DROP TABLE notes */":         {Kind: schema.Table, Name: "more"},
		"CREATE TABLE more AS SELECT * FROM notes":                     {Kind: schema.Table, Name: "more"},
		"CREATE OR REPLACE TABLE more (id int)":                        {Kind: schema.Table, Name: "more"},
		"CREATE TABLE IF NOT EXISTS more LIKE notes":                   {Kind: schema.Table, Name: "more"},
		"CREATE VIEW other AS SELECT 1":                                {Kind: schema.View, Name: "more"},
		"CREATE TABLE more_view (id int)":                              {Kind: schema.View, Name: "more_view"},
		"CREATE PROCEDURE more() SELECT 1; DROP TABLE notes":           {Kind: Procedure, Name: "more"},
		"CREATE PROCEDURE more() SELECT 1 $dbmend$ DROP TABLE notes":   {Kind: Procedure, Name: "more"},
		"CREATE PROCEDURE more() SELECT 1\n$dbmend$\nDROP TABLE notes": {Kind: Procedure, Name: "more"},
		"CREATE FUNCTION more RETURNS INTEGER SONAME 'more.so'":        {Kind: Function, Name: "more"},
		"DROP TABLE notes":                                             {Kind: Event, Name: "more"},
	} {
		t.Run(source, func(t *testing.T) {
			db := scratchOf(t, open(t))
			must(t, db, "CREATE TABLE notes (id int)")
			want := inspected(t, db)
			o := &schema.Object{Key: key, Name: key.Name, Source: source}
			if err := db.Build(t.Context(), schema.NewSnapshot(o)); err == nil {
				t.Error("it was run")
			}
			if key.Kind != schema.Table {
				if statements := (Engine{}).Add(o); statements != nil {
					t.Errorf("it is to be added by %q", statements)
				}
			}
			same(t, want, inspected(t, db))
		})
	}
}

// A part's source adds one part to its table.
func TestHostilePartsAreNotRun(t *testing.T) {
	for _, source := range []string{
		"ALTER TABLE `notes` DROP COLUMN id",
		"ALTER TABLE `other` ADD KEY k (id)",
		"ALTER TABLE `notes` ADD KEY k (id), DROP COLUMN title",
		"ALTER TABLE `notes` ADD KEY k (id)); DROP TABLE other; -- ",
		"ALTER TABLE `notes` ADD KEY k (id",
		"ALTER TABLE `notes` ADD KEY k (id)) ENGINE=MEMORY AS SELECT (1",
		"ALTER TABLE `notes` ADD KEY k (id) /*! , DROP COLUMN title */",
		"ALTER TABLE `notes` ADD COLUMN k int",
		"ALTER TABLE `notes` ADD KEY k ('",
	} {
		t.Run(source, func(t *testing.T) {
			part := &schema.Object{Key: schema.Key{Kind: schema.Index, Table: "notes", Name: "k"}, Name: "k", Source: source}
			for _, statement := range (Engine{}).Add(part) {
				if statement != "ALTER TABLE `notes` ADD KEY k (id)" { // the table in its key may have had another name
					t.Errorf("it is to be added by %q", statement)
				}
			}
			table := &schema.Object{Key: part.Key.Owner(), Name: "notes", Source: "CREATE TABLE `notes` (\n  `id` int,\n  `title` int\n)"}
			db := scratchOf(t, open(t))
			must(t, db, "CREATE TABLE other (id int)")
			want := inspected(t, db)
			if err := db.Build(t.Context(), schema.NewSnapshot(table, part)); err == nil {
				t.Error("it was run")
			}
			same(t, want, inspected(t, db))
		})
	}
}

// Each part and object of everything can be removed, and made again as it was.
func TestEverythingIsAddedAgain(t *testing.T) {
	live := open(t)
	everything(t, live)
	want := inspected(t, live)
	for o := range want.All() {
		switch o.Key.Kind {
		case schema.View, schema.Trigger, Procedure, Function, Sequence, Event, schema.Check:
		case schema.ForeignKey:
			if o.Key.Table == "books" {
				continue // it has a twin, which takes its place
			}
		case schema.Unique, schema.Index:
			if o.Source == "" || o.Key.Table == "sequels" || o.Key.Table == "periods" || o.Key.Name == "(author, title)" {
				continue // a foreign key or a column needs it
			}
		case schema.Column:
			if o.Key.Table != "authors" || o.Fact(schema.Identity) != "" || o.Fact(schema.Nullable) == "no" && o.Fact(schema.Default) == "" {
				continue
			}
		default:
			continue
		}
		t.Run(o.Key.String(), func(t *testing.T) {
			drop, add := Engine{}.Drop(o), Engine{}.Add(o)
			if drop == nil || add == nil {
				t.Fatalf("removed by %q, added by %q", drop, add)
			}
			must(t, live, drop...)
			if inspected(t, live).Get(o.Key) != nil {
				t.Error("it is there still")
			}
			must(t, live, add...)
			have := inspected(t, live).Get(o.Key)
			if o.Key.Kind == schema.Trigger {
				return // its place among the others is the last one now
			}
			if !o.Equal(have) {
				t.Errorf("it is %s, and was %s; by %q", have.Describe(), o.Describe(), add)
			}
		})
	}
}

// References can be made when the rows are there, on tables that are there already.
func TestBuildReferencesLast(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE `of a` (id int PRIMARY KEY, b int)", "CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES `of a` (id) ON DELETE CASCADE)",
		"ALTER TABLE `of a` ADD CONSTRAINT `to;b` FOREIGN KEY (b) REFERENCES b (id)")
	want := inspected(t, db)
	last := func(o *schema.Object) bool { return o.Key.Kind == schema.ForeignKey }
	s := scratchOf(t, db)
	if err := s.Build(t.Context(), want.Filter(func(o *schema.Object) bool { return !last(o) })); err != nil {
		t.Fatal(err)
	}
	must(t, s, "INSERT INTO `of a` VALUES (1, NULL)", "INSERT INTO b VALUES (1, 1)", "UPDATE `of a` SET b = 1")
	if err := s.Build(t.Context(), want.Filter(last)); err != nil {
		t.Fatal(err)
	}
	same(t, want, inspected(t, s))
	key := &schema.Object{Key: schema.Key{Kind: schema.ForeignKey, Table: "b", Name: "x"}, Source: "ALTER TABLE `b` DROP COLUMN a"}
	if err := s.Build(t.Context(), schema.NewSnapshot(key)); err == nil {
		t.Error("a source that does something else was run")
	}
}
