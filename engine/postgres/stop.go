package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A trace is what tells a session of ours among the server's: its number, which another
// may have later, and when it began. Behind a pooler the session is somebody else's when
// our transaction is over: there it is when that began.
type trace struct {
	number int32
	column string // of pg_stat_activity
	began  int64  // in microseconds since 1970
}

// since returns an expression for the time that a trace holds.
func since(moment string) string {
	return "(pg_catalog.date_part('epoch', " + moment + ") * 1000000)::bigint"
}

// traceOf reads the trace of a transaction that has just begun, behind the lock that
// the same query asked for.
func traceOf(results []*pgconn.Result) (trace, error) {
	row := results[len(results)-1].Rows[0]
	number, err := strconv.ParseInt(string(row[1]), 10, 32)
	if err != nil {
		return trace{}, err
	}
	began, err := strconv.ParseInt(string(row[2]), 10, 64)
	return trace{int32(number), "xact_start", began}, err
}

// stop has the server end what runs for us if the connection to it is broken, as one is
// when a context has cut a statement short. pgx asks for that by itself, and in vain if
// the server has not begun the statement by then: it would run to its end, with the
// runners' lock, for nobody.
//
// So the session is ended that does not end by itself, which a role may do to its own.
// Nothing is ended whose trace is not to be seen, and a server that cannot be reached is
// left alone.
func (d *database) stop(ctx context.Context) {
	if d.cut == nil {
		return // nothing was ever said over it
	}
	began := time.Now()
	select {
	case <-d.cut:
	case <-time.After(grace):
	}
	if d.trace.number == 0 {
		return // behind a pooler, outside of transactions
	}
	other, err := reach(ctx, d.config.Copy())
	if err != nil {
		return
	}
	defer other.Close(context.WithoutCancel(ctx))
	for ; ; time.Sleep(10 * time.Millisecond) {
		found, err := d.trace.seen(ctx, other, time.Since(began) >= grace)
		if !found || err != nil {
			return
		}
	}
}

// grace is how long a session has to end by itself.
const grace = 200 * time.Millisecond

// seen reports whether the session is still there, and ends it.
func (t trace) seen(ctx context.Context, c *pgx.Conn, end bool) (bool, error) {
	act := "pid"
	if end {
		act = "pg_catalog.pg_terminate_backend(pid)"
	}
	query := fmt.Sprintf("SELECT %s FROM pg_catalog.pg_stat_activity WHERE pid = %d AND %s = %d", act, t.number, since(t.column), t.began)
	tag, err := c.Exec(ctx, query, pgx.QueryExecModeExec)
	return tag.RowsAffected() > 0, err
}
