package dbmend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// A Release is what one release of an application shipped.
type Release struct {
	Name   string // what people call it: a tag
	Files  fs.FS  // its migrations; nil where it had none
	Schema string // its script of the whole schema; empty where it had none
	// GoMigrations are those that it had beside the files; nil for those that are given
	// to the check and are not newer than the newest of the files.
	GoMigrations []GoMigration
}

// Checks say what a check compares the migrations with. The zero value compares
// them with nothing earlier.
type Checks struct {
	// Released are the releases whose databases are out there, in any order.
	Released []Release
	// Since is what migrations must be newer than to count as pending, such as the
	// branch that a change is for; nil for the newest of Released.
	Since *Release
	// Folder is put ahead of the paths of migrations in the report.
	Folder string
}

// Check checks migrations before they are released: that the files can be read, run
// on an empty database and come in order; that what is released has not changed;
// that the script of [Schema] makes what they make; that every database which an
// earlier release can have left behind is brought to the present without a question
// and without losing rows; and what the pending ones can hurt.
//
// It works on scratch databases alone, which db tells where and how to make: what
// the database behind db holds is neither read nor changed. The options are those
// of [New]; what they say about a live database is left out of account.
//
// Whatever is wrong with the files is a finding. Errors are about what keeps a check
// from being made: no connection, no right to make a scratch database, the
// context's, those of the options.
func Check(ctx context.Context, db *sql.DB, e engine.Engine, files fs.FS, what Checks, opts ...Option) (report *check.Report, err error) {
	started := time.Now()
	c := &checker{Checks: what, db: db, engine: e, opts: opts, report: &check.Report{}}
	err = c.run(ctx, files)
	c.report.Settle()
	c.report.Took = time.Since(started)
	return c.report, err
}

// A checker carries one check.
type checker struct {
	Checks
	db     *sql.DB
	engine engine.Engine
	opts   []Option
	report *check.Report

	now      *Migrator
	observer func(Event)
	live     engine.Database // nothing is read from it but how to make scratch databases
	replay   *replayed
	releases []*released
	since    *released // nil where none is known
	pending  map[migration.Version]bool
}

func (c *checker) run(ctx context.Context, files fs.FS) (err error) {
	c.now, err = New(c.db, c.engine, files, c.opts...)
	if err != nil {
		return c.unreadable(err, c.Folder)
	}
	c.observer = c.now.observer
	c.report.Format = c.now.set.Format
	if c.now.schema != nil {
		c.report.Schema = c.now.schema.name
	}
	c.loadReleases()
	c.compareFiles()
	if c.live, err = c.now.connect(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.live.Close()) }()
	for _, r := range c.releases {
		if space := c.live.Traits().Space; r.m != nil && space != "" {
			r.m.unqualify(space)
		}
	}
	if _, err := c.now.replaySet(ctx, c.live, schema.NewSnapshot(), nil); err != nil {
		return c.unreplayable(ctx, err)
	}
	c.replay = c.now.replay
	if err := c.compareSchema(ctx); err != nil {
		return err
	}
	if err := c.checkSquash(ctx); err != nil {
		return err
	}
	if err := c.findHazards(); err != nil {
		return err
	}
	return c.tryStates(ctx)
}

// unreadable makes findings of what is wrong with files; an error about anything
// else stays one.
func (c *checker) unreadable(err error, folder string) error {
	problems := migration.SyntaxErrors(err)
	if len(problems) == 0 {
		return err
	}
	for _, e := range problems {
		f := check.Finding{
			Rule: check.Unreadable, Severity: check.Error, Text: e.Reason, Hint: e.Hint,
			Place: check.Place{Path: e.Path, Line: e.Line},
		}
		if c.now == nil || c.now.schema == nil || e.Path != c.now.schema.name {
			f.Place.Path = path.Join(folder, e.Path)
		}
		if e.Excerpt != "" {
			f.Details = []string{wording.Quote(e.Excerpt)}
		}
		c.report.Add(f)
	}
	return nil
}

// unreplayable makes a finding of a statement that does not run.
func (c *checker) unreplayable(ctx context.Context, err error) error {
	e, ok := errors.AsType[*StatementError](err)
	if !ok || ctx.Err() != nil {
		return c.unreadable(err, c.Folder)
	}
	c.report.Add(check.Finding{
		Rule: check.Replay, Severity: check.Error, Place: c.placeOf(e), Text: wording.Line(e.Err.Error()),
		Details: []string{wording.Quote(e.SQL)}, Hint: e.Hint,
	})
	return nil
}

// placeOf returns where a statement that failed is.
func (c *checker) placeOf(e *StatementError) check.Place {
	if e.Path == "" {
		return check.Place{}
	}
	for _, script := range []*script{c.now.schema, c.now.base} {
		if script != nil && script.name == e.Path {
			return check.Place{Path: e.Path, Line: e.Line}
		}
	}
	return check.Place{Path: path.Join(c.Folder, e.Path), Line: e.Line}
}

// placeOfRef returns where a statement of the set is; the zero place for one that is
// in no file.
func (c *checker) placeOfRef(ref diagnosis.Ref) check.Place {
	m := c.now.set.Find(ref.Version)
	if m == nil {
		return check.Place{}
	}
	place := check.Place{Path: path.Join(c.Folder, m.Path)}
	if ref.Number > 0 && ref.Number <= len(m.Statements) {
		place.Line = m.Statements[ref.Number-1].Line
	}
	return place
}

// A released is a release whose files have been read.
type released struct {
	Release
	m *Migrator // nil where the files cannot be read
}

