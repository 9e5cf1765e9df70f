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
var golangMigrate = &Runner{
	Name:    "golang-migrate",
	Columns: []string{"version", "dirty"},
	Tables:  []string{"schema_migrations"},
	Formats: []string{"golang-migrate"},
	UpTo:    true,
	Query: func(t engine.Traits, table schema.Key) string {
		return selecting(t, table, []string{number(t, "version"), number(t, "dirty")}, "version")
	},
	Parse:  parseGolangMigrate,
	Record: recordGolangMigrate,
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
// says that the step there has ended.
//
// One row cannot say everything: if a migration before that one is not applied, or
// if the row says that another one was begun, nothing is written and it is an
// error.
func recordGolangMigrate(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	if len(applied) == 0 {
		return nil
	}
	claims := Match(h, &migration.Set{Migrations: all})
	done := map[string]bool{}
	var highest migration.Version
	reach := func(v migration.Version) {
		if done[v.Normal()] = true; highest == "" || v.Compare(highest) > 0 {
			highest = v
		}
	}
	for _, c := range claims.Applied {
		reach(c.Migration.Version)
	}
	for _, m := range applied {
		reach(m.Version)
	}
	for _, row := range h.Rows {
		switch {
		case row.Begun && row.Version != "" && !done[row.Version.Normal()]:
			return h.failed(fmt.Errorf("%s: what was begun there is not among what is recorded now", row.Text))
		case !row.Begun && row.Version != "" && row.Version.Compare(highest) >= 0:
			return nil // it says so already, or is ahead of this set
		}
	}
	for _, m := range all {
		if m.Version.Compare(highest) < 0 && !done[m.Version.Normal()] {
			return h.failed(fmt.Errorf("its one row cannot say that %s is applied and %s is not", highest, m))
		}
	}
	number, err := strconv.ParseInt(string(highest), 10, 64)
	if err != nil {
		return h.failed(fmt.Errorf("version %.40q does not fit its column", highest))
	}
	if _, err := db.Exec(ctx, "DELETE FROM "+quote(db.Traits(), h.Table)); err != nil {
		return h.failed(err)
	}
	return insert(ctx, db, h, []string{"version", "dirty"}, [][]any{{number, false}})
}
