package dbmend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// A GoMigration is a migration that is written in Go, among those of the files: for
// what SQL cannot say well, as values that a library computes. docs/go-migrations.md
// says what it means for healing.
type GoMigration struct {
	Version migration.Version // where it comes among the files, as "20260314120000"
	Name    string            // what a file would be called behind its version
	Up      GoFunc
	Down    GoFunc // takes it back; nil where nothing does

	// OnScratch says that the functions may be run on scratch databases: empty ones, and
	// copies of the schema with few rows or none. Then what they do to the schema is
	// observed there, as that of a file is. They may be called any number of times, and
	// must not reach for anything beyond their transaction. Without it nothing is known of a database in which the
	// migration is not recorded and that is not what its history says: that is asked.
	OnScratch bool
	// Revision stands for the content, in the checksum that is recorded. It is "" for
	// most; one that is changed says that the migration means something else now.
	Revision string
	// Probe is a query that tells whether the migration has run: it returns one row whose
	// first value is true if so. "" for none.
	Probe string
}

// A GoFunc is a part of a migration that is written in Go. An error undoes its
// transaction. It must not use tx after it has returned.
type GoFunc func(ctx context.Context, tx Tx) error

// A Tx is the transaction in which a migration in Go works: the one that its statements
// would run in. Its methods are those of [sql.Tx] of the same names, so that a function
// that takes the interface works with either. What begins or ends a transaction,
// cannot run in one or reaches beyond the database is refused. What a result was given
// as its last key ([sql.Result.LastInsertId]) is not told: ask for it in SQL.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// GoMigrations adds migrations that are written in Go to those of the files. Those of
// several calls add up. A version that a file has, or none at all, is an error of [New],
// and so is a migration without Up.
func GoMigrations(migrations ...GoMigration) Option {
	return func(o *options) { o.code = append(o.code, migrations...) }
}

// A function is what is called for a statement of the class migration.Code.
type function struct {
	call      GoFunc
	onScratch bool
}

// addCode puts the migrations in Go among those of the files.
func (m *Migrator) addCode(draft *migration.Draft) error {
	m.functions = map[*migration.Statement]function{}
	more := make([]*migration.Migration, len(m.code))
	for i, c := range m.code {
		more[i] = migration.NewCode(c.Version, c.Name, c.Revision, c.Down != nil)
		if c.Up == nil {
			return fmt.Errorf("migration %s has no Up", more[i].ID())
		}
		more[i].Statements[0].Probe = c.Probe
		m.functions[&more[i].Statements[0]] = function{c.Up, c.OnScratch}
		if c.Down != nil {
			m.functions[&more[i].Down[0]] = function{c.Down, c.OnScratch}
		}
	}
	return draft.With(more...)
}

// runsOnScratch reports whether a statement may be run on a scratch database.
func (m *Migrator) runsOnScratch(s *migration.Statement) bool {
	return s == nil || s.Class != migration.Code || m.functions[s].onScratch
}

// unseen reports whether a step does what nobody has seen.
func (m *Migrator) unseen(s plan.Step) bool { return !m.runsOnScratch(s.Source) }

// callable returns a refusal if a plan calls for code that the set has a file of Go for,
// and nobody has given the functions.
func (m *Migrator) callable(p *plan.Plan) error {
	for _, s := range p.Steps {
		if s.Source == nil || s.Source.Class != migration.Code || m.functions[s.Source].call != nil {
			continue
		}
		q := diagnosis.Question{
			Code: diagnosis.Q16, Place: s.Ref.String(),
			Text: m.set.Find(s.Ref.Version).Path + " is due, which is written in Go. Run it with the program that has it, then run dbmend again.",
		}
		if i := slices.IndexFunc(m.set.Migrations, func(mig *migration.Migration) bool { return mig.Version == s.Ref.Version }); i > 0 {
			q.Facts = append(q.Facts, "up to there: dbmend up --to "+string(m.set.Migrations[i-1].Version))
		}
		return &Refusal{Questions: []diagnosis.Question{q}, Diagnosis: p.Diagnosis}
	}
	return nil
}

