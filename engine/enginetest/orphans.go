package enginetest

import (
	"fmt"
	"testing"
)

func testOrphans(t *testing.T, c Config) {
	t.Run("a sound database has none", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		run(t, db, "INSERT INTO authors VALUES (1, 'a')", "INSERT INTO books VALUES (1, 1, 'b')")
		have, err := db.Orphans(t.Context(), 10)
		if err != nil || len(have) != 0 {
			t.Errorf("orphans %v, error %v", have, err)
		}
	})

	if len(c.Unchecked) == 0 {
		return // the engine can hold none
	}
	t.Run("every row that refers to nothing is one", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		run(t, db, c.Unchecked...)
		run(t, db, "INSERT INTO authors VALUES (1, 'a')")
		for i := 1; i <= 5; i++ {
			run(t, db, fmt.Sprintf("INSERT INTO books VALUES (%d, %d, 'b')", i, i))
		}
		have, err := db.Orphans(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "number", 4, len(have))
		rows := map[string]bool{}
		for _, o := range have {
			equal(t, "table", "books", o.Table)
			equal(t, "parent", "authors", o.Parent)
			rows[o.Row] = true
		}
		if rows["1"] || !rows["2"] || !rows["5"] {
			t.Errorf("rows %v", rows)
		}
		for limit, want := range map[int]int{3: 3, 1: 1, 0: 0} {
			some, err := db.Orphans(t.Context(), limit)
			if err != nil || len(some) != want {
				t.Errorf("limit %d: %d orphans, error %v", limit, len(some), err)
			}
		}
	})
}
