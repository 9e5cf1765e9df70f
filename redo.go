package dbmend

import "context"

// Redo takes the newest migration back and runs it again, as its file says now: what
// [Migrator.Down] does, and then what Up does as far as to it. It is for the time in
// which a migration is being written.
//
// The two are two transactions. Where the second fails, the migration is pending, and
// the report has what the first did.
//
// Errors: those of Down and of [Migrator.Up]; *[PartialError] where questions are
// open after it was taken back.
func (m *Migrator) Redo(ctx context.Context) (*Report, error) {
	return m.work(ctx, nil, func(r *run) error {
		way := &descent{Migrator: m, consent: true}
		r.aim = way.prepare
		if err := r.all(ctx); err != nil || len(way.back) == 0 {
			return err
		}
		again, err := m.upTo(way.back[0].Version)
		if err != nil {
			return err
		}
		r.Migrator, r.aim = again, again.prepare
		return r.all(ctx)
	})
}
