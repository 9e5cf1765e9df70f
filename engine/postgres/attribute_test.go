package postgres

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/migration"
)

// Every attribute is told: by Inspect, by a watch, which says just what Inspect says, and
// by the stamp.
func TestEveryAttributeIsTold(t *testing.T) {
	d, _ := live(t)
	for _, a := range attributes {
		if !d.traits.Flavor.AtLeast(a.since, 0) {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			start(t, d)
			defer func() {
				if err := d.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
			}()
			run(t, d, a.script)
			w, err := d.Watch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			before := w.Snapshot().Fingerprint()
			ledger := catalogues(t, d)
			execute(t, d, "SAVEPOINT change") // whose rows have a number of their own
			run(t, d, a.change)
			if _, err := w.Changes(t.Context(), migration.Statement{}); err != nil {
				t.Fatal(err)
			}
			after := inspected(t, d)
			alike(t, after, w.Snapshot())
			if before == after.Fingerprint() {
				t.Error("Inspect passes it over")
			}
			if catalogues(t, d) == ledger {
				t.Error("the stamp passes it over")
			}
		})
	}
}

// catalogues returns what a stamp says of the catalogues, without what it says of
// transactions.
func catalogues(t testing.TB, d *database) string {
	t.Helper()
	s, err := d.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(s, "/")
	return rows
}

// run runs a script.
func run(t testing.TB, d *database, script string) {
	t.Helper()
	list, err := Engine{}.Cut(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		execute(t, d, s.Text)
	}
}

// Inspect takes one round trip, however much there is to read.
func TestInspectTakesOneRoundTrip(t *testing.T) {
	config, err := pgx.ParseConfig(testserver.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	var turns atomic.Int64
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &turnCounter{Conn: c, turns: &turns}, err
	}
	d := take(t, openConfig(t, config))
	inspected(t, d)
	trips := func() int64 {
		before := turns.Load()
		inspected(t, d)
		return turns.Load() - before
	}
	empty := trips()
	execute(t, d, aFunctionOfEvents)
	execute(t, d, workshop...)
	if full := trips(); full != empty || full != 1 {
		t.Errorf("%d round trips for an empty schema, %d for a full one", empty, full)
	}
}

// A turnCounter counts how often somebody who has written begins to read.
type turnCounter struct {
	net.Conn
	turns   *atomic.Int64
	written atomic.Bool
}

func (c *turnCounter) Write(b []byte) (int, error) {
	c.written.Store(true)
	return c.Conn.Write(b)
}

func (c *turnCounter) Read(b []byte) (int, error) {
	if c.written.Swap(false) {
		c.turns.Add(1)
	}
	return c.Conn.Read(b)
}
