package diagnosis

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what a statement would destroy without anybody's word for it.

// A loss is what a statement would destroy without anybody's word for it.
type loss struct {
	what  string
	facts []string
}

// doomed tells what a dropping statement would destroy that needs consent: rows
// of a table whose form is presumed, columns that the migrations do not know, and
// whatever a recorded statement failed to drop.
func (r *reasoner) doomed(ctx context.Context, e int) (*loss, error) {
	if r.renames(e) {
		return nil, nil
	}
	for _, t := range r.touches[e] {
		if t.values[t.step+1] != nil {
			continue
		}
		if t.key.Kind == schema.Table {
			if away := r.cameFrom(e, t.key); away != t.key && r.Have.Get(away) != nil {
				if unknown := r.unknownColumns(away); len(unknown) > 0 {
					return &loss{what: fmt.Sprintf("%s, which is %s by then, and with it the unknown %s", t.key, away, wording.List(unknown, 5))}, nil
				}
			}
		}
		if t.live == nil {
			continue
		}
		switch t.key.Kind {
		case schema.Table:
			rows, err := r.Witness.Rows(ctx, t.key, 0)
			if err != nil {
				return nil, err
			}
			unknown := r.unknownColumns(t.key)
			if rows == 0 && len(unknown) == 0 {
				continue
			}
			presumed := r.Replay.Presumed[t.key] && t.step == 0 && !(r.explained.agrees && r.Recorded.Any())
			if len(unknown) == 0 && !presumed && !r.recorded(e) {
				continue
			}
			facts, err := r.Witness.Sample(ctx, t.key)
			if err != nil {
				return nil, err
			}
			what := fmt.Sprintf("%s with %s", t.key, wording.Count(rows, "row"))
			if len(unknown) > 0 {
				what += ", and with it the unknown " + wording.List(unknown, 5)
			} else if presumed {
				what += " in a form that no migration and no base tells"
			}
			return &loss{what, facts}, nil
		case schema.Column:
			if !r.recorded(e) || r.Have.Get(t.key.Owner()) == nil {
				continue
			}
			filled, err := r.Witness.Filled(ctx, t.live)
			if err != nil {
				return nil, err
			}
			if filled > 0 {
				return &loss{what: fmt.Sprintf("%s, which holds %s", t.key, wording.Count(filled, "value"))}, nil
			}
		}
	}
	return nil, nil
}

// cameFrom returns the name that a table has now, where statements that are not
// done rename it before this one.
func (r *reasoner) cameFrom(e int, table schema.Key) schema.Key {
	for i := e - 1; i >= 0; i-- {
		s := r.Replay.Effects[i].Statement
		if s.Verb != "alter table rename" || s.Renamed() != table {
			continue
		}
		if _, not, _ := r.votes(i); not > 0 {
			table = s.Table()
		}
	}
	return table
}

// unknownColumns returns the columns of a live table that nobody knows.
func (r *reasoner) unknownColumns(table schema.Key) []string {
	var names []string
	for _, part := range r.Have.Parts(table) {
		if part.Key.Kind == schema.Column && !r.knows(part.Key) {
			names = append(names, part.Key.String())
		}
	}
	return names
}
