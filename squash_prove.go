package dbmend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what is compared to prove a squash, and what cannot be proven.

// mostSquashedRows bounds the rows of one table in a squash file.
const mostSquashedRows = 100_000

// An installation is what a run has made of an empty database.
type installation struct {
	report  *Report
	have    *schema.Snapshot // without tracking tables
	rows    map[schema.Key]diagnosis.TableRows
	numbers []string // where its counters stand, as statements
	history []string // what is recorded, a line each
}

// install runs Up on an empty scratch database, and again, which must find nothing to
// do, and returns what there is then.
func (m *Migrator) install(ctx context.Context, db engine.Database) (_ *installation, err error) {
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	in := &installation{report: &Report{}, rows: map[schema.Key]diagnosis.TableRows{}}
	if err := m.bring(ctx, scratch, in.report); err != nil {
		return nil, err
	}
	again := &Report{}
	if err := m.bring(ctx, scratch, again); err != nil || !again.Nothing() {
		return nil, errors.Join(errors.New("a second run would not find everything done"), err)
	}
	s, err := m.look(ctx, scratch)
	if err != nil {
		return nil, err
	}
	if s.foreign != nil {
		return nil, &SquashError{Reason: "the base begins the history " + s.foreign.Table.Path() + ", which a squash cannot hold"}
	}
	if in.have = s.have; in.have == nil {
		return nil, errors.New("nothing is there")
	}
	if err := in.read(ctx, scratch); err != nil {
		return nil, err
	}
	entries, err := journal.Recorded(ctx, scratch)
	for _, e := range entries {
		in.history = append(in.history, fmt.Sprintf("%s %s %s %s", e.Version, e.Name, e.Checksum, e.Outcome))
	}
	return in, err
}

// read notes rows and counters.
func (in *installation) read(ctx context.Context, db engine.Database) (err error) {
	for o := range in.have.All() {
		if o.Unsupported != "" {
			return &SquashError{Reason: fmt.Sprintf("%s cannot be represented: %s", o.Key, o.Unsupported)}
		}
		if o.Key.Kind != schema.Table {
			continue
		}
		columns, err := witness.Columns(ctx, db, in.have, o)
		if err != nil {
			return err
		}
		rows, err := literals.Gather(db.Literals(ctx, o, columns, mostSquashedRows+1))
		if err != nil {
			return err
		}
		if len(rows) > mostSquashedRows {
			return &SquashError{Reason: fmt.Sprintf("the migrations put more than %d rows into %s", mostSquashedRows, o.Key)}
		}
		slices.SortFunc(rows, slices.Compare)
		in.rows[o.Key] = diagnosis.TableRows{Columns: columns, Rows: rows}
	}
	in.numbers, err = db.Numbers(ctx, in.have)
	slices.Sort(in.numbers)
	return err
}

// later waits, where there are rows, until the time is another one for statements that
// have asked for it.
func (in *installation) later(ctx context.Context) error {
	wait := time.Duration(0)
	for _, rows := range in.rows {
		if len(rows.Rows) > 0 {
			wait = 1100 * time.Millisecond
		}
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// differences says in what two installations are not the same; nothing where they are.
func (in *installation) differences(other *installation) []string {
	const most = 5
	var found []string
	for _, d := range schema.Compare(in.have, other.have) {
		found = append(found, d.String())
	}
	for o := range in.have.All() {
		mine, others := in.rows[o.Key], other.rows[o.Key]
		switch {
		case o.Key.Kind != schema.Table || other.have.Get(o.Key) == nil:
		case !slices.Equal(mine.Columns, others.Columns):
			found = append(found, fmt.Sprintf("the columns of %s have another order", o.Key))
		case !slices.EqualFunc(mine.Rows, others.Rows, slices.Equal):
			found = append(found, o.Key.String()+": "+otherwise(mine, others))
		}
	}
	if !slices.Equal(in.numbers, other.numbers) {
		found = append(found, "what numbers rows stands elsewhere")
	}
	if !slices.Equal(in.history, other.history) {
		found = append(found, "the history is another")
	}
	if len(found) > most {
		found = append(found[:most:most], fmt.Sprintf("and %d more", len(found)-most))
	}
	return found
}

// otherwise says in which columns rows differ, as far as that can be told.
func otherwise(a, b diagnosis.TableRows) string {
	if len(a.Rows) != len(b.Rows) {
		return fmt.Sprintf("%d rows and %d", len(a.Rows), len(b.Rows))
	}
	names := map[string]bool{}
	for i := range a.Rows {
		for j, name := range a.Columns {
			if a.Rows[i][j] != b.Rows[i][j] {
				names[name] = true
			}
		}
	}
	return "the values of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// volatileWords are those by which SQL asks for the time, for chance, or for who asks.
var volatileWords = strings.Fields(`
	now current_timestamp current_date current_time localtime localtimestamp curdate curtime sysdate
	utc_date utc_time utc_timestamp unix_timestamp unixepoch getdate clock_timestamp statement_timestamp
	transaction_timestamp timeofday random rand randomblob gen_random_uuid gen_random_bytes uuid uuidv4 uuidv7
	sys_guid uuid_short uuid_generate_v1 uuid_generate_v4 newid nanoid current_user session_user connection_id
	pg_backend_pid txid_current pg_current_xact_id`)

// volatile finds a statement that has put values into rows which may be others next
// time. What does so in other ways shows when the migrations are run again.
//
// Errors: *[SquashError].
func volatile(in *installation) error {
	for _, step := range in.report.Steps {
		st := step.Step.Source
		if st == nil || st.Class != migration.Data || step.Rows == 0 {
			continue
		}
		for _, word := range volatileWords {
			if wording.Speaks(st.Text, word) {
				return &SquashError{
					Path: step.Step.Path, Line: st.Line,
					Reason: fmt.Sprintf("the rows that this statement writes may be others each time, as it speaks of %s: %s", word, wording.Quote(st.Text)),
					Hint:   "write the value out, or squash up to the version before it with --to",
				}
			}
		}
	}
	return nil
}
