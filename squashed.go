package dbmend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how an empty database is begun with a squash file: decision 0029.

// A squash is a squash file that stands for migrations of the set.
type squash struct {
	*migration.Squash
	script   *migration.Migration   // its statements, as those of one migration
	replaced []*migration.Migration // what it stands for
}

// unsquashable says why a squash file is not used.
type unsquashable struct{ reason string }

func (e *unsquashable) Error() string { return e.reason }

// prepareSquashed plans the run of an empty database that a squash file begins, and of
// one on which a server that undoes nothing was interrupted at that. It returns nil
// where there is no such file; where there is one that cannot be used, the survey says
// why, and the migrations are run.
func (m *Migrator) prepareSquashed(ctx context.Context, db engine.Database, s *survey) (*prepared, error) {
	if m.files == nil && m.squashed == nil || !s.empty() && !s.squashing {
		return nil, nil
	}
	sq, err := m.squash(ctx, db)
	if why, ok := errors.AsType[*unsquashable](err); ok {
		s.notes = append(s.notes, m.engine.Name()+migration.SquashExt+" is not used: "+why.reason+"; run dbmend squash again")
		return nil, nil
	}
	if sq == nil || err != nil {
		return nil, err
	}
	short := m.behind(sq)
	var p *prepared
	if s.squashing {
		p, err = short.prepare(ctx, db)
	} else {
		p = &prepared{survey: s, plain: true}
		p.plan, err = short.planPlainly(s)
	}
	if err != nil {
		return nil, err
	}
	p.squash = sq
	rests := slices.ContainsFunc(sq.script.Statements, func(st migration.Statement) bool { return st.Class == migration.Data })
	for i := range p.plan.Steps {
		if step := &p.plan.Steps[i]; sq.makes(step) {
			step.Kind, step.Reason = plan.Scripted, "the database is empty"
			step.Rebuild = step.Rebuild || rests // rows come in any order
		}
	}
	for i := range p.plan.Records {
		if r := &p.plan.Records[i]; r.Migration == sq.script {
			r.Outcome, r.Reason = journal.Applied, sq.stands()
		}
	}
	return p, nil
}

// stands says what the squash stands for.
func (sq *squash) stands() string {
	return "it stands for " + wording.Count(int64(len(sq.replaced)), "migration") + " up to " + sq.replaced[len(sq.replaced)-1].ID()
}

// makes reports whether a step is a statement of the squash.
func (sq *squash) makes(s *plan.Step) bool {
	return sq != nil && s.Source != nil && s.Path == sq.Path
}

// of returns the migrations that records are about, those that a squash stands for in
// its place.
func (sq *squash) of(records []plan.Record) []*migration.Migration {
	var list []*migration.Migration
	for i := range records {
		if mig := records[i].Migration; sq != nil && mig == sq.script {
			list = append(list, sq.replaced...)
		} else {
			list = append(list, mig)
		}
	}
	return list
}

// behind returns a Migrator for which the squash is the first migration, in the place
// of those that it stands for.
func (m *Migrator) behind(sq *squash) *Migrator {
	return &Migrator{
		db: m.db, engine: m.engine, set: m.set.Behind(sq.script, len(sq.replaced)), sum: m.sum, traits: m.traits,
		options: m.options, ignored: m.ignored, asked: m.asked, functions: m.functions,
	}
}

// squash reads the squash file beside the migrations, and makes sure that it stands for
// them. It returns nil where there is none.
//
// Errors: *unsquashable.
func (m *Migrator) squash(ctx context.Context, db engine.Database) (*squash, error) {
	if m.mistrust != "" {
		return nil, &unsquashable{m.mistrust}
	}
	if m.squashed != nil {
		return m.squashed, nil
	}
	file, err := migration.ReadSquash(m.files, m.engine.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &unsquashable{err.Error()}
	}
	conditions, err := conditions(ctx, db)
	if err != nil {
		return nil, err
	}
	if file.Conditions != conditions {
		return nil, &unsquashable{fmt.Sprintf("it was made on %q, and this is %q", file.Conditions, conditions)}
	}
	if why := m.stale(file); why != "" {
		return nil, &unsquashable{why}
	}
	sq, err := m.standing(file)
	if err != nil {
		return nil, &unsquashable{err.Error()}
	}
	return sq, nil
}

// standing makes a squash of a file that is not stale.
//
// Errors: *[migration.SyntaxError].
func (m *Migrator) standing(file *migration.Squash) (*squash, error) {
	replaced := m.set.Migrations[:len(file.Replaces):len(file.Replaces)]
	script, err := file.Migration(replaced[len(replaced)-1], m.engine)
	if err != nil {
		return nil, err
	}
	return &squash{file, script, replaced}, nil
}

