package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
)

// Exec runs one statement; the server refuses a text of two. A COPY … FROM stdin
// brings its rows along, as pg_dump writes it.
//
// The rows are those that the statement itself wrote, without those of triggers.
//
// On a scratch database a statement that fails in a transaction is undone by
// itself and the transaction goes on, as it does on servers where errors cost no
// more. Elsewhere only a statement that waits for a table is held that way, since
// it may be tried again, and only where there was one when the transaction began; after the error of any other the transaction is over, and
// what follows is told [engine.ErrRolledBack].
func (d *database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := d.ready(ctx); err != nil {
		return 0, err
	}
	ours := len(args) > 0 || statement == strings.TrimSpace(journal)
	path := d.path.own
	switch {
	case ours:
		path = d.path.home
	case path == d.path.home:
		path += d.behind()
	}
	if err := d.turn(ctx, path); err != nil {
		return 0, err
	}
	if !ours {
		d.touched = true
		if err := d.forgets(statement); err != nil {
			return 0, err
		}
	}
	tag, err := d.exec(ctx, statement, args)
	if err = d.survey(ctx, err); err != nil {
		return 0, err
	}
	if !ours && namesPath(statement) {
		if err := d.notice(ctx); err != nil {
			return 0, err
		}
	}
	return written(statement, tag), nil
}

func (d *database) exec(ctx context.Context, statement string, args []any) (tag pgconn.CommandTag, err error) {
	command, rows, copies := splitCopy(statement)
	if d.guest() && copies {
		return d.execInside(ctx, command, rows, true)
	}
	if (d.tx.open || d.guest()) && len(args) == 0 && !copies && (d.private || !d.tx.alone && waitsForTables(statement)) {
		return d.persist(ctx, statement)
	}
	patience := d.patience
	if !d.tx.open && harmsNobody(statement) {
		patience = foundPatience
	}
	if err := d.wait(ctx, patience); err != nil {
		return tag, err
	}
	if copies {
		return d.copy(ctx, command, strings.NewReader(rows))
	}
	err = d.wire(func(c *pgx.Conn) (err error) {
		if len(args) > 0 {
			tag, err = c.Exec(ctx, statement, bare(args)...)
			return err
		}
		tag, err = c.PgConn().ExecParams(ctx, statement, nil, nil, nil, nil).Close()
		return err
	})
	return tag, err
}

// copy runs a COPY … FROM stdin, whose rows go beside the command.
func (d *database) copy(ctx context.Context, command string, rows io.Reader) (tag pgconn.CommandTag, err error) {
	if d.private && d.tx.open {
		if _, err := d.command(ctx, "SAVEPOINT dbmend_statement"); err != nil {
			return tag, err
		}
		defer func() { err = errors.Join(err, d.settle(ctx)) }()
	}
	err = d.wire(func(c *pgx.Conn) (err error) {
		tag, err = c.PgConn().CopyFrom(ctx, rows, command)
		return err
	})
	return tag, err
}

// guard runs a statement in a savepoint of its own, all in one message: what the
// statement did is kept or undone by itself.
func (d *database) guard(ctx context.Context, statement, timeout string) (tag pgconn.CommandTag, err error) {
	if d.guest() {
		return d.execInside(ctx, statement, "", false)
	}
	const which = 2 // of the results is the statement's
	batch := &pgconn.Batch{}
	batch.ExecParams("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [][]byte{[]byte(timeout)}, nil, nil, nil)
	for _, sql := range [...]string{"SAVEPOINT dbmend_statement", statement, "RELEASE SAVEPOINT dbmend_statement"} {
		batch.ExecParams(sql, nil, nil, nil, nil)
	}
	d.tx.timeout = timeout
	err = d.wire(func(c *pgx.Conn) error {
		results := c.PgConn().ExecBatch(ctx, batch)
		for i := 0; results.NextResult(); i++ {
			if t, err := results.ResultReader().Close(); err == nil && i == which {
				tag = t
			}
		}
		return results.Close()
	})
	if err == nil {
		return tag, nil
	}
	return tag, errors.Join(err, d.settle(ctx))
}

// settle goes back to the savepoint if the statement behind it has failed, and
// removes it.
func (d *database) settle(ctx context.Context) error {
	sql := "RELEASE SAVEPOINT dbmend_statement"
	switch d.status() {
	case failed:
		sql = "ROLLBACK TO SAVEPOINT dbmend_statement; " + sql
	case gone, idle:
		return nil // nothing is left to go back to: the caller looks
	}
	_, err := d.insist(ctx, sql)
	return err
}

// survey returns the error of a statement, with the context's if that is why, and
// with [engine.ErrRolledBack] if the transaction is over with it. A transaction may
// be over without an error: an author's COMMIT ends it too.
func (d *database) survey(ctx context.Context, err error) error {
	if why := ctx.Err(); err != nil && why != nil && !errors.Is(err, why) {
		err = fmt.Errorf("%w: %w", why, err)
	}
	err = damage(err)
	if !d.tx.open {
		return err
	}
	if now := d.status(); now == idle || now == gone {
		d.tx.lost = true
	}
	switch {
	case d.tx.lost && err == nil:
		return fmt.Errorf("the statement has ended the transaction that it ran in (%w)", engine.ErrRolledBack)
	case d.tx.lost || sqlState(err) == abortedBefore:
		return fmt.Errorf("%w (%w)", err, engine.ErrRolledBack)
	}
	return err
}

// written returns how many rows a statement wrote.
func written(statement string, tag pgconn.CommandTag) int64 {
	verb, _, _ := strings.Cut(tag.String(), " ")
	switch verb {
	case "INSERT", "UPDATE", "DELETE", "MERGE", "COPY":
		return tag.RowsAffected()
	case "SELECT": // which is also what CREATE TABLE … AS calls itself
		if firstWord(statement) == "create" {
			return tag.RowsAffected()
		}
	}
	return 0
}
