package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A database is one connection to one SQLite database.
type database struct {
	conn   *sql.Conn
	driver driver.Driver // opens scratch databases
	pool   *sql.DB       // a scratch database's own pool, closed with it; nil for others
	traits engine.Traits

	busy      int             // the connection's busy_timeout as we found it, in milliseconds; -1 until we know
	patience  time.Duration   // how long we wait for others; negative: for ever
	weary     bool            // a statement has waited for that long, and none got through since
	found     []setting       // the session's settings before a statement set one; nil until then
	temporary map[object]bool // the temporary objects before a statement made one; nil until then
	checking  string          // foreign_keys, while a transaction has it otherwise; "" where none has; see recheck
	tx        transaction
}

// ease is how long a statement other than BEGIN and COMMIT lets SQLite itself wait
// for a lock, which is often held for a moment only: no context ends that wait. See
// [database.patiently] for the rest of it.
const ease = 250 * time.Millisecond

// meet looks at the database for the first time.
func (d *database) meet(ctx context.Context) error {
	var busy int
	if err := d.conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&busy); err != nil {
		return err
	}
	d.busy = busy
	d.patience = time.Duration(d.busy) * time.Millisecond
	if err := d.setBusy(ctx, int(ease/time.Millisecond)); err != nil {
		return err
	}
	// Any read of the schema makes SQLite parse all of it, and find what is wrong.
	var version string
	const first = "SELECT sqlite_version() FROM (SELECT count(*) FROM (SELECT 1 FROM main.sqlite_master LIMIT 1))"
	err := d.conn.QueryRowContext(ctx, first).Scan(&version)
	if explain(err).Problem == engine.Busy {
		// Somebody keeps readers out. Nobody has told us yet how long to wait: that is
		// for the first statement. None of what else is asked here is in the file.
		version, err = d.versionInMemory(ctx)
	}
	if err != nil {
		return err
	}
	readOnly, err := d.readOnly(ctx)
	if err != nil {
		return err
	}
	d.traits = engine.Traits{
		Flavor:           flavor(version),
		TransactionalDDL: true,
		TransactionLocks: true,
		CountsMatched:    true,
		ReadOnly:         readOnly,
		Quote:            quote,
		Placeholder:      placeholder,
		AutoKey:          "INTEGER PRIMARY KEY AUTOINCREMENT",
		KeyText:          "TEXT",
		Fold:             fold,
		Stored:           stored,
		Joined:           joined,
	}
	return d.checks(ctx)
}

// versionInMemory asks for SQLite's version where no lock is in the way: a SELECT,
// even one without a table, does not compile before the schema has been read.
func (d *database) versionInMemory(ctx context.Context) (version string, err error) {
	pool := sql.OpenDB(inMemory{d.driver})
	defer func() { err = errors.Join(err, pool.Close()) }()
	err = pool.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	return version, err
}

// flavor reads what sqlite_version() returns, "3.54.1".
func flavor(version string) engine.Flavor {
	f := engine.Flavor{Vendor: "SQLite"}
	for i, part := range strings.SplitN(version, ".", 4) {
		n, err := strconv.Atoi(part)
		if err != nil || i > 2 {
			break
		}
		*[...]*int{&f.Major, &f.Minor, &f.Patch}[i] = n
	}
	return f
}

// readOnly reports whether the connection cannot write, without trying to.
//
// No pragma tells whether a file was opened for reading only, but SQLite knows
// when it compiles BEGIN IMMEDIATE: such a database gets the opcode that begins
// a read transaction (P2 is 0), and EXPLAIN shows it without running it. Were the
// opcodes to change one day, the database would be taken as writable and the
// first write would say that it is not.
func (d *database) readOnly(ctx context.Context) (bool, error) {
	var queryOnly bool
	err := d.conn.QueryRowContext(ctx, "PRAGMA query_only").Scan(&queryOnly)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || queryOnly {
		return queryOnly, err
	}
	rows, err := d.conn.QueryContext(ctx, "EXPLAIN BEGIN IMMEDIATE")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		var addr, p1, p2, p3 int64
		var opcode string
		var p4, p5, comment any
		if err := rows.Scan(&addr, &opcode, &p1, &p2, &p3, &p4, &p5, &comment); err != nil {
			return false, nil // not the opcodes we know
		}
		found = found || opcode == "Transaction" && p1 == 0 && p2 == 0
	}
	return found, rows.Err()
}

// Traits returns the facts about this connection.
func (d *database) Traits() engine.Traits { return d.traits }

