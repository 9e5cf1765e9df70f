package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
)

// A transaction is what we know of the connection's transaction. The server ends
// one by itself: rolled back after a deadlock, committed by each statement on the
// schema. Which of the two, if any, a savepoint tells that is set on top of
// everything else: it is gone with its transaction.
type transaction struct {
	open      bool // until Rollback or Commit have ended it for certain
	lost      bool // the server has rolled it back, or may have: nothing runs until Rollback
	doubt     bool // something ran whose error we have not seen
	commits   bool // what ran last may have committed by its nature
	tries     int  // how many calls of Try are under way
	unchecked bool // foreign_key_checks was on, and is off for a rebuild; see recheck
}

// top is the savepoint on top of all others.
const top = "dbmend_top"

// missingSavepoint is the error about a savepoint that is not there.
const missingSavepoint = 1305 // ER_SP_DOES_NOT_EXIST

// Begin opens a transaction for data statements.
//
// A statement on the schema commits it, and what it did before stays whatever
// happens later ([engine.Traits].TransactionalDDL is false). Behind such a
// statement, whether it failed or not, the next transaction is begun at once: all
// that runs up to Commit or Rollback runs in one, and nothing is on its own that
// was meant not to be.
//
// A rebuild begins with foreign_key_checks off: a table that others refer to can be
// dropped, and what is made under its name is what they refer to then.
func (d *database) Begin(ctx context.Context, mode engine.TxMode) error {
	if d.tx.open {
		return errors.New("begin: a transaction is open")
	}
	if d.traits.ReadOnly {
		return fmt.Errorf("begin: %w", engine.ErrReadOnly)
	}
	err := ctx.Err()
	if err == nil {
		err = d.recheck(ctx)
	}
	if err == nil {
		err = d.hurry(ctx)
	}
	if err == nil && mode == engine.Rebuild {
		err = d.uncheck(ctx)
	}
	if err == nil {
		d.tx.open = true
		err = d.enter(ctx)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", errors.Join(err, d.Rollback(ctx)))
	}
	return nil
}

// enter begins a transaction and sets the savepoint that shows whether it lasts.
// No context interrupts it: an answer that is not waited for is one nobody knows.
func (d *database) enter(ctx context.Context) error {
	return d.mark(ctx, "START TRANSACTION", "SAVEPOINT "+top)
}

