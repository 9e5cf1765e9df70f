package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A setting is one pragma of the connection and its value.
type setting struct{ name, value string }

// settings are the pragmas that last as long as the connection, that a migration
// may set, and that would surprise whoever gets the connection next. Those that
// are kept in the file (journal_mode, user_version) are not the session's, and
// case_sensitive_like cannot be read.
var settings = [...]string{
	"foreign_keys", "legacy_alter_table", "recursive_triggers", "ignore_check_constraints",
	"query_only", "writable_schema", "trusted_schema", "read_uncommitted", "reverse_unordered_selects",
	"automatic_index", "cache_size", "cache_spill", "cell_size_check", "fullfsync", "checkpoint_fullfsync",
	"locking_mode", "mmap_size", "secure_delete", "synchronous", "temp_store", "wal_autocheckpoint",
	"journal_size_limit", "analysis_limit",
}

// meaning are those settings that change what a statement does: a scratch
// database has them as the live one.
var meaning = [...]string{
	"foreign_keys", "legacy_alter_table", "recursive_triggers", "ignore_check_constraints", "trusted_schema",
}

// remember notes the settings before the first statement that may change one.
func (d *database) remember(ctx context.Context) error {
	if d.found != nil {
		return nil
	}
	found := make([]setting, 0, len(settings))
	for _, name := range settings {
		value, ok, err := d.pragma(ctx, name)
		if err != nil {
			return err
		}
		if name == "foreign_keys" {
			value = cmp.Or(d.checking, value) // what is otherwise is so for this transaction only
		}
		if ok {
			found = append(found, setting{name, value})
		}
	}
	d.found = found
	return nil
}

// An object is one of the temporary database: its type, as in DROP, and its name.
type object struct{ kind, name string }

// rememberTemporary notes the temporary objects before the first statement that
// may make one. Others open no temporary database: from then on SQLite lets nobody
// set temp_store inside a transaction.
func (d *database) rememberTemporary(ctx context.Context, statement string) error {
	if d.temporary != nil || !namesTemporary(statement) {
		return nil
	}
	list, err := d.temporaries(ctx)
	if err != nil {
		return err
	}
	d.temporary = make(map[object]bool, len(list))
	for _, o := range list {
		d.temporary[o] = true
	}
	return nil
}

// namesTemporary reports whether a CREATE may be about the temporary database.
// That the word stands for something else does no harm.
func namesTemporary(statement string) bool {
	for l := newLexer(statement); ; {
		t, ok := l.next(false)
		if !ok {
			return false
		}
		if name := t.name(); t.isName() && (strings.EqualFold(name, "temp") || strings.EqualFold(name, "temporary")) {
			return true
		}
	}
}

// temporaries returns the temporary objects in an order in which they can be
// dropped: what has no pages of its own (triggers, views, virtual tables, which
// take their shadows along) first, and then what refers before what is referred to.
func (d *database) temporaries(ctx context.Context) ([]object, error) {
	rows, err := d.conn.QueryContext(ctx, `SELECT type, name FROM sqlite_temp_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY coalesce(rootpage, 0) <> 0, rowid DESC`)
	if err != nil {
		return nil, fmt.Errorf("read temporary objects: %w", err)
	}
	defer rows.Close()
	var list []object
	for rows.Next() {
		var o object
		if err := rows.Scan(&o.kind, &o.name); err != nil {
			return nil, fmt.Errorf("read temporary objects: %w", err)
		}
		list = append(list, o)
	}
	return list, rows.Err()
}

// dropTemporary drops the temporary objects that have come since we came: they
// would be in the way of the same migration on this connection, and hide tables of
// the same name from the application.
func (d *database) dropTemporary(ctx context.Context) error {
	if d.temporary == nil {
		return nil
	}
	list, err := d.temporaries(ctx)
	if err != nil {
		return err
	}
	for _, o := range list {
		if d.temporary[o] {
			continue
		}
		// One of them may have gone with another.
		if _, err := d.conn.ExecContext(ctx, "DROP "+o.kind+" IF EXISTS temp."+quote(o.name)); err != nil {
			return fmt.Errorf("drop temporary %s %s: %w", o.kind, o.name, err)
		}
	}
	return nil
}

// restore sets again what has changed since we came, and drops what is temporary.
// Without an error all is as it was.
func (d *database) restore(ctx context.Context) error {
	var errs []error
	for _, s := range d.found {
		now, _, err := d.pragma(ctx, s.name)
		if err == nil && now != s.value {
			err = d.put(ctx, s.name, s.value)
		}
		errs = append(errs, err)
	}
	errs = append(errs, d.dropTemporary(ctx))
	if d.busy >= 0 {
		errs = append(errs, d.setBusy(ctx, d.busy))
	}
	return errors.Join(errs...)
}

// checks notes whether the connection checks foreign keys.
func (d *database) checks(ctx context.Context) error {
	on, _, err := d.pragma(ctx, "foreign_keys")
	d.traits.ForeignKeys = on == "1"
	return err
}

// check has foreign keys checked, or not, until no transaction is open. What is to be
// set again is noted first, and no context ends the statement half-way: an error must not
// leave it open what there is to restore.
func (d *database) check(ctx context.Context, value string) error {
	now, _, err := d.pragma(ctx, "foreign_keys")
	if err != nil || now == value {
		return err
	}
	d.checking = now
	return d.set(context.WithoutCancel(ctx), "foreign_keys", value)
}

// recheck has foreign keys as they were, if check has changed that. It waits for the
// end of the transaction, ahead of which SQLite would take no notice; after an
// error, whatever comes next tries it again.
func (d *database) recheck(ctx context.Context) error {
	if d.checking == "" || d.tx.open {
		return nil
	}
	if err := d.put(context.WithoutCancel(ctx), "foreign_keys", d.checking); err != nil {
		return err
	}
	d.checking = ""
	return nil
}

// pragma reads a setting; ok is false where this SQLite does not know it.
func (d *database) pragma(ctx context.Context, name string) (value string, ok bool, err error) {
	err = d.patiently(ctx, func() error {
		return d.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", name, err)
	}
	return value, true, nil
}

// put sets a pragma for certain: SQLite ignores some where it is not the time for
// them, and says nothing.
func (d *database) put(ctx context.Context, name, value string) error {
	if err := d.set(ctx, name, value); err != nil {
		return err
	}
	now, _, err := d.pragma(ctx, name)
	if err == nil && now != value {
		err = fmt.Errorf("set %s: it is %s, and should be %s", name, now, value)
	}
	return err
}

// set sets a pragma. A pragma takes no bound values; these are numbers or words
// that SQLite told us, and a string literal holds whatever they are.
func (d *database) set(ctx context.Context, name, value string) error {
	// Some pragmas answer with a row, which Exec is not the place for in every driver.
	rows, err := d.conn.QueryContext(ctx, "PRAGMA "+name+" = "+literal(value))
	if err == nil {
		for rows.Next() {
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err != nil {
		return fmt.Errorf("set %s: %w", name, err)
	}
	return nil
}

func (d *database) setBusy(ctx context.Context, milliseconds int) error {
	return d.set(ctx, "busy_timeout", strconv.Itoa(milliseconds))
}
