package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Build makes the objects of a snapshot from their sources: parts come with
// their table. All of it is done or nothing, in the open transaction or in one
// of its own.
//
// SQLite resolves little of what it is told to create, but virtual tables may
// want others to be there; what fails is tried again after the rest.
func (d *database) Build(ctx context.Context, s *schema.Snapshot) error {
	_, err := d.Script(ctx, s)
	return err
}

// Script is [database.Build], and returns the statements in the order in which they
// ran.
func (d *database) Script(ctx context.Context, s *schema.Snapshot) (made []string, err error) {
	todo, err := sources(s)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	own := !d.tx.open
	if own {
		if err := d.Begin(ctx, engine.Normal); err != nil {
			return nil, fmt.Errorf("build: %w", err)
		}
		defer d.Rollback(ctx)
	}
	if made, err = d.create(ctx, todo); err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	if own {
		return made, d.Commit(ctx)
	}
	return made, nil
}

// create runs the sources in their order, and those that fail again as long as
// that gets any further.
func (d *database) create(ctx context.Context, todo []*schema.Object) (made []string, err error) {
	for len(todo) > 0 {
		var failed []*schema.Object
		var first error
		for _, o := range todo {
			if _, err := d.Exec(ctx, o.Source); err == nil {
				made = append(made, o.Source)
			} else {
				failed = append(failed, o)
				if first == nil {
					first = fmt.Errorf("%s: %w", o.Key, err)
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

// sources returns the objects that have a statement of their own, in an order in
// which it can run: tables, what lies on them, views, triggers.
func sources(s *schema.Snapshot) ([]*schema.Object, error) {
	phase := map[schema.Kind]int{schema.Table: 1, schema.Index: 2, schema.View: 3, schema.Trigger: 5}
	var list []*schema.Object
	for o := range s.All() {
		if o.Source == "" {
			if o.Key.IsPart() && o.Key.Kind != schema.Index && o.Key.Kind != schema.Trigger {
				continue
			}
			return nil, fmt.Errorf("%s: its statement is not known", o.Key)
		}
		if !creates(o.Source) {
			return nil, fmt.Errorf("%s: its source is not one CREATE statement: %.80q", o.Key, o.Source)
		}
		list = append(list, o)
	}
	slices.SortStableFunc(list, func(a, b *schema.Object) int {
		return cmp.Compare(cmp.Or(phase[a.Key.Kind], 4), cmp.Or(phase[b.Key.Kind], 4))
	})
	return list, nil
}

// creates reports whether the source is one CREATE statement and nothing more.
// A file that somebody tampered with may hold anything in its place: SQLite reads
// no further than the first statement, but a driver would run what follows.
func creates(source string) bool {
	if verb(source) != "create" {
		return false
	}
	statements, err := cut(source)
	return err == nil && len(statements) == 1 && statements[0].Class == migration.Schema
}
