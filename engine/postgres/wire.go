package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/outlast"
)

// wire lends pgx's own connection, whose errors it passes on.
func (d *database) wire(do func(*pgx.Conn) error) error {
	return d.conn.Raw(func(c any) error {
		p := native(c)
		if p == nil {
			return fmt.Errorf("%T is no connection of github.com/jackc/pgx/v5/stdlib, which this engine needs", c)
		}
		return do(p)
	})
}

// native returns pgx's connection behind one of database/sql's. Drivers that wrap
// others, to trace them, show what they wrap by a method Raw.
func native(c any) *pgx.Conn {
	for range 8 { // that is deeper than anybody wraps
		switch known := c.(type) {
		case *stdlib.Conn:
			return known.Conn()
		case interface{ Raw() driver.Conn }:
			c = known.Raw()
		default:
			return nil
		}
	}
	return nil
}

// reach opens a connection beside our own. A server that says nothing is not waited for
// as long as one that works.
func reach(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, outlast.Grace)
	defer cancel()
	return pgx.ConnectConfig(ctx, config)
}

// The states of a transaction, as the server tells them after every message.
const (
	idle   = 'I' // none is open
	open   = 'T'
	failed = 'E' // one is open, and only a rollback gets out of it
	gone   = 0   // and so is the connection
)

// status returns the state of the transaction without asking the server.
func (d *database) status() (now byte) {
	_ = d.wire(func(c *pgx.Conn) error {
		if !c.IsClosed() {
			now = c.PgConn().TxStatus()
		}
		return nil
	})
	return now
}

// discard closes the connection and keeps it from the pool. It is closed itself
// first: a pool of pgx's below database/sql's would take it back.
func (d *database) discard() {
	_ = d.conn.Raw(func(c any) error {
		if p := native(c); p != nil {
			ctx, cancel := context.WithTimeout(context.Background(), farewell)
			defer cancel()
			_ = p.Close(ctx)
		}
		return driver.ErrBadConn
	})
	_ = d.conn.Close()
}

// command runs statements of our own, without values, in one message.
func (d *database) command(ctx context.Context, sql string) (results []*pgconn.Result, err error) {
	err = d.wire(func(c *pgx.Conn) (err error) {
		results, err = c.PgConn().Exec(ctx, sql).ReadAll()
		return err
	})
	return results, err
}

// insist is command for what is not left half-way whatever becomes of the context: see
// package outlast.
func (d *database) insist(ctx context.Context, sql string) ([]*pgconn.Result, error) {
	ctx, done := outlast.Of(ctx)
	defer done()
	return d.command(ctx, sql)
}

// sqlState returns the five characters by which PostgreSQL calls an error (Appendix
// A of its manual), and "" for an error that is not its own.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// The errors that change what happens next.
const (
	lockTimeout   = "55P03" // lock_not_available
	deadlock      = "40P01" // deadlock_detected
	abortedBefore = "25P02" // in_failed_sql_transaction
	mayNot        = "42501" // insufficient_privilege
	readOnly      = "25006" // read_only_sql_transaction
)

// damage adds to an error that the database is damaged, if PostgreSQL says so.
func damage(err error) error {
	switch sqlState(err) {
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return fmt.Errorf("%w: %w", engine.ErrUnreadable, err)
	}
	return err
}

// refused returns a row that holds an error, which database/sql makes of nothing
// but a connection that cannot be had.
func refused(err error) *sql.Row {
	pool := sql.OpenDB(refusal{err})
	defer pool.Close()
	return pool.QueryRow("")
}

type refusal struct{ err error }

func (r refusal) Connect(context.Context) (driver.Conn, error) { return nil, r.err }
func (r refusal) Driver() driver.Driver                        { return nil }
