package mysql

import (
	"context"
	"fmt"
	"time"
)

// waits are the times for which the server waits for other connections.
type waits struct {
	found, now limits
	wanted     *limits // until the next statement sets them
}

// limits are lock_wait_timeout, for locks on tables and all that has a name, and
// innodb_lock_wait_timeout, for rows: in seconds.
type limits struct{ table, row int64 }

// longest is a year, which is as long as the server can be told to wait for a table.
const longest = 365 * 24 * 60 * 60

// Patience says how long the server waits for others on our behalf. It counts in
// seconds: a part of one is taken for a whole one. MySQL waits for a second at least.
func (d *database) Patience(timeout time.Duration) {
	seconds := int64((timeout + time.Second - 1) / time.Second)
	switch {
	case timeout < 0 || seconds > longest:
		seconds = longest
	case seconds == 0 && d.traits.Flavor.Vendor == mySQL:
		seconds = 1
	}
	d.waits.wanted = &limits{seconds, seconds}
}

// hurry tells the server what Patience was told.
func (d *database) hurry(ctx context.Context) error {
	if d.waits.wanted == nil {
		return nil
	}
	err := d.wait(ctx, *d.waits.wanted)
	if err == nil {
		d.waits.wanted = nil
	}
	return err
}

// wait sets the two times.
func (d *database) wait(ctx context.Context, l limits) error {
	if d.waits.now == l {
		return nil
	}
	err := d.put(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d, innodb_lock_wait_timeout = %d", l.table, l.row))
	if err == nil {
		d.waits.now = l
	}
	return err
}
