package mysql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// Lock takes a lock of the server's (GET_LOCK) that is named after the database. It
// is held by this connection, and gone when that is.
//
// The nodes of a Galera cluster do not tell each other of such locks, and have
// nothing else that is gone with its holder: a server in a cluster of several is
// refused, and so is one of several primaries of a MySQL group, which are alike in this.
//
// Errors: [engine.ErrLocked], the context's, the driver's.
func (d *database) Lock(ctx context.Context, timeout time.Duration) (func() error, error) {
	if err := d.alone(ctx); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	name := lockName(d.name)
	if slices.Contains(d.locks, name) {
		return nil, errors.New("lock: this connection holds the lock")
	}
	if err := d.acquire(ctx, name, timeout); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return func() error {
		if !slices.Contains(d.locks, name) {
			return nil // Close has let it go
		}
		d.stop()
		ctx, cancel := d.server.Farewell()
		defer cancel()
		return d.release(ctx, name)
	}, nil
}

// alone returns an error in a Galera cluster of several nodes.
func (d *database) alone(ctx context.Context) error {
	var name, size string
	err := d.conn.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'").Scan(&name, &size)
	switch {
	case errors.Is(err, sql.ErrNoRows) && d.traits.Flavor.Vendor == mySQL:
		return d.primary(ctx)
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err == nil && size != "0" && size != "1":
		return fmt.Errorf("the server is one of %s nodes of a Galera cluster, and a lock holds on one node only", size)
	}
	return err
}

// primary returns an error for one of several primaries of a group (Group Replication,
// in MySQL's manual). In the usual mode a group has one, and nobody else can write.
func (d *database) primary(ctx context.Context) error {
	var name, single string
	err := d.conn.QueryRowContext(ctx, "SHOW GLOBAL VARIABLES LIKE 'group_replication_single_primary_mode'").Scan(&name, &single)
	if errors.Is(err, sql.ErrNoRows) || err == nil && single != "OFF" {
		return nil
	}
	var members int
	if err == nil {
		err = d.conn.QueryRowContext(ctx, "SELECT count(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'").Scan(&members)
	}
	if err == nil && members > 1 {
		return fmt.Errorf("the server is one of %d primaries of a group, and a lock holds on one of them only", members)
	}
	return err
}

// lockName returns the name of the lock for a database: names of locks are those of
// the whole server, and have 64 characters at most.
func lockName(database string) string {
	name := "dbmend/" + database
	if len(name) <= 64 {
		return name
	}
	sum := sha256.Sum256([]byte(database))
	return "dbmend/" + hex.EncodeToString(sum[:16])
}

// acquire takes a named lock. The waiting is done here: the server's own would end
// with the connection, if the context ends it.
func (d *database) acquire(ctx context.Context, name string, timeout time.Duration) error {
	const shortest, longest = 2 * time.Millisecond, 50 * time.Millisecond
	began := time.Now()
	for step := shortest; ; step = min(2*step, longest) {
		got, err := d.grab(ctx, name)
		if err != nil || got {
			return err
		}
		pause := shortest/2 + rand.N(step)
		if timeout >= 0 {
			left := timeout - time.Since(began)
			if left <= 0 {
				return d.heldBy(ctx, name)
			}
			pause = min(pause, left)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
}

// grab takes a named lock if nobody holds it.
func (d *database) grab(ctx context.Context, name string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	var got sql.NullBool
	// Not to be interrupted: nobody would know whether we have it.
	whole, done := d.server.Of(ctx)
	defer done()
	err := d.conn.QueryRowContext(whole, "SELECT GET_LOCK("+literal(name)+", 0)").Scan(&got)
	if err == nil && got.Bool {
		d.locks = append(d.locks, name)
	}
	return got.Bool, err
}

// heldBy returns [engine.ErrLocked], and who holds the lock.
func (d *database) heldBy(ctx context.Context, name string) error {
	var holder sql.NullInt64
	err := d.conn.QueryRowContext(ctx, "SELECT IS_USED_LOCK("+literal(name)+")").Scan(&holder)
	if err != nil || !holder.Valid {
		return engine.ErrLocked
	}
	return fmt.Errorf("%w: it is connection %d of the server", engine.ErrLocked, holder.Int64)
}

// release lets go of a named lock. That it was not held any more is an error: what
// was done under it was not alone.
func (d *database) release(ctx context.Context, name string) error {
	d.locks = slices.DeleteFunc(d.locks, func(n string) bool { return n == name })
	var held sql.NullBool
	err := d.conn.QueryRowContext(ctx, "SELECT RELEASE_LOCK("+literal(name)+")").Scan(&held)
	if err == nil && !held.Bool {
		err = errors.New("it was not held any more")
	}
	if err != nil {
		return fmt.Errorf("unlock %s: %w", strings.TrimPrefix(name, "dbmend/"), err)
	}
	return nil
}
