package tracking

import (
	"context"
	"strconv"

	"github.com/dbmend/dbmend/migration"
)

// morph keeps a row for each migration, by its number and name. (drivers/*/*.go)
var morph = &Runner{
	Name:       "morph",
	Columns:    []string{"version", "name"},
	Tables:     []string{"db_migrations"},
	Plain:      true,
	Companions: []string{"db_lock"},
	Formats:    []string{"morph"},
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "version"), text(t, "name")}, "version")
	},
	Parse:  parseMorph,
	Key:    numberOf,
	Named:  func(m *migration.Migration, name string) bool { return m.Name == name },
	Record: recordMorph,
	Forget: forgetting(byNumber),
	Create: creating(dialect{
		"CREATE TABLE %s (Version bigint not null primary key, Name varchar not null)",
		"CREATE TABLE %s (version bigint not null primary key, name varchar not null)",
		"CREATE TABLE %s (Version bigint(20) NOT NULL, Name varchar(64) NOT NULL, PRIMARY KEY (Version)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
	}),
}

// numberOf returns the number of a migration without zeros ahead.
func numberOf(m *migration.Migration) string { return migration.Version(digitsOf(m)).Normal() }

// byNumber finds the row of a migration in a table whose versions are numbers.
func byNumber(h *History, n noted) ([]cell, error) {
	v, err := h.number(n.row.Version)
	return []cell{{"version", v}}, err
}

func parseMorph(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		v, err := strconv.ParseInt(c[0].String, 10, 64)
		if err != nil || v < 0 {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: wants(c[0], "a number from 0 on")}
		}
		if !c[1].Valid {
			return nil, &RowError{Row: i + 1, Column: "name", Reason: wants(c[1], "a name")}
		}
		rows = append(rows, numbered(v, c[1].String))
	}
	return rows, nil
}

// numbered returns the row of a migration with a number and a name.
func numbered(v int64, name string) Row {
	said := strconv.FormatInt(v, 10)
	row := Row{Version: migration.Version(said), Key: said, Name: shorten(name), Text: "version " + said}
	if name != "" {
		row.Text += " " + show(row.Name)
	}
	return row
}

func recordMorph(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, m := range t.fresh {
		v, err := h.number(migration.Version(numberOf(m)))
		if err != nil {
			return err
		}
		rows = append(rows, []any{v, m.Name})
	}
	return insert(ctx, db, h, []string{"version", "name"}, rows)
}
