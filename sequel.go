package dbmend

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains how a set that has grown goes on from where the last run has left
// the database, without looking at it again: decision 0043.

// errAside says that a run takes a look at the database first.
var errAside = errors.New("the database has to be looked at")

// continues reports that the last thing that happened to this database was a run of the
// beginning of this very set, and not of all of it, and that it has left nothing but that.
// Whether somebody has touched the schema since is asked once there is a connection, where
// it may take a whole stamp. sumTo returns the Sum of the files up to a version.
func (m *Migrator) continues(e lastEntry, sumTo func(migration.Version) string) bool {
	if m.ended(e) || !m.leavesOff(e) {
		return false
	}
	sum := sumTo(e.version)
	return sum != "" && e.checksum == m.identity(sum)
}

// leavesOff reports that the last thing that happened to this database was a run from
// where another can go on, if it is one of a set that begins with what has run.
func (m *Migrator) leavesOff(e lastEntry) bool {
	if e.kind != string(journal.Completed) || e.outcome != string(journal.Applied) || e.version == "" || e.tool != "dbmend "+Version ||
		!strings.HasSuffix(e.evidence, "\n"+journal.Sole) || e.ruler != "" || m.history != "" || m.weighs ||
		e.now == "" || e.stamp == "" || m.to != "" && e.version.Compare(m.to) >= 0 {
		return false
	}
	_, traces := m.engine.(engine.Tracer)
	return traces
}

// runSequel runs what the set has behind the version of the last run, as it is written.
// The statements of the migrations up to there are not needed.
//
// Errors: errAside, before anything is changed; those of [Migrator.Up].
func (m *Migrator) runSequel(ctx context.Context, e lastEntry) (*Report, error) {
	behind := m.firstBehind(e.version)
	if slices.ContainsFunc(m.set.Migrations, reruns) || !foreseen(m.set.Migrations[behind:]) {
		return nil, errAside
	}
	report, err := m.work(ctx, nil, func(r *run) error {
		first := true
		r.aim = func(ctx context.Context, db engine.Database) (*prepared, error) {
			if !first {
				return nil, errAside
			}
			first, m.traits = false, db.Traits()
			if !m.traits.TransactionalDDL && len(m.set.Migrations) > behind+1 {
				return nil, errAside // there is a look between them
			}
			stamp, err := m.sinceLast(ctx, db, e)
			if err != nil {
				return nil, err
			} else if stamp == "" {
				return nil, errAside
			}
			return m.prepareSequel(ctx, db, e, stamp, behind)
		}
		return r.all(ctx)
	})
	if _, refused := errors.AsType[*Refusal](err); refused && report.Run == "" {
		return nil, errAside // it says more of a database that was looked at
	}
	return report, err
}

// sinceLast returns the stamp of now if nobody has touched the schema since an entry was
// written, and "" otherwise. A whole stamp is had where the one that costs a row does not tell.
func (m *Migrator) sinceLast(ctx context.Context, db engine.Database, e lastEntry) (stamp string, err error) {
	if m.engine.SameStamp(e.now, e.stamp) {
		return e.stamp, nil
	}
	if stamp, err = db.Stamp(ctx); err != nil || !m.engine.SameStamp(stamp, e.stamp) {
		return "", err
	}
	return stamp, nil
}

// firstBehind returns the place of the first migration that comes behind a version.
func (m *Migrator) firstBehind(v migration.Version) int {
	return sort.Search(len(m.set.Migrations), func(i int) bool { return m.set.Migrations[i].Version.Compare(v) > 0 })
}

// foreseen reports whether migrations need no look at the database, as far as the words
// of their statements tell: they drop no table and no column, leave foreign keys as the
// connection has them, and run in one transaction.
func foreseen(migrations []*migration.Migration) bool {
	for _, mig := range migrations {
		for i := range mig.Statements {
			switch s := &mig.Statements[i]; {
			case s.Class == migration.Data:
			case s.Class != migration.Schema, s.Verb == "drop table", s.Verb == "alter table drop column", s.AddsValue():
				return false
			}
		}
	}
	return true
}

// prepareSequel plans the run of what the set has behind the last run, from a place on, if
// the journal holds just what comes before it.
//
// Errors: errAside.
func (m *Migrator) prepareSequel(ctx context.Context, db engine.Database, e lastEntry, stamp string, behind int) (*prepared, error) {
	left, err := schema.ParseFingerprint(e.after)
	if err != nil {
		return nil, errAside // nobody of ours has written that
	}
	recorded := m.set.Migrations[:behind]
	if !m.asks.roll.Lists(recorded) {
		if just, err := journal.Holds(ctx, db, recorded); err != nil || !just {
			return nil, errAside // a look says what is wrong
		}
	}
	s := &survey{
		have: &schema.Snapshot{}, unseen: true, fingerprint: left, stamp: stamp,
		journal: true, unclaimed: true, newest: e.number, sole: true,
		recorded: &diagnosis.Recorded{Exists: true, Source: journal.Table, Claims: make(map[migration.Version]diagnosis.Claim, behind)},
		hidden:   map[schema.Key]bool{{Kind: schema.Table, Name: journal.Table}: true},
	}
	for _, mig := range recorded {
		s.recorded.Claims[migration.Version(mig.Version.Normal())] = diagnosis.Claim{Recorded: true, How: "recorded when the last run ended"}
	}
	p, err := m.planPlainly(s)
	if err != nil {
		return nil, err
	}
	p.From, p.To = left, left
	p.Diagnosis.Have, p.Diagnosis.Target = nil, nil
	if len(p.Segments(m.each, m.traits.ForeignKeys)) != 1 {
		return nil, errAside
	}
	return &prepared{survey: s, plan: p, plain: true}, nil
}

// looksSole reports whether no table of a schema looks like a history, or like what a
// tool keeps beside one.
func (m *Migrator) looksSole(s *schema.Snapshot) bool {
	for o := range s.Each() {
		if o.Key.Kind == schema.Table && tracking.IsBeside(o.Key) {
			return false
		}
	}
	return len(tracking.Detect(s, tracking.Hint{Format: m.set.Format})) == 0
}

// withSole returns the last entry of a run, which says so if the run leaves a database in
// which the set is all that is recorded and nothing else might have been: the next one
// can go on from there.
func (r *run) withSole(p *prepared, completed journal.Entry) journal.Entry {
	if p.plain && p.sole && completed.Checksum != "" && completed.Outcome == journal.Applied &&
		r.history == "" && r.hold == nil && p.squash == nil && p.foreign == nil && !p.handed && p.adopted == nil &&
		len(p.recorded.Unknown) == 0 && !slices.ContainsFunc(r.set.Migrations, reruns) {
		completed.Evidence += "\n" + journal.Sole
	}
	return completed
}
