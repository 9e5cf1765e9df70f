package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errOfSession is the error of what would end the transaction that an annex is.
var errOfSession = errors.New("this cannot run inside another transaction, which is where a scratch database is without the right to create databases")

// execInside runs an author's statement in an annex, with the rows that it brings along
// if it copies. It is kept or undone by itself.
func (d *database) execInside(ctx context.Context, command, rows string, copies bool) (tag pgconn.CommandTag, err error) {
	fitted, err := fit(command)
	if err != nil || fitted == "" {
		return tag, err
	}
	if _, err := d.command(ctx, "SAVEPOINT dbmend_statement"); err != nil {
		return tag, err
	}
	err = d.wire(func(c *pgx.Conn) (err error) {
		if copies {
			tag, err = c.PgConn().CopyFrom(ctx, strings.NewReader(rows), fitted)
			return err
		}
		tag, err = c.PgConn().ExecParams(ctx, fitted, nil, nil, nil, nil).Close()
		return err
	})
	if err == nil {
		err = d.trespass(ctx)
	}
	if err == nil {
		_, err = d.command(ctx, "RELEASE SAVEPOINT dbmend_statement")
		return tag, err
	}
	if now := d.status(); now == open || now == failed {
		_, undone := d.command(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT dbmend_statement; RELEASE SAVEPOINT dbmend_statement")
		err = errors.Join(err, undone)
	}
	return tag, err
}

// trespass returns an error if a statement has come as far as a live table or view, which
// then is locked until the statement is undone. Whoever looks through the catalogue finds
// them, and so does a name that nothing else has, where extensions lie beside them: for the
// statement there is no such table.
func (d *database) trespass(ctx context.Context) error {
	results, err := d.command(ctx, `SELECT c.relname FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND c.relkind <> 'i' AND starts_with(n.nspname, '`+d.annex.mark+`_0_')
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') LIMIT 1`)
	if err != nil || len(results[0].Rows) == 0 {
		return err
	}
	const undefinedTable = "42P01"
	name := string(results[0].Rows[0][0])
	return fmt.Errorf("a statement must not reach the live table %s while it is tried: %w", name,
		&pgconn.PgError{Severity: "ERROR", Code: undefinedTable, Message: fmt.Sprintf("relation %q does not exist", name)})
}

// fit returns a statement as it can be run in a transaction that is not its own, with
// the same end; "" where nothing remains of it that a schema would show.
func fit(statement string) (string, error) {
	var words []token
	for l := newLexer(statement); len(words) < 6; {
		t, ok := l.next(false)
		if !ok {
			break
		}
		words = append(words, t)
	}
	is := func(i int, text string) bool { return i < len(words) && words[i].is(text) }
	switch firstWord(statement) {
	case "begin", "start", "commit", "end", "abort":
		return "", errOfSession
	case "rollback":
		if !slices.ContainsFunc(words, func(t token) bool { return t.is("to") }) {
			return "", errOfSession
		}
	case "prepare":
		if is(1, "transaction") {
			return "", errOfSession
		}
	case "set":
		if is(1, "constraints") && is(2, "all") && is(3, "immediate") {
			return "", nil // that of the annex is among them
		}
	case "vacuum", "reindex", "discard":
		return "", nil
	case "create", "drop":
		if is(0, "create") && is(1, "extension") && len(words) > 2 && !is(2, "if") {
			at := words[2].pos // which the live database may have
			return statement[:at] + "IF NOT EXISTS " + statement[at:], nil
		}
		for i, t := range words {
			if i > 0 && t.is("concurrently") && is(i-1, "index") {
				return statement[:t.pos] + statement[t.end():], nil
			}
		}
	}
	return statement, nil
}
