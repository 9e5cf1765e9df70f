package journal

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode: a row is an error that says where, or an entry that is written and
// read again as the same.
func FuzzDecode(f *testing.F) {
	f.Add("1", "r", "2026-03-14T09:26:53.589Z", "migration", "applied", "001", "add", "0", "SELECT 1", "", "", "12", "", "", "", "dbmend 0.1.0")
	f.Add("-1", "\xff", "0000-00-00", "\x00", "", "٣", "", "1e9", "", "", "", "9223372036854775807", "", "", "", "")
	f.Fuzz(func(t *testing.T, entry, run, at, kind, outcome, version, name, statement, text, checksum, evidence, duration, before, after, stamp, tool string) {
		var cells []sql.NullString
		for _, s := range []string{entry, run, at, kind, outcome, version, name, statement, text, checksum, evidence, duration, before, after, stamp, tool} {
			cells = append(cells, sql.NullString{String: s, Valid: s != ""})
		}
		e, err := decode(columns, cells)
		if err != nil {
			var wrong *EntryError
			if !errors.As(err, &wrong) || wrong.Column == "" {
				t.Fatalf("error %v does not say where", err)
			}
			return
		}
		if e.Number < 1 || e.Statement < 0 || e.Duration < 0 || e.At.Location() != time.UTC {
			t.Fatalf("decoded %+v", e)
		}
		if _, err := e.recorded(); e.Kind == Migrated && err != nil {
			return // may be read, but not written
		}
		values, err := e.encode(nil)
		if err != nil {
			t.Fatalf("encode %+v: %v", e, err)
		}
		again, err := decode(columns, texts(values))
		if err != nil {
			t.Fatalf("decode again: %v", err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// texts returns bound values as the table gives them back.
func texts(values []any) []sql.NullString {
	cells := make([]sql.NullString, len(values))
	for i, v := range values {
		if err := cells[i].Scan(v); err != nil {
			panic(err)
		}
	}
	return cells
}
