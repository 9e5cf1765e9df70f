package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
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
		if name == "foreign_keys" && d.tx.enforce {
			value = "1" // off for this transaction only
		}
		if ok {
			found = append(found, setting{name, value})
		}
	}
	d.found = found
	return nil
}

// restore sets again what has changed since remember.
func (d *database) restore(ctx context.Context) error {
	var errs []error
	for _, s := range d.found {
		now, _, err := d.pragma(ctx, s.name)
		if err == nil && now != s.value {
			err = d.set(ctx, s.name, s.value)
		}
		errs = append(errs, err)
	}
	d.found = nil
	return errors.Join(errs...)
}

// pragma reads a setting; ok is false where this SQLite does not know it.
func (d *database) pragma(ctx context.Context, name string) (value string, ok bool, err error) {
	err = d.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", name, err)
	}
	return value, true, nil
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

// calm is the busy_timeout of our statements, in milliseconds.
func (d *database) calm() int { return max(d.busy, int(ease/time.Millisecond)) }
