package tracking

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// drizzle keeps a row for each migration, with the time at which it was made, in
// milliseconds of Unix, and a checksum of its file. It runs what was made after the
// newest row. On SQLite, id is always NULL: SERIAL means nothing there.
// (drizzle-orm/src/{sqlite,pg,mysql}-core/dialect.ts)
var drizzle = &Runner{
	Name:    "Drizzle",
	Columns: []string{"id", "hash", "created_at"},
	Tables:  []string{"__drizzle_migrations"},
	Space:   "drizzle",
	Plain:   true,
	Formats: []string{"drizzle"},
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "created_at"), text(t, "hash")}, "created_at", "hash")
	},
	Parse:  parseDrizzle,
	Key:    madeAt,
	Record: recordDrizzle,
	Forget: forgetting(byTime),
	Create: createDrizzle(dialect{"created_at numeric", "created_at bigint", "created_at bigint"}),
}

// drizzleNamed is what newer releases keep: the name of the migration's folder
// besides, by which they know it.
var drizzleNamed = &Runner{
	Name:    "Drizzle, by name",
	Columns: []string{"id", "hash", "created_at", "name", "applied_at"},
	Tables:  drizzle.Tables,
	Space:   "drizzle",
	Formats: drizzle.Formats,
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "created_at"), text(t, "hash"), text(t, "name")}, "created_at", "name", "hash")
	},
	Parse:  parseDrizzleNamed,
	Key:    tagOf,
	Record: recordDrizzleNamed,
	Forget: forgetting(byTag),
	Create: createDrizzle(dialect{
		"created_at numeric, name text, applied_at TEXT",
		"created_at bigint, name text, applied_at timestamp with time zone DEFAULT now()",
		"created_at bigint, name text, applied_at timestamp DEFAULT (now())",
	}),
}

// madeAt returns when Drizzle says that the migration was made.
func madeAt(m *migration.Migration) string {
	if m.Made == 0 {
		return ""
	}
	return strconv.FormatInt(m.Made, 10)
}

// tagOf returns the name that Drizzle gives the migration: that of its folder, or of
// its file in the older form.
func tagOf(m *migration.Migration) string {
	if m.Made == 0 {
		return ""
	}
	return folderOf(m)
}

// byTime finds the row of a migration by when it was made, and byTag by its name.
func byTime(h *History, n noted) ([]cell, error) {
	at, err := h.number(migration.Version(n.row.Key))
	return []cell{{"created_at", at}}, err
}

func byTag(_ *History, n noted) ([]cell, error) {
	if n.row.Name == "" {
		return []cell{{"hash", n.row.Checksum}}, nil
	}
	return []cell{{"name", n.row.Name}}, nil
}

func parseDrizzle(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		at, err := milliseconds(c[0])
		if err != nil || at < 0 {
			return nil, &RowError{Row: i + 1, Column: "created_at", Reason: wants(c[0], "a time in milliseconds")}
		}
		if c[1].String == "" {
			return nil, &RowError{Row: i + 1, Column: "hash", Reason: "is empty"}
		}
		rows = append(rows, Row{
			Key: strconv.FormatInt(at, 10), Checksum: shorten(c[1].String),
			Text: "migration of " + time.UnixMilli(at).UTC().Format("2006-01-02 15:04:05.000"),
		})
	}
	return rows, nil
}

// milliseconds reads a time. SQLite may have it as a floating number.
func milliseconds(c Cell) (int64, error) {
	return strconv.ParseInt(strings.TrimSuffix(c.String, ".0"), 10, 64)
}

func parseDrizzleNamed(cells [][]Cell) ([]Row, error) {
	rows, err := parseDrizzle(cells)
	for i := range rows {
		// Rows from before there were names have none; their checksum has to do.
		rows[i].Key = ""
		if name := shorten(cells[i][2].String); name != "" {
			rows[i].Version, rows[i].Name, rows[i].Key, rows[i].Text = version(name), name, name, "migration "+show(name)
		}
	}
	return rows, err
}

func recordDrizzle(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	return recordMade(ctx, db, h, all, applied, byTime, []string{"hash", "created_at"}, func(m *migration.Migration) []any {
		return []any{migration.DrizzleHash(m), m.Made}
	})
}

func recordDrizzleNamed(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	now := expression(dialect{"strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "now()", "now()"}.of(db.Traits()))
	return recordMade(ctx, db, h, all, applied, byTag, []string{"hash", "created_at", "name", "applied_at"}, func(m *migration.Migration) []any {
		return []any{migration.DrizzleHash(m), m.Made, tagOf(m), now}
	})
}

// recordMade gives changed files their checksums and inserts the rest.
func recordMade(ctx context.Context, db Database, h *History, all, applied []*migration.Migration,
	find func(*History, noted) ([]cell, error), columns []string, row func(*migration.Migration) []any,
) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	for _, n := range t.stale {
		where, err := find(h, n)
		if err != nil {
			return err
		}
		if err := update(ctx, db, h, []cell{{"hash", migration.DrizzleHash(n.Migration)}}, where); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, m := range t.fresh {
		rows = append(rows, row(m))
	}
	return insert(ctx, db, h, columns, rows)
}

// createDrizzle returns a Create, which also makes the schema that the table is in.
func createDrizzle(columns dialect) func(engine.Traits, schema.Key) []string {
	return func(t engine.Traits, table schema.Key) []string {
		var statements []string
		if table.Space != "" {
			statements = append(statements, "CREATE SCHEMA IF NOT EXISTS "+t.Quote(table.Space))
		}
		return append(statements, "CREATE TABLE "+quote(t, table)+" (id SERIAL PRIMARY KEY, hash text NOT NULL, "+columns.of(t)+")")
	}
}
