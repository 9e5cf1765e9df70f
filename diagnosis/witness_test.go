package diagnosis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A witness answers from the lines of a file, and complains when it is asked what
// the file does not say:
//
//	table notes 12                               rows of a table
//	table notes astray 2                         rows that refer to nothing; else none
//	column notes.slug filled 3                   values of a column
//	column notes.a differs from notes.b in 2     rows in which two columns differ
//	002/3 writes 5, then 0                       trials of a statement on data
//	002/3 writes 5, then 5, changing 0           the second run writes what is there
//	002/3 fails: no such column                  the same
//	002/3 seeds 1 of 3, beside 7, by key         its first row is there, and others
//	table roles keeps 1 of 3, beside 7, by key   of the rows that the set leaves in it
//	002/3 copies 5, lacking 2, beside 0          what its query gives, told by a key
//	002/3 copies from what is gone               nothing to compare
//	002/3 probe yes                              what the author's probe says
type witness struct {
	replay *diagnosis.Replay
	have   *schema.Snapshot
	rows   []string
}

var _ diagnosis.Witness = (*witness)(nil)

// afterwards returns a witness of the database behind a run: the author's probes
// now say that their statements have run.
func (w *witness) afterwards(have *schema.Snapshot) *witness {
	after := &witness{replay: w.replay, have: have}
	for _, line := range w.rows {
		after.rows = append(after.rows, strings.Replace(line, " probe no", " probe yes", 1))
	}
	return after
}

// answer returns what the file says behind the words.
func (w *witness) answer(words string) (rest string, ok bool) {
	for _, line := range w.rows {
		if rest, ok := strings.CutPrefix(line, words+" "); ok {
			return rest, true
		}
	}
	return "", false
}

// said is answer for those who take silence for nothing.
func (w *witness) said(words string) string {
	rest, _ := w.answer(words)
	return rest
}

// read scans what the file says behind the words.
func (w *witness) read(words, format string, into ...any) error {
	rest, ok := w.answer(words)
	if !ok {
		return fmt.Errorf("the diagnosis asks for %q, and rows do not tell", words)
	}
	if _, err := fmt.Sscanf(rest, format, into...); err != nil {
		return fmt.Errorf("rows: %s %s: wanted %q", words, rest, format)
	}
	return nil
}

// exists refuses questions that no database could answer.
func (w *witness) exists(k schema.Key) error {
	if w.have.Get(k) == nil {
		return fmt.Errorf("the diagnosis asks for rows of %s, which is not there", k)
	}
	return nil
}

func (w *witness) ref(s *migration.Statement) string {
	for i := range w.replay.Effects {
		if e := &w.replay.Effects[i]; e.Statement == s {
			return e.Ref().String()
		}
	}
	return ""
}

func (w *witness) Rows(_ context.Context, table schema.Key, limit int64) (n int64, err error) {
	if err := w.exists(table); err != nil {
		return 0, err
	}
	err = w.read(table.String(), "%d", &n)
	if limit > 0 {
		n = min(n, limit)
	}
	return n, err
}

func (w *witness) Filled(_ context.Context, column *schema.Object) (n int64, err error) {
	if err := w.exists(column.Key); err != nil {
		return 0, err
	}
	err = w.read(column.Key.String(), "filled %d", &n)
	return n, err
}

func (w *witness) Differ(_ context.Context, a, b *schema.Object) (n int64, err error) {
	other := b.Key.Table + "." + b.Key.Name
	err = errors.Join(w.exists(a.Key), w.exists(b.Key), w.read(a.Key.String()+" differs from "+other+" in", "%d", &n))
	return n, err
}

func (w *witness) Sample(_ context.Context, table schema.Key) ([]string, error) {
	return []string{"rows of " + table.String()}, w.exists(table)
}

