package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/outlast"
)

// A transaction is what we know of the connection's transaction beyond what the
// server tells after every message.
type transaction struct {
	open     bool   // until Rollback or Commit have ended it for certain
	alone    bool   // no table was there when it began: nobody can be in its way, or it in theirs
	lost     bool   // it is over, and whoever began it does not know yet
	timeout  string // lock_timeout inside it
	settings map[string]string
}

// begin begins a transaction whose every statement sees what was committed before
// it, whatever the session's default: those who have waited must read again.
const begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

// Begin opens a transaction and takes the runners' lock in it, which goes with it.
// It waits for other runners by asking again and again, outside of any transaction.
//
// The transaction may stay idle for long, while a rehearsal runs elsewhere: no
// timeout of the session's ends it. A Rebuild is like any other: PostgreSQL drops a
// table that others refer to only with CASCADE, which drops the references and
// touches no row.
//
// Errors: [engine.ErrReadOnly], [engine.ErrLocked], the context's, the driver's.
func (d *database) Begin(ctx context.Context, _ engine.TxMode) error {
	if d.tx.open {
		return errors.New("begin: a transaction is open")
	}
	if d.traits.ReadOnly {
		return fmt.Errorf("begin: %w", engine.ErrReadOnly)
	}
	err := again(ctx, d.patience, func() (bool, error) { return d.begin(ctx) })
	if err == nil && d.pooled {
		d.tx.settings, err = d.settings(ctx)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", errors.Join(err, d.Rollback(ctx)))
	}
	return nil
}

// begin begins a transaction, and ends it if another runner has the lock.
func (d *database) begin(ctx context.Context) (bool, error) {
	if d.guest() {
		if err := d.annex.recover(ctx, d); err != nil {
			return false, err
		}
	}
	d.tx = transaction{open: true, timeout: milliseconds(d.patience)}
	if d.private {
		how := begin
		if d.guest() {
			how = "SAVEPOINT dbmend_transaction"
		}
		_, err := d.command(ctx, how)
		return err == nil, err
	}
	results, err := d.command(ctx, begin+"; SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'f', 'm'))"+
		"; SELECT pg_catalog.pg_try_advisory_xact_lock("+strconv.Itoa(runners)+
		"), pg_catalog.pg_backend_pid(), "+since("pg_catalog.transaction_timestamp()")+
		", pg_catalog.set_config('lock_timeout', "+literal(d.tx.timeout)+", true)"+
		", pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true)")
	if err == nil && d.pooled {
		d.trace, err = traceOf(results)
	}
	if err == nil && isTrue(results) {
		d.tx.alone = isTrue(results[:len(results)-1])
		return true, nil
	}
	return false, errors.Join(err, d.Rollback(ctx))
}

// Commit ends the transaction. It is kept for certain if there is no error, and
// undone for certain if the error is [engine.ErrRolledBack]. With any other, the
// context's apart, nobody can tell any more: the connection broke before the
// answer came, and the server cannot be asked.
func (d *database) Commit(ctx context.Context) error {
	if !d.tx.open {
		return errors.New("commit: no transaction is open")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := d.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.tx = transaction{}
	// A setting does not undo what was committed; whatever runs next tries again.
	_ = d.forget(ctx)
	return nil
}

func (d *database) commit(ctx context.Context) error {
	ctx, done := outlast.Of(ctx)
	defer done()
	// COMMIT of a transaction that has failed is a rollback, and no error.
	if d.tx.lost || d.status() != open {
		d.tx.lost = true
		return engine.ErrRolledBack
	}
	if d.guest() {
		_, err := d.command(ctx, "RELEASE SAVEPOINT dbmend_transaction")
		return d.survey(ctx, err)
	}
	if err := d.tidy(ctx); err != nil {
		return d.survey(ctx, err)
	}
	number, err := d.number(ctx)
	if err != nil {
		return d.survey(ctx, err)
	}
	if _, err = d.command(ctx, "COMMIT"); err == nil {
		return nil
	}
	d.tx.lost = true
	if d.status() != gone {
		// A constraint that was checked last, a conflict of transactions.
		return fmt.Errorf("%w (%w)", damage(err), engine.ErrRolledBack)
	}
	kept, told := d.outcome(context.WithoutCancel(ctx), number)
	switch {
	case !told:
		return fmt.Errorf("nobody knows whether it was kept: %w", err)
	case kept:
		return nil
	default:
		return fmt.Errorf("%w (%w)", err, engine.ErrRolledBack)
	}
}

// Rollback undoes the transaction; it is no error if none is open. What a broken
// connection had open, the server undoes.
func (d *database) Rollback(ctx context.Context) error {
	if !d.tx.open {
		return nil
	}
	ctx, done := outlast.Of(ctx)
	defer done()
	if now := d.status(); now == open || now == failed {
		how := "ROLLBACK"
		if d.guest() {
			how = "ROLLBACK TO SAVEPOINT dbmend_transaction; RELEASE SAVEPOINT dbmend_transaction"
		}
		if _, err := d.command(ctx, how); err != nil && d.status() != gone {
			d.tx.lost = true
			return fmt.Errorf("rollback: %w", err)
		}
	}
	d.tx = transaction{}
	return d.forget(ctx)
}

// Try runs fn in a savepoint, or in a transaction of its own where none is open,
// and undoes it; what it took from a sequence is not given back. If the transaction
// is over with fn, the error wraps [engine.ErrRolledBack] whatever fn returned.
func (d *database) Try(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if !d.tx.open {
		if err := d.Begin(ctx, engine.Normal); err != nil {
			return fmt.Errorf("try: %w", err)
		}
		defer func() { err = also(err, d.Rollback(ctx)) }()
		return fn(ctx)
	}
	if err := errors.Join(ctx.Err(), d.ready(ctx)); err != nil {
		return fmt.Errorf("try: %w", err)
	}
	if _, err := d.insist(ctx, "SAVEPOINT dbmend_try"); err != nil {
		return fmt.Errorf("try: %w", d.survey(ctx, err))
	}
	own := d.path.own
	defer func() { err = also(err, d.undo(ctx, own)) }()
	return fn(ctx)
}

// undo goes back to the last savepoint and removes it.
func (d *database) undo(ctx context.Context, own string) error {
	ctx, done := outlast.Of(ctx)
	defer done()
	if now := d.status(); d.tx.lost || now != open && now != failed {
		d.tx.lost = true
		return engine.ErrRolledBack
	}
	if _, err := d.command(ctx, "ROLLBACK TO SAVEPOINT dbmend_try; RELEASE SAVEPOINT dbmend_try"); err != nil {
		// Nobody knows which savepoints are left: all of the transaction is given up.
		d.tx.lost = true
		return fmt.Errorf("undo: %w (%w)", err, engine.ErrRolledBack)
	}
	d.tx.timeout = "" // as it was at the savepoint, or not: set it anew
	if d.path.own != own || d.path.now != d.path.home {
		d.path.own = own
		return d.notice(ctx)
	}
	return nil
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

// ready refuses to begin what the context does not want any more, and to go on in
// a transaction that is over.
func (d *database) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.guest() {
		if err := d.annex.recover(ctx, d); err != nil {
			return err
		}
	}
	if d.tx.open && (d.tx.lost || d.status() != open) {
		return engine.ErrRolledBack
	}
	return nil
}
