package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A definition is what the stored text of a table says. SQLite has accepted that
// text, so that reading it takes no grammar: the body is cut at its commas, each
// part into clauses by their first words. What is read is checked against what
// SQLite itself says of the table (verify.go), and a text with an unknown clause
// is not read at all.
type definition struct {
	name       string
	using      string // a virtual table's module and arguments in normal form
	columns    []column
	places     map[string]int // of columns, by folded name
	keys       []key
	references []reference
	checks     []check

	withoutRowid, strict, autoincrement bool
}

// A column is one column of a definition.
type column struct {
	name      string
	folded    string
	declared  string // the type as written
	kind      string // the type in normal form
	notNull   bool
	conflict  string  // what ON CONFLICT says of NULL; empty for abort
	value     []token // the default
	written   string  // the default as written, without parentheses around it
	hasValue  bool
	collation string // folded; empty for binary
	generated []token
	stored    bool
}

// A key is a primary key or a unique constraint.
type key struct {
	name     string // the constraint's
	primary  bool
	inverted bool // PRIMARY KEY DESC on the column itself: no alias of the rowid
	terms    []term
	conflict string // what ON CONFLICT says; empty for abort
}

// A term is one element of a key or index.
type term struct {
	tokens    []token // the column or expression, without the rest
	collation string  // folded; empty where none is written
	desc      bool
}

// A reference is a foreign key.
type reference struct {
	name               string // the constraint's
	columns            []string
	parent             string // folded
	parentColumns      []string
	onDelete, onUpdate string // "cascade"; empty for no action
	match              string
	deferred           bool
}

// A check is a check constraint.
type check struct {
	name string // the constraint's
	expr []token
}

// readTable reads the stored text of a table.
func readTable(source string) (*definition, error) {
	r, err := newReader(source)
	if err != nil {
		return nil, err
	}
	d := &definition{}
	r.take("create")
	virtual := r.take("virtual")
	if !r.take("table") {
		return nil, r.stuck()
	}
	if d.name, err = r.heading(); err != nil {
		return nil, err
	}
	if virtual {
		return d, r.module(d)
	}
	parts, err := r.list()
	if err != nil {
		return nil, err
	}
	if err := r.options(d); err != nil {
		return nil, err
	}
	constraints := false
	for _, part := range parts {
		p := &reader{source: source, tokens: part}
		if constraints = constraints || p.atConstraint(); constraints {
			err = p.constraints(d)
		} else {
			err = p.column(d)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, d.settle()
}

// module reads USING module(arguments) of a virtual table. The arguments mean
// what the module makes of them: only blanks and comments are normalised.
func (r *reader) module(d *definition) error {
	if !r.take("using") {
		return r.stuck()
	}
	name, err := r.name()
	if err != nil {
		return err
	}
	d.using = identifier(fold(name))
	if r.done() || r.take("(", ")") && r.done() {
		return nil
	}
	list, err := r.list()
	if err != nil || !r.done() {
		return r.stuck()
	}
	var b strings.Builder
	for i, arg := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		for j, t := range arg {
			if j > 0 && t.pos > arg[j-1].end() && apart(arg[j-1], t) {
				b.WriteByte(' ')
			}
			b.WriteString(t.text)
		}
	}
	d.using += "(" + b.String() + ")"
	return nil
}

// options reads what follows the body: WITHOUT ROWID and STRICT.
func (r *reader) options(d *definition) error {
	for !r.done() {
		switch {
		case r.take("without", "rowid"):
			d.withoutRowid = true
		case r.take("strict"):
			d.strict = true
		default:
			return r.stuck()
		}
		if !r.take(",") && !r.done() {
			return r.stuck()
		}
	}
	return nil
}

// settle finds what only the whole text tells.
func (d *definition) settle() error {
	if len(d.columns) == 0 {
		return errors.New("its text has no columns")
	}
	d.places = make(map[string]int, len(d.columns))
	for i, c := range d.columns {
		if _, ok := d.places[c.folded]; ok {
			return fmt.Errorf("its text has two columns %.80q", c.name)
		}
		d.places[c.folded] = i
	}
	for n, k := range d.keys {
		for _, t := range k.terms {
			i, ok := d.place(t)
			if !ok {
				return fmt.Errorf("its text has a key on what is no column: %.80s", normal(t.tokens, literal))
			}
			// The alias of the rowid is never NULL, but not declared so.
			if k.primary && (d.withoutRowid || d.strict && !d.isRowid(k)) {
				d.columns[i].notNull = true
			}
		}
		if k.primary && d.withoutRowid {
			d.keys[n].terms = d.distinct(k.terms)
		}
	}
	for _, f := range d.references {
		for _, name := range f.columns {
			if _, ok := d.places[name]; !ok {
				return fmt.Errorf("its text has a foreign key on what is no column: %.80q", name)
			}
		}
	}
	return nil
}

// distinct leaves out what comes again in a key: where the table itself is the
// key's index, SQLite keeps no column twice.
func (d *definition) distinct(list []term) []term {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(t term) bool {
		answer := d.answer(t)
		again := seen[answer]
		seen[answer] = true
		return again
	})
}

// place returns the column that a key's term stands for.
func (d *definition) place(t term) (int, bool) {
	if len(t.tokens) != 1 || !t.tokens[0].isName() {
		return 0, false
	}
	i, ok := d.places[fold(t.tokens[0].name())]
	return i, ok
}

// isRowid reports whether the key is an alias of the rowid (lang_createtable.html,
// "ROWIDs and the INTEGER PRIMARY KEY").
func (d *definition) isRowid(k key) bool {
	if !k.primary || d.withoutRowid || k.inverted || len(k.terms) != 1 {
		return false
	}
	i, ok := d.place(k.terms[0])
	return ok && d.columns[i].kind == "INTEGER"
}

// primary returns the folded columns of the primary key, or nil.
func (d *definition) primary() []string {
	for _, k := range d.keys {
		if k.primary {
			names := make([]string, len(k.terms))
			for i, t := range k.terms {
				names[i] = fold(t.tokens[0].name())
			}
			return names
		}
	}
	return nil
}

// spell writes a name in double quotes within an expression of the table: an
// identifier if a column has that name, else a string.
func (d *definition) spell(name string) string {
	if _, ok := d.places[fold(name)]; ok {
		return identifier(fold(name))
	}
	return literal(name)
}