func (w *witness) Try(_ context.Context, s *migration.Statement) (t diagnosis.Trial, err error) {
	if w.exists(schema.Key{Kind: schema.Table, Name: s.Target}) != nil {
		return diagnosis.Trial{Err: fmt.Errorf("no such table: %s", s.Target)}, nil
	}
	if reason, ok := w.answer(w.ref(s) + " fails:"); ok {
		return diagnosis.Trial{Err: errors.New(reason)}, nil
	}
	if err = w.read(w.ref(s)+" writes", "%d, then %d", &t.First, &t.Second); err != nil {
		return t, err
	}
	t.Again = t.Second
	if _, changing, ok := strings.Cut(w.said(w.ref(s)+" writes"), "changing "); ok {
		_, err = fmt.Sscan(changing, &t.Again)
	}
	return t, err
}

func (w *witness) Seeds(_ context.Context, s *migration.Statement, have *schema.Snapshot) (seeds diagnosis.Seeds, ok bool, err error) {
	if _, ok := (sqlite.Engine{}).Seed(s.Text); !ok || have.Get(schema.Key{Kind: schema.Table, Name: s.Target}) == nil {
		return seeds, false, nil
	}
	seeds, err = w.seeds(w.ref(s) + " seeds")
	return seeds, err == nil, err
}

func (w *witness) Given(*migration.Statement) (diagnosis.TableRows, bool) {
	return diagnosis.TableRows{}, true
}

func (w *witness) Keeps(context.Context, schema.Key, ...*migration.Statement) (bool, error) {
	return false, nil
}

func (w *witness) Duplicates(context.Context, *schema.Object) (int64, bool, error) {
	return 0, false, nil
}

func (w *witness) Present(_ context.Context, table schema.Key, rows diagnosis.TableRows) (diagnosis.Seeds, error) {
	seeds, err := w.seeds(table.String() + " keeps")
	if err == nil && seeds.Wanted != len(rows.Rows) {
		err = fmt.Errorf("rows: the set leaves %d rows in %s", len(rows.Rows), table)
	}
	return seeds, errors.Join(err, w.exists(table))
}

func (w *witness) seeds(words string) (seeds diagnosis.Seeds, err error) {
	err = w.read(words, "%d of %d, beside %d", &seeds.Present, &seeds.Wanted, &seeds.Others)
	seeds.Keyed = strings.HasSuffix(w.said(words), ", by key")
	for row := seeds.Present; row < seeds.Wanted; row++ {
		seeds.Absent = append(seeds.Absent, row)
	}
	return seeds, err
}

// Alike finds none: no file says what an UPDATE makes of rows on scratch.
func (w *witness) Alike(context.Context, schema.Key, diagnosis.TableRows) (int, error) { return 0, nil }

func (w *witness) Copied(_ context.Context, s *migration.Statement) (c diagnosis.Copied, ok bool, err error) {
	if _, ok := (sqlite.Engine{}).Copy(s.Text); !ok || w.exists(schema.Key{Kind: schema.Table, Name: s.Target}) != nil {
		return c, false, nil
	}
	if w.said(w.ref(s)+" copies") == "from what is gone" {
		return c, false, nil
	}
	c.Keyed = true
	err = w.read(w.ref(s)+" copies", "%d, lacking %d, beside %d", &c.Given, &c.Missing, &c.Extra)
	return c, err == nil, err
}

func (w *witness) Astray(_ context.Context, table schema.Key) (n int64, what string, err error) {
	if _, said := w.answer(table.String() + " astray"); said {
		err = w.read(table.String()+" astray", "%d", &n)
	}
	return n, "rows that refer to nothing", errors.Join(err, w.exists(table))
}

func (w *witness) Probe(_ context.Context, query string) (ran bool, err error) {
	for i := range w.replay.Effects {
		if e := &w.replay.Effects[i]; e.Statement.Probe == query {
			var word string
			err := w.read(e.Ref().String()+" probe", "%s", &word)
			if err == nil && word == "fails" {
				return false, errors.New("no such table")
			}
			return word == "yes", err
		}
	}
	return false, fmt.Errorf("nobody wrote the probe %q", query)
}

func (w *witness) Transforms(_ context.Context, s *migration.Statement, _ schema.Key) (rows int64, ok bool, err error) {
	words := w.ref(s) + " transforms"
	if _, ok := w.answer(words); !ok {
		return 0, false, nil
	}
	return rows, true, w.read(words, "%d", &rows)
}
