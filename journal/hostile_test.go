package journal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/journal"
)

// An entry that cannot be read stops whoever reads it: a journal without the
// entry would be a different one.
func TestHostileValues(t *testing.T) {
	for _, test := range []struct {
		column string
		value  any
	}{
		{"entry", nil}, {"entry", 0}, {"entry", -3}, {"entry", "three"}, {"entry", 1.5}, {"entry", []byte{0, 1}},
		{"entry", "99999999999999999999"}, {"entry", strings.Repeat("1", 1<<20)},
		{"run", nil}, {"run", ""}, {"run", strings.Repeat("r", 5000)},
		{"at", nil}, {"at", "yesterday"}, {"at", 1700000000}, {"at", strings.Repeat("2", 1<<20)},
		{"kind", nil}, {"kind", strings.Repeat("k", 1<<20)},
		{"version", nil}, {"version", strings.Repeat("1", 1025)},
		{"statement", -1}, {"statement", 1 << 40}, {"statement", "x"}, {"statement", 1e300},
		{"duration_us", -1}, {"duration_us", int64(1) << 62}, {"duration_us", "long"},
		{"checksum", strings.Repeat("c", 1025)}, {"stamp", strings.Repeat("s", 1<<20)},
	} {
		t.Run(fmt.Sprintf("%s=%.20v", test.column, test.value), func(t *testing.T) {
			db := open(t, loose)
			db.Must(t, `INSERT INTO dbmend_journal VALUES (1, 'r', '2026-03-14T09:26:53.589Z', 'migration', 'applied', '1',
				'', 0, '', '', '', 0, '', '', '', '')`)
			db.Must(t, `UPDATE dbmend_journal SET "`+test.column+`" = ?`, test.value)
			_, _, err := journal.Last(t.Context(), db)
			var wrong *journal.EntryError
			if !errors.As(err, &wrong) || wrong.Column != test.column {
				t.Fatalf("error %.200v, want an EntryError about %s", err, test.column)
			}
			if len(err.Error()) > 300 {
				t.Errorf("the error has %d bytes: %.100s", len(err.Error()), err)
			}
		})
	}
}

// What a column of texts may hold besides texts is read as one.
func TestHarmlessValues(t *testing.T) {
	db := open(t, loose)
	db.Must(t, `INSERT INTO dbmend_journal VALUES (1, 'r', '2026-03-14T10:26:53.5897+01:00', 'later kind', NULL, 7,
		x'c3a9ff', NULL, ?, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`, strings.Repeat("s", 1<<20))
	e, _, err := journal.Last(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if e.Version != "7" || e.Name != "é\uFFFD" || e.Kind != "later kind" || len(e.SQL) != 65_535 {
		t.Errorf("read version %q, name %q, kind %q and %d bytes of SQL", e.Version, e.Name, e.Kind, len(e.SQL))
	}
	if at := e.At.Format("15:04:05.999999"); at != "09:26:53.589" {
		t.Errorf("at is %s", at)
	}
}

func TestNumbersMustBeUniqueAndInOrder(t *testing.T) {
	for name, numbers := range map[string][]any{
		"twice":              {1, 2, 2},
		"sorted as texts":    {"9", "10"},
		"a text among them":  {1, 2, "1"},
		"twice, differently": {1, "1"},
	} {
		db := open(t, loose)
		for _, n := range numbers {
			db.Must(t, `INSERT INTO dbmend_journal VALUES (?, 'r', '2026-03-14T09:26:53.589Z', 'migration', 'applied', '1',
				'', 0, '', '', '', 0, '', '', '', '')`, n)
		}
		for _, use := range []string{"Read", "Recorded", "Statements"} {
			var wrong *journal.EntryError
			if err := all[use](t, db); !errors.As(err, &wrong) || wrong.Column != "entry" {
				t.Errorf("%s: %s gives %v, want an EntryError about entry", name, use, err)
			}
		}
	}
}

func TestTheHighestNumberLeavesNoRoom(t *testing.T) {
	db := open(t, proper)
	db.Must(t, `INSERT INTO dbmend_journal VALUES (9223372036854775807, 'r', '2026-03-14T09:26:53.589Z', 'notice', '', '',
		'', 0, '', '', '', 0, '', '', '', '')`)
	var wrong *journal.EntryError
	if err := all["Append"](t, db); !errors.As(err, &wrong) {
		t.Errorf("error %v, want an EntryError", err)
	}
}

func TestAnUnknownOutcomeIsNeitherRecordedNorNot(t *testing.T) {
	for _, outcome := range []string{"", "perhaps", "skipped", "synthesised", "left"} {
		db := open(t, proper)
		db.Must(t, `INSERT INTO dbmend_journal VALUES (1, 'r', '2026-03-14T09:26:53.589Z', 'migration', ?, '1',
			'', 0, '', '', '', 0, '', '', '', '')`, outcome)
		var wrong *journal.EntryError
		if _, err := journal.Recorded(t.Context(), db); !errors.As(err, &wrong) || wrong.Column != "outcome" {
			t.Errorf("outcome %q: error %v, want an EntryError about it", outcome, err)
		}
		if entries, err := journal.Read(t.Context(), db, journal.Filter{}); err != nil || len(entries) != 1 {
			t.Errorf("outcome %q cannot be shown: %v", outcome, err)
		}
	}
}
