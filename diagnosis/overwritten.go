package diagnosis

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
)

// This file contains UPDATEs that give the same column of the same rows one constant after
// the other, as those that number a schema do. Only the last that has run shows.

// assignment recognises an UPDATE of one column to one constant: the table, the column,
// and which rows.
var assignment = regexp.MustCompile(`(?is)^update\s+(\S+)\s+set\s+([^\s=]+)\s*=\s*(?:'(?:[^']|'')*'|[-+]?[0-9][0-9.]*|null|true|false)\s*(where\s.*)?$`)

// assigns returns what an UPDATE sets, other than the value; "" for one that is more than
// an assignment.
func assigns(text string) string {
	m := assignment.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return ""
	}
	where := strings.Join(strings.Fields(m[3]), " ")
	if set := strings.ToLower(m[2]); strings.Contains(strings.ToLower(where), strings.Trim(set, "\"`[]")) || wording.Speaks(where, "select") {
		return "" // which rows it is about depends on what it sets, or on other tables
	}
	return strings.ToLower(m[1]+" "+m[2]) + " " + where
}

// overwritten returns the last of the UPDATEs behind an assignment that set the same, and
// which come ahead of what takes the table away or makes it anew, and of any other statement
// that may read what was set, or change which rows are meant.
func (r *Replay) overwritten(e int) (last int, ok bool) {
	mine, table := assigns(r.Effects[e].Statement.Text), r.Effects[e].Statement.Table()
	if mine == "" || r.Effects[e].Statement.Verb != "update" {
		return 0, false
	}
	for i := e + 1; i < len(r.Effects); i++ {
		switch s := r.Effects[i].Statement; {
		case s.Verb == "update" && assigns(s.Text) == mine:
			last, ok = i, true
		case s.Table() == table && (s.Verb == "drop table" || s.Verb == "alter table rename"),
			(s.Class == migration.Data || s.Class == migration.Code) && wording.Speaks(s.Text, table.Name):
			return last, ok
		}
	}
	return last, ok
}

// byOverwriting judges an assignment after which another one of the same is there, or is to
// run: whether it has run makes no difference.
func (r *reasoner) byOverwriting(ctx context.Context, m *matter) (bool, error) {
	last, ok := r.Replay.overwritten(m.e)
	if !ok || m.where == ahead {
		return false, nil
	}
	later := &r.Replay.Effects[last]
	if r.explained.ahead(last) && !r.recorded(last) {
		m.is(Superseded, fmt.Sprintf("%s, which is to run, sets the same", later.Ref()))
		return true, nil
	}
	for i := m.e + 1; i <= last; i++ {
		if assigns(r.Replay.Effects[i].Statement.Text) != assigns(m.Statement.Text) {
			continue
		}
		there, err := r.assigned(ctx, i)
		if err != nil {
			return false, err
		}
		if there {
			m.is(Superseded, fmt.Sprintf("what %s sets, which is the same, is there", r.Replay.Effects[i].Ref()))
			return true, nil
		}
	}
	return false, nil
}

// assigned reports that an assignment would change nothing, of rows that are there.
func (r *reasoner) assigned(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	if there, known := r.stands[e]; known || r.absent(s.Table()) {
		return there, nil
	}
	trial, err := r.Witness.Try(ctx, s)
	there := err == nil && trial.Err == nil && trial.First == 0 && trial.Second > 0
	r.stands[e] = there
	return there, err
}
