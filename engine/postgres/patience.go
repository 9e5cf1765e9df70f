package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
)

// ease is how long a statement that locks a whole table stands in the queue for it.
// Whoever comes behind it waits as well, readers too: so it steps out of the queue
// again and again, and lets them pass.
const ease = 250 * time.Millisecond

// foundPatience waits as long as the session was set to when it came.
const foundPatience = time.Duration(-1 << 63)

// persist runs a statement that may stand in everybody's way, as often as it
// takes: each time in a savepoint, until it has the locks it needs. What the
// transaction holds already it holds while it waits.
func (d *database) persist(ctx context.Context, statement string) (tag pgconn.CommandTag, err error) {
	if d.private {
		return d.guard(ctx, statement, milliseconds(d.patience))
	}
	const shortest, longest = 20 * time.Millisecond, time.Second
	began := time.Now()
	for step := shortest; ; step = min(2*step, longest) {
		turn := ease
		if d.patience >= 0 {
			turn = min(turn, max(0, d.patience-time.Since(began)))
		}
		tag, err = d.guard(ctx, statement, milliseconds(turn))
		if code := sqlState(err); code != lockTimeout && code != deadlock || d.status() != open {
			return tag, err
		}
		if pause(ctx, began, d.patience, step) != nil {
			return tag, err
		}
	}
}

// wait sets how long what runs next waits for a lock, if it is not set to that:
// inside a transaction for as long as that lasts, elsewhere for the session, which
// behind a pooler is not ours to change.
func (d *database) wait(ctx context.Context, patience time.Duration) error {
	want := d.found
	if patience != foundPatience {
		want = milliseconds(patience)
	}
	is := &d.timeout
	if d.tx.open {
		is = &d.tx.timeout
	}
	if d.private || *is == want || d.pooled && !d.tx.open || d.status() == failed {
		return nil
	}
	if _, err := d.command(ctx, "SELECT pg_catalog.set_config('lock_timeout', "+literal(want)+", "+strconv.FormatBool(d.tx.open)+")"); err != nil {
		return fmt.Errorf("set lock_timeout: %w", err)
	}
	*is = want
	return nil
}

// milliseconds returns a patience as lock_timeout has it, where zero is for ever.
func milliseconds(patience time.Duration) string {
	if patience < 0 {
		return "0"
	}
	return strconv.FormatInt(min(max(1, patience.Milliseconds()), 1<<31-1), 10) + "ms"
}

// again runs try until it succeeds, for as long as patience lasts, and for ever if
// it is negative. Nothing is held meanwhile, no snapshot either: a session that
// waited inside pg_advisory_lock would keep CREATE INDEX CONCURRENTLY from ending.
//
// Errors: [engine.ErrLocked], the context's, those of try.
func again(ctx context.Context, patience time.Duration, try func() (bool, error)) error {
	const shortest, longest = 2 * time.Millisecond, 100 * time.Millisecond
	began := time.Now()
	for step := shortest; ; step = min(2*step, longest) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if ok, err := try(); ok || err != nil {
			return err
		}
		if err := pause(ctx, began, patience, step); err != nil {
			return err
		}
	}
}

// pause sleeps for about one step, at random so that a crowd does not come in
// step, and not beyond the end of patience.
//
// Errors: [engine.ErrLocked] if there is no patience left, the context's.
func pause(ctx context.Context, began time.Time, patience, step time.Duration) error {
	length := step/2 + rand.N(step)
	if patience >= 0 {
		left := patience - time.Since(began)
		if left <= 0 {
			return engine.ErrLocked
		}
		length = min(length, left)
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// waitsForTables reports whether a statement may ask for locks that keep others
// from reading or writing. Statements on rows wait too, in nobody's way.
func waitsForTables(statement string) bool {
	switch firstWord(statement) {
	case "select", "values", "table", "with", "insert", "update", "delete", "merge", "copy",
		"set", "reset", "show", "call", "declare", "fetch", "explain", "prepare", "execute", "deallocate",
		"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release":
		return false
	}
	return true
}

// harmsNobody reports whether a statement waits without holding anybody up. Were
// it given up, it would leave an index behind that is none.
func harmsNobody(statement string) bool {
	return strings.Contains(strings.ToLower(statement), "concurrently")
}
