package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// number returns the number of the open transaction, and "" where it has written
// nothing and has none.
func (d *database) number(ctx context.Context) (string, error) {
	results, err := d.command(ctx, "SELECT coalesce(pg_catalog.txid_current_if_assigned()::text, '')")
	if err != nil {
		return "", err
	}
	return string(results[0].Rows[0][0]), nil
}

// outcome asks over another connection what has become of a transaction whose
// COMMIT nobody has answered; told is false where that cannot be found out. The
// server may be about to start again, and the session about to end.
func (d *database) outcome(ctx context.Context, number string) (kept, told bool) {
	if number == "" {
		return true, true // there is nothing that could be lost
	}
	ctx, cancel := context.WithTimeout(ctx, inquest)
	defer cancel()
	_ = again(ctx, -1, func() (bool, error) {
		switch d.verdict(ctx, number) {
		case "committed":
			kept, told = true, true
		case "aborted":
			told = true
		}
		return told, nil
	})
	return kept, told
}

// inquest bounds how long an outcome is looked for.
const inquest = 10 * time.Second

// verdict returns what the server says of a transaction, and "" if it says nothing.
func (d *database) verdict(ctx context.Context, number string) (verdict string) {
	c, err := pgx.ConnectConfig(ctx, d.config.Copy())
	if err != nil {
		return ""
	}
	defer c.Close(context.WithoutCancel(ctx))
	const query = "SELECT coalesce(pg_catalog.txid_status($1::text::bigint), '')"
	if err := c.QueryRow(ctx, query, pgx.QueryExecModeExec, number).Scan(&verdict); err != nil {
		return ""
	}
	return verdict
}
