package tracking

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// tern keeps one row, with the number of the last migration that was run; zero is
// none. It knows PostgreSQL alone. (migrate/migrate.go)
//
// A table schema_version with one number in it is what many applications have made
// for themselves, so that here the files have to be tern's, too.
var tern = &Runner{
	Name:    "tern",
	Columns: []string{"version"},
	Numbers: []string{"version"},
	Tables:  []string{"schema_version"},
	Plain:   true,
	Plainer: true,
	Formats: []string{"tern"},
	UpTo:    true,
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "version")}, "version")
	},
	Parse:  parseTern,
	Record: recordTern,
	Forget: forgetTern,
	Create: createTern,
}

func parseTern(cells [][]Cell) ([]Row, error) {
	if len(cells) > 1 {
		return nil, &RowError{Row: 2, Column: "version", Reason: "is a second one; the table holds one row"}
	}
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		v, err := strconv.ParseInt(c[0].String, 10, 32)
		if err != nil || v < 0 {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: wants(c[0], "a number from 0 on")}
		}
		if v > 0 {
			rows = append(rows, Row{Version: migration.Version(strconv.FormatInt(v, 10)), Text: fmt.Sprintf("version %d", v)})
		}
	}
	return rows, nil
}

// recordTern sets the one row to the highest number that is applied. What one row
// cannot say is an error, and nothing is written.
func recordTern(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	if len(applied) == 0 {
		return nil
	}
	top, err := h.climb(all, applied)
	if err != nil || top.there {
		return err
	}
	return h.put(ctx, db, top.version, []string{"version"})
}

// forgetTern sets the one row to the highest number that is left.
func forgetTern(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error {
	top, err := h.descend(all, reverted)
	if err != nil || top.there {
		return err
	}
	if top.version == "" {
		top.version = "0" // without a row, tern does not start
	}
	return h.put(ctx, db, top.version, []string{"version"})
}

func createTern(t engine.Traits, table schema.Key) []string {
	if familyOf(t) != postgres {
		return nil
	}
	name := quote(t, table)
	return []string{"CREATE TABLE " + name + "(version int4 not null)", "INSERT INTO " + name + "(version) VALUES (0)"}
}
