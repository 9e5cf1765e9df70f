package wire_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/internal/wire"
)

var deadlock = wire.Error{State: "40P01", Number: 1213, Message: "deadlock detected", Ends: true}

// products are the pools that a network and a witness reach the same database by.
var products = map[string]func(t *testing.T) (network *wire.Network, struck, witness *sql.DB){
	"postgres": func(t *testing.T) (*wire.Network, *sql.DB, *sql.DB) {
		config, err := pgx.ParseConfig(testserver.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
		witness := stdlib.OpenDB(*config.Copy())
		n := wire.New(wire.Postgres)
		config.DialFunc = n.Dial
		return n, stdlib.OpenDB(*config), witness
	},
	"mariadb": func(t *testing.T) (*wire.Network, *sql.DB, *sql.DB) {
		config, err := mysql.ParseDSN(testserver.MariaDB(t))
		if err != nil {
			t.Fatal(err)
		}
		config.Logger = &mysql.NopLogger{}
		pool := func() *sql.DB {
			connector, err := mysql.NewConnector(config)
			if err != nil {
				t.Fatal(err)
			}
			return sql.OpenDB(connector)
		}
		witness := pool()
		n := wire.New(wire.MariaDB)
		config.DialFunc = n.Dial
		return n, pool(), witness
	},
}

// each runs a test on a table of notes, in a transaction that has written one.
func each(t *testing.T, test func(t *testing.T, n *wire.Network, tx *sql.Tx, rows func() int)) {
	for name, open := range products {
		t.Run(name, func(t *testing.T) {
			n, struck, witness := open(t)
			t.Cleanup(func() { struck.Close(); witness.Close() })
			if _, err := witness.Exec("CREATE TABLE notes (id integer)"); err != nil {
				t.Fatal(err)
			}
			tx, err := struck.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(insert); err != nil {
				t.Fatal(err)
			}
			test(t, n, tx, func() (rows int) {
				t.Helper()
				if err := witness.QueryRow("SELECT count(*) FROM notes").Scan(&rows); err != nil {
					t.Fatal(err)
				}
				return rows
			})
		})
	}
}

const insert = "INSERT INTO notes VALUES (1)"

// TestLost: the client is told the same of a commit that has arrived as of one that
// has not.
func TestLost(t *testing.T) {
	for _, c := range []struct {
		way  wire.Way
		rows int
	}{{wire.LostGoing, 0}, {wire.LostComing, 1}} {
		each(t, func(t *testing.T, n *wire.Network, tx *sql.Tx, rows func() int) {
			n.Set(wire.Fault{First: 1, Way: c.way})
			if err := tx.Commit(); err == nil {
				t.Error("the commit was answered")
			}
			if n.Struck() == "" || rows() != c.rows {
				t.Errorf("struck was %q, and there are %d rows; wanted %d", n.Struck(), rows(), c.rows)
			}
		})
	}
}

// TestRefused: the transaction is over, as it is for the server behind its own error.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, n *wire.Network, tx *sql.Tx, rows func() int) {
		n.Set(wire.Fault{First: 1, Way: wire.Refused, Error: deadlock})
		_, err := tx.Exec(insert)
		if !isDeadlock(err) || !strings.Contains(n.Struck(), insert) {
			t.Errorf("struck was %q: %v", n.Struck(), err)
		}
		_ = tx.Commit() // of nothing, or refused
		if rows() != 0 {
			t.Errorf("%d rows are kept of a transaction that was a deadlock's victim", rows())
		}
	})
}

// TestCommitRefused: so it is where the error comes at the end.
func TestCommitRefused(t *testing.T) {
	each(t, func(t *testing.T, n *wire.Network, tx *sql.Tx, rows func() int) {
		n.Set(wire.Fault{First: 1, Way: wire.Refused, Error: deadlock})
		if err := tx.Commit(); !isDeadlock(err) {
			t.Errorf("commit: %v", err)
		}
		if rows() != 0 {
			t.Errorf("%d rows are kept", rows())
		}
	})
}

// TestGone: nobody comes through any more.
func TestGone(t *testing.T) {
	each(t, func(t *testing.T, n *wire.Network, tx *sql.Tx, rows func() int) {
		n.Set(wire.GoneFrom(1))
		if _, err := tx.Exec(insert); err == nil {
			t.Error("the statement was answered")
		}
		if c, err := n.Dial(context.Background(), "unix", "/nowhere"); err == nil {
			c.Close()
			t.Error("somebody was reached")
		}
		if rows() != 0 {
			t.Errorf("%d rows are kept", rows())
		}
	})
}

func isDeadlock(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == deadlock.State
	}
	e, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && e.Number == deadlock.Number
}
