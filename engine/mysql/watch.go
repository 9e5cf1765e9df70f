package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A watch observes what its connection does to the schema. The connection tells it
// which statements ran, so that a hint is not needed: behind statements on rows
// nothing is read, and behind the usual ones on the schema the lists that they can have
// changed, and just those objects. What other connections do is noticed with the
// objects that are read.
type watch struct {
	d        *database
	snapshot *schema.Snapshot
	ran      []string // what may have changed the schema since the last look
}

var _ engine.Watch = (*watch)(nil)

// Watch starts to observe the schema.
func (d *database) Watch(ctx context.Context) (engine.Watch, error) {
	s, err := d.inspect(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w := &watch{d: d, snapshot: s}
	if d.watches == nil {
		d.watches = map[*watch]struct{}{}
	}
	d.watches[w] = struct{}{}
	return w, nil
}

// Snapshot returns the schema as of the last call of Changes.
func (w *watch) Snapshot() *schema.Snapshot { return w.snapshot }

// Changes returns what has happened since the last call. After an error the next
// call looks at the same again.
func (w *watch) Changes(ctx context.Context, _ migration.Statement) ([]schema.Change, error) {
	if len(w.ran) == 0 {
		return nil, nil
	}
	affected, programs := func(*listing) bool { return true }, true
	if named, ok := w.reach(); ok {
		if programs = named.programs(); !programs {
			if changes, ok, err := w.glance(ctx, named); ok || err != nil {
				return changes, err
			}
		}
		affected = func(l *listing) bool {
			o := w.snapshot.Get(l.key(w.d.foldTable))
			return o == nil || o.Unsupported != "" || l.kind == schema.Trigger || named.mention(l.name) || named.concern(o)
		}
	}
	there := map[schema.Key]bool{}
	read := map[schema.Key]bool{}
	objects, err := w.d.look(ctx, programs, func(l *listing) bool {
		key := l.key(w.d.foldTable)
		there[key] = true
		if affected(l) {
			read[key] = true
			return true
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w.ran = nil
	before := w.snapshot.Filter(func(o *schema.Object) bool {
		key := o.Key
		if key.Kind != schema.Trigger {
			key = key.Owner()
		}
		return read[key] || !there[key] && (programs || !isProgram(key.Kind))
	})
	return w.snapshot.Replace(slices.Collect(before.All()), objects), nil
}

// A reach is what statements can have changed.
type reach struct {
	texts  []string        // the statements, in small letters
	tables map[string]bool // folded names of tables that they name, or that refer to one of these
	names  []string        // those names in small letters, as they stand in a statement
}

// reach returns what the statements can have changed; ok is false where that need
// not be what they name.
func (w *watch) reach() (r *reach, ok bool) {
	r = &reach{tables: map[string]bool{}}
	for _, statement := range w.ran {
		if !slices.Contains([]string{"create", "alter", "drop", "rename", "truncate"}, opening(statement)) ||
			strings.Contains(statement, "/*!") || strings.Contains(statement, "/*M!") ||
			w.d.session.touched && !isASCII(statement) { // in which character set?
			return nil, false
		}
		r.texts = append(r.texts, strings.ToLower(statement))
	}
	var references []*schema.Object
	w.each(func(o *schema.Object) {
		switch {
		case o.Key.Kind == schema.Table && r.mention(o.Spelling()):
			r.tables[o.Key.Name] = true
		case o.Key.Kind == schema.ForeignKey:
			references = append(references, o)
		}
	})
	// A rename in a table is one in the foreign keys that refer to it.
	var children []string
	for _, o := range references {
		if r.tables[o.Fact(schema.Parent)] {
			children = append(children, o.Key.Table)
		}
	}
	for _, name := range children {
		r.tables[name] = true
	}
	for name := range r.tables {
		r.names = append(r.names, strings.ToLower(inQuotes(name)))
	}
	return r, true
}

// programs reports whether a statement may make, change, move or drop a trigger, a
// routine or an event; with a table go its triggers. To list those the server opens
// each table.
func (r *reach) programs() bool {
	return slices.ContainsFunc(r.texts, func(statement string) bool {
		return opening(statement) == "drop" || slices.ContainsFunc(movingPrograms, func(word string) bool { return strings.Contains(statement, word) })
	})
}

// movingPrograms are words of which one stands in every other statement that does.
var movingPrograms = []string{"trigger", "procedure", "function", "event", "package", "rename", "replace", "database", "schema"}

// isProgram reports whether objects of a kind are stored programs.
func isProgram(kind schema.Kind) bool {
	switch kind {
	case schema.Trigger, Procedure, Function, Event, Package, PackageBody:
		return true
	}
	return false
}

// each calls do for each object, in no order: to sort them takes longer than all
// else that is done here.
func (w *watch) each(do func(*schema.Object)) {
	w.snapshot.DeleteFunc(func(o *schema.Object) bool {
		do(o)
		return false
	})
}

// mention reports whether a statement may name this name: whether it is in the text
// as a whole, quoted or not, as a name or as anything else.
func (r *reach) mention(name string) bool {
	plain := strings.ToLower(name)
	quoted := []string{plain}
	for _, q := range []string{inQuotes(plain), strings.ReplaceAll(plain, `"`, `""`)} {
		if q != plain {
			quoted = append(quoted, q)
		}
	}
	return slices.ContainsFunc(r.texts, func(statement string) bool {
		return slices.ContainsFunc(quoted, func(name string) bool { return hasWhole(statement, name) })
	})
}

// hasWhole reports whether a text contains a name that does not go on either way as a name
// without quotes does.
func hasWhole(text, name string) bool {
	for at := 0; at < len(text); at++ {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		at += i
		if end := at + len(name); (at == 0 || !isIdent(text[at-1])) && (end == len(text) || !isIdent(text[end])) {
			return true
		}
	}
	return false
}

// concern reports whether an object is one of the tables, or a view on one.
func (r *reach) concern(o *schema.Object) bool {
	switch o.Key.Kind {
	case schema.Table:
		return r.tables[o.Key.Name]
	case schema.View:
		source := strings.ToLower(o.Source)
		return slices.ContainsFunc(r.names, func(name string) bool { return strings.Contains(source, name) })
	}
	return false
}

// inQuotes returns a name as it stands between backticks.
func inQuotes(name string) string { return strings.ReplaceAll(name, "`", "``") }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
