package tracking

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// golangMigrate keeps one row: the version that the database is at, which stands
// for all before it, and whether the step there has ended. Version -1 is "none",
// and only there while the first migration's reversal has not ended.
// (database/*/*.go, SetVersion)
var golangMigrate = &Runner{
	Name:    "golang-migrate",
	Columns: []string{"version", "dirty"},
	Tables:  []string{"schema_migrations"},
	Formats: []string{"golang-migrate"},
	UpTo:    true,
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "version"), number(t, "dirty")}, "version")
	},
	Parse:  parseGolangMigrate,
	Record: recordGolangMigrate,
	Forget: forgetGolangMigrate,
	Create: createGolangMigrate,
}

func parseGolangMigrate(cells [][]Cell) ([]Row, error) {
	if len(cells) > 1 {
		return nil, &RowError{Row: 2, Column: "version", Reason: "is a second one; the table holds one row"}
	}
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		v, err := strconv.ParseInt(c[0].String, 10, 64)
		if err != nil || v < -1 {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: wants(c[0], "a number from -1 on")}
		}
		dirty, ok := truth(c[1])
		if !ok {
			return nil, &RowError{Row: i + 1, Column: "dirty", Reason: wants(c[1], "true or false")}
		}
		row := Row{Begun: dirty, Text: fmt.Sprintf("version %d", v)}
		if v >= 0 {
			row.Version = migration.Version(strconv.FormatInt(v, 10))
		}
		if dirty {
			row.Text += ", dirty"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// recordGolangMigrate puts the one row at the highest version that is applied, and
// says that the step there has ended. What one row cannot say is an error, and
// nothing is written.
func recordGolangMigrate(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	if len(applied) == 0 {
		return nil
	}
	top, err := h.climb(all, applied)
	if err != nil || top.there {
		return err
	}
	return h.put(ctx, db, top.version, []string{"version", "dirty"}, false)
}

// forgetGolangMigrate puts the one row at the highest version that is left, and takes
// it away if none is.
func forgetGolangMigrate(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error {
	top, err := h.descend(all, reverted)
	if err != nil || top.there {
		return err
	}
	return h.put(ctx, db, top.version, []string{"version", "dirty"}, false)
}

// createGolangMigrate makes the table as golang-migrate does, on SQLite with an index
// whose name is the same for every table.
func createGolangMigrate(t engine.Traits, table schema.Key) []string {
	name := quote(t, table)
	if familyOf(t) == sqlite {
		return []string{
			"CREATE TABLE " + name + " (version uint64,dirty bool)",
			"CREATE UNIQUE INDEX version_unique ON " + name + " (version)",
		}
	}
	return []string{"CREATE TABLE " + name + " (version bigint not null primary key, dirty boolean not null)"}
}