// upToUnseen returns a Migrator for which the first migration in Go is the newest that is
// not for scratch databases and not recorded; nil where there is none, or where later
// ones are recorded.
func (m *Migrator) upToUnseen(s *survey) *Migrator {
	var short *Migrator
	for i, mig := range m.set.Migrations {
		recorded := s.recorded.Of(mig).Recorded
		switch {
		case short != nil && recorded:
			return nil
		case short == nil && !recorded && i < len(m.set.Migrations)-1 && len(mig.Statements) > 0 && !m.runsOnScratch(&mig.Statements[0]):
			var err error
			if short, err = m.upTo(mig.Version); err != nil {
				return nil
			}
		}
	}
	return short
}

// exec runs a statement, be it SQL or Go. source is the author's; nil where there is
// none.
func (m *Migrator) exec(ctx context.Context, db engine.Database, source *migration.Statement, text string) (rows int64, err error) {
	if source == nil || source.Class != migration.Code {
		return db.Exec(ctx, text)
	}
	tx := newGoTx(db, m.engine)
	err = m.call(ctx, tx, source)
	return tx.written, err
}

// call runs the function of a statement.
func (m *Migrator) call(ctx context.Context, tx *goTx, source *migration.Statement) error {
	f, ok := m.functions[source]
	if !ok {
		return fmt.Errorf("%s: there is no function for it", source.Text)
	}
	return tx.end(f.call(ctx, tx))
}

// A goTx is the transaction of one call.
type goTx struct {
	db      engine.Database
	engine  engine.Engine
	open    []*sql.Rows // they would keep the connection busy
	written int64
	rowwise bool            // it has read rows or written some, and not only changed the schema
	tables  map[string]bool // that it has written rows of
	refused error           // the first refusal: whoever does not look at it is told all the same
	ended   bool
}

func newGoTx(db engine.Database, e engine.Engine) *goTx {
	return &goTx{db: db, engine: e, tables: map[string]bool{}}
}

func (t *goTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	statements, err := t.admit(query, args)
	if err != nil {
		return nil, err
	}
	var written goResult
	for _, s := range statements {
		rows, err := t.db.Exec(ctx, s.Text, args...)
		if err != nil {
			return nil, err
		}
		written += goResult(rows)
	}
	t.written += int64(written)
	return written, nil
}

func (t *goTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if _, err := t.admit(query, args); err != nil {
		return nil, err
	}
	rows, err := t.db.Query(ctx, query, args...)
	if err == nil {
		t.open = append(t.open, rows)
	}
	return rows, err
}

func (t *goTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if _, err := t.admit(query, args); err != nil {
		// A Row that holds this error cannot be made; one of a context that has ended for
		// this reason runs nothing.
		ended, cancel := context.WithCancelCause(ctx)
		cancel(err)
		ctx = ended
	}
	return t.db.QueryRow(ctx, query, args...)
}

// admit cuts what is to be run, and refuses what is not for a migration.
func (t *goTx) admit(query string, args []any) ([]migration.Statement, error) {
	if t.ended {
		return nil, sql.ErrTxDone
	}
	statements, err := t.engine.Cut(query)
	if err == nil && len(statements) > 1 && len(args) > 0 {
		err = errors.New("several statements at once take no arguments")
	}
	for i := range statements {
		switch s := &statements[i]; s.Class {
		case migration.Transaction:
			err = fmt.Errorf("%s is not for a migration in Go: the transaction is the run's", s.Verb)
		case migration.Outside, migration.Forbidden:
			err = fmt.Errorf("%s is not for a migration in Go: no transaction bears it, or it reaches beyond the database", s.Verb)
		case migration.Query:
			t.rowwise = true
		case migration.Data:
			t.rowwise, t.tables[s.Target] = true, true
		}
	}
	if err != nil && t.refused == nil {
		t.refused = err
	}
	return statements, err
}

// end gives back what the function has left open.
func (t *goTx) end(err error) error {
	t.ended = true
	for _, rows := range t.open {
		rows.Close()
	}
	if err == nil {
		err = t.refused
	}
	return err
}

// A goResult is how many rows a statement wrote.
type goResult int64

func (r goResult) RowsAffected() (int64, error) { return int64(r), nil }

func (r goResult) LastInsertId() (int64, error) {
	return 0, errors.New("the last key is not told here: ask for it in SQL")
}
