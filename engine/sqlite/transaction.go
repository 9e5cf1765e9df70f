package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// A transaction is what we know of the connection's transaction. SQLite ends one
// by itself after some errors (ON CONFLICT ROLLBACK, RAISE(ROLLBACK), a full disk,
// a cancelled write), and what ran afterwards would be on its own, and stay. So
// after every error we look, and hold what follows in a transaction that Rollback
// alone ends.
type transaction struct {
	open  bool // until Rollback or Commit have ended it for certain
	lost  bool // SQLite has rolled it back, or may have: what is open now is thrown away
	doubt bool // something ran whose error we have not seen
}

// Begin opens a transaction that holds SQLite's one write lock from the start.
// It waits for other writers as [database.Lock] was told, and no longer than the
// context lets it.
//
// A rebuild begins with foreign_keys off, which SQLite obeys outside a
// transaction only, and leaves legacy_alter_table as the user has it:
//
//   - The rebuild that SQLite's documentation teaches (create x_new, copy, drop x,
//     rename x_new to x) leaves what refers to x right under either setting: no
//     child, trigger or view mentions x_new, so the rename has nothing to rewrite.
//     Off, the default since 3.26, the rename also reads the whole schema again and
//     refuses while a view or another table's trigger still mentions the dropped x;
//     authors drop and make those again, or set legacy_alter_table themselves.
//   - The rebuild that renames x away first takes children, triggers and views
//     along to the other name by default, with foreign_keys on or off, and leaves
//     them there; Orphans finds the children. Only legacy_alter_table=ON would spare
//     them, and it would as well keep them from following a rename that the author
//     means: what a migration does must not depend on who runs it.
//
// Errors: [engine.ErrLocked], the context's, the driver's.
func (d *database) Begin(ctx context.Context, mode engine.TxMode) error {
	if d.tx.open {
		return errors.New("begin: a transaction is open")
	}
	if d.traits.ReadOnly {
		// BEGIN IMMEDIATE would succeed, and begin to read.
		return fmt.Errorf("begin: %w", engine.ErrReadOnly)
	}
	err := d.recheck(ctx)
	if err == nil && mode != engine.Normal {
		err = d.check(ctx, map[engine.TxMode]string{engine.Rebuild: "0", engine.Enforced: "1"}[mode])
	}
	if err == nil {
		err = d.insist(ctx, "BEGIN IMMEDIATE")
		d.tx.open = err == nil || !declined(err)
	}
	if err != nil {
		// It may have begun all the same: then nobody shall find it open.
		d.tx.lost = d.tx.open
		return fmt.Errorf("begin: %w", errors.Join(damage(err), d.Rollback(ctx)))
	}
	return nil
}

// declined reports that BEGIN has begun nothing: somebody else holds the lock, or
// this connection has a transaction that is not ours.
func declined(err error) bool { return nested(err) || explain(err).Problem == engine.Busy }

// nested reports that BEGIN has found a transaction open. Nothing else proves it.
func nested(err error) bool {
	return err != nil && strings.Contains(err.Error(), "cannot start a transaction within a transaction")
}

// Commit ends the transaction. After [engine.ErrLocked], the context's error and
// that of a broken foreign key it is open still, and may be committed again; after
// any other nobody knows whether it was kept. Rollback is due in all cases.
func (d *database) Commit(ctx context.Context) error {
	if !d.tx.open {
		return errors.New("commit: no transaction is open")
	}
	if d.tx.lost {
		return fmt.Errorf("commit: %w", engine.ErrRolledBack)
	}
	if err := d.insist(ctx, "COMMIT"); err != nil {
		d.look(ctx)
		return fmt.Errorf("commit: %w", damage(err))
	}
	d.tx = transaction{}
	// A setting does not undo what was committed; Close tells if it stays wrong.
	_ = d.recheck(ctx)
	return nil
}

// Rollback undoes the transaction; it is no error if none is open. After an error
// the transaction may be open: nothing but Rollback and Close goes on from there.
func (d *database) Rollback(ctx context.Context) error {
	if d.tx.open {
		_, err := d.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		if err != nil && !strings.Contains(err.Error(), "no transaction is active") {
			d.tx.lost = true
			return fmt.Errorf("rollback: %w", err)
		}
		d.tx = transaction{}
	}
	return d.recheck(ctx)
}

// Try runs fn in a savepoint, or in a transaction of its own where none is open,
// and undoes it. If fn ended the transaction, by an error that made SQLite roll
// it back, the error wraps [engine.ErrRolledBack] whatever fn returned; and so it
// does if fn could not be undone, since then nothing may be kept.
func (d *database) Try(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if !d.tx.open {
		if err := d.Begin(ctx, engine.Normal); err != nil {
			return fmt.Errorf("try: %w", err)
		}
		defer func() { err = also(err, d.Rollback(ctx)) }()
		return fn(ctx)
	}
	if err := errors.Join(ctx.Err(), d.ready(ctx, "")); err != nil {
		return fmt.Errorf("try: %w", err)
	}
	if err := d.mark(ctx, "SAVEPOINT dbmend_try"); err != nil {
		return fmt.Errorf("try: %w", err)
	}
	defer func() { err = also(err, d.undo(ctx)) }()
	return fn(ctx)
}

