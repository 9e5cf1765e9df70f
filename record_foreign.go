package dbmend

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains what a run writes into the tracking table of the runner that the
// application has.

// hands reports that a tracking table of another runner is to be begun, or to rule
// again, by name.
func (m *Migrator) hands(s *survey) bool { return m.history != "" && (s.foreign == nil || s.handed) }

// writeForeign records migrations in the application's own tracking table. One that
// begins to rule is told of everything that is recorded, and is made first if it is
// not there.
func (r *run) writeForeign(ctx context.Context, p *prepared, s *plan.Segment) error {
	if p.plan.Back {
		return r.forgetForeign(ctx, p, s.Records)
	}
	recorded := map[*migration.Migration]bool{}
	for _, mig := range p.squash.of(s.Records) {
		recorded[mig] = true
	}
	if r.hands(p.survey) {
		if err := r.beginForeign(ctx, p); err != nil {
			return err
		}
		for _, mig := range r.set.Migrations {
			if c := p.recorded.Of(mig); c.Recorded && !c.Begun {
				recorded[mig] = true
			}
		}
		r.report.History = p.foreign.Table.Path()
	}
	if err := r.openedForeign(ctx, p); err != nil {
		return err
	}
	if p.foreign == nil {
		return nil
	}
	opens := slices.ContainsFunc(s.Steps, func(s plan.Step) bool { return s.Kind == plan.Scripted })
	switch {
	case p.handed && (opens || len(recorded) > 0):
		return r.handBack(ctx, p, recorded)
	case p.handed:
		return nil
	}
	applied := p.applied(r.set, recorded)
	if opens {
		applied = append(p.vouched(r.set), applied...)
	}
	if len(applied) == 0 {
		return nil
	}
	if err := r.readAgain(ctx, p, s); err != nil {
		return err
	}
	if err := p.foreign.Runner.Record(ctx, r.db, p.foreign, r.set.Migrations, applied); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// forgetForeign takes migrations back in the application's own tracking table. None is
// made for it, and one that begins to rule again is told of what stays.
func (r *run) forgetForeign(ctx context.Context, p *prepared, records []plan.Record) error {
	if p.foreign == nil {
		return nil
	}
	back := make([]*migration.Migration, len(records))
	for i := range records {
		back[i] = records[i].Migration
	}
	if !p.handed {
		return r.forget(ctx, p, back)
	}
	stays := map[*migration.Migration]bool{}
	for _, mig := range r.set.Migrations {
		if c := p.recorded.Of(mig); c.Recorded && !slices.Contains(back, mig) {
			stays[mig] = true
		}
	}
	return r.handBack(ctx, p, stays)
}

// handBack has a tracking table that begins to rule again say of the files just what is
// recorded: migrations may have been taken back while it did not rule, those behind the
// version that the run goes to as well.
func (r *run) handBack(ctx context.Context, p *prepared, recorded map[*migration.Migration]bool) (err error) {
	gone := slices.DeleteFunc(slices.Clone(r.whole.Migrations), func(mig *migration.Migration) bool {
		_, stays := p.entries[migration.Version(mig.Version.Normal())]
		return recorded[mig] || stays && r.set.Find(mig.Version) == nil
	})
	if err := p.foreign.Runner.Forget(ctx, r.db, p.foreign, r.whole.Migrations, gone); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	if p.foreign, err = p.foreign.Runner.Read(ctx, r.db, p.foreign.Table); err != nil {
		return err
	}
	if err := p.foreign.Runner.Record(ctx, r.db, p.foreign, r.set.Migrations, append(p.vouched(r.set), p.applied(r.set, recorded)...)); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// forget writes into the application's own tracking table that migrations are not
// applied any more.
func (r *run) forget(ctx context.Context, p *prepared, back []*migration.Migration) error {
	if err := p.foreign.Runner.Forget(ctx, r.db, p.foreign, r.set.Migrations, back); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// beginForeign makes the tracking table that [History] names, unless it is there, and
// reads it.
func (r *run) beginForeign(ctx context.Context, p *prepared) error {
	if p.foreign != nil {
		return nil
	}
	table, runner := r.historyKey(r.db), r.handedTo()
	if runner == nil { // a name: of the files' own tool, if it says how its table is made
		runner = tracking.OfFormat(r.set.Format)
	}
	var statements []string
	if runner != nil && runner.Create != nil {
		statements = runner.Create(r.db.Traits(), table)
	}
	switch {
	case p.opening != nil && p.opening.runner != nil && p.opening.table == table: // the dump has made it
		runner, statements = p.opening.runner, nil
	case len(statements) == 0 && r.handedTo() != nil:
		return fmt.Errorf("create %s: %s makes its own table on this server: let it do so, then run again", table, runner.Name)
	case len(statements) == 0:
		runner = tracking.Lookup("named")
		statements = runner.Create(r.db.Traits(), table)
	}
	for _, sql := range statements {
		if _, err := r.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("create %s: %w", table, err)
		}
	}
	h, err := runner.Read(ctx, r.db, table)
	if err != nil {
		return err
	}
	p.foreign, p.hidden[table], p.handed = h, true, true
	return r.hideBeside(ctx, p)
}

// hideBeside hides what a runner keeps beside its table.
func (r *run) hideBeside(ctx context.Context, p *prepared) error {
	all, err := r.db.Inspect(ctx)
	if err != nil {
		return fmt.Errorf("inspect the database: %w", err)
	}
	for _, c := range tracking.Detect(all, tracking.Hint{Table: p.foreign.Table}) {
		for _, beside := range c.Beside {
			p.hidden[beside] = true
		}
	}
	return nil
}
