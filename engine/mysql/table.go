package mysql

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A table is a CREATE TABLE as the server prints it, taken apart.
type table struct {
	name       string
	columns    []column
	keys       []key
	references []reference
	checks     []check
	periods    [][]token // PERIOD FOR …
	options    []schema.Fact
	behind     []token // all that follows the parts
}

// readTable takes the text apart. There is no grammar here: the server has printed
// it, in one form. A part that is none we know is an error.
func readTable(source, database string) (*table, error) {
	c := cursor{tokens: local(printedTokens(source, mode{}), database)}
	var t table
	var ok bool
	if !c.take("create", "table") {
		return nil, errors.New("the server does not print it as a table")
	}
	if t.name, ok = c.name(); !ok {
		return nil, errors.New("its text has no name")
	}
	parts := c.group()
	if parts == nil {
		return nil, errors.New("its text has no parts")
	}
	t.behind = withoutCounter(c.rest())
	t.options = readOptions(t.behind)
	for _, part := range commas(within(parts)) {
		if err := t.part(part); err != nil {
			return nil, err
		}
	}
	return &t, nil
}

// part reads one part of the table.
func (t *table) part(tokens []token) (err error) {
	c := cursor{tokens: tokens}
	if c.peek().kind == quoted {
		col, err := readColumn(tokens)
		if err == nil {
			t.columns = append(t.columns, col)
		}
		return err
	}
	if c.take("period", "for") {
		t.periods = append(t.periods, tokens)
		return nil
	}
	name := ""
	if c.take("constraint") {
		name, _ = c.name()
	}
	switch {
	case c.take("foreign", "key"):
		r, err := readReference(&c)
		r.name, r.text = name, tokens
		t.references = append(t.references, r)
		return err
	case c.take("check"):
		t.checks = append(t.checks, check{name: name, expression: spelled(within(c.group())), rest: c.rest(), text: tokens})
		return nil
	}
	k, err := readKey(&c)
	k.text = tokens
	t.keys = append(t.keys, k)
	return err
}

// withoutCounter leaves out AUTO_INCREMENT=7, which counts rows and is no part of
// the schema.
func withoutCounter(tokens []token) []token {
	for i, t := range tokens {
		if t.is("auto_increment") && i+2 < len(tokens) && tokens[i+1].is("=") {
			return slices.Concat(tokens[:i], tokens[i+3:])
		}
	}
	return tokens
}

// readOptions reads what follows the parts: options, each with a value, and how
// the table is divided. What has no value is kept in one piece.
func readOptions(tokens []token) []schema.Fact {
	var facts []schema.Fact
	var loose, name []token
	c := cursor{tokens: tokens}
	for !c.done() {
		if c.take("partition", "by") {
			loose, name = append(loose, name...), nil
			facts = append(facts, schema.Fact{Name: partitioning, Value: spelled(byTime(c.rest()))})
			break
		}
		if !c.take("=") {
			name = append(name, c.next())
			continue
		}
		value := c.group()
		if value == nil {
			value = []token{c.next()}
		}
		// Words that stand alone ahead of an option's own name are options by themselves.
		own := min(len(name), 1)
		if n := len(name); n > 1 && (name[n-2].is("default") || name[n-2].is("data") || name[n-2].is("index")) {
			own = 2
		}
		loose = append(loose, name[:len(name)-own]...)
		option := strings.TrimPrefix(fold(spelled(name[len(name)-own:])), "default ")
		facts = append(facts, schema.Fact{Name: strings.Trim(option, "`"), Value: spelled(value)})
		name = nil
	}
	if loose = append(loose, name...); len(loose) > 0 {
		facts = append(facts, schema.Fact{Name: options, Value: spelled(loose)})
	}
	for i := range facts {
		switch f := &facts[i]; f.Name {
		case "collate":
			f.Name = collation
		case charset, storage:
			f.Value = fold(f.Value)
		}
	}
	slices.SortStableFunc(facts, func(a, b schema.Fact) int { return strings.Compare(a.Name, b.Name) })
	return facts
}

// byTime leaves out of how the past of a versioned table is divided what the server fills in: the
// moment from which an INTERVAL counts, and the partitions that it adds by itself under AUTO.
func byTime(tokens []token) []token {
	if len(tokens) == 0 || !tokens[0].is("system_time") {
		return tokens
	}
	head := tokens
	if i := slices.IndexFunc(tokens, func(t token) bool { return t.is("(") || t.is("partitions") }); i >= 0 {
		head = tokens[:i]
	}
	rest := tokens[len(head):]
	if slices.ContainsFunc(head, func(t token) bool { return t.is("auto") }) {
		rest = nil
	}
	if i := slices.IndexFunc(head, func(t token) bool { return t.is("starts") }); i >= 0 && i+2 < len(head) {
		head = slices.Concat(head[:i], head[i+3:]) // STARTS TIMESTAMP '2026-11-01 00:00:00'
	}
	return slices.Concat(head, rest)
}

