package journal

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dbmend/dbmend/migration"
)

// Format is the version of the table's form, as docs/formats/journal.md describes
// it. A later format may add columns and kinds; it never changes the meaning of
// those that are there.
const Format = 1

// Bounds, in bytes, on the texts of an entry. What identifies something is
// refused beyond its bound, since a shortened name would be another name; what is
// prose is cut. A MySQL TEXT column holds the longest of them.
const (
	shortText = 1 << 10
	longText  = 1<<16 - 1
	digits    = 24 // more than any 64-bit number has
)

// cut marks the place where a long text was shortened.
const cut = " … [cut]"

// clock is how the table keeps a time.
const clock = "2006-01-02T15:04:05.000Z"

// A column is one column of the table and the part of an entry that it keeps.
type column struct {
	name  string
	form  form
	value func(e *Entry) any                // what is bound to write it
	read  func(e *Entry, text string) error // takes what was read, NULL being ""
}

// A form says how the table keeps a column, and what becomes of what is too long.
type form int

const (
	number form = iota
	short       // refused beyond shortText
	long        // cut at longText
)

// columns are those of the table, in its order. Everything else in this package,
// the reading and the writing, follows from this list.
var columns = []column{
	{"entry", number, func(e *Entry) any { return e.Number }, func(e *Entry, s string) (err error) {
		e.Number, err = positive(s, math.MaxInt64)
		if err == nil && e.Number == 0 {
			err = errors.New("is not a number from 1 on")
		}
		return err
	}},
	{"run", short, func(e *Entry) any { return e.Run }, func(e *Entry, s string) error { e.Run = s; return nil }},
	{"at", short, func(e *Entry) any { return e.At.UTC().Format(clock) }, func(e *Entry, s string) (err error) {
		e.At, err = moment(s)
		return err
	}},
	{"kind", short, func(e *Entry) any { return string(e.Kind) }, func(e *Entry, s string) error { e.Kind = Kind(s); return nil }},
	{"outcome", short, func(e *Entry) any { return string(e.Outcome) }, func(e *Entry, s string) error { e.Outcome = Outcome(s); return nil }},
	{"version", short, func(e *Entry) any { return string(e.Version) }, func(e *Entry, s string) error { e.Version = migration.Version(s); return nil }},
	{"name", short, func(e *Entry) any { return e.Name }, func(e *Entry, s string) error { e.Name = s; return nil }},
	{"statement", number, func(e *Entry) any { return int64(e.Statement) }, func(e *Entry, s string) error {
		n, err := positive(s, math.MaxInt32)
		e.Statement = int(n)
		return err
	}},
	{"sql", long, func(e *Entry) any { return e.SQL }, func(e *Entry, s string) error { e.SQL = s; return nil }},
	{"checksum", short, func(e *Entry) any { return e.Checksum }, func(e *Entry, s string) error { e.Checksum = s; return nil }},
	{"evidence", long, func(e *Entry) any { return e.Evidence }, func(e *Entry, s string) error { e.Evidence = s; return nil }},
	{"duration_us", number, func(e *Entry) any { return e.Duration.Microseconds() }, func(e *Entry, s string) error {
		n, err := positive(s, math.MaxInt64/int64(time.Microsecond))
		e.Duration = time.Duration(n) * time.Microsecond
		return err
	}},
	{"before", short, func(e *Entry) any { return e.Before }, func(e *Entry, s string) error { e.Before = s; return nil }},
	{"after", short, func(e *Entry) any { return e.After }, func(e *Entry, s string) error { e.After = s; return nil }},
	{"stamp", short, func(e *Entry) any { return e.Stamp }, func(e *Entry, s string) error { e.Stamp = s; return nil }},
	{"tool", short, func(e *Entry) any { return e.Tool }, func(e *Entry, s string) error { e.Tool = s; return nil }},
}

// pick returns the named columns, in the order of the table.
func pick(names ...string) []column {
	var picked []column
	for _, c := range columns {
		for _, name := range names {
			if c.name == name {
				picked = append(picked, c)
			}
		}
	}
	return picked
}

// fit returns a text as the column may keep it. Bytes that some server would
// refuse in a text are replaced: an odd byte in an author's statement must not
// keep its migration from being recorded.
func (c column) fit(text string) (string, error) {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	switch {
	case c.form == long && len(text) > longText:
		end := longText - len(cut)
		for !utf8.RuneStart(text[end]) {
			end--
		}
		return text[:end] + cut, nil
	case c.form == short && len(text) > shortText:
		return "", fmt.Errorf("is longer than %d bytes", shortText)
	}
	return text, nil
}

// positive reads a number from 0 to most; no text at all is 0.
func positive(text string, most int64) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("is %.40q, not a number from 0 to %d", text, most)
	}
	return n, nil
}

// moment reads a time of any offset and precision, in case somebody has written
// one by hand.
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("is %.40q, not a time as in RFC 3339", text)
	}
	return t.UTC().Truncate(time.Millisecond), nil
}
