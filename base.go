package dbmend

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains how a base is found that nobody gave: what the migrations
// presuppose is borrowed, piece by piece, from the schema file or from the live
// database, when a statement of the replay turns out to need it, and without what
// the migrations add themselves.

// lend mends what a statement complained about, and reports whether it did.
func (r *replayer) lend(ctx context.Context, c engine.Complaint, s *migration.Statement) (bool, error) {
	key := c.Key
	switch {
	case c.Problem == engine.Missing && key.Kind == schema.Table:
		if lent, err := r.lendTable(ctx, key); lent || err != nil {
			return lent, err
		}
		return r.lendHistory(ctx, key)
	case c.Problem == engine.Missing && key.Kind != schema.Column:
		o := r.find(key)
		if o == nil || r.watch.Snapshot().Get(o.Key) != nil {
			return false, nil
		}
		return true, r.onScratch(ctx, r.engine.Add(o))
	case c.Problem == engine.Missing:
		return r.giveBack(ctx, s, key.Name)
	case c.Problem == engine.Exists && key.Kind == schema.Column:
		if key.Table == "" {
			key.Space, key.Table = s.Space, s.Target
		}
		return r.takeOut(ctx, key)
	case c.Problem == engine.Exists:
		o := find(r.result.Base, key)
		if o == nil {
			return false, nil
		}
		return r.takeOut(ctx, o.Key)
	}
	return false, nil
}

// lendTable makes a table of the source on scratch, with its indexes and triggers.
func (r *replayer) lendTable(ctx context.Context, key schema.Key) (bool, error) {
	if r.watch.Snapshot().Get(key) != nil {
		return false, nil
	}
	source := r.source
	if source.Get(key) == nil {
		source = r.live
	}
	if source == r.live {
		r.asked[key.Owner()] = true
	}
	table := source.Get(key)
	if table == nil {
		return r.lendRenamed(ctx, key)
	}
	return true, r.copyTable(ctx, source, table)
}

// lendHistory makes the tracking table of the tool whose files these are: some
// migrations change it. It is the tool's, and no part of what the migrations make.
func (r *replayer) lendHistory(ctx context.Context, key schema.Key) (bool, error) {
	traits := r.scratch.Traits()
	runner := tracking.OfFormat(r.set.Format)
	if runner == nil || runner.Create == nil || runner.Home(traits) != key || r.history == key {
		return false, nil
	}
	if err := makeHistory(ctx, r.scratch, runner, key); err != nil {
		return false, err
	}
	r.history = key
	_, err := r.watch.Changes(ctx, migration.Statement{})
	return err == nil, err
}

// makeHistory makes an empty tracking table on a scratch database.
func makeHistory(ctx context.Context, scratch engine.Database, runner *tracking.Runner, table schema.Key) error {
	for _, sql := range runner.Create(scratch.Traits(), table) {
		if _, err := scratch.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make %s on scratch: %w", table, err)
		}
	}
	return nil
}

// lendLive makes a table of the live database on scratch.
func (r *replayer) lendLive(ctx context.Context, key schema.Key) error {
	if table := r.live.Get(key); table != nil && r.watch.Snapshot().Get(key) == nil {
		return r.copyTable(ctx, r.live, table)
	}
	return nil
}

// copyTable makes a table and what belongs to it on scratch.
func (r *replayer) copyTable(ctx context.Context, source *schema.Snapshot, table *schema.Object) error {
	copied := schema.NewSnapshot(table)
	for _, part := range source.Parts(table.Key) {
		if part.Key.Kind != schema.Trigger {
			copied.Put(part)
		}
	}
	if err := r.scratch.Build(ctx, copied); err != nil {
		return err
	}
	changes, err := r.adopt(ctx)
	if err != nil {
		return err
	}
	if source == r.live {
		for _, c := range changes {
			r.presumed[c.Key] = true
		}
	}
	return nil
}

// lendRenamed gives a table of the source the name that it had before the
// migrations renamed it.
func (r *replayer) lendRenamed(ctx context.Context, key schema.Key) (bool, error) {
	for later := range r.ahead() {
		if later.Verb != "alter table rename" || later.Table() != key || later.NewName == "" {
			continue
		}
		renamed := later.Renamed()
		if r.watch.Snapshot().Get(renamed) != nil {
			return false, nil
		}
		if lent, err := r.lendTable(ctx, renamed); err != nil || !lent {
			return false, err
		}
		return true, r.onScratch(ctx, r.engine.Rename(r.watch.Snapshot().Get(renamed), key.Name))
	}
	return false, nil
}

// giveBack gives a borrowed table the column back that a rename ahead takes away.
func (r *replayer) giveBack(ctx context.Context, failed *migration.Statement, column string) (bool, error) {
	for later := range r.ahead() {
		if later.Verb != "alter table rename column" || later.OldName != column {
			continue
		}
		key := later.Table().Column(later.NewName)
		o := r.watch.Snapshot().Get(key)
		if o == nil || r.result.Base.Get(key) == nil {
			continue
		}
		return true, r.onScratch(ctx, r.engine.Rename(o, later.OldName))
	}
	return false, nil
}

