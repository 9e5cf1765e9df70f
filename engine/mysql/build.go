package mysql

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Build makes the objects of a snapshot from their sources. A table and its parts
// are made by one statement, whatever the parts would be added by later; foreign
// keys are not checked meanwhile. A part without its table is added to the one that
// is there. What a view or a routine refers to may come after
// it: what fails is tried again behind the rest.
//
// These servers undo no statement on the schema: after an error what was made
// before it is there.
func (d *database) Build(ctx context.Context, s *schema.Snapshot) error {
	_, err := d.Script(ctx, s)
	return err
}

// Script is [database.Build], and returns the statements in the order in which they
// ran, each behind the settings that it needs; foreign keys stay unchecked.
func (d *database) Script(ctx context.Context, s *schema.Snapshot) (made []string, err error) {
	todo, err := steps(s)
	if err == nil && len(todo) > 0 {
		err = d.permissive(ctx, func() (err error) {
			made, err = d.create(ctx, todo)
			return err
		})
		made = slices.Concat([]string{"SET NAMES utf8mb4", "SET SESSION foreign_key_checks = 0"}, made,
			[]string{"SET SESSION sql_mode = DEFAULT"})
	}
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	return made, nil
}

// A recipe is a statement that makes an object, in the sql_mode that its text means.
type recipe struct {
	key       schema.Key
	statement string
	mode      string
	phase     int
}

// permissive runs do with the settings in which a schema that is there once can be
// made again, as dumps do: zero dates are dates, and our text is UTF-8.
func (d *database) permissive(ctx context.Context, do func() error) (err error) {
	var mode, client, results, collation string
	var checks bool
	err = d.conn.QueryRowContext(ctx, "SELECT @@sql_mode, @@foreign_key_checks, @@character_set_client, coalesce(@@character_set_results, ''), @@collation_connection").
		Scan(&mode, &checks, &client, &results, &collation)
	if err != nil {
		return err
	}
	back := "SET SESSION sql_mode = " + literal(mode) + ", foreign_key_checks = " + map[bool]string{true: "1", false: "0"}[checks] +
		", character_set_client = " + literal(client) + ", collation_connection = " + literal(collation) +
		", character_set_results = " + cmp.Or(map[bool]string{true: "NULL"}[results == ""], literal(results))
	whole, done := d.server.Of(ctx)
	defer done()
	d.session.seen = false
	defer func() { err = errors.Join(err, d.put(whole, back)) }()
	if err := d.put(whole, "SET NAMES utf8mb4"); err != nil {
		return err
	}
	if err := d.put(whole, "SET SESSION foreign_key_checks = 0, collation_connection = "+literal(utf8Collation(collation))); err != nil {
		return err
	}
	return do()
}

// utf8Collation returns a collation of the connection's, if it is one of UTF-8.
func utf8Collation(name string) string {
	if strings.HasPrefix(name, "utf8mb4_") {
		return name
	}
	return "utf8mb4_general_ci"
}

// create runs the steps in their order, and those that fail again as long as that
// gets any further.
func (d *database) create(ctx context.Context, todo []recipe) (made []string, err error) {
	whole, done := d.server.Of(ctx)
	defer done()
	mode := "?"
	for len(todo) > 0 {
		var failed []recipe
		var first error
		for _, s := range todo {
			if s.mode != mode {
				set := "SET SESSION sql_mode = " + literal(s.mode)
				if err := d.put(whole, set); err != nil {
					return nil, err
				}
				made, mode = append(made, set), s.mode
			}
			if _, err := d.Exec(ctx, s.statement); err == nil {
				made = append(made, s.statement)
			} else {
				failed = append(failed, s)
				if first == nil {
					first = fmt.Errorf("%s: %w", s.key, err)
				}
			}
		}
		if len(failed) == len(todo) || d.tx.lost || ctx.Err() != nil {
			return nil, first
		}
		todo = failed
	}
	return made, nil
}

// phases order what is made: defaults need sequences, views need tables and
// functions, and a package's body the package.
var phases = map[schema.Kind]int{
	Sequence: 1, schema.Table: 2, Function: 3, Package: 3, PackageBody: 4, schema.View: 5, Procedure: 6, schema.Trigger: 7, Event: 8,
}

// steps returns the statements that make the snapshot, in their order.
func steps(s *schema.Snapshot) ([]recipe, error) {
	var list []recipe
	for o := range s.All() {
		switch {
		case o.Key.Kind == schema.Table:
			made, err := tableSteps(o, s.Parts(o.Key))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", o.Key, err)
			}
			list = append(list, made...)
		case o.Key.IsPart() && o.Key.Kind != schema.Trigger:
			if s.Get(o.Key.Owner()) != nil || o.Source == "" {
				continue // made with its table
			}
			// Its table is there already.
			if _, err := addition(&schema.Object{Key: o.Key.Owner()}, o); err != nil {
				return nil, err
			}
			list = append(list, recipe{o.Key, o.Source, "no_engine_substitution", phases[schema.Table]})
		default:
			modes := cmp.Or(o.Fact(readIn), "no_engine_substitution")
			if !makes(o, modes) {
				return nil, fmt.Errorf("%s: its source is not the statement that makes it: %.80q", o.Key, o.Source)
			}
			list = append(list, recipe{o.Key, o.Source, modes, phases[o.Key.Kind]})
		}
	}
	slices.SortStableFunc(list, func(a, b recipe) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.phase, 9), cmp.Or(b.phase, 9)), precedence(s, a.key, b.key))
	})
	return list, nil
}