// option returns an option of the table, and "" where it has none.
func (t *table) option(name string) string {
	for _, f := range t.options {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// collation returns the collation of the table. MySQL prints none that is its character
// set's own, but for utf8mb4.
func (t *table) collation() string {
	if named := t.option(collation); named != "" {
		return named
	}
	switch set := t.option(charset); set {
	case "latin1":
		return "latin1_swedish_ci"
	case "binary":
		return set
	default:
		return set + "_general_ci"
	}
}

// distant are storage engines whose tables are a way to somewhere else: made on a
// scratch database they would lead there too, and their options may hold passwords.
var distant = []string{"federated", "connect", "spider", "s3", "sphinx", "ndbcluster", "ndb"}

// objects returns the table and its parts, as keyed by how the server folds names
// of tables.
func (t *table) objects(foldTable func(string) string) []*schema.Object {
	name := foldTable(t.name)
	owner := &schema.Object{Key: schema.Key{Kind: schema.Table, Name: name}, Name: t.name, Facts: t.options}
	list := []*schema.Object{owner}
	for i := range t.columns {
		list = append(list, t.columns[i].object(t, name, i+1))
	}
	alter := "ALTER TABLE " + quote(t.name) + " ADD "
	inner := t.inner()
	for i := range t.keys {
		if i != inner && t.implicit(i) {
			continue
		}
		o := t.keys[i].object(name, t.option(storage))
		o.Position = i + 1
		if i != inner && o.Key.Kind != schema.PrimaryKey {
			o.Source = alter + spelled(t.keys[i].text)
		}
		list = append(list, o)
	}
	for i := range t.references {
		o := t.references[i].object(name, foldTable)
		if !t.serves(&t.references[i]) {
			o.Facts = append(o.Facts, schema.Fact{Name: schema.Invalid, Value: "yes"})
		}
		o.Source = alter + spelled(t.references[i].text)
		list = append(list, o)
	}
	for i := range t.checks {
		o := t.checks[i].object(name)
		o.Source = alter + spelled(t.checks[i].text)
		list = append(list, o)
	}
	if len(t.periods) > 0 {
		var periods []string
		for _, p := range t.periods {
			periods = append(periods, spelled(p))
		}
		owner.Facts = append(slices.Clone(owner.Facts), schema.Fact{Name: "period", Value: strings.Join(periods, ", ")})
	}
	owner.Source = t.source(inner)
	if slices.Contains(distant, t.option(storage)) {
		owner.Unsupported = fmt.Sprintf("the storage engine %s keeps it somewhere else", t.option(storage))
		owner.Facts = []schema.Fact{{Name: storage, Value: t.option(storage)}}
		owner.Source = ""
	}
	return list
}

// source returns the CREATE TABLE of what has no statement of its own: columns, the
// primary key, periods, the key without which a column cannot number itself, and the
// keys of foreign keys, which keep their names by that.
func (t *table) source(inner int) string {
	var parts []string
	for _, c := range t.columns {
		parts = append(parts, spelled(c.text))
	}
	for _, p := range t.periods {
		parts = append(parts, spelled(p))
	}
	for i, k := range t.keys {
		if k.primary || i == inner || t.implicit(i) {
			parts = append(parts, spelled(k.text))
		}
	}
	return strings.TrimSpace("CREATE TABLE " + quote(t.name) + " (\n  " + strings.Join(parts, ",\n  ") + "\n) " + spelled(t.behind))
}

// inner returns the key, as an index, that a column needs which numbers itself, if
// that is not the primary key; -1 for none.
func (t *table) inner() int {
	for _, c := range t.columns {
		if !c.counts {
			continue
		}
		found := -1
		for i, k := range t.keys {
			switch {
			case len(k.columns) == 0 || !slices.ContainsFunc(k.columns, func(part []token) bool { return part[0].name() == c.name }):
			case k.primary && k.columns[0][0].name() == c.name:
				return -1
			case k.columns[0][0].name() == c.name:
				return i
			case found < 0 && !k.primary:
				found = i // MyISAM and Aria count within groups
			}
		}
		return found
	}
	return -1
}