// takeOut removes from the base what a statement makes, with the indexes that
// stand in the way.
func (r *replayer) takeOut(ctx context.Context, key schema.Key) (bool, error) {
	o := r.result.Base.Get(key)
	if o == nil {
		return false, nil
	}
	if key.Kind == schema.Column {
		for _, part := range r.result.Base.Parts(key.Owner()) {
			if part.Key.Kind == schema.Index && wording.Speaks(part.Fact(schema.Columns)+" "+part.Fact(schema.Where), key.Name) {
				if err := r.onScratch(ctx, r.engine.Drop(part)); err != nil {
					return false, err
				}
			}
		}
	}
	statements := r.engine.Drop(o)
	if statements == nil {
		return false, nil
	}
	return true, r.onScratch(ctx, statements)
}

// onScratch runs our own statements and takes what they did into the base.
func (r *replayer) onScratch(ctx context.Context, statements []string) error {
	for _, sql := range statements {
		if _, err := r.scratch.Exec(ctx, sql); err != nil {
			return &StatementError{SQL: sql, During: "replay", Err: err,
				Hint: "the schema from before the first migration could not be worked out: give it with --base FILE"}
		}
	}
	_, err := r.adopt(ctx)
	return err
}

// adopt takes what has just happened on scratch into the base.
func (r *replayer) adopt(ctx context.Context) ([]schema.Change, error) {
	changes, err := r.watch.Changes(ctx, migration.Statement{})
	if err != nil {
		return nil, err
	}
	r.result.Base.Apply(changes)
	for _, c := range changes {
		// A table's own text changes with its columns, without being a change itself.
		if table := r.watch.Snapshot().Get(c.Key.Owner()); table != nil && r.result.Base.Get(table.Key) != nil {
			r.result.Base.Put(table)
		}
	}
	return changes, nil
}

// ahead yields the statements that have not been replayed yet.
func (r *replayer) ahead() func(yield func(*migration.Statement) bool) {
	done := len(r.result.Effects)
	return func(yield func(*migration.Statement) bool) {
		n := 0
		for _, m := range r.set.Migrations {
			for i := range m.Statements {
				if n++; n > done && !yield(&m.Statements[i]) {
					return
				}
			}
		}
	}
}

// find returns the object of the source that a complaint means.
func (r *replayer) find(key schema.Key) *schema.Object {
	if r.source != r.live {
		if o := find(r.source, key); o != nil {
			return o
		}
	}
	r.whole = true
	return find(r.live, key)
}

// find looks an object up whose table the server did not tell.
func find(s *schema.Snapshot, key schema.Key) *schema.Object {
	if o := s.Get(key); o != nil || key.Table != "" {
		return o
	}
	for o := range s.All() {
		if o.Key.Kind == key.Kind && o.Key.Name == key.Name {
			return o
		}
	}
	return nil
}

// droppedUnseen returns the tables that the set drops with IF EXISTS without
// ever having had them, while the live database has them in a form that the set does
// not give them.
func (r *replayer) droppedUnseen() []schema.Key {
	var tables []schema.Key
	had := map[schema.Key]bool{}
	for i := range r.result.Effects {
		e := &r.result.Effects[i]
		for _, c := range e.Changes {
			had[c.Key.Owner()] = true
		}
		key := e.Statement.Table()
		if !e.Statement.Guard || e.Statement.Verb != "drop table" || had[key] {
			continue
		}
		if r.liveTable(key) == nil || r.made(key) {
			continue
		}
		tables = append(tables, key)
	}
	return tables
}

// made reports whether the live table is one that the set makes: everything that
// the set gives it at some moment is there.
func (r *replayer) made(table schema.Key) bool {
	form := map[schema.Key]*schema.Object{}
	for i := range r.result.Effects {
		touched := false
		for _, c := range r.result.Effects[i].Changes {
			if c.Key.Owner() != table {
				continue
			}
			touched = true
			if c.After == nil {
				delete(form, c.Key)
			} else {
				form[c.Key] = c.After
			}
		}
		if touched && len(form) > 0 && r.fits(form) {
			return true
		}
	}
	return false
}

// fits reports whether the live table has the columns and keys of a form.
func (r *replayer) fits(form map[schema.Key]*schema.Object) bool {
	for key, o := range form {
		if o.Source != "" && key.IsPart() {
			continue // indexes and triggers come and go
		}
		if !o.Equal(r.live.Get(key)) {
			return false
		}
	}
	return true
}

// settleWith completes a base that was borrowed from a schema file by what that
// file has and no migration makes.
func (r *replayer) settleWith(whole *schema.Snapshot) {
	touched := map[schema.Key]bool{}
	for i := range r.result.Effects {
		for _, c := range r.result.Effects[i].Changes {
			touched[c.Key] = true
		}
	}
	r.result.Allowed = schema.NewSnapshot()
	for o := range whole.All() {
		owner := o.Key.Owner()
		switch {
		case touched[o.Key] || r.result.Base.Get(o.Key) != nil:
		case touched[owner]:
			r.result.Allowed.Put(o)
		default:
			r.result.Base.Put(o)
			r.result.Want.Put(o)
		}
	}
}
