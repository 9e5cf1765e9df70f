package tracking

import (
	"context"
	"encoding/hex"
	"strconv"

	"github.com/dbmend/dbmend/migration"
)

// sqlx keeps a row for each migration, by its number, with a checksum of the file. On
// MySQL the row is there before the migration has run, and says so: success is false
// until then. (sqlx-{sqlite,postgres,mysql}/src/migrate.rs)
var sqlx = &Runner{
	Name:    "sqlx",
	Columns: []string{"version", "description", "installed_on", "success", "checksum", "execution_time"},
	Tables:  []string{"_sqlx_migrations"},
	Formats: []string{"sqlx"},
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "version"), text(t, "description"), number(t, "success"), bytes(t, "checksum")}, "version")
	},
	Parse: parseSqlx,
	Key:   numberOf,
	Named: func(m *migration.Migration, name string) bool { return describe(m) == name },
	Compare: func(m *migration.Migration, row Row) Content {
		if sum := migration.SqlxChecksum(m); hex.EncodeToString(sum[:]) == row.Checksum {
			return Same
		}
		return Other
	},
	Record: recordSqlx,
	Forget: forgetting(byNumber),
	Create: creating(dialect{
		createSqlx + "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)",
		createSqlx + "TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)",
		createSqlx + "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)",
	}),
}

const createSqlx = "CREATE TABLE %s (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on "

func parseSqlx(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		v, err := strconv.ParseInt(c[0].String, 10, 64)
		if err != nil || v < 0 {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: wants(c[0], "a number from 0 on")}
		}
		success, ok := truth(c[2])
		if !ok {
			return nil, &RowError{Row: i + 1, Column: "success", Reason: wants(c[2], "true or false")}
		}
		row := numbered(v, c[1].String)
		if row.Begun = !success; row.Begun {
			row.Text += ", not finished"
		}
		row.Checksum = c[3].String
		rows = append(rows, row)
	}
	return rows, nil
}

// recordSqlx finishes rows that are not finished, gives changed files their
// checksums, and inserts the rest. How long a migration took is what sqlx writes where
// it does not know.
func recordSqlx(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	for _, n := range append(t.begun, t.stale...) {
		where, err := byNumber(h, n)
		if err != nil {
			return err
		}
		sum := migration.SqlxChecksum(n.Migration)
		set := []cell{{"success", true}, {"checksum", sum[:]}, {"description", describe(n.Migration)}}
		if err := update(ctx, db, h, set, where); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, m := range t.fresh {
		v, err := h.number(migration.Version(numberOf(m)))
		if err != nil {
			return err
		}
		sum := migration.SqlxChecksum(m)
		rows = append(rows, []any{v, describe(m), true, sum[:], int64(-1)})
	}
	return insert(ctx, db, h, []string{"version", "description", "success", "checksum", "execution_time"}, rows)
}
