package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/outlast"
	"github.com/dbmend/dbmend/schema"
)

// A database is one connection, and the database that it was in when we came.
type database struct {
	conn *sql.Conn
	pool *sql.DB // scratch databases take their connections from it
	// tables are what the last inspection of the whole schema has made of the text of each.
	tables map[string][]*schema.Object
	// elsewhere is where they take them from instead; nil: from pool.
	elsewhere *sql.DB
	server    *outlast.Server // shared with scratch databases on it
	far       *outlast.Server // that of elsewhere
	name      string
	number    int64 // of the connection, by which the server calls it
	folds     bool  // names of tables are the same in capitals and small letters
	traits    engine.Traits

	session session
	tx      transaction
	waits   waits
	locks   []string            // names of the locks that this connection holds
	watches map[*watch]struct{} // those that want to know what is run

	prepared map[string]*sql.Stmt // the statements that have come with arguments; nil after the first time
	scratch  string               // the name of the scratch database that this is; "" for others

	before     map[string]string // the session's variables, ahead of the first statement that may set one
	own, given defaults          // of a scratch database: what it began with, and what it has
}

func connect(ctx context.Context, pool *sql.DB, server *outlast.Server) (*database, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, reaching(err)
	}
	d := &database{conn: conn, pool: pool, server: server}
	if err := d.meet(ctx); err != nil {
		return nil, errors.Join(reaching(err), d.Close())
	}
	return d, nil
}

// meet looks at the server and the session for the first time.
func (d *database) meet(ctx context.Context) error {
	var version, comment string
	var name sql.NullString
	err := d.conn.QueryRowContext(ctx, "SELECT VERSION(), @@version_comment, DATABASE(), CONNECTION_ID()").Scan(&version, &comment, &name, &d.number)
	if err != nil {
		return err
	}
	f, err := flavor(version, comment)
	if err != nil {
		return err
	}
	if !name.Valid {
		return errors.New("no database is selected: name one in the data source name")
	}
	d.name = name.String
	d.traits = engine.Traits{
		Flavor:      f,
		NumbersStay: true,
		Quote:       quote,
		Text:        func(expression string) string { return "CAST(" + expression + " AS CHAR)" },
		Placeholder: placeholder,
		AutoKey:     "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
		KeyText:     "VARCHAR(255)",

		IndexesReferences: true,
	}
	readOnly := "@@transaction_read_only"
	if f.Vendor == mariaDB {
		readOnly = "@@tx_read_only" // which newer ones understand as well
	}
	var p printing
	var autocommit, session bool
	var server string // a word on servers to come
	var comparing int
	err = d.conn.QueryRowContext(ctx, "SELECT @@autocommit, @@foreign_key_checks, "+readOnly+", @@global.read_only, "+
		"@@lower_case_table_names, @@lock_wait_timeout, @@innodb_lock_wait_timeout, "+printingVariables).
		Scan(append([]any{&autocommit, &d.traits.ForeignKeys, &session, &server, &comparing, &d.waits.found.table, &d.waits.found.row}, p.targets()...)...)
	if err != nil {
		return err
	}
	set, _ := p.others()
	d.session.seen = len(set) == 0
	d.waits.now = d.waits.found
	d.folds = comparing != 0
	d.traits.Fold, d.traits.FoldsTables = d.foldTable, d.folds
	d.traits.ReadOnly = session
	if server != "0" && server != "OFF" && !session {
		if d.traits.ReadOnly, err = d.barred(ctx); err != nil {
			return err
		}
	}
	if !autocommit {
		return d.commitEach(ctx)
	}
	return nil
}

// barred reports whether a server that is read-only is so for us as well: some
// users may write there, and the server says who, without a trace, when a
// transaction asks for it.
func (d *database) barred(ctx context.Context) (bool, error) {
	_, err := d.conn.ExecContext(ctx, "START TRANSACTION READ WRITE")
	if d.Explain(err).Problem == engine.ReadOnly {
		return true, nil
	}
	if err == nil {
		err = d.insist(ctx, "ROLLBACK")
	}
	return false, err
}

// foldTable returns the name of a table, view or trigger as this server compares it.
func (d *database) foldTable(name string) string {
	if d.folds {
		return fold(name)
	}
	return foldTable(name)
}

// Traits returns the facts about this connection.
func (d *database) Traits() engine.Traits { return d.traits }

