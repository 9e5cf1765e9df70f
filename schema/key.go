package schema

import (
	"cmp"
	"strings"
)

// A Kind says what an object is. Engines may add kinds of their own; the ones
// here are those that the core reasons about by name.
type Kind string

// The kinds that every engine shares.
const (
	Table      Kind = "table"       // an ordinary or virtual table, without its parts
	Column     Kind = "column"      // one column of a table
	PrimaryKey Kind = "primary key" // a table's primary key; Name is empty, there is one
	Unique     Kind = "unique"      // a unique constraint; Name is its column list
	ForeignKey Kind = "foreign key" // a foreign key; Name is "(columns) -> table(columns)"
	Check      Kind = "check"       // a check constraint; Name is its normalised expression
	Index      Kind = "index"       // an index that a statement of its own makes
	View       Kind = "view"        // a view
	Trigger    Kind = "trigger"     // a trigger; Table is the table or view it watches
)

// rank orders kinds so that what comes first can be created first.
var rank = map[Kind]int{
	Table: 1, Column: 2, PrimaryKey: 3, Unique: 4, Check: 5, ForeignKey: 6,
	Index: 7, View: 8, Trigger: 9,
}

// Shared reports whether the kind is one that every engine shares.
func (k Kind) Shared() bool { return rank[k] > 0 }

// A Key identifies one object of a schema. Names are folded as the engine folds
// them, so that equal keys mean the same object; [Object.Name] keeps the spelling.
//
// A constraint is identified by what it constrains and not by its name: names
// of constraints are often invented by the server and prove nothing.
type Key struct {
	Kind  Kind
	Space string // what PostgreSQL calls a schema; empty for the database's default
	Table string // the table that a part belongs to; empty for what stands alone
	Name  string // the object's name, or the text that identifies it among its siblings
}

// String returns the key as people write it: "table notes", "column notes.slug",
// "index idx_notes_slug on notes".
func (k Key) String() string {
	space := ""
	if k.Space != "" {
		space = k.Space + "."
	}
	switch {
	case k.Kind == Column && k.Table != "":
		return "column " + space + k.Table + "." + k.Name
	case k.Kind == PrimaryKey:
		return "primary key of " + space + k.Table
	case k.Table != "":
		return string(k.Kind) + " " + k.Name + " on " + space + k.Table
	default:
		return string(k.Kind) + " " + space + k.Name
	}
}

// Path returns the names alone, the outermost first: "notes", "notes.slug", and
// "app.notes" where the schema is not the default one.
func (k Key) Path() string {
	path := k.Name
	for _, outer := range []string{k.Table, k.Space} {
		if outer != "" {
			path = outer + "." + path
		}
	}
	return path
}

// IsPart reports whether the object lives and dies with a table.
func (k Key) IsPart() bool { return k.Table != "" }

// Whole returns the key under which parts know the object that they belong to, be it a
// table, a view or another thing that has parts.
func (k Key) Whole() Key {
	if k.Table == "" {
		return Key{Kind: Table, Space: k.Space, Name: k.Name}
	}
	return k.Owner()
}

// Owner returns the key of the table that k belongs to, or k itself.
func (k Key) Owner() Key {
	if k.Table == "" {
		return k
	}
	return Key{Kind: Table, Space: k.Space, Name: k.Table}
}

// Column returns the key of a column of the table k.
func (k Key) Column(name string) Key {
	return Key{Kind: Column, Space: k.Space, Table: k.Name, Name: name}
}

// Compare orders keys: by space, then table by table with the table ahead of its
// parts, then by kind, then by name. It returns a negative number, zero or a
// positive number, as [slices.SortFunc] expects.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		strings.Compare(k.Space, other.Space),
		cmp.Compare(k.group(), other.group()),
		strings.Compare(k.Owner().Name, other.Owner().Name),
		cmp.Compare(rank[k.Kind], rank[other.Kind]),
		strings.Compare(string(k.Kind), string(other.Kind)),
		strings.Compare(k.Name, other.Name),
	)
}

// group keeps tables and their parts ahead of everything that stands alone.
func (k Key) group() int {
	if k.Kind == Table || k.Table != "" {
		return 0
	}
	return 1
}
