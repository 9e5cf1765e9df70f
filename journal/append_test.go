package journal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNumbersFollowOneAnother(t *testing.T) {
	db := open(t, proper)
	write(t, db, journal.Entry{Kind: journal.Noticed})
	many := make([]journal.Entry, 100)
	for i := range many {
		many[i] = journal.Entry{Kind: journal.Ran, Version: "7", Statement: i + 1}
	}
	db.Count = 0
	write(t, db, many...)
	if db.Count > 5 {
		t.Errorf("100 entries took %d statements, want at most 5", db.Count)
	}
	read, err := journal.Read(t.Context(), db, journal.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != 101 {
		t.Fatalf("read %d entries, want 101", len(read))
	}
	for i, e := range read {
		if e.Number != int64(i+1) {
			t.Fatalf("entry %d in order has number %d", i+1, e.Number)
		}
		if i > 0 && (e.Statement != i || many[i-1].Number != e.Number) {
			t.Fatalf("entry %d is about statement %d and was given number %d", e.Number, e.Statement, many[i-1].Number)
		}
	}
}

func TestTimeOfTheCallWhereNoneIsGiven(t *testing.T) {
	db := open(t, proper)
	before := time.Now().Truncate(time.Millisecond)
	e := write(t, db, journal.Entry{Kind: journal.Completed})[0]
	if e.At.Before(before) || time.Since(e.At) > time.Minute {
		t.Errorf("at is %s, the call began at %s", e.At, before)
	}
	var text string
	if err := db.QueryRow(t.Context(), `SELECT "at" FROM dbmend_journal`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	if want := e.At.Format("2006-01-02T15:04:05.000Z"); text != want {
		t.Errorf("the table keeps %q, want %q", text, want)
	}
}

func TestLongTextsAreCutOnARune(t *testing.T) {
	db := open(t, proper)
	for _, pad := range []string{"", "x", "xx"} {
		long := pad + strings.Repeat("€", 30_000)
		write(t, db, journal.Entry{Kind: journal.Failed, SQL: long, Evidence: "short"})
		e, _, err := journal.Last(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		kept, marked := strings.CutSuffix(e.SQL, " … [cut]")
		if !marked || !strings.HasPrefix(long, kept) || !utf8.ValidString(e.SQL) {
			t.Errorf("cut to %d bytes, marked %v, ending in %q", len(e.SQL), marked, e.SQL[len(e.SQL)-20:])
		}
		if len(e.SQL) > 65_535 || len(e.SQL) < 65_530 {
			t.Errorf("cut to %d bytes, want just below 64 KiB", len(e.SQL))
		}
	}
}

func TestBytesThatAreNoTextAreReplaced(t *testing.T) {
	db := open(t, proper)
	write(t, db, journal.Entry{Kind: journal.Failed, SQL: "SELECT '\x00', '\xff'"})
	e, _, err := journal.Last(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if want := "SELECT '\uFFFD', '\uFFFD'"; e.SQL != want {
		t.Errorf("read %q, want %q", e.SQL, want)
	}
}

// What could not be read again, or would be read as something else, is not
// written, and neither is anything beside it.
func TestWhatIsNoEntryIsNotWritten(t *testing.T) {
	good := journal.Entry{Run: "r", Kind: journal.Noticed}
	for column, bad := range map[string]journal.Entry{
		"run":         {Kind: journal.Noticed},
		"kind":        {Run: "r"},
		"version":     {Run: "r", Kind: journal.Migrated, Outcome: journal.Applied},
		"outcome":     {Run: "r", Kind: journal.Migrated, Version: "1", Outcome: "perhaps"},
		"statement":   {Run: "r", Kind: journal.Ran, Statement: -1},
		"duration_us": {Run: "r", Kind: journal.Ran, Duration: -time.Second},
		"name":        {Run: "r", Kind: journal.Ran, Name: strings.Repeat("n", 1025)},
	} {
		db := open(t, proper)
		err := journal.Append(t.Context(), db, []journal.Entry{good, bad})
		var wrong *journal.EntryError
		if !errors.As(err, &wrong) || wrong.Column != column {
			t.Errorf("appended an entry with a bad %s: error %v", column, err)
		}
		if _, found, err := journal.Last(t.Context(), db); found || err != nil {
			t.Errorf("after refusing a bad %s the journal has an entry: %v, %v", column, found, err)
		}
	}
}

func TestEntriesGoWithTheirTransaction(t *testing.T) {
	db := open(t, proper)
	db.Must(t, "BEGIN IMMEDIATE")
	write(t, db, journal.Entry{Kind: journal.Noticed})
	db.Must(t, "ROLLBACK")
	if _, found, err := journal.Last(t.Context(), db); found || err != nil {
		t.Errorf("found an entry that was rolled back: %v, %v", found, err)
	}
}

func TestTheTablesKeyRefusesASecondWriter(t *testing.T) {
	db := open(t, proper, `CREATE TRIGGER other BEFORE INSERT ON dbmend_journal WHEN new."run" = 'mine' BEGIN
		INSERT INTO dbmend_journal SELECT new."entry", 'other', '', 'notice', '', '', '', 0, '', '', '', 0, '', '', '', ''; END`)
	err := journal.Append(t.Context(), db, []journal.Entry{{Run: "mine", Kind: journal.Noticed}})
	if err == nil {
		t.Error("two entries got the same number")
	}
}

// Who knows the last number need not ask for it; if it is not the last any more, the
// key refuses what would follow it.
func TestAppendAfterAKnownNumber(t *testing.T) {
	db := open(t, proper)
	first := write(t, db, journal.Entry{Kind: journal.Completed})[0]
	next := []journal.Entry{{Run: "r", Tool: "t", Kind: journal.Completed}}
	if err := journal.AppendAfter(t.Context(), db, first.Number, next); err != nil || next[0].Number != first.Number+1 {
		t.Errorf("behind %d comes %d: %v", first.Number, next[0].Number, err)
	}
	if err := journal.AppendAfter(t.Context(), db, first.Number, next); err == nil {
		t.Error("an entry was written twice")
	}
}

// Whatever an entry says is read again as it was written.
func TestReadIsTheInverseOfAppend(t *testing.T) {
	db := open(t, proper)
	text := rapid.StringMatching(`[a-zA-Zß€😀 '"\\%_\n-]{0,40}`)
	entry := rapid.Custom(func(r *rapid.T) journal.Entry {
		return journal.Entry{
			Run:       "r" + text.Draw(r, "run"),
			At:        time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(r, "at")).UTC(),
			Kind:      rapid.SampledFrom([]journal.Kind{journal.Intent, journal.Ran, journal.Migrated, "later"}).Draw(r, "kind"),
			Outcome:   rapid.SampledFrom([]journal.Outcome{journal.Applied, journal.Reverted}).Draw(r, "outcome"),
			Version:   migration.Version(rapid.StringMatching(`[0-9]{1,30}`).Draw(r, "version")),
			Name:      text.Draw(r, "name"),
			Statement: rapid.IntRange(0, 1<<31-1).Draw(r, "statement"),
			SQL:       text.Draw(r, "sql"),
			Checksum:  text.Draw(r, "checksum"),
			Evidence:  text.Draw(r, "evidence"),
			Duration:  time.Duration(rapid.Int64Range(0, 1e12).Draw(r, "us")) * time.Microsecond,
			Before:    text.Draw(r, "before"),
			After:     text.Draw(r, "after"),
			Stamp:     text.Draw(r, "stamp"),
			Tool:      text.Draw(r, "tool"),
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		db.Must(t, "DELETE FROM dbmend_journal")
		written := rapid.SliceOfN(entry, 1, 70).Draw(r, "entries")
		if err := journal.Append(t.Context(), db, written); err != nil {
			r.Fatal(err)
		}
		read, err := journal.Read(t.Context(), db, journal.Filter{})
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(written, read); diff != "" {
			r.Fatal(diff)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			db := open(b, proper)
			entries := make([]journal.Entry, n)
			for i := range entries {
				entries[i] = journal.Entry{Run: "r", Kind: journal.Ran, Version: "1", Statement: i}
			}
			for b.Loop() {
				if err := journal.Append(b.Context(), db, entries); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