// Inspect reads the schema of main.
func (d *database) Inspect(ctx context.Context) (*schema.Snapshot, error) {
	var s *schema.Snapshot
	err := d.patiently(ctx, func() (err error) {
		s, err = inspect(ctx, d.conn)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	return s, nil
}

// Watch starts to observe the schema of main.
func (d *database) Watch(ctx context.Context) (engine.Watch, error) {
	var w *watch
	err := d.patiently(ctx, func() (err error) {
		w, err = newWatch(ctx, d.conn)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return w, nil
}

// Exec runs one statement. An error that made SQLite roll back the transaction
// wraps [engine.ErrRolledBack], and so does every call from then on until Rollback.
//
// The rows of a data statement are those it wrote itself; those that its
// triggers wrote are counted where it wrote none, so that zero means that no row
// was written. Other statements write none.
func (d *database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := d.ready(ctx, statement); err != nil {
		return 0, err
	}
	if !writesRows(statement) {
		return 0, d.survey(ctx, d.run(ctx, statement, args))
	}
	_, before, err := d.written(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.run(ctx, statement, args); err != nil {
		return 0, d.survey(ctx, err)
	}
	last, after, err := d.written(ctx)
	if err == nil && after != before && last > 0 {
		return last, nil
	}
	return after - before, err
}

func (d *database) run(ctx context.Context, statement string, args []any) error {
	return d.patiently(ctx, func() error {
		_, err := d.conn.ExecContext(ctx, statement, args...)
		return err
	})
}

// written returns how many rows the last data statement wrote itself, and how
// many this connection has written so far, those of triggers and foreign key
// actions included. SQLite knows better than drivers: those report the rows of
// an earlier statement for one that writes none, or that is RETURNING some.
func (d *database) written(ctx context.Context) (last, all int64, err error) {
	err = d.patiently(ctx, func() error {
		return d.conn.QueryRowContext(ctx, "SELECT changes(), total_changes()").Scan(&last, &all)
	})
	return last, all, err
}

// verb returns the first word of a statement in lower case.
func verb(statement string) string {
	first, _ := newLexer(statement).next(false)
	return strings.ToLower(first.text)
}

// writesRows reports whether the statement may be one on data.
func writesRows(statement string) bool {
	switch verb(statement) {
	case "insert", "update", "delete", "replace", "with":
		return true
	}
	return false
}

// Query runs a query. What SQLite tells only while the rows are read, they tell in
// its own words.
func (d *database) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := d.ready(ctx, query); err != nil {
		return nil, err
	}
	// Its rows are read later, and their error will not be seen here.
	d.tx.doubt = d.tx.open
	var rows *sql.Rows
	err := d.patiently(ctx, func() (err error) {
		rows, err = d.conn.QueryContext(ctx, query, args...)
		return err
	})
	return rows, d.survey(ctx, err)
}

// QueryRow runs a query for its first row, which tells errors in SQLite's own words.
func (d *database) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	// What ready finds wrong is told by the next Exec, Query or Commit: there is no
	// way to make a Row that holds an error, and a lost transaction keeps nothing.
	_ = d.ready(ctx, query)
	d.tx.doubt = d.tx.open
	var row *sql.Row
	_ = d.patiently(ctx, func() error {
		row = d.conn.QueryRowContext(ctx, query, args...)
		return row.Err()
	})
	if row == nil || ctx.Err() != nil && explain(row.Err()).Problem == engine.Busy {
		// Nothing has run, and nothing will: the context's error is what the row tells.
		row = d.conn.QueryRowContext(ctx, query, args...)
	}
	return row
}

// Patience says how long Begin, Commit and Try wait for other writers, and what
// runs outside a transaction for those who keep readers out.
func (d *database) Patience(timeout time.Duration) { d.patience, d.weary = timeout, false }

// Lock sets how long Begin and Commit wait: on SQLite the transaction is the
// lock. Until then they wait as long as the connection's busy_timeout says, and
// after unlock again.
func (d *database) Lock(_ context.Context, timeout time.Duration) (func() error, error) {
	before := d.patience
	d.Patience(timeout)
	return func() error {
		d.Patience(before)
		return nil
	}, nil
}

// Explain says what an error of SQLite's means.
func (d *database) Explain(err error) engine.Complaint { return explain(err) }

// Close rolls back what is open, gives the connection back with the settings it
// came with and without temporary objects that are ours, and throws a scratch
// database away.
//
// A connection that does not say that all this is done is thrown away too: in the
// application's pool, foreign keys that nobody checks and a lock that nobody
// holds would last as long as the program. What tells of it is an error. (It takes
// a database in memory along, which is why it is the last resort.)
func (d *database) Close() error {
	ctx := context.Background()
	err := d.Rollback(ctx)
	if d.pool != nil {
		return errors.Join(err, d.conn.Close(), d.pool.Close())
	}
	if err = errors.Join(err, d.restore(ctx)); err != nil {
		d.discard()
		return fmt.Errorf("close, and throw the connection away: %w", err)
	}
	return d.conn.Close()
}

// discard closes the connection and keeps it from the pool, which is what
// database/sql does with one that its driver calls bad. Where the driver itself
// has done so before, nothing is left to do.
func (d *database) discard() {
	_ = d.conn.Raw(func(any) error { return driver.ErrBadConn })
}
