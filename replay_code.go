package dbmend

import (
	"context"
	"errors"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what a replay makes of migrations in Go.

// carryOut runs a statement on scratch.
func (r *replayer) carryOut(ctx context.Context, effect *diagnosis.Effect) (wrote int64, err error) {
	if effect.Statement.Class != migration.Code {
		return r.scratch.Exec(ctx, effect.Statement.Text)
	}
	tx := newGoTx(r.scratch, r.engine)
	err = r.call(ctx, tx, effect.Statement)
	effect.Rowwise = tx.rowwise
	for table := range tx.tables {
		r.filled[table] = true
	}
	return tx.written, err
}

// unseenCode returns the last effect of code that was not run on scratch; nil for none.
func (r *replayer) unseenCode() *diagnosis.Effect {
	for i := range slices.Backward(r.result.Effects) {
		if e := &r.result.Effects[i]; e.Statement.Class == migration.Code && e.Skipped != "" {
			return e
		}
	}
	return nil
}

// lendOfCode takes a column that a statement lacks from the live database, for what code
// has made that is not for scratch databases, and reports whether it did.
func (r *replayer) lendOfCode(ctx context.Context, c engine.Complaint, s *migration.Statement) (bool, error) {
	code := r.unseenCode()
	if code == nil || c.Problem != engine.Missing || c.Key.Kind != schema.Column {
		return false, nil
	}
	o := r.columnOfLive(c.Key, s)
	if o == nil {
		return false, nil
	}
	for _, sql := range r.engine.Add(o) {
		if _, err := r.scratch.Exec(ctx, sql); err != nil {
			return false, nil // as it is there, it cannot be had here
		}
	}
	changes, err := r.watch.Changes(ctx, migration.Statement{})
	if err != nil {
		return false, err
	}
	r.asked[o.Key.Owner()] = true
	code.Changes = append(code.Changes, changes...)
	slices.SortFunc(code.Changes, func(a, b schema.Change) int { return a.Key.Compare(b.Key) })
	return len(changes) > 0, nil
}

// columnOfLive returns the live column that a statement lacks: of the table that was
// named with it, or else of one that the statement speaks of; nil where there is none.
func (r *replayer) columnOfLive(key schema.Key, s *migration.Statement) *schema.Object {
	for o := range r.live.All() {
		table := o.Key.Owner()
		if o.Key.Kind != schema.Column || o.Key.Name != key.Name || r.watch.Snapshot().Get(table) == nil || r.watch.Snapshot().Get(o.Key) != nil {
			continue
		}
		if key.Table == table.Name || key.Table == "" && wording.Speaks(s.Text, table.Name) {
			return o
		}
	}
	return nil
}

// replayWith replays as it is begun, and anew with every table that code turns out to
// need of the live schema.
func (m *Migrator) replayWith(ctx context.Context, db engine.Database, begun replayer) (*replayer, error) {
	begun.Migrator = m
	for {
		r := begun
		r.presumed, r.filled = map[schema.Key]bool{}, map[string]bool{}
		err := r.run(ctx, db)
		if !errors.Is(err, errLend) {
			return &r, err
		}
		begun.asked[r.needed] = true
		begun.first, begun.borrowed = append(slices.Clip(begun.first), r.needed), true
		begun.whole, begun.defaults = r.whole, r.defaults
	}
}

// errLend says that a replay is to be begun anew, with a table that code needs.
var errLend = errors.New("code needs a table of the live database")

// lendable reports whether code lacks a table that the live database has and the replay
// has not tried to give it, and notes it.
func (r *replayer) lendable(key schema.Key) bool {
	r.needed = key
	return key.Kind == schema.Table && r.source != nil && r.live.Get(key) != nil && !slices.Contains(r.first, key)
}
