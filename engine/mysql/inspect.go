package mysql

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmend/dbmend/schema"
)

// inspect reads the whole schema.
func (d *database) inspect(ctx context.Context) (*schema.Snapshot, error) {
	objects, err := d.look(ctx, true, nil)
	if err != nil {
		return nil, err
	}
	return schema.NewSnapshot(objects...), nil
}

// look reads the objects that are wanted, and the parts of tables among them; all if
// wanted is nil. Without programs it passes over triggers, routines and events.
func (d *database) look(ctx context.Context, programs bool, wanted func(*listing) bool) (objects []*schema.Object, err error) {
	err = d.reading(ctx, func() error {
		list, answers, err := d.read(ctx, programs, wanted)
		if err != nil {
			return err
		}
		if wanted == nil {
			objects = d.describeAll(list, answers)
			return nil
		}
		for i := range list {
			objects = append(objects, d.describe(&list[i], answers[i])...)
		}
		return nil
	})
	return numbered(objects), err
}

// describeAll returns the objects of the whole schema. A table of which the server prints
// what it printed the last time is not taken apart again.
func (d *database) describeAll(list []listing, answers []printed) []*schema.Object {
	objects := make([]*schema.Object, 0, 8*len(list))
	tables := make(map[string][]*schema.Object, len(list))
	for i := range list {
		p := &answers[i]
		if list[i].kind != schema.Table || p.text == "" || p.systems != nil {
			objects = append(objects, d.describe(&list[i], *p)...)
			continue
		}
		parts, known := d.tables[p.text]
		if !known {
			parts = numbered(d.describe(&list[i], *p))
		}
		tables[p.text] = parts
		objects = append(objects, parts...)
	}
	d.tables = tables
	return objects
}

// describe returns the objects that a listing stands for.
func (d *database) describe(l *listing, p printed) []*schema.Object {
	refused := func(why string) []*schema.Object {
		return []*schema.Object{{Key: l.key(d.foldTable), Name: l.name, Unsupported: why}}
	}
	switch {
	case l.kind == schema.Trigger:
		return []*schema.Object{l.trigger(d.foldTable)}
	case l.question() == "":
		return refused("the server calls it a " + string(l.kind))
	case p.number != 0:
		return refused(fmt.Sprintf("the server does not show it: %s (%d)", p.reason, p.number))
	case p.text == "":
		return refused("the server does not show it to this user")
	case l.kind == schema.Table:
		t, err := readTable(p.text, d.name)
		if err != nil {
			return refused(err.Error())
		}
		t.refer(p.systems)
		return t.objects(d.foldTable)
	}
	return []*schema.Object{l.standalone(p, d.name, d.foldTable)}
}

// key returns the key of what a listing names.
func (l *listing) key(foldTable func(string) string) schema.Key {
	switch l.kind {
	case schema.Table, schema.View, Sequence:
		return schema.Key{Kind: l.kind, Name: foldTable(l.name)}
	case schema.Trigger:
		return schema.Key{Kind: l.kind, Table: foldTable(l.table), Name: foldTable(l.name)}
	}
	return schema.Key{Kind: l.kind, Name: fold(l.name)}
}

// numbered tells apart what has the same key: a second unique key on the same
// columns, a foreign key that is declared twice.
func numbered(objects []*schema.Object) []*schema.Object {
	seen := make(map[schema.Key]int, len(objects))
	for _, o := range objects {
		key := o.Key
		seen[key]++
		for n := seen[key]; n > 1 && seen[o.Key] > 0; n++ {
			o.Key.Name = key.Name + " #" + strconv.Itoa(n)
		}
		if o.Key != key {
			seen[o.Key]++
		}
	}
	return objects
}
