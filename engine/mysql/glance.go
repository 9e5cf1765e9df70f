package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// glance returns what statements have changed that say by themselves what they can
// change, without reading the list of all tables, which grows with the schema; ok is false
// where that list must be read.
func (w *watch) glance(ctx context.Context, named *reach) (changes []schema.Change, ok bool, err error) {
	list, ok := w.certain(named)
	if !ok {
		return nil, false, nil
	}
	objects, ok, err := w.d.lookAt(ctx, list)
	if err != nil {
		return nil, false, fmt.Errorf("watch: %w", err)
	}
	if !ok {
		return nil, false, nil
	}
	w.ran = nil
	read := make(map[schema.Key]bool, len(list))
	for i := range list {
		read[list[i].key(w.d.foldTable)] = true
	}
	var before []*schema.Object
	w.each(func(o *schema.Object) {
		if o.Key.Kind != schema.Trigger && read[o.Key.Owner()] {
			before = append(before, o)
		}
	})
	return w.snapshot.Replace(before, objects), true, nil
}

// certain returns the tables and views that the statements can have changed, where each
// makes a table, or an index, columns and keys of one that is there, and none gives
// another name to anything.
func (w *watch) certain(named *reach) (list []listing, ok bool) {
	there := map[schema.Key]bool{}
	w.each(func(o *schema.Object) {
		switch o.Key.Kind {
		case schema.Table, schema.View, Sequence:
			there[schema.Key{Kind: schema.Table, Name: o.Key.Name}] = true
			if o.Unsupported != "" || named.mention(o.Spelling()) || named.concern(o) {
				list = append(list, listing{kind: o.Key.Kind, name: o.Spelling()})
			}
		}
	})
	for i, statement := range w.ran {
		s := migration.Statement{Text: statement}
		classify(&s, mode{})
		if s.Space != "" || s.Target == "" || slices.ContainsFunc(elsewhere, func(word string) bool { return strings.Contains(named.texts[i], word) }) {
			return nil, false
		}
		table := schema.Key{Kind: schema.Table, Name: w.d.foldTable(s.Target)}
		switch {
		case s.Verb == "create table" && !there[table]:
			there[table] = true
			list = append(list, listing{kind: schema.Table, name: s.Target})
		case s.Verb == "create table", s.Verb == "create index", strings.HasPrefix(s.Verb, "alter table") && there[table]:
		default:
			return nil, false
		}
	}
	return list, true
}

// elsewhere are words of a statement that may be about another table than the one that it
// names first, or about one of this connection's own.
var elsewhere = []string{"rename", "partition", "temporary"}

// lookAt reads the objects of a list; ok is false where the server does not show one of
// them as what the list calls it.
func (d *database) lookAt(ctx context.Context, list []listing) (objects []*schema.Object, ok bool, err error) {
	questions := make([]string, len(list))
	for i := range list {
		questions[i] = list[i].question()
	}
	err = d.reading(ctx, func() error {
		answers, err := d.show(ctx, questions)
		if err != nil {
			return err
		}
		for i := range list {
			if answers[i].number != 0 || list[i].kind == schema.Table && !strings.HasPrefix(answers[i].text, "CREATE TABLE ") {
				return nil
			}
		}
		if err := d.systems(ctx, list, answers); err != nil {
			return err
		}
		for i := range list {
			objects = append(objects, d.describe(&list[i], answers[i])...)
		}
		ok = true
		return nil
	})
	return numbered(objects), ok, err
}
