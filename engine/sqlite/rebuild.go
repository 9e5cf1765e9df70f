package sqlite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A rebuilding makes one table anew around its rows.
//
// SQLite's documentation fills the new table under another name, drops the old one
// and renames (lang_altertable.html, section 7). That rename reads every view and
// trigger of the whole schema again, and refuses while one of them does not make
// sense: those that speak of the dropped table do not, and in a database that is
// being healed others may not either. Here it is the rows that go to another name,
// and come back when the table has been made by the author's own text: nothing is
// renamed, views and other tables' triggers are not even looked at, and
// legacy_alter_table changes nothing. The price is that rows are written twice, the
// first time without any index or check.
type rebuilding struct {
	old, made *definition
	from      string   // the live table's name
	text      string   // makes the new one
	aside     string   // the name under which the rows wait
	columns   []string // those that both store, as the new table spells them
	rowid     string   // the name of the hidden rowid, if it is kept
	loose     []string // make what lies on the table again
}

// Rebuild returns the statements that make a table anew: see [rebuilding] for the way,
// and carried for what it refuses. Rowids that no column shows are kept too, unless
// the new table has none to give; what ANALYZE has learned is not.
func (Engine) Rebuild(have, want *schema.Snapshot, table schema.Key) []string {
	is, should := formOf(have, table), formOf(want, table)
	if is == nil || should == nil || !needed(should, is) {
		return nil
	}
	b := &rebuilding{from: have.Get(table).Spelling(), aside: spare(have, want)}
	var current *schema.Snapshot
	if b.old, current = read(have.Get(table).Source, have); b.old == nil || len(schema.Compare(is, current)) > 0 {
		return nil // the text is not that of the table described
	}
	var ok bool
	if b.text, b.made = compose(have, want, table); b.made == nil {
		return nil
	}
	if b.columns, ok = carried(b.old, b.made); !ok {
		return nil
	}
	b.rowid = keptRowid(b.old, b.made)
	if b.loose, ok = loose(have, table); !ok {
		return nil
	}
	return b.statements()
}

// statements returns the rebuild in its order. Names of tables come with that of
// the database: a temporary table may have the same, and has a sqlite_sequence too.
func (b *rebuilding) statements() []string {
	const sequence = "main.sqlite_sequence"
	from, to, aside := "main."+quote(b.from), "main."+quote(b.made.name), "main."+quote(b.aside)
	counts := b.old.autoincrement && b.made.autoincrement

	list := []string{
		"CREATE TABLE " + aside + " (" + b.untyped() + ")",
		"INSERT INTO " + aside + " (" + b.values() + ") SELECT " + b.values() + " FROM " + from,
	}
	if counts {
		list = append(list, "INSERT INTO "+sequence+" (name, seq) SELECT "+literal(b.aside)+", seq FROM "+sequence+
			" WHERE name = "+literal(b.from))
	}
	list = append(list,
		"DROP TABLE "+from,
		b.text,
		// OR ABORT outranks an ON CONFLICT of the table, which may pass over rows.
		"INSERT OR ABORT INTO "+to+" ("+b.values()+") SELECT "+b.values()+" FROM "+aside,
	)
	if counts {
		list = append(list,
			"DELETE FROM "+sequence+" WHERE name = "+literal(b.made.name),
			"UPDATE "+sequence+" SET name = "+literal(b.made.name)+" WHERE name = "+literal(b.aside))
	}
	list = append(list, "DROP TABLE "+aside)
	return append(list, b.loose...)
}

// untyped lists the columns of the table in which the rows wait. Without a type they
// hold every value as it is. What becomes an alias of the rowid must not be NULL:
// SQLite would give such a row a number of its own making.
func (b *rebuilding) untyped() string {
	names := make([]string, len(b.columns))
	for i, name := range b.columns {
		names[i] = quote(name)
		if fold(name) == b.made.alias() {
			names[i] += " NOT NULL"
		}
	}
	return strings.Join(names, ", ")
}

// values lists what is copied of a row.
func (b *rebuilding) values() string {
	names := make([]string, 0, len(b.columns)+1)
	if b.rowid != "" {
		names = append(names, b.rowid)
	}
	for _, name := range b.columns {
		names = append(names, quote(name))
	}
	return strings.Join(names, ", ")
}

// formOf returns a table with the parts that are made with it; nil if there is no such
// table, or not all of it can be vouched for.
func formOf(s *schema.Snapshot, table schema.Key) *schema.Snapshot {
	o := s.Get(table)
	if o == nil {
		return nil
	}
	whole := schema.NewSnapshot(o)
	for _, part := range s.Parts(table) {
		if !hasStatement(part) {
			whole.Put(part)
		}
	}
	for o := range whole.All() {
		if o.Unsupported != "" {
			return nil
		}
	}
	return whole
}

// hasStatement reports whether a part of a table has a statement of its own.
func hasStatement(o *schema.Object) bool {
	return o.Key.Kind == schema.Index || o.Key.Kind == schema.Trigger
}

// needed reports whether the table differs by more than ALTER TABLE can add.
func needed(want, have *schema.Snapshot) bool {
	return slices.ContainsFunc(schema.Compare(want, have), func(d schema.Difference) bool {
		return !d.Missing() || Engine{}.Add(d.Want) == nil
	})
}

// loose returns the statements that make the indexes and triggers of a table again;
// it is not ok if one of them is not known for certain.
func loose(s *schema.Snapshot, table schema.Key) (statements []string, ok bool) {
	for _, part := range s.Parts(table) {
		if !hasStatement(part) {
			continue
		}
		again := Engine{}.Add(part)
		if again == nil {
			return nil, false
		}
		statements = append(statements, again...)
	}
	return statements, true
}

// spare returns a name that no object has.
func spare(snapshots ...*schema.Snapshot) string {
	taken := map[string]bool{}
	for _, s := range snapshots {
		for _, k := range s.Keys() {
			taken[k.Name] = true
		}
	}
	name := "dbmend_rows"
	for n := 2; taken[name]; n++ {
		name = "dbmend_rows_" + strconv.Itoa(n)
	}
	return name
}
