package dbmend

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// unchanged reports that the last thing that happened to this database was a run
// of this very set, that nobody has touched the schema since, and that the
// history of another runner, if one rules, claims what it claimed then. Without
// such a history it costs one row, whatever the number of migrations, and never a
// lock. Any doubt, an error included, is a no: then the database is looked at.
func (m *Migrator) unchanged(ctx context.Context, db tracking.Database) bool {
	return m.untouched(ctx, db, m.lastEntry(ctx, db))
}

// A lastEntry is what the journal's newest entry says, beside the stamp of now.
type lastEntry struct {
	now, kind, outcome, checksum, stamp, ruler string
}

// lastEntry reads the journal's newest entry; it is zero where that cannot be had.
func (m *Migrator) lastEntry(ctx context.Context, db tracking.Database) lastEntry {
	stamp := m.engine.StampQuery()
	if stamp == "" {
		return lastEntry{}
	}
	var e lastEntry
	query := `SELECT ` + stamp + `, kind, outcome, checksum, stamp, name FROM ` + journal.Table + ` ORDER BY entry DESC LIMIT 1`
	if err := db.QueryRow(ctx, query).Scan(&e.now, &e.kind, &e.outcome, &e.checksum, &e.stamp, &e.ruler); err != nil {
		return lastEntry{}
	}
	return e
}

// untouched reports that a run of this set left the database as it is.
func (m *Migrator) untouched(ctx context.Context, db tracking.Database, e lastEntry) bool {
	if e.kind != string(journal.Completed) || e.outcome == string(journal.Left) || e.now != e.stamp || e.checksum != m.sum {
		return false
	}
	if e.ruler == "" {
		return m.history == ""
	}
	r, err := parseRuling(e.ruler)
	if err != nil || db.Traits().Quote == nil || m.history != "" && m.historyKey(db) != r.table {
		return false
	}
	digest, err := r.runner.Digest(ctx, db, r.table)
	return err == nil && digest == r.digest
}

// A ruling names the history of another runner that a run went by, and what it
// claimed, as the journal's run entries keep it.
type ruling struct {
	runner *tracking.Runner
	table  schema.Key
	digest string
}

// String writes the ruling: "digest/space/table/runner".
func (r ruling) String() string {
	return fmt.Sprintf("%s/%s/%s/%s", r.digest, r.table.Space, r.table.Name, r.runner.Name)
}

func parseRuling(text string) (ruling, error) {
	parts := strings.SplitN(text, "/", 4)
	if len(parts) != 4 {
		return ruling{}, fmt.Errorf("journal: %.80q names no history", text)
	}
	r := ruling{tracking.Lookup(parts[3]), schema.Key{Kind: schema.Table, Space: parts[1], Name: parts[2]}, parts[0]}
	if r.runner == nil {
		return ruling{}, fmt.Errorf("journal: %.80q names no runner", text)
	}
	return r, nil
}

// A pool runs queries on any connection of the user's pool: what costs no
// connection of our own to be set up and given back.
type pool struct {
	*sql.DB
	traits engine.Traits // zero until a connection was had
}

func (p pool) Traits() engine.Traits { return p.traits }

func (p pool) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := p.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p pool) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.QueryContext(ctx, query, args...)
}

func (p pool) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return p.QueryRowContext(ctx, query, args...)
}
