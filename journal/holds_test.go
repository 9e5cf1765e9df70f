package journal_test

import (
	"testing"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// What a journal holds is told by what counts of it, and by nothing that was taken back
// or written anew since.
func TestHolds(t *testing.T) {
	migrated := func(version, checksum string, outcome journal.Outcome) journal.Entry {
		return journal.Entry{Kind: journal.Migrated, Outcome: outcome, Version: migration.Version(version), Name: "n" + version, Checksum: checksum}
	}
	one, two := migrated("1", "a", journal.Applied), migrated("2", "b", journal.Healed)
	three := migrated("3", "c", journal.Applied)
	for name, c := range map[string]struct {
		wrote, want []journal.Entry
		damage      string
		holds, odd  bool
	}{
		"nothing":                   {holds: true},
		"just these":                {wrote: []journal.Entry{one, {Kind: journal.Ran, Version: "1", Statement: 1}, two}, want: []journal.Entry{one, two}, holds: true},
		"another as well":           {wrote: []journal.Entry{one, two}, want: []journal.Entry{one}},
		"one too few":               {wrote: []journal.Entry{one}, want: []journal.Entry{one, two}},
		"another in its place":      {wrote: []journal.Entry{one, three}, want: []journal.Entry{one, two}},
		"another content":           {wrote: []journal.Entry{migrated("1", "x", journal.Applied)}, want: []journal.Entry{one}},
		"taken back":                {wrote: []journal.Entry{one, two, migrated("2", "b", journal.Reverted)}, want: []journal.Entry{one, two}},
		"taken back and run again":  {wrote: []journal.Entry{one, migrated("1", "a", journal.Reverted), one, two}, want: []journal.Entry{one, two}, holds: true},
		"what was written anew":     {wrote: []journal.Entry{migrated("1", "x", journal.Applied), one}, want: []journal.Entry{one}, holds: true},
		"in another order":          {wrote: []journal.Entry{two, one}, want: []journal.Entry{one, two}, holds: true},
		"another spelling":          {wrote: []journal.Entry{one}, want: []journal.Entry{{Version: "001", Name: "n1", Checksum: "a"}}, holds: true},
		"an outcome that is none":   {wrote: []journal.Entry{one}, want: []journal.Entry{one}, damage: "UPDATE dbmend_journal SET outcome = 'miracle'", odd: true},
		"a number that is none":     {wrote: []journal.Entry{one}, want: []journal.Entry{one}, damage: "UPDATE dbmend_journal SET entry = -1", odd: true},
		"a name without end":        {wrote: []journal.Entry{one}, want: []journal.Entry{one}, damage: "UPDATE dbmend_journal SET name = printf('%.*c', 3000, 'x')", odd: true},
		"a table of another's":      {damage: "ALTER TABLE dbmend_journal RENAME COLUMN outcome TO result", odd: true},
		"no table":                  {damage: "DROP TABLE dbmend_journal", odd: true},
		"one that poses as two":     {wrote: []journal.Entry{{Kind: journal.Migrated, Outcome: journal.Applied, Version: "1", Name: "n1\na\nrecorded\n2\nn2", Checksum: "b"}}, want: []journal.Entry{one, two}},
		"one that poses as another": {wrote: []journal.Entry{{Kind: journal.Migrated, Outcome: journal.Reverted, Version: "1"}, {Kind: journal.Migrated, Outcome: journal.Applied, Version: "1\nn1\na\nrecorded\n2", Name: "n2", Checksum: "b"}}, want: []journal.Entry{one, two}},
		"the same, and one without": {wrote: []journal.Entry{one, migrated("2", "", journal.Applied)}, want: []journal.Entry{one, two}},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, proper)
			write(t, db, append([]journal.Entry{}, c.wrote...)...)
			if c.damage != "" {
				if _, err := db.Exec(t.Context(), c.damage); err != nil {
					t.Fatal(err)
				}
			}
			want := make([]*migration.Migration, len(c.want))
			for i, w := range c.want {
				want[i] = &migration.Migration{Version: w.Version, Name: w.Name, Checksum: w.Checksum}
			}
			holds, err := journal.Holds(t.Context(), db, want)
			if holds != c.holds || (err != nil) != c.odd {
				t.Errorf("it holds: %v, %v; want %v, an error: %v", holds, err, c.holds, c.odd)
			}
		})
	}
}

// What was recorded one after the other is read in one value.
func TestHoldsAsksOnce(t *testing.T) {
	db := open(t, proper)
	var want []*migration.Migration
	for _, v := range []migration.Version{"1", "2", "3"} {
		write(t, db, journal.Entry{Kind: journal.Migrated, Outcome: journal.Applied, Version: v, Name: "more", Checksum: "sum"})
		want = append(want, &migration.Migration{Version: v, Name: "more", Checksum: "sum"})
	}
	db.Count = 0
	if holds, err := journal.Holds(t.Context(), db, want); err != nil || !holds || db.Count != 1 {
		t.Errorf("it holds: %v, %v, after %d queries", holds, err, db.Count)
	}
}

// A roll that nobody has called lists nothing: not even that there is nothing.
func TestRollThatWasNotCalled(t *testing.T) {
	if (journal.Roll{}).Lists(nil) {
		t.Error("it lists no migrations")
	}
	db := open(t, proper)
	roll, err := journal.CallRoll(t.Context(), db, 1)
	if err != nil || !roll.Lists(nil) {
		t.Errorf("that of an empty journal does not list no migrations: %v", err)
	}
	two := []*migration.Migration{{Version: "1", Name: "n", Checksum: "a"}, {Version: "2", Name: "n", Checksum: "b"}}
	for _, m := range two {
		write(t, db, journal.Entry{Kind: journal.Migrated, Outcome: journal.Applied, Version: m.Version, Name: m.Name, Checksum: m.Checksum})
	}
	if roll, err = journal.CallRoll(t.Context(), db, 1); err != nil || roll.Lists(two[:1]) {
		t.Errorf("one that has more than it may have lists the first: %v", err)
	}
	if roll, err = journal.CallRoll(t.Context(), db, 2); err != nil || !roll.Lists(two) {
		t.Errorf("it does not list the two that there are: %v", err)
	}
}
