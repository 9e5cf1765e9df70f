package schema

import (
	"slices"
	"strings"
)

// Names of the facts that the core reads. Engines may add others; those are
// compared and shown, never interpreted.
const (
	Type       = "type"       // a column's type, as the engine spells it in normal form
	Nullable   = "null"       // "no" where a column refuses NULL; absent where it accepts it
	Default    = "default"    // a column's default expression in normal form; absent without one
	Generated  = "generated"  // a generated column's expression and storage
	Identity   = "identity"   // how the engine numbers the column by itself
	Columns    = "columns"    // the columns or expressions of a key or index, in order
	Parent     = "parent"     // the folded name of the table that a foreign key refers to
	Where      = "where"      // a partial index's predicate
	IsUnique   = "unique"     // "yes" for a unique index
	Definition = "definition" // the whole text in normal form, of views, triggers and the like
	Storage    = "engine"     // how a table's rows are stored, where there is a choice
	Charset    = "charset"    // in which characters the texts of a table or column are written
	Collation  = "collation"  // by which rules they are compared
	Inherits   = "inherits"   // the paths of the tables that one has columns from, and with whose rows its own are read
	PartOf     = "part of"    // the path of the table, itself without rows, of whose rows this one holds some
	Invalid    = "invalid"    // "yes" for an index or constraint that is there but not in force
)

// A Fact is one property of an object in normal form: two facts with the same
// name and value mean the same thing to the engine, however they were written.
type Fact struct {
	Name  string
	Value string
}

// An Object is one thing in a schema and all that is known of it.
//
// Two objects are equal when their keys and facts are. What is not a fact is
// carried along for people and for rebuilding, and compared by nobody.
type Object struct {
	Key   Key
	Name  string // the name as the database spells it; empty where there is none
	Facts []Fact // in the engine's fixed order; never a name twice

	// Source is a statement that makes the object again, as the database keeps it;
	// empty for parts that are made with their table.
	Source string
	// Position is the object's place among its siblings, counted from 1, as the
	// database shows it; zero where order means nothing.
	Position int
	// Unsupported says why the engine cannot vouch for this description; empty
	// where it can. Such an object is never equal to anything, itself included.
	Unsupported string
}

// Fact returns the value of the named fact, and "" where the object has none.
func (o *Object) Fact(name string) string {
	if o == nil {
		return ""
	}
	for _, f := range o.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// KeyColumns lists the columns of what keeps rows of a table apart, as the object has them, with
// expressions and directions: a primary key, a unique constraint, or a unique index, be it of
// some rows alone. It is "" for anything else.
func (o *Object) KeyColumns() string {
	switch {
	case o == nil:
	case o.Key.Kind == Unique:
		return strings.Trim(o.Key.Name, "()")
	case o.Key.Kind == PrimaryKey, o.Key.Kind == Index && o.Fact(IsUnique) != "":
		return o.Fact(Columns)
	}
	return ""
}

// Equal reports whether a and b describe the same thing; nil is absence, and
// equals only absence. An unsupported object equals nothing.
func (o *Object) Equal(other *Object) bool {
	if o == nil || other == nil {
		return o == nil && other == nil
	}
	if o.Unsupported != "" || other.Unsupported != "" {
		return false
	}
	if o.Key != other.Key || len(o.Facts) != len(other.Facts) {
		return false
	}
	for i, f := range o.Facts {
		if other.Facts[i] != f {
			return false
		}
	}
	return true
}

// unmoved reports that two unsupported objects read the same to the letter: nobody
// knows what they mean, but nothing has happened to them.
func (o *Object) unmoved(other *Object) bool {
	return other != nil && o.Unsupported != "" && other.Unsupported != "" &&
		o.Source == other.Source && slices.Equal(o.Facts, other.Facts)
}

// Spelling returns the name as the database spells it, or the key's name.
func (o *Object) Spelling() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Key.Name
}

// Describe returns the facts on one line, "type integer, null no", and
// "present" for an object that has none.
func (o *Object) Describe() string {
	if o == nil {
		return "absent"
	}
	if len(o.Facts) == 0 {
		return "present"
	}
	var b strings.Builder
	for i, f := range o.Facts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name)
		b.WriteByte(' ')
		b.WriteString(f.Value)
	}
	return b.String()
}
