package dbmend

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// WeighHazards has Up tell with [Planned] what the plan costs the tables that have
// rows, as Plan does. It reads at most ten thousand rows of each such table, and nothing
// where there is nothing to do.
func WeighHazards() Option { return func(o *options) { o.weighs = true } }

// weighHazards tells what a plan costs. Nothing depends on it: what cannot be counted,
// or is locked by somebody, has no figure. No transaction is open.
func (m *Migrator) weighHazards(ctx context.Context, db engine.Database, p *prepared) error {
	const patience = time.Second // of the count of one table
	db.Patience(patience)
	p.plan.Weigh(m.engine, db.Traits(), p.have, func(table *schema.Object) *plan.Count {
		if ctx.Err() != nil {
			return nil
		}
		return countRows(ctx, db, table)
	})
	db.Patience(m.lockTimeout)
	return ctx.Err()
}

// countRows counts the rows of a table as far as that costs little, and asks the
// catalogue for the rest.
func countRows(ctx context.Context, db engine.Database, table *schema.Object) *plan.Count {
	const most = 10_000
	quote := db.Traits().Quote
	name := quote(table.Spelling())
	if table.Key.Space != "" {
		name = quote(table.Key.Space) + "." + name
	}
	var n int64
	query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d) AS t", name, most+1)
	if err := db.QueryRow(ctx, query).Scan(&n); err != nil {
		return nil
	}
	if n <= most {
		return &plan.Count{Rows: n, Kind: plan.Exact}
	}
	if about, told, err := db.Estimate(ctx, table); err == nil && told && about > most {
		return &plan.Count{Rows: about, Kind: plan.Estimate}
	}
	return &plan.Count{Rows: most, Kind: plan.MoreThan}
}