// stale says why a squash file does not stand for the first migrations of the set; ""
// where it does.
func (m *Migrator) stale(file *migration.Squash) string {
	for i, r := range file.Replaces {
		if i == len(m.set.Migrations) {
			return r.ID + " is not among the migrations"
		}
		switch mig := m.set.Migrations[i]; {
		case mig.Checksum == r.Checksum && mig.ID() == r.ID:
		case mig.ID() == r.ID:
			return r.ID + " has changed since it was made"
		default:
			return r.ID + " is expected where " + mig.ID() + " is"
		}
	}
	switch {
	case file.With != m.goesWith():
		return "what goes with the migrations has changed since it was made: placeholders, contexts, the base"
	case len(m.set.Baselines) > 0:
		return m.set.Baselines[0].Path + " begins an empty database already"
	case len(file.Replaces) < len(m.set.Migrations) && slices.ContainsFunc(m.set.Migrations, reruns):
		return "migrations that are run again and again must all be among those that it stands for"
	}
	return ""
}

func reruns(mig *migration.Migration) bool { return mig.Rerun != migration.Never }

// conditions says on what server a squash is made: on another one the same statements
// may make something else.
func conditions(ctx context.Context, db engine.Database) (string, error) {
	f := db.Traits().Flavor
	text := f.Vendor
	if particular, ok := db.(engine.Particular); ok {
		more, err := particular.Particulars(ctx)
		if err != nil {
			return "", err
		}
		text += " " + more
	}
	return text, nil
}

// entries says in the journal what the squash stands for, as if the migrations had run:
// it was proven to be the same. alone says that its own statements are written down
// already, as those of the last migration.
func (sq *squash) entries(alone bool, entry func(journal.Entry)) {
	last := sq.replaced[len(sq.replaced)-1]
	begun := journal.Entry{
		Kind: journal.Noticed, Version: last.Version, Name: sq.Path, Checksum: sq.Checksum,
		Evidence: "the database was empty, and " + sq.Path + " made what " + wording.Count(int64(len(sq.replaced)), "migration") +
			" up to " + last.ID() + " make, with the schema " + sq.LeadsTo,
	}
	if alone {
		begun.Kind, begun.Outcome = journal.Migrated, journal.Reverted
	}
	entry(begun)
	for _, mig := range sq.replaced {
		for i := range mig.Statements {
			st := &mig.Statements[i]
			entry(journal.Entry{
				Kind: journal.Ran, Outcome: journal.Applied, Version: mig.Version, Statement: st.Number,
				Name: st.Verb, Checksum: st.Sum, Evidence: "by " + sq.Path,
			})
		}
		entry(journal.Entry{
			Kind: journal.Migrated, Outcome: journal.Applied, Version: mig.Version, Name: mig.Name,
			Checksum: mig.Checksum, Evidence: "by " + sq.Path,
		})
	}
}

// begins reports whether a transaction is that of the squash.
func (sq *squash) begins(s *plan.Segment) bool {
	return sq != nil && len(s.Records) > 0 && s.Records[0].Migration == sq.script
}

// A mistrusted squash did not lead to the schema that it was proven to lead to.
type mistrusted struct{ path, reason string }

func (e *mistrusted) Error() string {
	return e.path + " " + e.reason + ": take the file away, then run again; what is there is found out"
}

func (sq *squash) mistrusted(got string) *mistrusted {
	return &mistrusted{sq.Path, "leads to the schema " + got + " here, and was made where it led to " + sq.LeadsTo}
}

// A made schema is what a squash has led to.
type made struct {
	schema schema.Fingerprint
	stamp  string // from before it was looked at
}

// arrived makes sure that the squash has led to the schema that it was proven to lead
// to, and returns what it has made, beside the journal. Where the catalogue is the same word for word, the
// schema need not be inspected.
//
// Errors: *mistrusted.
func (r *run) arrived(ctx context.Context, p *prepared) (*made, error) {
	proven, err := schema.ParseFingerprint(p.squash.LeadsTo)
	if err != nil {
		return nil, p.squash.mistrusted(err.Error())
	}
	if err := r.openJournal(ctx, p); err != nil {
		return nil, err
	}
	m := &made{schema: proven}
	if m.stamp, err = r.db.Stamp(ctx); err != nil {
		return nil, err
	}
	if digest, err := digest(ctx, r.db, slices.Collect(maps.Keys(p.hidden))); err != nil || digest != "" && digest == p.squash.Digest {
		return m, err
	}
	after, err := r.inspectAfter(ctx, p)
	if err != nil {
		return nil, err
	}
	if got := after.Fingerprint(); got != proven {
		return nil, p.squash.mistrusted(got.String())
	}
	return m, nil
}

// digest returns a checksum of the catalogue without some tables; "" where the engine
// has none.
func digest(ctx context.Context, db engine.Database, without []schema.Key) (string, error) {
	if d, ok := db.(engine.Digester); ok {
		return d.Digest(ctx, without)
	}
	return "", nil
}
