package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
)

// Scratch returns an empty database on the same server, with the live one's
// encoding and locale and with the settings of its sessions.
//
// It goes with its Close. One whose owner has died is dropped by a later call of
// Scratch, in any database of the server: see [dropLeftovers].
//
// Where the role may not create databases it is made inside the live one, in a
// transaction that ends with a rollback: see [annex].
//
// Errors: one that says what to grant, where that cannot be done either: see
// [database.ScratchAt] for another way.
func (d *database) Scratch(ctx context.Context) (engine.Database, error) {
	s, err := d.scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	return s, nil
}

func (d *database) scratch(ctx context.Context) (*database, error) {
	if d.annex != nil && d.elsewhere == nil {
		return d.annex.raise(ctx, d)
	}
	customs, err := d.customs(ctx)
	if err != nil {
		return nil, err
	}
	config, err := d.ground(ctx)
	if err != nil {
		return nil, err
	}
	r := residence{config: config}
	err = r.create(ctx, customs)
	if sqlState(err) == mayNot && d.elsewhere == nil {
		d.annex = &annex{}
		s, inside := d.annex.raise(ctx, d)
		if inside != nil {
			d.annex = nil
			return nil, fmt.Errorf("%w; and not inside the live database either: %w", err, inside)
		}
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	pool := stdlib.OpenDB(*r.inside(customs))
	s, err := d.moveIn(ctx, pool)
	if err != nil {
		return nil, errors.Join(err, pool.Close(), r.remove(ctx))
	}
	s.private, s.pool, s.drop = true, pool, r.remove
	return s, nil
}

// ScratchAt has scratch databases made on another server of the same major version, by
// a role of it that may. They have the encoding and the locale of the database that
// the pool reaches.
func (d *database) ScratchAt(elsewhere *sql.DB) { d.elsewhere = elsewhere }

// ground returns how the server is reached on which scratch databases are made.
func (d *database) ground(ctx context.Context) (config *pgx.ConnConfig, err error) {
	if d.elsewhere == nil {
		return d.config.Copy(), nil
	}
	other, err := connect(ctx, d.elsewhere)
	if err != nil {
		return nil, fmt.Errorf("on the other server: %w", err)
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	if ours, theirs := d.traits.Flavor, other.traits.Flavor; ours.Major != theirs.Major {
		return nil, fmt.Errorf("the other server is %s %d, and the live one is %d: what statements do is not the same on both", theirs.Vendor, theirs.Major, ours.Major)
	}
	return other.config.Copy(), nil
}

// moveIn connects to a new database and gives it the schema that unqualified names
// are made in, if it is not there by itself.
func (d *database) moveIn(ctx context.Context, pool *sql.DB) (*database, error) {
	var withPublic bool
	const ask = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'public')"
	if err := d.QueryRow(ctx, ask).Scan(&withPublic); err != nil {
		return nil, err
	}
	s, err := connect(ctx, pool)
	if err != nil {
		return nil, err
	}
	var missing []string
	if d.home != s.home && d.home != "" {
		missing = append(missing, "CREATE SCHEMA "+quote(d.home))
	}
	if !withPublic {
		missing = append(missing, "DROP SCHEMA public")
	}
	for _, statement := range missing {
		if _, err := s.command(ctx, statement); err != nil {
			return nil, errors.Join(err, s.conn.Close())
		}
	}
	s.home, s.traits.Space = d.home, d.home
	return s, nil
}

// customs returns the settings that sessions of this database have and those of a
// new one would not. What says how long to wait, and for whom to work, is left out.
func (d *database) customs(ctx context.Context) (map[string]string, error) {
	const query = `SELECT name, setting FROM pg_catalog.pg_settings
WHERE source IN ('session', 'client', 'database', 'user', 'database user') AND context = 'user'
	AND name NOT IN ('application_name', 'client_encoding', 'role', 'session_authorization', 'search_path',
		'default_transaction_read_only', 'default_transaction_isolation', 'default_transaction_deferrable')
	AND name NOT LIKE 'transaction\_%' AND name NOT LIKE '%\_timeout'
UNION ALL
SELECT split_part(s, '=', 1), substr(s, strpos(s, '=') + 1)
FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS s
WHERE split_part(s, '=', 1) LIKE '%.%' AND setrole IN (0, session_user::regrole)
	AND setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
ORDER BY 1`
	rows, err := d.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	// Nothing of a scratch database has to survive the server.
	customs := map[string]string{"search_path": d.path.home, "synchronous_commit": "off"}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		if _, set := customs[name]; !set {
			customs[name] = value
		}
	}
	return customs, rows.Err()
}
