package dbmend

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"sync"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
)

// Version is the version of dbmend, as the journal records it.
const Version = "0.1.0"

// A Migrator brings one database and one set of migrations together. It may be
// used again and again, by one goroutine at a time.
type Migrator struct {
	db     *sql.DB
	engine engine.Engine
	set    *migration.Set
	whole  *migration.Set // with what is behind the version that To names
	sum    string         // identity of the set and of what goes with it: scripts, the ignore list
	traits engine.Traits  // of the server; zero until a connection was had
	options
	ignored []migration.Ignore // the whole list
	files   fs.FS              // beside the migrations a squash file may lie; nil where none is used
	asked   map[string]string  // the variables that the files ask for, with their values
	// functions are those of the migrations in Go, by the statement that stands for each.
	functions map[*migration.Statement]function

	// squashed is the squash that is being proven; nil elsewhere, where it is read once
	// a database is empty. Mistrust says why it is not to be used, "" where it may be.
	squashed *squash
	mistrust string

	asks ahead // what Up has asked while the files were read; zero elsewhere

	mu     sync.Mutex
	replay *replayed // the last replay, where it may be used again
}

// options are what Option values set.
type options struct {
	load         migration.LoadOptions
	to           migration.Version
	base         *script
	schema       *script
	history      string
	lockTimeout  time.Duration
	each         bool
	observer     func(Event)
	answers      diagnosis.Answers
	drift        diagnosis.DriftMode
	ahead        bool
	beforeHealed func() error
	ignore       []string
	weighs       bool // hazards are told with their rows
	scratch      *sql.DB
	code         []GoMigration
}

// An Option changes how a [Migrator] works.
type Option func(*options)

// To makes a version the newest: later migrations are left out, as if their files
// were not there.
func To(v migration.Version) Option { return func(o *options) { o.to = v } }

// Format says in which format the files are, instead of recognising it.
func Format(name string) Option { return func(o *options) { o.load.Format = name } }

// Environment looks up variables for files that ask for them by their own
// format's marks (goose's ENVSUB ON). Without it such files are refused.
func Environment(lookup func(name string) (string, bool)) Option {
	return func(o *options) { o.load.Env = lookup }
}

// Placeholders are the values that Flyway's files have put in for ${name}, and
// Liquibase's for their parameters. Those that the tool knows by itself have names of
// their own: "flyway:defaultSchema". Values of several calls add up.
func Placeholders(values map[string]string) Option {
	return func(o *options) {
		if o.load.Placeholders == nil {
			o.load.Placeholders = map[string]string{}
		}
		maps.Copy(o.load.Placeholders, values)
	}
}

// Contexts chooses among Liquibase's changesets as its --contexts does. Without it
// and [Labels], files that name contexts or labels are refused, since Liquibase may
// have been told to leave some out; without a name it leaves out none.
func Contexts(names ...string) Option {
	return func(o *options) { o.filter().Contexts = append(o.filter().Contexts, names...) }
}

// Labels chooses among Liquibase's changesets as its --label-filter does: by an
// expression, "" for all.
func Labels(expression string) Option {
	return func(o *options) { o.filter().Labels = expression }
}

// filter returns the filter of changesets, made if need be.
func (o *options) filter() *migration.Filter {
	if o.load.Filter == nil {
		o.load.Filter = &migration.Filter{}
	}
	return o.load.Filter
}

// DBMS is what Liquibase calls the database, for changesets that are for some
// databases only: "postgresql", "mariadb". Without it that is the engine's name, and
// changesets which tell MySQL from MariaDB are refused.
func DBMS(name string) Option { return func(o *options) { o.load.Database = name } }

// Base gives the schema from before the first migration as a script. Name is how
// errors call it.
func Base(name, script string) Option { return func(o *options) { o.base = newScript(name, script) } }

// Schema gives a script that makes the whole schema, as fresh installs run it. On
// an empty database it is run, and what it lacks is added; elsewhere it tells what
// the migrations presuppose. It may be what the engine's own program dumps, or Rails
// and dbmate, with a tracking table and its rows ([migration.ParseSchema]).
func Schema(name, script string) Option {
	return func(o *options) { o.schema = newScript(name, script) }
}

func newScript(name, text string) *script { return &script{name: name, source: text} }

// History names the tracking table of another runner that rules, where there are
// several, and that is made where there is none: by the table's name, or by that of
// the tool ("goose", "Flyway"), which means the table that it keeps. One that begins
// to rule, or rules again after [Migrator.Adopt], is told of everything recorded.
func History(table string) Option { return func(o *options) { o.history = table } }

// LockTimeout says how long to wait for another runner: zero not at all, negative
// for ever. The default is a minute.
func LockTimeout(d time.Duration) Option { return func(o *options) { o.lockTimeout = d } }

// TransactionEach commits after every migration instead of once after all.
func TransactionEach() Option { return func(o *options) { o.each = true } }

// Observe calls fn with everything that happens, in order, from the goroutine
// that called the Migrator.
func Observe(fn func(Event)) Option { return func(o *options) { o.observer = fn } }

// Answer answers questions: see [diagnosis.Answers] for how they are addressed.
func Answer(answers diagnosis.Answers) Option { return func(o *options) { o.answers = answers } }

