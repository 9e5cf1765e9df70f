package dbmend

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// A lastEntry is what the journal's newest entry says, beside the stamp of now.
type lastEntry struct {
	number                                     int64
	now, kind, outcome, checksum, stamp, ruler string
	version                                    migration.Version
	after, evidence, tool                      string
}

// counts reports that the database keeps track of changes: elsewhere a stamp takes a look
// at the schema, and is taken where it saves a longer one.
func counts(db engine.Database) bool {
	_, looks := db.(engine.Stamper)
	return !looks
}

// lastEntry reads the journal's newest entry, in one row whatever the number of
// migrations, and without a lock; it is zero where that cannot be had.
func (m *Migrator) lastEntry(ctx context.Context, db tracking.Database) lastEntry {
	stamp := m.engine.StampQuery()
	if stamp == "" {
		stamp = "''"
	}
	var e lastEntry
	query := `SELECT ` + stamp + `, kind, outcome, checksum, stamp, name, entry, version, after, substr(evidence, 1, 1000), tool
		FROM ` + journal.Table + ` ORDER BY entry DESC LIMIT 1`
	if err := db.QueryRow(ctx, query).Scan(&e.now, &e.kind, &e.outcome, &e.checksum, &e.stamp, &e.ruler,
		&e.number, &e.version, &e.after, &e.evidence, &e.tool); err != nil {
		return lastEntry{}
	}
	return e
}

// ended reports that the last thing that happened to this database was a run of this
// very set.
func (m *Migrator) ended(e lastEntry) bool {
	return e.kind == string(journal.Completed) && e.outcome != string(journal.Left) && e.checksum == m.sum
}

// untouched reports that a run of this set left the database as it is: that it was the
// last thing that happened, that nobody has touched the schema since, and that the
// history of another runner, if one rules, claims what it claimed then. It asks for what
// costs a row, and, where the server is known and any connection can say it, for a whole
// stamp. Any doubt, an error included, is a no: then the database is looked at.
func (m *Migrator) untouched(ctx context.Context, db tracking.Database, e lastEntry) bool {
	return m.ended(e) && (m.engine.SameStamp(e.now, e.stamp) || m.asStamped(ctx, db, e)) && m.claimed(ctx, db, e)
}

// asStamped reports that a whole stamp is that of the entry, without a connection of our
// own: to set one up and give it back takes several times as many round trips.
func (m *Migrator) asStamped(ctx context.Context, db tracking.Database, e lastEntry) bool {
	query := db.Traits().StampQuery
	if query == "" || e.stamp == "" {
		return false
	}
	var now string
	err := db.QueryRow(ctx, query).Scan(&now)
	return err == nil && m.engine.SameStamp(now, e.stamp)
}

// stamped is untouched where the schema is asked for a whole stamp, if the one that
// costs a row does not tell.
func (m *Migrator) stamped(ctx context.Context, db engine.Database, e lastEntry) bool {
	if !m.ended(e) || e.stamp == "" {
		return false
	}
	if !m.engine.SameStamp(e.now, e.stamp) {
		now, err := db.Stamp(ctx)
		if err != nil || !m.engine.SameStamp(now, e.stamp) {
			return false
		}
	}
	return m.claimed(ctx, db, e)
}

// claimed reports that the history of another runner, if one ruled, claims what it
// claimed when the entry was written.
func (m *Migrator) claimed(ctx context.Context, db tracking.Database, e lastEntry) bool {
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
