package journal_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/dbmend/dbmend/journal"
)

func TestLastIsOneQuery(t *testing.T) {
	db := open(t, proper)
	if _, found, err := journal.Last(t.Context(), db); found || err != nil {
		t.Fatalf("an empty journal has a last entry: %v, %v", found, err)
	}
	write(t, db, journal.Entry{Kind: journal.Noticed}, journal.Entry{Kind: journal.Completed, Stamp: "s", After: "f"})
	db.Count = 0
	e, found, err := journal.Last(t.Context(), db)
	if err != nil || !found || e.Number != 2 || e.Kind != journal.Completed || e.Stamp != "s" || e.After != "f" {
		t.Errorf("last is %+v, %v, %v", e, found, err)
	}
	if db.Count != 1 {
		t.Errorf("it took %d queries", db.Count)
	}
}

func TestFilter(t *testing.T) {
	db := open(t, proper)
	write(t, db,
		journal.Entry{Run: "a", Kind: journal.Ran, Version: "007", Statement: 1},                            // 1
		journal.Entry{Run: "a", Kind: journal.Migrated, Version: "007", Outcome: journal.Applied},           // 2
		journal.Entry{Run: "a", Kind: journal.Migrated, Version: "17", Outcome: journal.Applied},            // 3
		journal.Entry{Run: "b", Kind: journal.Migrated, Version: "7", Outcome: journal.Reverted},            // 4
		journal.Entry{Run: "b", Kind: journal.Noticed, Version: "7%", Evidence: "a version of odd letters"}, // 5
		journal.Entry{Run: "b", Kind: journal.Completed},                                                    // 6
	)
	for name, test := range map[string]struct {
		filter journal.Filter
		want   []int64
	}{
		"everything":                       {journal.Filter{}, []int64{1, 2, 3, 4, 5, 6}},
		"the newest":                       {journal.Filter{Limit: 2}, []int64{5, 6}},
		"those before them":                {journal.Filter{Limit: 2, Before: 5}, []int64{3, 4}},
		"one run":                          {journal.Filter{Run: "a"}, []int64{1, 2, 3}},
		"no such run":                      {journal.Filter{Run: "a' OR 'a' = 'a"}, nil},
		"a version, however it is spelled": {journal.Filter{Version: "07"}, []int64{1, 2, 4}},
		"the newest of a version":          {journal.Filter{Version: "7", Limit: 1}, []int64{4}},
		"a version that is no number":      {journal.Filter{Version: "7%"}, []int64{5}},
		"kinds":                            {journal.Filter{Kinds: []journal.Kind{journal.Ran, journal.Completed}}, []int64{1, 6}},
		"all at once": {journal.Filter{Run: "a", Version: "7", Kinds: []journal.Kind{journal.Migrated}, Before: 4, Limit: 9},
			[]int64{2}},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := journal.Read(t.Context(), db, test.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, e := range entries {
				got = append(got, e.Number)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("entries %v, want %v", got, test.want)
			}
		})
	}
}

// all are the ways to use a journal that has something wrong with it.
var all = map[string]func(*testing.T, *database) error{
	"Last": func(t *testing.T, db *database) error { _, _, err := journal.Last(t.Context(), db); return err },
	"Read": func(t *testing.T, db *database) error {
		_, err := journal.Read(t.Context(), db, journal.Filter{})
		return err
	},
	"Recorded":   func(t *testing.T, db *database) error { _, err := journal.Recorded(t.Context(), db); return err },
	"Statements": func(t *testing.T, db *database) error { _, err := journal.Statements(t.Context(), db, "1"); return err },
	"Unfinished": func(t *testing.T, db *database) error { _, err := journal.Unfinished(t.Context(), db); return err },
	"Append": func(t *testing.T, db *database) error {
		return journal.Append(t.Context(), db, []journal.Entry{{Run: "r", Kind: journal.Noticed}})
	},
}

func TestATableOfAnotherShapeIsNoJournal(t *testing.T) {
	for name, use := range all {
		t.Run(name, func(t *testing.T) {
			// Everything but "before" and "stamp", which SQLite would gladly take for strings.
			db := open(t, `CREATE TABLE dbmend_journal (entry INTEGER PRIMARY KEY, run, at, kind, outcome, version,
				name, statement, sql, checksum, evidence, duration_us, after, tool, mine)`)
			switch name { // these two ask for fewer columns: take away one of theirs
			case "Recorded", "Statements", "Unfinished":
				db.Must(t, "ALTER TABLE dbmend_journal DROP COLUMN kind")
			}
			err := use(t, db)
			var shape *journal.ShapeError
			if !errors.As(err, &shape) {
				t.Fatalf("error %v, want a ShapeError", err)
			}
			if !slices.Contains(shape.Missing, "stamp") || !slices.Contains(shape.Found, "mine") {
				t.Errorf("missing %v, found %v", shape.Missing, shape.Found)
			}
		})
	}
}

func TestATableThatIsNotThereIsTheEnginesError(t *testing.T) {
	for name, use := range all {
		err := use(t, open(t))
		var shape *journal.ShapeError
		var driver interface{ Code() int }
		if err == nil || errors.As(err, &shape) || !errors.As(err, &driver) {
			t.Errorf("%s: error %v, want the driver's, wrapped", name, err)
		}
	}
}

func TestColumnsOfLaterFormatsAreLetBe(t *testing.T) {
	db := open(t, proper, `ALTER TABLE dbmend_journal ADD COLUMN "host" TEXT NOT NULL DEFAULT ''`)
	write(t, db, journal.Entry{Kind: journal.Completed})
	if _, found, err := journal.Last(t.Context(), db); !found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}
