package dbmend

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/journal"
)

// unchanged reports that the last thing that happened to this database was a run
// of this very set, and that nobody has touched the schema since. It costs one
// row, whatever the number of migrations, and takes no lock. Any doubt, an error
// included, is a no: then the database is looked at.
func (m *Migrator) unchanged(ctx context.Context) bool {
	stamp := m.engine.StampQuery()
	if stamp == "" || m.to != "" && m.ahead {
		return false
	}
	var now, kind, outcome, checksum, then, ruler string
	query := `SELECT ` + stamp + `, kind, outcome, checksum, stamp, name FROM ` + journal.Table + ` ORDER BY entry DESC LIMIT 1`
	if err := m.db.QueryRowContext(ctx, query).Scan(&now, &kind, &outcome, &checksum, &then, &ruler); err != nil {
		return false
	}
	return kind == string(journal.Completed) && outcome != string(journal.Left) &&
		now == then && checksum == m.set.Sum && ruler == "" && m.history == ""
}

// A ruling names the foreign history that a run went by, and what it claimed.
type ruling struct{ runner, space, table, digest string }

// String writes the ruling for the journal.
func (r ruling) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.runner, r.digest, r.space, r.table))
}
