package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// Close comes back when the server has ended a cancelled statement, and not before: a
// process may exit behind it. When the context is cancelled does not matter, not even
// if the server hears of that before it hears of the statement.
func TestCancelledStatementIsOverWithClose(t *testing.T) {
	address := testserver.Postgres(t)
	direct := openPool(t, address)
	for name, way := range map[string]struct {
		address string
		hold    func(d *database) error
	}{
		"the session has the lock":     {address, func(d *database) error { _, err := d.Lock(t.Context(), 0); return err }},
		"the transaction has the lock": {address, func(d *database) error { return d.Begin(t.Context(), engine.Normal) }},
		"behind a pooler":              {testserver.PgBouncer(t, address), func(d *database) error { return d.Begin(t.Context(), engine.Normal) }},
	} {
		t.Run(name, func(t *testing.T) {
			pool := openPool(t, way.address)
			for range 25 {
				d := take(t, pool)
				if err := way.hold(d); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), rand.N(2*time.Millisecond))
				if _, err := d.Exec(ctx, "SELECT pg_sleep(600)"); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("error %v", err)
				}
				cancel()
				began := time.Now()
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > farewell/2 {
					t.Errorf("it took %v", took)
				}
				next := take(t, direct)
				unlock, err := next.Lock(t.Context(), 0)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(unlock(), next.Close()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A session is ended by its number and by when it began: a number is given again.
func TestAnothersSessionIsLeftAlone(t *testing.T) {
	d, pool := live(t)
	other := take(t, pool)
	d.trace.number = other.trace.number
	c, err := pgx.ConnectConfig(t.Context(), d.config.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if found, err := d.trace.seen(t.Context(), c, true); found || err != nil {
		t.Errorf("seen %v (%v)", found, err)
	}
	value(t, other, "SELECT 1")
}