// loadReleases reads the files of the releases, and finds out which is the newest:
// the one that has the last migration, of several the one that is named last.
func (c *checker) loadReleases() {
	for _, release := range c.Released {
		c.releases = append(c.releases, c.loadRelease(release))
	}
	slices.SortStableFunc(c.releases, func(a, b *released) int { return a.last().Compare(b.last()) })
	if n := len(c.releases); n > 0 {
		c.since = c.releases[n-1]
	}
	if c.Since != nil {
		c.since = c.loadRelease(*c.Since)
	}
	if c.since != nil && c.since.m == nil {
		c.since = nil // it has been told
	}
}

func (c *checker) loadRelease(release Release) *released {
	files := release.Files
	if files == nil {
		files = noFiles{}
	}
	load := func(code []GoMigration) (*Migrator, error) {
		return New(c.db, c.engine, files, append(slices.Clone(c.opts), func(o *options) {
			o.to, o.answers, o.observer, o.schema, o.code = "", nil, nil, nil, code
			if release.Schema != "" {
				o.schema = newScript("the schema file of "+release.Name, release.Schema)
			}
		})...)
	}
	m, err := load(release.GoMigrations)
	if err == nil && release.GoMigrations == nil {
		newest := (&released{release, m}).last()
		if shipped := slices.DeleteFunc(slices.Clone(c.now.code), func(g GoMigration) bool {
			return newest == "" || g.Version.Compare(newest) > 0
		}); len(shipped) > 0 {
			m, err = load(shipped)
		}
	}
	if err != nil {
		c.report.Add(check.Finding{
			Rule: check.BadRelease, Severity: check.Warning, Text: "the migrations of the release cannot be read",
			Details: []string{err.Error()}, Releases: []string{release.Name},
		})
		return &released{Release: release}
	}
	return &released{release, m}
}

// last returns the newest version of the release, and "" for none.
func (r *released) last() migration.Version {
	if r.m == nil || len(r.m.set.Migrations) == 0 {
		return ""
	}
	return r.m.set.Migrations[len(r.m.set.Migrations)-1].Version
}

// noFiles is an empty folder.
type noFiles struct{}

// Open finds nothing but the folder itself.
func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists nothing.
func (noFiles) ReadDir(string) ([]fs.DirEntry, error) { return nil, nil }

// compareFiles compares the set with itself and with what is released.
func (c *checker) compareFiles() {
	set := c.now.set
	c.report.Add(check.Gaps(set, c.Folder)...)
	for _, r := range c.releases {
		if r.m != nil {
			c.report.Add(check.Released(r.Name, r.m.set, set, c.Folder)...)
		}
	}
	c.pending = map[migration.Version]bool{}
	if c.since != nil {
		c.report.Since = c.since.Name
		c.report.Add(check.Order(c.since.Name, c.since.m.set, set, c.Folder)...)
		if c.Since != nil {
			c.report.Add(check.Released(c.since.Name, c.since.m.set, set, c.Folder)...)
		}
		for _, m := range check.Pending(c.since.m.set, set) {
			c.pending[m.Version] = true
		}
	}
	for _, m := range set.Migrations {
		c.report.Files = append(c.report.Files, check.File{
			Path: path.Join(c.Folder, m.Path), Version: string(m.Version), Statements: len(m.Statements), Pending: c.pending[m.Version],
		})
	}
	for _, hint := range set.Hints {
		c.report.Add(check.Finding{Rule: check.Hint, Severity: check.Note, Place: check.Place{Path: c.Folder}, Text: hint})
	}
}

// findHazards tells what the pending statements can hurt, as a plan of them would on a
// database that has everything else.
func (c *checker) findHazards() error {
	have := c.replay.Base.Clone()
	d := &diagnosis.Diagnosis{Recorded: &diagnosis.Recorded{}, Have: have, Target: c.replay.Want}
	effects := c.replay.Effects
	for _, m := range c.now.set.Migrations {
		mf := diagnosis.MigrationFinding{Migration: m, Standing: diagnosis.Pending, Plain: true}
		for i := range m.Statements {
			if !c.pending[m.Version] {
				have.Apply(effects[i].Changes)
			}
			mf.Findings = append(mf.Findings, diagnosis.Finding{
				Ref:       diagnosis.Ref{Version: m.Version, Number: m.Statements[i].Number},
				Statement: &m.Statements[i], Verdict: diagnosis.NotDone, Evidence: []string{"pending"}, Changes: effects[i].Changes,
			})
		}
		if effects = effects[len(m.Statements):]; c.pending[m.Version] {
			d.Migrations = append(d.Migrations, mf)
		}
	}
	p, err := plan.Make(d, c.engine)
	if err != nil {
		return fmt.Errorf("plan the pending migrations: %w", err)
	}
	p.Weigh(c.engine, c.live.Traits(), have, func(*schema.Object) *plan.Count { return nil })
	for i := range p.Steps {
		s := &p.Steps[i]
		for _, h := range s.Hazards {
			f := check.Finding{
				Rule: check.Hazard, Severity: check.Note, Place: c.placeOfRef(s.Ref),
				Text: h.Name + ": " + h.Text, Details: []string{wording.Quote(s.SQL)},
			}
			if slices.Contains([]string{engine.DropsTable, engine.DropsColumn, engine.DeletesRows}, h.Name) {
				f.Rule, f.Severity = check.DataLoss, check.Warning
			}
			anew := func(other plan.Hazard) bool { return other.Name == engine.RewritesTable && other.Table == h.Table }
			if h.Name == engine.DropsTable && slices.ContainsFunc(s.Hazards, anew) {
				continue // its rows are in the table that takes its name, as the upgrades show
			}
			c.report.Add(f)
		}
	}
	return nil
}
