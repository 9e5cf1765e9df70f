package mysql

import (
	"context"
	"slices"
	"strings"
)

// kept are the variables of a session that are set again between migrations: those
// that change what a statement means, and those that change what it does to rows.
var kept = append(slices.Clone(alike),
	"sql_safe_updates", "sql_select_limit", "group_concat_max_len", "div_precision_increment", "auto_increment_increment",
	"auto_increment_offset", "tx_isolation", "transaction_isolation", "sql_big_selects", "max_error_count", "sql_log_bin",
	"innodb_table_locks", "default_tmp_storage_engine", "sql_notes", "alter_algorithm", "max_statement_time", "max_execution_time",
)

// remember notes the session's variables, once, ahead of a statement that may set one.
func (d *database) remember(ctx context.Context) (err error) {
	if d.before != nil {
		return nil
	}
	whole, done := d.server.Of(ctx)
	defer done()
	d.before, err = d.variables(whole, kept)
	if d.tx.unchecked {
		d.before["foreign_key_checks"] = "ON" // off for a rebuild only
	}
	return err
}

// Forget sets the variables of the session again that statements have set since the
// connection was made. Variables of the user's own, prepared statements and temporary
// tables stay until it is closed.
func (d *database) Forget(ctx context.Context) error {
	if d.before == nil {
		return nil
	}
	whole, done := d.server.Of(ctx)
	defer done()
	now, err := d.variables(whole, kept)
	if err != nil {
		return err
	}
	var set []string
	for _, name := range kept {
		if was, known := d.before[name]; known && was != now[name] {
			set = append(set, name+" = "+setting(name, was))
		}
	}
	d.before, d.session.seen = nil, false
	if len(set) == 0 {
		return nil
	}
	return d.put(whole, "SET SESSION "+strings.Join(set, ", "))
}

// setting returns the value of a variable as SET takes it.
func setting(name, value string) string {
	switch {
	case value == "" && name != "sql_mode" && name != "old_mode":
		return "NULL"
	case value != "" && strings.Trim(value, "0123456789.") == "":
		return value // a number in quotes is none
	}
	return literal(value)
}
