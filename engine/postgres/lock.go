package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/internal/outlast"
)

// runners is the key of the advisory lock that lets one runner at a time work: the
// letters of "dbmend". The server keeps such locks for each database by itself.
const runners = 0x64626d656e64

// Lock takes the lock of this session, which covers what runs outside of
// transactions too; a transaction takes the same lock once more for itself (see
// [database.Begin]). Behind a pooler there is no session that is ours: then Begin's
// is all there is, and Lock only sets how long it is waited for.
//
// The lock is gone when its session is, whatever ended it.
//
// Errors: [engine.ErrLocked], the context's, the driver's.
func (d *database) Lock(ctx context.Context, timeout time.Duration) (func() error, error) {
	before := d.patience
	d.Patience(timeout)
	if d.pooled || d.private || d.locked {
		return func() error {
			d.Patience(before)
			return nil
		}, nil
	}
	err := again(ctx, timeout, func() (bool, error) {
		got, err := d.ask(ctx, "SELECT pg_catalog.pg_try_advisory_lock("+strconv.Itoa(runners)+")")
		d.locked = got
		return got, err
	})
	if err != nil {
		d.Patience(before)
		return nil, fmt.Errorf("lock: %w", err)
	}
	return func() error {
		d.Patience(before)
		ctx, cancel := context.WithTimeout(context.Background(), outlast.Grace)
		defer cancel()
		return d.unlock(ctx)
	}, nil
}

// unlock lets go of the session's lock, if it is held. A connection that is gone
// holds nothing.
func (d *database) unlock(ctx context.Context) error {
	if !d.locked {
		return nil
	}
	if d.status() == gone {
		d.locked = false
		return nil
	}
	held, err := d.ask(ctx, "SELECT pg_catalog.pg_advisory_unlock("+strconv.Itoa(runners)+")")
	if err == nil && !held {
		err = errors.New("it was not held any more")
	}
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	d.locked = false
	return nil
}

// ask returns the truth value that the last of some statements of our own returns.
func (d *database) ask(ctx context.Context, sql string) (bool, error) {
	results, err := d.command(ctx, sql)
	return isTrue(results), err
}

// isTrue reads the first value of the last result.
func isTrue(results []*pgconn.Result) bool {
	if len(results) == 0 {
		return false
	}
	rows := results[len(results)-1].Rows
	return len(rows) > 0 && len(rows[0]) > 0 && string(rows[0][0]) == "t"
}