// Inspect reads the schema of the database, in a fixed number of round trips on
// MariaDB; MySQL has to be asked for each object: see [database.show].
func (d *database) Inspect(ctx context.Context) (*schema.Snapshot, error) {
	s, err := d.inspect(ctx)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	return s, nil
}

// Exec runs one statement. An error that made the server roll back the whole
// transaction wraps [engine.ErrRolledBack], and so does every call from then on
// until Rollback. What a statement on the schema does to a transaction is told at
// [database.Begin].
//
// The rows of a data statement are those that the server counts as written. Other
// statements write none.
func (d *database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := d.ready(ctx, statement); err != nil {
		return 0, err
	}
	result, err := d.execute(ctx, statement, args)
	if err != nil {
		result, err = d.renumber(ctx, statement, args, err)
	}
	if err := d.survey(ctx, err); err != nil {
		return 0, err
	}
	if !isPlain(statement) {
		return 0, nil
	}
	rows, err := result.RowsAffected()
	return rows, err
}

// mostPrepared bounds how many statements stay prepared.
const mostPrepared = 8

// execute runs a statement. One with arguments that has come before is prepared, and
// stays so.
func (d *database) execute(ctx context.Context, statement string, args []any) (sql.Result, error) {
	if len(args) == 0 {
		return d.conn.ExecContext(ctx, statement)
	}
	prepared, again := d.prepared[statement]
	if !again {
		if d.prepared == nil || len(d.prepared) == mostPrepared {
			if err := d.unprepare(); err != nil {
				return nil, err
			}
			d.prepared = map[string]*sql.Stmt{}
		}
		d.prepared[statement] = nil
		return d.conn.ExecContext(ctx, statement, args...)
	}
	if prepared == nil {
		var err error
		if prepared, err = d.conn.PrepareContext(ctx, statement); err != nil {
			return nil, err
		}
		d.prepared[statement] = prepared
	}
	return prepared.ExecContext(ctx, args...)
}

// unprepare lets go of all statements that are prepared.
func (d *database) unprepare() (err error) {
	for _, prepared := range d.prepared {
		if prepared != nil {
			err = errors.Join(err, prepared.Close())
		}
	}
	d.prepared = nil
	return err
}

// Query runs a query. What the server tells only while the rows are read, they
// tell in its own words.
func (d *database) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := d.ready(ctx, query); err != nil {
		return nil, err
	}
	rows, err := d.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, d.survey(ctx, err)
	}
	d.tx.doubt = d.tx.open // its rows are read later, and their error will not be seen here
	return rows, nil
}

// QueryRow runs a query for its first row, which tells errors in the server's own
// words.
func (d *database) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if err := d.ready(ctx, query); err != nil {
		// There is no way to make a Row that holds this error; one of a context that has
		// ended for this reason runs nothing.
		ended, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return d.conn.QueryRowContext(ended, query, args...)
	}
	d.tx.doubt = d.tx.open
	return d.conn.QueryRowContext(ctx, query, args...)
}

// Explain says what an error of the server's means.
func (d *database) Explain(err error) engine.Complaint { return explain(err, d.name, d.foldTable) }

// Close rolls back what is open, lets go of locks, drops a scratch database, and
// gives the connection back with the settings it came with.
//
// Where a context has cut a statement short, Close has the server end it: see
// [database.stop].
//
// A connection that may have more to it (a variable that a migration set, a
// temporary table, or an error on the way) is closed, and the pool makes a new one.
func (d *database) Close() error {
	d.stop()
	ctx, cancel := d.server.Farewell()
	defer cancel()
	err := errors.Join(d.Rollback(ctx), d.unprepare())
	for _, name := range d.locks {
		err = errors.Join(err, d.release(ctx, name))
	}
	d.locks = nil
	if d.scratch != "" {
		err = errors.Join(err, d.demolish())
	}
	if err == nil && !d.session.touched {
		err = d.restore(ctx)
	}
	if err != nil || d.session.touched {
		d.discard()
	}
	if gone := d.conn.Close(); gone != nil && !errors.Is(gone, sql.ErrConnDone) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// discard closes the connection and keeps it from the pool, which is what
// database/sql does with one that its driver calls bad.
func (d *database) discard() {
	_ = d.conn.Raw(func(any) error { return driver.ErrBadConn })
}
