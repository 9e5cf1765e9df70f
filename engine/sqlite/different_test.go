package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// TestDifferent: what became different is told row by row, where neither a
// collation nor an equal row beside it hides it.
func TestDifferent(t *testing.T) {
	for name, c := range map[string]struct {
		table, update string
		want          int64
		untold        bool
	}{
		"nothing":                           {"t (id INTEGER PRIMARY KEY, v TEXT)", "UPDATE t SET v = v", 0, false},
		"one of two":                        {"t (id INTEGER PRIMARY KEY, v TEXT)", "UPDATE t SET v = 'new' WHERE v = 'old'", 1, false},
		"a row that another is equal to":    {"t (v TEXT)", "UPDATE t SET v = 'new' WHERE v = 'old'", 1, false},
		"case, which the collation ignores": {"t (v TEXT COLLATE NOCASE)", "UPDATE t SET v = upper(v)", 2, false},
		"the number of a row":               {"t (id INTEGER PRIMARY KEY, v TEXT)", "UPDATE t SET id = id + 10", 2, false},
		"a type without another value":      {"t (v)", "UPDATE t SET v = CAST(v AS BLOB)", 2, false},
		"nothing, without a rowid":          {"t (v TEXT PRIMARY KEY) WITHOUT ROWID", "UPDATE t SET v = v", 0, false},
		"one of two, without a rowid":       {"t (v TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID", "UPDATE t SET n = 1 WHERE v = 'old'", 1, false},
		"its key, without a rowid":          {"t (v TEXT PRIMARY KEY) WITHOUT ROWID", "UPDATE t SET v = v || '!'", 2, false},
		"columns that hide the rowid":       {"t (rowid TEXT, oid TEXT, _rowid_ TEXT, v TEXT)", "UPDATE t SET v = v", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			d := take(t, openPool(t, filepath.Join(t.TempDir(), "different.db")))
			for _, sql := range []string{"CREATE TABLE " + c.table, "INSERT INTO t (v) VALUES ('new'), ('old')"} {
				if _, err := d.Exec(ctx, sql); err != nil {
					t.Fatal(err)
				}
			}
			s, err := d.Inspect(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var columns []string
			for o := range s.All() {
				if o.Key.Kind == schema.Column {
					columns = append(columns, o.Key.Name)
				}
			}
			rows, told, err := d.Different(ctx, s.Get(schema.Key{Kind: schema.Table, Name: "t"}), columns, func(ctx context.Context) error {
				_, err := d.Exec(ctx, c.update)
				return err
			})
			if err != nil || rows != c.want || told == c.untold {
				t.Errorf("%d rows, told %v, error %v; wanted %d, told %v", rows, told, err, c.want, !c.untold)
			}
		})
	}
}
