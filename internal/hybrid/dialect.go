package hybrid

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// A dialect is how people who write for one engine say what a history does.
//
// The templates of changes think in kinds of columns (TEXT, INTEGER, and on servers
// BOOLEAN and ENUM), which are what SQLite calls its types; a server's columns have
// a declared type besides.
type dialect struct {
	name      string // of the engine, as cases call it
	templates []weighted
	// savepoints says that one gives back everything, counters of keys too.
	savepoints bool
	// server says that keys number themselves only where a table says so, that
	// columns can be altered, and that references always hold.
	server bool
	// fixed says that views and triggers go on using the names that they were written
	// with, whatever becomes of those.
	fixed bool
	// heads says that a view's columns keep their names if those of its table change.
	heads bool

	types    map[string][]string // by kind, as columns are declared
	numbered []string            // keys that number themselves, as they are declared
	textKey  string              // the declared type of a key of text
	firstKey int                 // the rows of migrations have keys from here on
	unkeyed  string              // a declared type that no index can hold
	collate  string              // the name of a collation that is not the usual one
	partial  bool                // indexes may have a WHERE
	computed bool                // indexes may be of expressions
	quote    string              // marks a name on both sides

	concat      func(a, b string) string
	cast        func(kind, expression string) string
	ignore      func(insert string) string // leaves rows alone that are there
	dropIndex   func(guard, index, table string) string
	dropTrigger func(trigger, table string) string
	fill        func(x *trigger, c *column) []string // makes a trigger that fills a column
	log         func(x *trigger) []string            // makes a trigger that writes into x.logs
	dropTables  func(tables []string) []string       // that may refer to each other
	modify      func(t *table, c *column) string     // gives a column the type that it has in mind now
	notNull     func(t *table, c *column) string     // likewise, for whether it may be NULL
	tracking    []string                             // makes a table of golang-migrate's
}

var sqliteDialect = dialect{
	name: "sqlite", templates: sqliteTemplates, savepoints: true,
	collate: "NOCASE", partial: true, computed: true, quote: `"`,
	concat:      func(a, b string) string { return a + " || " + b },
	cast:        func(kind, e string) string { return fmt.Sprintf("CAST(%s AS %s)", e, kind) },
	ignore:      func(insert string) string { return strings.Replace(insert, "INSERT", "INSERT OR IGNORE", 1) },
	dropIndex:   func(guard, index, _ string) string { return "DROP INDEX " + guard + index },
	dropTrigger: func(trigger, _ string) string { return "DROP TRIGGER " + trigger },
	fill: func(x *trigger, c *column) []string {
		return []string{fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s WHEN NEW.%s IS NULL BEGIN UPDATE %[2]s SET %[3]s = 'auto' WHERE %s = NEW.%[4]s; END",
			x.name, x.table.name, c.name, x.table.key().name)}
	},
	log: func(x *trigger) []string {
		return []string{fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN INSERT INTO %s (what) VALUES ('row ' || NEW.%s); END",
			x.name, x.table.name, x.logs.name, x.table.key().name)}
	},
	dropTables: func(tables []string) (script []string) {
		for _, t := range tables {
			script = append(script, "DROP TABLE "+t)
		}
		return script
	},
	tracking: []string{"CREATE TABLE schema_migrations (version uint64, dirty bool)", "CREATE UNIQUE INDEX version_unique ON schema_migrations (version)"},
}

// invented matches the names that histories give, which all have a number.
var invented = regexp.MustCompile(`'[^']*'|\b[a-z_]+[0-9]+(?:_[0-9a-z]+)*\b`)

// quoted returns a statement with its names quoted.
func (d *dialect) quoted(sql string) string {
	return invented.ReplaceAllStringFunc(sql, func(name string) string {
		if name[0] == '\'' {
			return name
		}
		return d.quote + name + d.quote
	})
}

// spell has an author quote names, sometimes.
func (d *dialect) spell(r *rand.Rand, c *change) {
	if !d.server || c == nil || r.IntN(5) > 0 {
		return
	}
	for _, s := range c.statements {
		s.SQL = d.quoted(s.SQL)
	}
}

// declare draws how a column of a kind is declared; "" where the kind is the type.
func (d *dialect) declare(r *rand.Rand, kind string) string {
	if len(d.types[kind]) == 0 {
		return ""
	}
	return pick(r, d.types[kind])
}

// keyable reports whether an index can hold a column.
func (d *dialect) keyable(c *column) bool { return d.unkeyed == "" || c.real != d.unkeyed }

// logTable returns a table for a trigger to write into.
func (d *dialect) logTable(r *rand.Rand, name string) *table {
	key := &column{name: "id", typ: "INTEGER", key: true}
	what := &column{name: "what", typ: "TEXT", real: d.declare(r, "TEXT")}
	t := &table{name: name, columns: []*column{key, what}}
	if d.server {
		d.number(r, t)
	}
	return t
}

// number has a table number its rows.
func (d *dialect) number(r *rand.Rand, t *table) {
	t.autoincrement = true
	key := t.key()
	key.real = pick(r, d.numbered)
	key.refer = numberType.ReplaceAllString(key.real, "")
	if plain := map[string]string{"serial": "integer", "bigserial": "bigint"}[key.real]; plain != "" {
		key.refer = plain
	}
}

// numberType matches what a type of numbered keys says beside the type.
var numberType = regexp.MustCompile(` (NOT NULL AUTO_INCREMENT|GENERATED .*)$`)

// telling returns an expression for what rows of a table differ in: their key, but
// not a number that comes out otherwise the next time.
func (t *table) telling() string {
	if t.autoincrement && t.key().real != "" {
		return "'#'"
	}
	return t.key().name
}

// literalOf returns an expression for a column's value as SQL text.
func (d *dialect) literalOf(c *column) string {
	switch {
	case !d.server:
		return "quote(" + c.name + ")"
	case c.typ == "TEXT":
		return fmt.Sprintf("concat('''', %s, '''')", c.name)
	}
	return c.name
}

// binds reports whether a view or a trigger would break if a column got another
// name, or none.
func (m *model) binds(t *table, c *column) bool {
	return m.d.fixed && slices.ContainsFunc(m.views, func(v *view) bool { return v.table == t && slices.Contains(v.cols, c) }) ||
		m.d.server && slices.ContainsFunc(m.triggers, func(x *trigger) bool { return x.logs == t || slices.Contains(x.uses, c) })
}

// bindsTable is binds for a table.
func (m *model) bindsTable(t *table) bool {
	return m.d.fixed && slices.ContainsFunc(m.views, func(v *view) bool { return v.table == t }) ||
		m.d.server && slices.ContainsFunc(m.triggers, func(x *trigger) bool { return x.logs == t || m.d.fixed && x.table == t })
}
