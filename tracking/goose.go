package tracking

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// goose keeps a row for each version, in the order of application. The newest row
// of a version decides: older releases wrote a second one to revert it. Version 0
// marks the start and is no migration.
var goose = &Runner{
	Name:    "goose",
	Columns: []string{"id", "version_id", "is_applied", "tstamp"},
	Tables:  []string{"goose_db_version"},
	Formats: []string{"goose"},
	Query: func(t engine.Traits, table schema.Key) string {
		return selecting(t, table, []string{number(t, "version_id"), number(t, "is_applied")}, "id")
	},
	Parse:  parseGoose,
	Record: recordGoose,
}

func parseGoose(cells [][]Cell) ([]Row, error) {
	newest := map[int64]int{} // by version, the number of its newest row if that one applies it
	for i, c := range cells {
		v, err := strconv.ParseInt(c[0].String, 10, 64)
		if err != nil || v < 0 {
			return nil, &RowError{Row: i + 1, Column: "version_id", Reason: wants(c[0], "a number from 0 on")}
		}
		applied, ok := truth(c[1])
		if !ok {
			return nil, &RowError{Row: i + 1, Column: "is_applied", Reason: wants(c[1], "true or false")}
		}
		delete(newest, v)
		if applied && v > 0 {
			newest[v] = i
		}
	}
	rows := make([]Row, 0, len(newest))
	for i, c := range cells {
		v, _ := strconv.ParseInt(c[0].String, 10, 64)
		if at, ok := newest[v]; ok && at == i {
			said := strconv.FormatInt(v, 10)
			rows = append(rows, Row{Version: migration.Version(said), Text: "version " + said})
		}
	}
	return rows, nil
}

// recordGoose inserts a row for each version, in ascending order, and the mark of
// the start where the table is empty.
func recordGoose(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	todo := unclaimed(h, all, applied)
	if len(todo) == 0 {
		return nil
	}
	slices.SortFunc(todo, func(a, b *migration.Migration) int { return a.Version.Compare(b.Version) })
	var rows [][]any
	if empty, err := isEmpty(ctx, db, h); err != nil {
		return err
	} else if empty {
		rows = append(rows, []any{int64(0), true})
	}
	for _, m := range todo {
		v, err := strconv.ParseInt(string(m.Version), 10, 64)
		if err != nil {
			return h.failed(fmt.Errorf("version %.40q does not fit its column", m.Version))
		}
		if v > 0 {
			rows = append(rows, []any{v, true})
		}
	}
	return insert(ctx, db, h, []string{"version_id", "is_applied"}, rows)
}

// isEmpty reports whether the table has no row at all, which is less than a
// history without claims.
func isEmpty(ctx context.Context, db Database, h *History) (bool, error) {
	var one int
	rows, err := db.Query(ctx, "SELECT 1 FROM "+quote(db.Traits(), h.Table)+" LIMIT 1")
	if err != nil {
		return false, h.failed(err)
	}
	defer rows.Close()
	some := rows.Next()
	if some {
		err = rows.Scan(&one)
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		return false, h.failed(err)
	}
	return !some, nil
}
