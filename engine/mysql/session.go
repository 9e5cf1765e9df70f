package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A session is what we know of the connection's settings.
type session struct {
	// touched: a statement may have left something that lasts as long as the
	// connection, and Close does not give it back to the pool.
	touched bool
	// seen: the settings are those that reading needs, and nothing has run since that
	// could change them.
	seen bool
	// collects: autocommit was off when we came, and is set so again.
	collects bool
}

// commitEach has each statement outside a transaction committed by itself. Without
// it everything would be in one transaction that nobody has begun.
func (d *database) commitEach(ctx context.Context) error {
	d.session.collects = true
	_, err := d.conn.ExecContext(ctx, "SET autocommit = 1")
	return err
}

// restore sets again what we have set. Without an error all is as it was.
func (d *database) restore(ctx context.Context) error {
	err := d.wait(ctx, d.waits.found)
	if err == nil && d.session.collects {
		_, err = d.conn.ExecContext(ctx, "SET autocommit = 0")
	}
	return err
}

// These open a statement that neither changes the schema or the session nor ends a
// transaction.
var plain = []string{
	"select", "insert", "update", "delete", "replace", "with", "values", "table",
	"show", "explain", "describe", "desc", "load", "(",
}

// These open a statement that changes no setting of the session, unless it makes
// something temporary.
var lasting = []string{
	"create", "alter", "drop", "rename", "truncate", "analyze", "optimize", "repair", "check", "grant", "revoke",
}

// isPlain reports whether a statement is one on rows, or a question.
func isPlain(statement string) bool { return slices.Contains(plain, opening(statement)) }

// isSetting reports whether a statement sets something and does nothing else.
func isSetting(statement string) bool {
	p := newPhrase(statement)
	return !p.cond && p.skip("set") && !p.skip("statement")
}

// touches reports whether a statement may change something that lasts as long as
// the connection. One in doubt does.
func touches(statement string) bool {
	switch first := opening(statement); {
	case slices.Contains(plain, first):
		// Variables, and locks with a name.
		return strings.Contains(statement, "@") || containsFold(statement, "_lock")
	case slices.Contains(lasting, first):
		return containsFold(statement, "temporary")
	}
	return true
}

func containsFold(s, part string) bool { return strings.Contains(strings.ToLower(s), part) }

// opening returns the first word of a statement in lower case, or its first
// character; "" where a comment that the server runs stands ahead of it.
func opening(statement string) string {
	first, _ := newLexer(statement).next(false)
	if first.kind == condition {
		return ""
	}
	return strings.ToLower(first.text)
}

// shaping are the modes of sql_mode that shape what SHOW CREATE prints.
var shaping = []string{
	"ANSI", "ANSI_QUOTES", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL", "MYSQL323", "MYSQL40",
	"NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_BACKSLASH_ESCAPES",
}

// allRows is what sql_select_limit is where nobody has set it.
const allRows = "18446744073709551615"

// A printing is what of a session shapes what the server prints to it.
type printing struct {
	mode, limit, quoting, client string
	results                      sql.NullString
}

// printingVariables are what a printing is read from.
const printingVariables = "@@sql_mode, @@sql_select_limit, @@sql_quote_show_create, @@character_set_client, @@character_set_results"

// targets returns what the variables are read into, in their order.
func (p *printing) targets() []any {
	return []any{&p.mode, &p.limit, &p.quoting, &p.client, &p.results}
}

// others returns the settings that our reading needs and does not find, and those that
// set them back.
func (p *printing) others() (set, back []string) {
	if slices.ContainsFunc(strings.Split(p.mode, ","), func(m string) bool { return slices.Contains(shaping, m) }) {
		set, back = append(set, "sql_mode = ''"), append(back, "sql_mode = "+literal(p.mode))
	}
	if p.limit != allRows {
		set, back = append(set, "sql_select_limit = DEFAULT"), append(back, "sql_select_limit = "+p.limit)
	}
	if p.quoting != "1" {
		set, back = append(set, "sql_quote_show_create = 1"), append(back, "sql_quote_show_create = 0")
	}
	if p.client != "utf8mb4" {
		set, back = append(set, "character_set_client = utf8mb4"), append(back, "character_set_client = "+literal(p.client))
	}
	if p.results.String != "utf8mb4" {
		was := "NULL"
		if p.results.Valid {
			was = literal(p.results.String)
		}
		set, back = append(set, "character_set_results = utf8mb4"), append(back, "character_set_results = "+was)
	}
	return set, back
}

// reading runs do with the settings that our reading needs, and sets what was
// there again: a migration may well set others, and must not blind us by it.
func (d *database) reading(ctx context.Context, do func() error) (err error) {
	if d.session.seen {
		return do()
	}
	var p printing
	var in sql.NullString
	if err := d.conn.QueryRowContext(ctx, "SELECT "+printingVariables+", DATABASE()").Scan(append(p.targets(), &in)...); err != nil {
		return err
	}
	set, back := p.others()
	away := in.String != d.name
	if len(set) == 0 && !away {
		d.session.seen = true
		return do()
	}
	// What is set must be set back, whatever happens to the context or to do.
	whole, done := d.server.Of(ctx)
	defer done()
	defer func() {
		if away && in.Valid {
			err = errors.Join(err, d.put(whole, "USE "+quote(in.String)))
		}
		if len(back) > 0 {
			err = errors.Join(err, d.put(whole, "SET SESSION "+strings.Join(back, ", ")))
		}
	}()
	if len(set) > 0 {
		if err := d.put(whole, "SET SESSION "+strings.Join(set, ", ")); err != nil {
			return err
		}
	}
	if away {
		if err := d.put(whole, "USE "+quote(d.name)); err != nil {
			return err
		}
	}
	return do()
}

// put runs a statement that sets something. After an error the pool does not get
// the connection back.
func (d *database) put(ctx context.Context, statement string) error {
	if _, err := d.conn.ExecContext(ctx, statement); err != nil {
		d.session.touched = true
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