// Drift says what becomes of what is recorded and not there.
func Drift(mode diagnosis.DriftMode) Option { return func(o *options) { o.drift = mode } }

// AllowAhead goes on where the history knows migrations that the set does not, as
// an old program does during a rolling deployment.
func AllowAhead() Option { return func(o *options) { o.ahead = true } }

// Ignore names objects that are left alone, as lines of the file .dbmendignore do
// that may lie beside the migrations ([migration.Ignore]): for sets that come without
// the file, as those of an embed.FS without its all: do. Lines of several calls, and
// of the file, add up.
func Ignore(lines ...string) Option {
	return func(o *options) { o.ignore = append(o.ignore, lines...) }
}

// Scratch has scratch databases made on the server that a pool reaches, instead of on
// the live one: for roles that may not create databases there. It must be of the same
// major version. The pool stays the caller's to close. SQLite's are in memory in any case.
func Scratch(on *sql.DB) Option { return func(o *options) { o.scratch = on } }

// BeforeHealing calls fn before anything is changed that a plain runner would not
// change: the place for a backup. An error stops the run.
func BeforeHealing(fn func() error) Option { return func(o *options) { o.beforeHealed = fn } }

// New loads the migrations of fsys and returns a Migrator for db. Neither is
// changed, and db is not yet used; it stays the caller's to close. A squash file that
// lies beside the migrations is read later, when a database turns out to be empty.
//
// Errors: those of [migration.Load] and [migration.Draft.With], and, for scripts,
// [migration.ParseSchema]; [migration.ErrNoVersion] for a To that the set does not
// have, and *[migration.SyntaxError] values for an Ignore that names no
// object.
func New(db *sql.DB, e engine.Engine, fsys fs.FS, opts ...Option) (*Migrator, error) {
	m := newMigrator(db, e, opts)
	listing, err := m.list(fsys)
	if err != nil {
		return nil, err
	}
	draft, err := m.read(listing)
	if err != nil {
		return nil, err
	}
	if err := m.take(draft); err != nil {
		return nil, err
	}
	return m, nil
}

func newMigrator(db *sql.DB, e engine.Engine, opts []Option) *Migrator {
	m := &Migrator{db: db, engine: e, options: options{lockTimeout: time.Minute}}
	for _, option := range opts {
		option(&m.options)
	}
	m.noteVariables()
	return m
}

// list lists the files.
func (m *Migrator) list(fsys fs.FS) (*migration.Listing, error) {
	listing, err := migration.List(fsys)
	if err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	m.files = fsys
	return listing, nil
}

// read reads the files, and puts the migrations in Go among them.
func (m *Migrator) read(listing *migration.Listing) (*migration.Draft, error) {
	draft, err := listing.Read(m.engine, m.load)
	if err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	if err := m.addCode(draft); err != nil {
		return nil, fmt.Errorf("add migrations in Go: %w", err)
	}
	return draft, nil
}

// take cuts the files and takes their migrations for the set.
func (m *Migrator) take(draft *migration.Draft) error {
	set, err := draft.Cut()
	m.whole = set
	if err == nil && m.to != "" {
		set, err = set.To(m.to)
	}
	if err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	for _, s := range []*script{m.base, m.schema} {
		if s != nil {
			if err := s.parse(m.engine); err != nil {
				return err
			}
		}
	}
	m.set = set
	return m.identify(set.Sum, set.Ignore)
}

// upTo returns a Migrator for which a version is the newest.
func (m *Migrator) upTo(v migration.Version) (*Migrator, error) {
	set, err := m.set.To(v)
	if err != nil {
		return nil, err
	}
	to := &Migrator{
		db: m.db, engine: m.engine, set: set, whole: m.whole, traits: m.traits, options: m.options, asked: m.asked, functions: m.functions,
		files: m.files,
	}
	to.to = v
	return to, to.identify(set.Sum, set.Ignore)
}

// Set returns the migrations, which the caller must not change.
func (m *Migrator) Set() *migration.Set { return m.set }

// connect takes a connection for one verb. What must wait for other writers waits
// as long as the lock may take.
func (m *Migrator) connect(ctx context.Context) (engine.Database, error) {
	db, err := m.connection(ctx)
	if err != nil {
		return nil, err
	}
	db.Patience(m.lockTimeout)
	db.ScratchAt(m.scratch)
	if space := db.Traits().Space; space != "" {
		m.unqualify(space)
	}
	if traits := db.Traits(); traits.FoldsTables {
		m.foldTables(traits.Fold)
	}
	return db, nil
}

// foldTables folds what statements are about as this server compares it.
func (m *Migrator) foldTables(fold func(string) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mig := range m.set.Migrations {
		for _, part := range [][]migration.Statement{mig.Statements, mig.Down} {
			for i := range part {
				s := &part[i]
				s.Space, s.Target, s.NewName = fold(s.Space), fold(s.Target), fold(s.NewName)
			}
		}
	}
}

// unqualify takes the default schema's name off what statements are about, as keys
// do without it.
func (m *Migrator) unqualify(space string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mig := range m.set.Migrations {
		for _, part := range [][]migration.Statement{mig.Statements, mig.Down} {
			for i := range part {
				if part[i].Space == space {
					part[i].Space = ""
				}
			}
		}
	}
}
