package postgres

import (
	"context"
	"database/sql"
	_ "embed" // for journal.sql
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbmend/dbmend/engine"
)

// Engine is the PostgreSQL engine. It has no state; the zero value is all there is.
type Engine struct{}

// Name returns "postgres".
func (Engine) Name() string { return "postgres" }

//go:embed journal.sql
var journal string

// JournalDDL returns the one statement that creates dbmend_journal.
func (Engine) JournalDDL() []string { return []string{strings.TrimSpace(journal)} }

// Connect takes one connection of the pool, which must be one of pgx's, and asks
// the server who it is. It writes nothing and waits for nobody.
//
// Errors: [engine.ErrNotADatabase] for what is no PostgreSQL, relatives that speak
// its protocol included, [engine.ErrUnreadable] for a damaged one, the driver's own
// otherwise.
func (Engine) Connect(ctx context.Context, db *sql.DB) (engine.Database, error) {
	return connect(ctx, db)
}

func connect(ctx context.Context, pool *sql.DB) (*database, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", refusing(err))
	}
	d := &database{conn: conn}
	if err := d.meet(ctx); err != nil {
		return nil, fmt.Errorf("connect: %w", errors.Join(err, d.Close()))
	}
	return d, nil
}

// quote returns a name as an identifier. A NUL, which no name in PostgreSQL holds,
// makes the statement one that the driver rejects.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func placeholder(n int) string { return "$" + strconv.Itoa(n) }

// literal returns a text as a string of SQL that means it under either value of
// standard_conforming_strings.
func literal(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// longestName is NAMEDATALEN - 1, in bytes.
const longestName = 63

// fold returns a name as the catalogue has it: PostgreSQL cuts what is too long,
// between two characters, and changes no letter of a name that is quoted.
func fold(name string) string {
	if len(name) <= longestName {
		return name
	}
	end := longestName
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

var _ engine.Engine = Engine{}
