package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dbmend/dbmend/engine"
)

// A residence is a scratch database as its server sees it. It is made and removed
// over connections of their own: that of the live database may be in a transaction,
// in which neither can be done, or closed.
type residence struct {
	config *pgx.ConnConfig // of the live database
	name   string
}

// scratchName is the form of the names: the server's clock when the database was
// made, in seconds, and letters at random.
const scratchName = `^dbmend_scratch_[0-9a-f]{8}_[0-9a-z]{16}$`

// plan returns a name and the statement that makes a database of that name like
// the present one. Columns of later versions are read from JSON, where they may
// be missing.
const plan = `SELECT name, format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
	name, pg_encoding_to_char((j->>'encoding')::int), j->>'datcollate', j->>'datctype') ||
	CASE j->>'datlocprovider'
		WHEN 'c' THEN ' LOCALE_PROVIDER libc'
		WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(j->>'datlocale', j->>'daticulocale')) ||
			coalesce(' ICU_RULES ' || quote_literal(j->>'daticurules'), '')
		WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j->>'datlocale')
		ELSE '' END
FROM (SELECT 'dbmend_scratch_' || lpad(to_hex(extract(epoch FROM clock_timestamp())::bigint), 8, '0') || '_' || $1 AS name,
	to_jsonb(d) AS j FROM pg_catalog.pg_database AS d WHERE datname = current_database()) AS planned`

// create makes the database. Its sessions have the given settings from the start:
// they are kept with the database, so that no pooler can lose them.
//
// An error leaves nothing behind, unless the server is gone.
func (r *residence) create(ctx context.Context, customs map[string]string) error {
	return r.administer(ctx, func(c *pgx.Conn) error {
		if err := dropLeftovers(ctx, c); err != nil {
			return fmt.Errorf("look for those that others have left: %w", err)
		}
		var statement string
		random := strings.ToLower(rand.Text()[:16])
		if err := c.QueryRow(ctx, plan, pgx.QueryExecModeExec, random).Scan(&r.name, &statement); err != nil {
			return err
		}
		_, err := c.PgConn().Exec(ctx, statement).ReadAll()
		switch sqlState(err) {
		case mayNot:
			return fmt.Errorf("the role %s may not create databases, which ALTER ROLE … CREATEDB grants: %w", r.config.User, err)
		case readOnly:
			return fmt.Errorf("%w: %w", engine.ErrReadOnly, err)
		}
		if err == nil {
			_, err = c.PgConn().Exec(ctx, keep(r.name, customs)).ReadAll()
		}
		if err != nil {
			return errors.Join(err, r.remove(ctx))
		}
		return nil
	})
}

// keep returns the statements, for one message, that keep settings for the sessions
// that we open in a database. FROM CURRENT takes the value as it is; a list that were
// written out would be one name.
func keep(database string, customs map[string]string) string {
	var b strings.Builder
	for name, value := range customs {
		fmt.Fprintf(&b, "SELECT pg_catalog.set_config(%s, %s, true); ALTER ROLE CURRENT_USER IN DATABASE %s SET %s FROM CURRENT;",
			literal(name), literal(value), quote(database), parameter(name))
	}
	return b.String()
}

// parameter returns the name of a setting as statements have it.
func parameter(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = quote(part)
	}
	return strings.Join(parts, ".")
}

// inside returns the configuration of a connection to the database. What has been
// kept with it must not be overruled by what the live connection asks for.
func (r *residence) inside(customs map[string]string) *pgx.ConnConfig {
	config := r.outside()
	config.Database = r.name
	for asked := range config.RuntimeParams {
		for name := range customs {
			if strings.EqualFold(asked, name) {
				delete(config.RuntimeParams, asked)
			}
		}
	}
	return config
}

// outside returns the configuration of a connection that may write, whatever the
// live one is for: the database is our own.
func (r *residence) outside() *pgx.ConnConfig {
	config := r.config.Copy()
	const name = "default_transaction_read_only"
	if _, asked := config.RuntimeParams[name]; asked {
		config.RuntimeParams[name] = "off"
	}
	return config
}

// remove drops the database, which may be gone, whatever the context says. A
// pooler may still be in it.
func (r *residence) remove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	err := r.administer(ctx, func(c *pgx.Conn) error {
		_, err := c.PgConn().Exec(ctx, "DROP DATABASE IF EXISTS "+quote(r.name)+" WITH (FORCE)").ReadAll()
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the scratch database %s: %w", r.name, err)
	}
	return nil
}

// administer connects to the live database for a moment.
func (r *residence) administer(ctx context.Context, do func(*pgx.Conn) error) error {
	c, err := reach(ctx, r.outside())
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}

// dropLeftovers drops the scratch databases whose owners have died: nobody is
// connected to them. Those that are so young that their owner may be on his way in
// are spared, and those of roles that we do not belong to; that one cannot be
// dropped is no error.
func dropLeftovers(ctx context.Context, c *pgx.Conn) error {
	const query = `SELECT datname FROM pg_catalog.pg_database AS d
WHERE datname ~ $1 AND pg_has_role(datdba, 'USAGE')
	AND ('x' || substr(datname, 16, 8))::bit(32)::bigint < extract(epoch FROM clock_timestamp()) - 60
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)`
	rows, err := c.Query(ctx, query, pgx.QueryExecModeExec, scratchName)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		_, _ = c.PgConn().Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)).ReadAll()
	}
	return err
}