// precedence orders the triggers of a table and event.
func precedence(s *schema.Snapshot, a, b schema.Key) int {
	if a.Kind != schema.Trigger || a.Table != b.Table {
		return 0
	}
	one, other := s.Get(a).Fact(order), s.Get(b).Fact(order)
	return cmp.Or(cmp.Compare(len(one), len(other)), strings.Compare(one, other))
}

// makes reports whether the source of an object, read in these modes, is one
// statement, and makes that object and no other. A file that somebody tampered with
// may hold anything in its place.
func makes(o *schema.Object, modes string) bool {
	statements, err := cut(bounded(o.Source, modes))
	if err != nil || len(statements) != 2 {
		return false
	}
	s := statements[1]
	verb := strings.TrimPrefix(s.Verb, "create ")
	return s.Class == migration.Schema && verb == string(o.Key.Kind) && s.Text == strings.TrimSpace(o.Source) && s.Space == "" && fold(s.Target) == fold(o.Spelling())
}

// bounded returns a source as a script that reads it in these modes.
func bounded(source, modes string) string {
	return "SET sql_mode = " + literal(modes) + ";\nDELIMITER $dbmend$\n" + source + "\n$dbmend$"
}

// tableSteps returns the CREATE TABLE of a table with the parts that have a statement
// of their own in it; and what takes the index from a foreign key that had none.
func tableSteps(o *schema.Object, parts []*schema.Object) ([]recipe, error) {
	made := recipe{key: o.Key, mode: "no_engine_substitution", phase: phases[schema.Table]}
	c := cursor{tokens: tokenize(o.Source)}
	statements, err := cut(o.Source)
	if err != nil || len(statements) != 1 || statements[0].Class != migration.Schema || statements[0].Verb != "create table" || statements[0].Space != "" ||
		fold(statements[0].Target) != fold(o.Spelling()) || !c.take("create", "table") {
		return nil, fmt.Errorf("its source is not the statement that makes it: %.80q", o.Source)
	}
	c.name()
	group := c.group()
	if group == nil {
		return nil, fmt.Errorf("its source has no columns: %.80q", o.Source)
	}
	var spare []recipe
	var b strings.Builder
	end := group[len(group)-1].pos
	b.WriteString(strings.TrimRight(o.Source[:end], "\n"))
	slices.SortStableFunc(parts, func(a, b *schema.Object) int { return cmp.Compare(a.Position, b.Position) }) // keys as they were
	for i, p := range parts {
		if p.Key.Kind == schema.Trigger || p.Source == "" {
			continue
		}
		clause, err := addition(o, p)
		if err != nil {
			return nil, err
		}
		b.WriteString(",\n  " + clause)
		if columns, _, ok := declared(p); ok && p.Fact(schema.Invalid) != "" {
			name := quote("dbmend_spare_" + strconv.Itoa(i))
			b.WriteString(",\n  KEY " + name + " " + spelled(columns))
			spare = append(spare, recipe{o.Key, "ALTER TABLE " + quote(o.Spelling()) + " DROP KEY " + name, made.mode, made.phase})
		}
	}
	b.WriteString("\n" + o.Source[end:])
	made.statement = b.String()
	return slices.Concat([]recipe{made}, spare), nil
}

// addition returns what the source of a part adds to its table.
func addition(o, part *schema.Object) (string, error) {
	c := cursor{tokens: tokenize(part.Source)}
	ok := c.take("alter", "table")
	name, named := c.name()
	ok = ok && named && (name == o.Spelling() || fold(name) == o.Key.Name) && c.take("add") && !c.done()
	if !ok {
		return "", fmt.Errorf("%s: its source does not add it: %.80q", part.Key, part.Source)
	}
	clause := part.Source[c.peek().pos:]
	c = cursor{tokens: tokenize(clause)}
	known := c.peek().is("constraint") || c.peek().is("unique") || c.peek().is("key") || c.peek().is("fulltext") ||
		c.peek().is("spatial") || c.peek().is("vector")
	whole := len(c.until(",", ";")) == len(c.tokens)
	// Nothing may close the parenthesis that it is put in, or leave one open.
	depth := 0
	for _, t := range c.tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.kind == illegal || t.kind == unclosed || t.kind == condition:
			whole = false
		}
		whole = whole && depth >= 0
	}
	if !known || !whole || depth != 0 || strings.ContainsAny(clause, "\x00") {
		return "", fmt.Errorf("%s: its source does not add it: %.80q", part.Key, part.Source)
	}
	return clause, nil
}
