package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
)

// A question is one query of the catalogue, and what takes its rows. All values
// come as text, NULL as "".
type question struct {
	query string
	args  []string
	take  func(row []string)
	once  bool // it is not worth keeping
}

// inspectSettings makes names and constants read the same whatever the session is set to:
// names of the home schema bare, all others qualified, and no temporary table in
// between. The settings end with the transaction, or with the message outside of one.
const inspectSettings = `SELECT set_config('search_path', $1, true),
	set_config('quote_all_identifiers', 'off', true), set_config('standard_conforming_strings', 'on', true),
	set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'postgres', true),
	set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
	set_config('extra_float_digits', '1', true), set_config('jit', 'off', true)`

// consult puts all questions to the catalogue in one message: one round trip,
// however many there are. In an open transaction it leaves no setting behind.
func (d *database) consult(ctx context.Context, questions ...question) error {
	if err := d.readyToAsk(ctx); err != nil {
		return err
	}
	inside := d.status() == open
	batch := &pgconn.Batch{}
	say := func(name, sql string, args ...string) {
		values := make([][]byte, len(args))
		for i, a := range args {
			values[i] = []byte(a)
		}
		if name != "" {
			batch.ExecPrepared(name, values, nil, nil)
		} else {
			batch.ExecParams(sql, values, nil, nil, nil)
		}
	}
	first := 1 // of the results is the first question's
	if inside {
		say("", "SAVEPOINT dbmend_inspect")
		first++
	}
	say("", inspectSettings, searchPath(d.home, d.behind()))
	names, err := d.keep(ctx, questions)
	if err != nil {
		return d.survey(ctx, err)
	}
	for i, q := range questions {
		say(names[i], q.query, q.args...)
	}
	if inside {
		say("", "ROLLBACK TO SAVEPOINT dbmend_inspect")
		say("", "RELEASE SAVEPOINT dbmend_inspect")
	}
	err = d.wire(func(c *pgx.Conn) error {
		results := c.PgConn().ExecBatch(ctx, batch)
		for i := -first; results.NextResult(); i++ {
			rows := results.ResultReader()
			if i >= 0 && i < len(questions) {
				takeRows(rows, questions[i].take)
			}
			if _, err := rows.Close(); err != nil {
				return errors.Join(err, results.Close())
			}
		}
		return results.Close()
	})
	if err != nil && inside && d.status() == failed {
		_, undone := d.insist(ctx, "ROLLBACK TO SAVEPOINT dbmend_inspect; RELEASE SAVEPOINT dbmend_inspect")
		err = errors.Join(err, undone)
	}
	return d.survey(ctx, err)
}

// takeRows hands rows on as texts.
func takeRows(rows *pgconn.ResultReader, take func(row []string)) {
	row := make([]string, len(rows.FieldDescriptions()))
	for rows.NextRow() {
		for i, v := range rows.Values() {
			row[i] = string(v)
		}
		take(row)
	}
}

// searchPath returns the search_path under which facts and sources are written.
// Temporary objects come last instead of first, where they would hide tables.
func searchPath(home, behind string) string {
	if home == "" {
		return "pg_temp"
	}
	return quote(home) + behind + ", pg_temp"
}

// phrase completes a query of the catalogue: {only} becomes the condition that narrows
// it down to some tables, and {since 14: a | b} becomes a from version 14 on, and
// before that b.
func phrase(query string, f engine.Flavor, only string) string {
	query = strings.ReplaceAll(query, "{only}", only)
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(query, "{since ")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		place, after, _ := strings.Cut(rest, "}")
		version, texts, _ := strings.Cut(place, ": ")
		now, instead, _ := strings.Cut(texts, " | ")
		if f.AtLeast(int(version[0]-'0')*10+int(version[1]-'0'), 0) {
			b.WriteString(now)
		} else {
			b.WriteString(instead)
		}
		query = after
	}
}
