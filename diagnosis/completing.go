package diagnosis

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains UPDATEs that give a constant to the rows which hold nothing in a column.
// They are run again without a word, since they only complete; but where some rows have the
// constant, and others hold nothing, one may have run, and these have come since.

// completion recognises such an UPDATE: the column, the constant, and the column that holds
// nothing.
var completion = regexp.MustCompile(`(?is)^update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\s+(?:\w+\.)?([^\s=.]+)\s*=\s*('(?:[^']|'')*'|[-+]?[0-9][0-9.]*|true|false)\s+where\s+(?:\w+\.)?([^\s.]+)\s+is\s+null\s*$`)

// complete judges a statement of which a second run finds nothing more to do.
func (r *reasoner) complete(ctx context.Context, e int, f *Finding, trial Trial) error {
	if completed, err := r.completed(ctx, e); err != nil {
		return err
	} else if completed {
		f.completes = false
		return r.askWhetherRun(ctx, e, f)
	}
	f.is(NotDone, fmt.Sprintf("%s still match it, and a second run finds none: it only completes", wording.Count(trial.First, "row")))
	return nil
}

// completed reports that a row has what an UPDATE gives to those that hold nothing, and that it
// has not got that by default.
func (r *reasoner) completed(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	m := completion.FindStringSubmatch(strings.TrimSpace(s.Text))
	if m == nil || !strings.EqualFold(m[1], m[3]) || r.begun() {
		return false, nil // a run that was stopped leaves little time for rows to come
	}
	table := r.Have.Get(s.Table())
	if table == nil {
		return false, nil
	}
	for _, column := range r.Have.Parts(table.Key) {
		if column.Key.Kind == schema.Column && strings.EqualFold(column.Spelling(), strings.Trim(m[1], "\"`[]")) {
			if column.Fact(schema.Default) == m[2] {
				return false, nil
			}
			alike, err := r.Witness.Alike(ctx, table.Key, TableRows{Columns: []string{column.Spelling()}, Rows: [][]string{{m[2]}}})
			return alike > 0, err
		}
	}
	return false, nil
}
