package postgres

import (
	"context"
	"fmt"
	"strings"
)

// A path is what the session knows of its search_path. A migration may set one of
// its own (dumps empty it), which lasts for the statements behind it and must not
// blind our own queries in between.
type path struct {
	home string // as of Connect
	own  string // what the author's statements run with
	now  string // what is in force
}

// turn makes a search_path the one in force.
func (d *database) turn(ctx context.Context, want string) error {
	if d.path.now == want || d.status() == failed {
		return nil
	}
	if _, err := d.command(ctx, "SELECT pg_catalog.set_config('search_path', "+literal(want)+", false)"); err != nil {
		return fmt.Errorf("set search_path: %w", err)
	}
	d.path.now = want
	return nil
}

// notice reads the search_path that a statement of the author's, or what was undone
// of it, has left in force.
func (d *database) notice(ctx context.Context) error {
	results, err := d.command(ctx, "SHOW search_path")
	if err != nil {
		return fmt.Errorf("read search_path: %w", err)
	}
	d.path.now = string(results[0].Rows[0][0])
	d.path.own = d.path.now
	return nil
}

// forget goes back to the search_path that the session came with, once the
// transaction is over in which it was another. Behind a pooler it went with that.
func (d *database) forget(ctx context.Context) error {
	if d.guest() {
		d.path.own, d.path.now = d.path.home, "" // as before, or not
		return d.turn(ctx, d.path.home)
	}
	changed := d.path.own != d.path.home || d.path.now != d.path.home
	d.path.own = d.path.home
	if d.pooled {
		d.path.now = d.path.home
	}
	if !changed || d.pooled || d.status() != idle {
		return nil
	}
	d.path.now = "" // whatever it is by now
	return d.turn(ctx, d.path.home)
}

// namesPath reports whether a statement may change search_path. A function that
// does so in its own text is not seen.
func namesPath(statement string) bool {
	text := strings.ToLower(statement)
	return strings.Contains(text, "search_path") || strings.Contains(text, "set schema") ||
		firstWord(text) == "reset" || firstWord(text) == "discard"
}

// firstWord returns the first word of a statement in lower case.
func firstWord(statement string) string {
	first, _ := newLexer(statement).next(false)
	return strings.ToLower(first.text)
}

// settings returns what has been set in this session, by name.
func (d *database) settings(ctx context.Context) (map[string]string, error) {
	results, err := d.command(ctx, `SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
	AND name NOT IN ('lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_isolation', 'transaction_read_only')`)
	if err != nil {
		return nil, fmt.Errorf("read the session's settings: %w", err)
	}
	set := map[string]string{}
	for _, row := range results[0].Rows {
		set[string(row[0])] = string(row[1])
	}
	return set, nil
}

// tidy ends what a transaction has set behind a pooler, where it would be set for
// whoever gets the server's session next. Without one, closing the connection does
// that, and does it for more than settings.
func (d *database) tidy(ctx context.Context) error {
	if !d.pooled {
		return nil
	}
	now, err := d.settings(ctx)
	if err != nil {
		return err
	}
	var back strings.Builder
	for name, value := range now {
		if before, ok := d.tx.settings[name]; !ok {
			fmt.Fprintf(&back, "RESET %s;", quote(name))
		} else if before != value {
			fmt.Fprintf(&back, "SELECT pg_catalog.set_config(%s, %s, false);", literal(name), literal(before))
		}
	}
	if back.Len() == 0 {
		return nil
	}
	if _, err := d.command(ctx, back.String()); err != nil {
		return fmt.Errorf("give the session's settings back: %w", err)
	}
	return nil
}