// undo goes back to the last savepoint and removes it.
func (d *database) undo(ctx context.Context) error {
	if d.tx.lost {
		return engine.ErrRolledBack
	}
	for _, statement := range [...]string{"ROLLBACK TO dbmend_try", "RELEASE dbmend_try"} {
		if err := d.mark(ctx, statement); err != nil {
			return fmt.Errorf("undo: %w", err)
		}
	}
	return nil
}

// mark sets a savepoint, goes back to one or removes it. After an error nobody
// knows which are set, and what was to be undone may be there: all of the
// transaction is given up.
func (d *database) mark(ctx context.Context, statement string) error {
	_, err := d.conn.ExecContext(context.WithoutCancel(ctx), statement)
	if err == nil {
		return nil
	}
	d.look(ctx)
	d.tx.lost = true
	return fmt.Errorf("%w (%w)", err, engine.ErrRolledBack)
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

// ready refuses to go on in a lost transaction, or with foreign keys unchecked
// behind a rebuild, and remembers the settings and the temporary objects before a
// statement that may change one.
func (d *database) ready(ctx context.Context, statement string) error {
	if d.tx.doubt {
		d.tx.doubt = false
		d.look(ctx)
	}
	if d.tx.lost {
		return engine.ErrRolledBack
	}
	if err := d.recheck(ctx); err != nil {
		return err
	}
	switch verb(statement) {
	case "pragma":
		return d.remember(ctx)
	case "create":
		return d.rememberTemporary(ctx, statement)
	case "commit", "end", "rollback":
		d.tx.doubt = d.tx.open
	}
	return nil
}

// survey returns the error of a statement, with the context's if that is why, and
// with [engine.ErrRolledBack] if it has cost us the transaction.
func (d *database) survey(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if why := ctx.Err(); why != nil && !errors.Is(err, why) {
		err = fmt.Errorf("%w: %w", why, err) // some drivers say "interrupted"
	}
	if !d.tx.open {
		return err
	}
	if d.look(ctx); d.tx.lost {
		return fmt.Errorf("%w (%w)", err, engine.ErrRolledBack)
	}
	return err
}

// look finds out whether the transaction is still open: then SQLite declines to
// begin another one. If that one begins, it is left open for Rollback to end; and
// any other answer is a doubt, in which nothing may run that would stay by itself.
func (d *database) look(ctx context.Context) {
	if d.tx.lost {
		return
	}
	_, err := d.conn.ExecContext(context.WithoutCancel(ctx), "BEGIN")
	d.tx.lost = !nested(err)
}

// insist runs BEGIN IMMEDIATE or COMMIT, again and again while another
// connection is in the way.
//
// SQLite's own waiting cannot be interrupted, and its steps of 100 ms let a
// crowd starve one of its own; so the waiting is done here, in short steps of
// random length. The statement itself runs to its end whatever happens to the
// context: an answer that is not waited for is one that nobody knows.
func (d *database) insist(ctx context.Context, statement string) error {
	whole := context.WithoutCancel(ctx)
	if err := d.setBusy(whole, 0); err != nil {
		return err
	}
	err := again(ctx, d.patience, func() error {
		_, err := d.conn.ExecContext(whole, statement)
		return err
	})
	// A busy_timeout of our own does not undo what was committed.
	if set := d.setBusy(whole, int(ease/time.Millisecond)); set != nil && err != nil {
		err = errors.Join(err, set)
	}
	return err
}

// patiently runs what is not BEGIN or COMMIT. Outside a transaction it waits as they
// do: who holds SQLite's exclusive lock, in rollback mode for as long as his work
// outgrows his cache, keeps readers out as well. Inside one there is nobody to wait
// for; and what SQLite might have rolled back must not run a second time.
//
// What has waited in vain is not followed by others that do: one after the other
// they would wait for many times as long as they were told to.
func (d *database) patiently(ctx context.Context, do func() error) error {
	patience := d.patience
	if d.weary || d.tx.open {
		patience = 0
	}
	err := again(ctx, patience, do)
	d.weary = errors.Is(err, engine.ErrLocked)
	return damage(err)
}

// again runs do until no other connection is in its way, for as long as patience
// lasts, and for ever if it is negative.
//
// Errors: [engine.ErrLocked], the context's, those of do.
func again(ctx context.Context, patience time.Duration, do func() error) error {
	const shortest, longest = time.Millisecond, 25 * time.Millisecond
	began := time.Now()
	for step := shortest; ; step = min(2*step, longest) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := do()
		if err == nil || explain(err).Problem != engine.Busy {
			return err
		}
		pause := shortest/2 + rand.N(step)
		if patience >= 0 {
			left := patience - time.Since(began)
			if left <= 0 {
				return fmt.Errorf("%w: %w", engine.ErrLocked, err)
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

// damage adds to an error of SQLite's that the file is damaged, if it says so: the
// first read of a database sees only a few of its pages. Only SQLite's own words
// count, from their beginning; JSON may be malformed too.
func damage(err error) error {
	if err == nil || errors.Is(err, engine.ErrUnreadable) {
		return err
	}
	text := message(err.Error())
	if strings.HasPrefix(text, "database disk image is malformed") || strings.HasPrefix(text, "malformed database schema") {
		return fmt.Errorf("%w: %w", engine.ErrUnreadable, err)
	}
	return err
}
