package tracking

import (
	"context"

	"github.com/dbmend/dbmend/migration"
)

// dbmate keeps a set of versions, as texts. Rails keeps the very same table, and
// older releases of it nothing beside it, so that it makes no difference whose it is.
// (pkg/driver/*/*.go)
//
// One column named version could be anybody's (tern's means something else), so
// that here the name has to fit as well.
var dbmate = &Runner{
	Name:    "dbmate or Rails",
	Columns: []string{"version"},
	Texts:   []string{"version"},
	Tables:  []string{"schema_migrations"},
	Plain:   true,
	Formats: []string{"dbmate"},
	Query: func(t Table) string {
		return selecting(t, []string{text(t, "version")}, "version")
	},
	Parse:  parseDbmate,
	Record: recordDbmate,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return []cell{{"version", string(n.row.Version)}}, nil
	}),
	Create: creating(dialect{
		"CREATE TABLE %s (version varchar(128) primary key)",
		"CREATE TABLE %s (version varchar primary key)",
		"CREATE TABLE %s (version varchar(128) primary key)",
	}),
}

func parseDbmate(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if c[0].String == "" {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: "is empty"}
		}
		said := shorten(c[0].String)
		row := Row{Version: version(said), Text: "version " + show(said)}
		if string(row.Version) != said {
			row.Version, row.Name = "", said // no version that a file could have
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// recordDbmate inserts the versions as the files spell them.
func recordDbmate(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	var rows [][]any
	for _, m := range unclaimed(h, all, applied) {
		rows = append(rows, []any{digitsOf(m)})
	}
	return insert(ctx, db, h, []string{"version"}, rows)
}
