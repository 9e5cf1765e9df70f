package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"strconv"
	"time"
)

// stop has the server end our session if the connection to it is broken, as one is
// when a context has cut a statement short. The driver has closed its end by then,
// which the server does not notice before it has an answer to send: a table would
// be altered to the end, and the runners' lock be held so long, for nobody.
//
// Only a session is ended that holds a lock of ours under the number that it had: behind
// a proxy the number may be another's. One that holds none, or that nobody can reach,
// is left to the server.
func (d *database) stop() {
	if len(d.locks) == 0 || !d.broken() {
		return
	}
	locks := slices.Clone(d.locks)
	d.discard() // the pool may have no room for another before
	ctx, cancel := d.server.Farewell()
	defer cancel()
	other, err := d.another(ctx)
	if err != nil {
		return
	}
	defer other.Close()
	number := strconv.FormatInt(d.number, 10)
	holds := func() (ours bool) {
		err := other.QueryRowContext(ctx, "SELECT IS_USED_LOCK("+literal(locks[0])+") <=> "+number).Scan(&ours)
		return err == nil && ours
	}
	if !holds() {
		return
	}
	if _, err := other.ExecContext(ctx, "KILL "+number); err != nil {
		return
	}
	for holds() && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

// another takes another connection of the pool over which the server answers. If it has not
// as long as the context lasts, it has fallen silent: on our own connection it may be at something
// that takes its time, on one that nothing was asked of it is not.
func (d *database) another(ctx context.Context) (*sql.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	other, err := d.pool.Conn(ctx)
	if err == nil {
		if err = other.PingContext(ctx); err == nil {
			return other, nil
		}
		_ = other.Close()
	}
	if ctx.Err() != nil {
		d.server.FellSilent()
	}
	return nil, err
}

// broken reports whether nothing can be said over the connection any more.
func (d *database) broken() bool {
	return d.conn.Raw(func(c any) error {
		if v, ok := c.(driver.Validator); ok && !v.IsValid() {
			return errors.New("not valid")
		}
		return nil
	}) != nil
}
