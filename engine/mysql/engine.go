package mysql

import (
	"context"
	"database/sql"
	_ "embed" // for journal.sql
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/outlast"
)

// Engine is the engine of MariaDB and MySQL. It has no state; the zero value is all
// there is.
type Engine struct{}

var _ engine.Engine = Engine{}

// Name returns "mysql".
func (Engine) Name() string { return "mysql" }

//go:embed journal.sql
var journal string

// JournalDDL returns the one statement that creates dbmend_journal.
func (Engine) JournalDDL() []string { return []string{strings.TrimSpace(journal)} }

// Connect takes one connection of the pool, which must have a database selected.
// It writes nothing and waits for nobody.
//
// Errors: [engine.ErrNotADatabase] for a server of another kind that speaks the
// same protocol, or none at all; the driver's own otherwise.
func (Engine) Connect(ctx context.Context, db *sql.DB) (engine.Database, error) {
	d, err := connect(ctx, db, new(outlast.Server))
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return d, nil
}
