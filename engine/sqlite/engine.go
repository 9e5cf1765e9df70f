package sqlite

import (
	"context"
	"database/sql"
	_ "embed" // for journal.sql
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
)

// Engine is the SQLite engine. It has no state; the zero value is all there is.
type Engine struct{}

var _ engine.Engine = Engine{}

// Name returns "sqlite".
func (Engine) Name() string { return "sqlite" }

// Cut cuts a script where SQLite's own shell would: see [migration.Cutter].
func (Engine) Cut(source string) ([]migration.Statement, error) { return cut(source) }

// Seed reads an INSERT, or a REPLACE, of values that tell by themselves what is
// stored.
func (Engine) Seed(statement string) (engine.Seed, bool) {
	table, columns, rows, ok := seedRows(statement)
	return engine.Seed{Table: table, Columns: columns, Rows: rows}, ok
}

// Copy reads an INSERT … SELECT.
func (Engine) Copy(statement string) (engine.Copy, bool) {
	table, columns, query, ok := copiedRows(statement)
	return engine.Copy{Table: table, Columns: columns, Query: query}, ok
}

//go:embed journal.sql
var journal string

// JournalDDL returns the one statement that creates dbmend_journal.
func (Engine) JournalDDL() []string { return []string{strings.TrimSpace(journal)} }

// Connect takes one connection of the pool and reads enough of the database to
// know that it is one. It writes nothing and waits for no writer.
//
// Errors: [engine.ErrNotADatabase] for a file of another kind or an encrypted
// one, [engine.ErrUnreadable] for a damaged one, the driver's own otherwise.
func (Engine) Connect(ctx context.Context, db *sql.DB) (engine.Database, error) {
	return connect(ctx, db)
}

func connect(ctx context.Context, pool *sql.DB) (*database, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", reading(err))
	}
	d := &database{conn: conn, driver: pool.Driver(), busy: -1}
	if err := d.meet(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("connect: %w", reading(err))
	}
	return d, nil
}

// reading adds to an error of the first read what it says about the file.
func reading(err error) error {
	switch text := err.Error(); {
	case strings.Contains(text, "file is not a database"),
		strings.Contains(text, "file is encrypted"):
		return fmt.Errorf("%w: %w", engine.ErrNotADatabase, err)
	case strings.Contains(text, "malformed"):
		return fmt.Errorf("%w: %w", engine.ErrUnreadable, err)
	}
	return err
}

// quote returns a name as an identifier. A NUL, which no name in SQLite holds,
// makes the identifier one that SQLite rejects.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func placeholder(int) string { return "?" }

func joined(expression string) string { return "group_concat(" + expression + ", '')" }

// literal returns a text as a string of SQL.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