// Commit ends the transaction. After any error but the context's nobody knows
// whether it was kept; Rollback is due in all cases.
func (d *database) Commit(ctx context.Context) error {
	if !d.tx.open {
		return errors.New("commit: no transaction is open")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := d.settle(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := d.insist(ctx, "COMMIT"); err != nil {
		d.tx.lost = true
		return fmt.Errorf("commit: %w", err)
	}
	d.tx.open = false
	// A setting does not undo what was committed; the next statement tells if it
	// stays wrong.
	_ = d.recheck(ctx)
	return nil
}

// Rollback undoes the transaction; it is no error if none is open. What a statement
// on the schema has committed stays: see [database.Begin]. After an error nothing
// but Rollback and Close goes on from there.
func (d *database) Rollback(ctx context.Context) error {
	if d.tx.open {
		if err := d.insist(ctx, "ROLLBACK"); err != nil {
			d.tx.lost = true
			return fmt.Errorf("rollback: %w", err)
		}
		d.tx = transaction{unchecked: d.tx.unchecked, tries: d.tx.tries}
	}
	return d.recheck(ctx)
}

// Try runs fn behind a savepoint, or in a transaction of its own where none is
// open, and undoes it. What cannot be undone is refused before it runs: statements
// on anything but rows, and rows of tables whose storage engine has no transactions.
// Two things stay: the numbers that AUTO_INCREMENT and sequences have given out.
//
// If fn ended the transaction, the error wraps [engine.ErrRolledBack] whatever fn
// returned; and so it does if fn could not be undone, since then nothing may be kept.
func (d *database) Try(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if !d.tx.open {
		if err := d.Begin(ctx, engine.Normal); err != nil {
			return fmt.Errorf("try: %w", err)
		}
		d.tx.tries++
		defer func() {
			d.tx.tries--
			err = also(err, d.Rollback(ctx))
		}()
		return fn(ctx)
	}
	if err := errors.Join(ctx.Err(), d.settle(ctx)); err != nil {
		return fmt.Errorf("try: %w", err)
	}
	name := "dbmend_try_" + strconv.Itoa(d.tx.tries)
	if err := d.mark(ctx, "SAVEPOINT "+name, "SAVEPOINT "+top); err != nil {
		return fmt.Errorf("try: %w", err)
	}
	d.tx.tries++
	defer func() {
		d.tx.tries--
		err = also(err, d.undo(ctx, name))
	}()
	return fn(ctx)
}

// undo goes back to a savepoint, which takes those behind it along, and removes it.
func (d *database) undo(ctx context.Context, name string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.mark(ctx, "ROLLBACK TO SAVEPOINT "+name, "RELEASE SAVEPOINT "+name, "SAVEPOINT "+top); err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	return nil
}

// mark runs statements about the transaction itself. After an error nobody knows
// where in it we are, and all of it is given up.
func (d *database) mark(ctx context.Context, statements ...string) error {
	err := d.insist(ctx, statements...)
	if err == nil {
		return nil
	}
	d.tx.lost = true
	return fmt.Errorf("%w (%w)", err, engine.ErrRolledBack)
}

// insist runs statements that are not left half-way whatever becomes of the context: see
// package outlast. MariaDB is sent all at once, in an anonymous block, which an error
// ends where it is.
func (d *database) insist(ctx context.Context, statements ...string) (err error) {
	whole, done := d.server.Of(ctx)
	defer done()
	if len(statements) > 1 && d.traits.Flavor.Vendor == mariaDB {
		statements = []string{"BEGIN NOT ATOMIC " + strings.Join(statements, "; ") + "; END"}
	}
	for _, statement := range statements {
		if _, err = d.conn.ExecContext(whole, statement); err != nil {
			break
		}
	}
	return err
}

// also returns the first error as it is unless there is a second that it does
// not tell of.
func also(err, second error) error {
	switch {
	case second == nil || errors.Is(err, second):
		return err
	case err == nil:
		return second
	}
	return fmt.Errorf("%w (%w)", err, second)
}

// ready refuses to go on in a lost transaction, in a trial with what cannot be
// undone, and with foreign keys unchecked behind a rebuild.
func (d *database) ready(ctx context.Context, statement string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.recheck(ctx); err != nil {
		return err
	}
	if err := d.hurry(ctx); err != nil {
		return err
	}
	if d.tx.tries > 0 {
		if err := d.undoable(ctx, statement); err != nil {
			return err
		}
	}
	if touches(statement) {
		if err := d.remember(ctx); err != nil {
			return err
		}
		d.session.touched, d.session.seen = true, false
	}
	d.tx.commits = !isPlain(statement)
	d.tx.doubt = d.tx.doubt || d.tx.commits && d.tx.open
	if d.tx.commits && !isSetting(statement) {
		for w := range d.watches {
			w.ran = append(w.ran, statement)
		}
	}
	return nil
}

// settle finds out about a transaction that is in doubt.
func (d *database) settle(ctx context.Context) error {
	if d.tx.doubt && !d.tx.lost {
		d.tx.doubt = false
		lasts, err := d.lasts(ctx)
		if err == nil && !lasts && d.tx.commits {
			err = d.enter(ctx)
		}
		if err != nil {
			return err
		}
		d.tx.lost = !lasts && !d.tx.commits
	}
	if d.tx.lost {
		return engine.ErrRolledBack
	}
	return nil
}

// survey returns the error of a statement, with [engine.ErrRolledBack] if it has
// cost us the transaction, and opens the next one behind a statement that commits.
func (d *database) survey(ctx context.Context, err error) error {
	if why := ctx.Err(); err != nil && why != nil && !errors.Is(err, why) {
		err = fmt.Errorf("%w: %w", why, err)
	}
	if !d.tx.open || err == nil && !d.tx.commits {
		return err
	}
	d.tx.doubt = false
	lasts, gone := d.lasts(ctx)
	switch {
	case gone != nil:
		return also(err, gone)
	case lasts:
		return err
	case d.tx.commits:
		return also(err, d.enter(ctx))
	}
	d.tx.lost = true
	return also(err, engine.ErrRolledBack)
}

// lasts reports whether the transaction is still the one that we have begun. If the
// server does not tell, it is given up.
func (d *database) lasts(ctx context.Context) (bool, error) {
	err := d.insist(ctx, "RELEASE SAVEPOINT "+top, "SAVEPOINT "+top)
	var e *mysql.MySQLError
	if errors.As(err, &e) && e.Number == missingSavepoint {
		return false, nil
	}
	if err != nil {
		d.tx.lost = true
		return false, fmt.Errorf("%w (%w)", engine.ErrRolledBack, err)
	}
	return true, nil
}

// uncheck stops checking foreign keys, if they are checked, until no transaction
// is open.
func (d *database) uncheck(ctx context.Context) error {
	var on bool
	if err := d.conn.QueryRowContext(ctx, "SELECT @@foreign_key_checks").Scan(&on); err != nil || !on {
		return err
	}
	d.tx.unchecked = true
	whole, done := d.server.Of(ctx)
	defer done()
	return d.put(whole, "SET SESSION foreign_key_checks = 0")
}

// recheck checks foreign keys again, if uncheck has stopped it. After an error,
// whatever comes next tries it again.
func (d *database) recheck(ctx context.Context) error {
	if !d.tx.unchecked || d.tx.open {
		return nil
	}
	whole, done := d.server.Of(ctx)
	defer done()
	if err := d.put(whole, "SET SESSION foreign_key_checks = 1"); err != nil {
		return err
	}
	d.tx.unchecked = false
	return nil
}

// misnumbered is MariaDB's error about a foreign key without a name in a statement
// that adds the column too: where foreign keys are not checked, 10.11 gives it a
// number that the table has given before.
const misnumbered = 1823 // ER_FK_FAIL_ADD_SYSTEM

// renumber runs a statement again that failed for such a number, with foreign keys
// checked as they are for everybody else.
func (d *database) renumber(ctx context.Context, statement string, args []any, failed error) (sql.Result, error) {
	var e *mysql.MySQLError
	if !d.tx.unchecked || !errors.As(failed, &e) || e.Number != misnumbered || ctx.Err() != nil {
		return nil, failed
	}
	whole, done := d.server.Of(ctx)
	defer done()
	if err := d.put(whole, "SET SESSION foreign_key_checks = 1"); err != nil {
		return nil, errors.Join(failed, err)
	}
	result, err := d.conn.ExecContext(ctx, statement, args...)
	return result, also(err, d.put(whole, "SET SESSION foreign_key_checks = 0"))
}
