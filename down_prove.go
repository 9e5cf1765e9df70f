package dbmend

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// kept is what must stay where migrations are taken back.
type kept struct {
	aside map[schema.Key]witness.RowSum // tables that the plan says nothing about and could reach
	rows  map[schema.Key]int64          // how many rows those have that it makes anew
}

// weighBack notes what must stay.
func weighBack(ctx context.Context, w *witness.Witness, p *plan.Plan) (*kept, error) {
	k := &kept{aside: map[schema.Key]witness.RowSum{}, rows: map[schema.Key]int64{}}
	var err error
	for _, table := range p.Bystanders() {
		if k.aside[table], err = w.Sum(ctx, table, w.Have().Columns(table)); err != nil {
			return nil, err
		}
	}
	for _, table := range p.Remade() {
		if k.rows[table], err = w.Rows(ctx, table, 0); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// compare says what has not stayed.
func (k *kept) compare(ctx context.Context, w *witness.Witness) (wrong []string, err error) {
	for table, before := range k.aside {
		if w.Have().Get(table) == nil {
			continue // told by the schema
		}
		after, err := w.Sum(ctx, table, before.Columns)
		if err != nil {
			return nil, err
		}
		if !after.Same(before) {
			wrong = append(wrong, fmt.Sprintf("%s is none of what is taken back, and other rows are in it now", table))
		}
	}
	for table, before := range k.rows {
		if w.Have().Get(table) == nil {
			continue
		}
		rows, err := w.Rows(ctx, table, 0)
		if err != nil {
			return nil, err
		}
		if rows < before {
			wrong = append(wrong, fmt.Sprintf("%s has %d rows and had %d", table, rows, before))
		}
	}
	return wrong, nil
}
