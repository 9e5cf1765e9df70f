package mysql

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/outlast"
)

// mostPatient is how long we wait for a connection of the pool beside our own.
const mostPatient = 10 * time.Second

// Scratch returns a new database on the same server, with the live one's character
// set and the settings that change what statements mean, on another connection of
// the same pool. The connection is never given back.
//
// Its name begins with dbmend_scratch_, and whoever made it holds a lock of that
// name as long as he lives: what a killed one has left is known by that, and dropped
// by the next one who comes for a scratch database of his own. The user needs the
// right to make such databases. They are kept out of the binary log where the user
// may do that.
//
// Errors: [engine.ErrReadOnly], or the server's own.
func (d *database) Scratch(ctx context.Context) (engine.Database, error) {
	s, err := d.furnished(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	return s, nil
}

func (d *database) furnished(ctx context.Context) (_ *database, err error) {
	s, err := d.beside(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	s.session.touched = true
	if s.traits.ReadOnly {
		return nil, engine.ErrReadOnly
	}
	prefix, err := s.prefix(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.sweep(ctx, prefix); err != nil {
		return nil, err
	}
	var charset, collation string
	err = d.conn.QueryRowContext(ctx, "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = "+literal(d.name)).
		Scan(&charset, &collation)
	if err != nil {
		return nil, err
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	name := prefix + hex.EncodeToString(random[:])
	if got, err := s.grab(ctx, name); err != nil || !got {
		return nil, errors.Join(err, errors.New("the lock of its name is taken"))
	}
	_, _ = s.conn.ExecContext(ctx, "SET SESSION sql_log_bin = 0") // not everybody may
	s.scratch = name
	for _, statement := range [...]string{
		"CREATE DATABASE " + quote(name) + " CHARACTER SET " + quote(charset) + " COLLATE " + quote(collation),
		"USE " + quote(name),
	} {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return nil, permitted(err)
		}
	}
	s.name = name
	return s, s.imitate(ctx, d)
}

// permitted adds to an error for want of a right how it is given.
func permitted(err error) error {
	var e *mysql.MySQLError
	if errors.As(err, &e) && e.Number == 1044 { // ER_DBACCESS_DENIED_ERROR
		return fmt.Errorf("%w: it takes GRANT ALL ON `dbmend\\_scratch\\_%%`.* TO this user", err)
	}
	return err
}

// ScratchAt has scratch databases made on another server, by a user of it that may.
func (d *database) ScratchAt(elsewhere *sql.DB) {
	d.elsewhere, d.far = elsewhere, new(outlast.Server)
}

// beside takes another connection of the pool, or one to the other server. A pool that lets no more be open
// would have us wait for ourselves.
func (d *database) beside(ctx context.Context) (*database, error) {
	pool, server := d.pool, d.server
	if d.elsewhere != nil {
		pool, server = d.elsewhere, d.far
	}
	short, cancel := context.WithTimeout(ctx, mostPatient)
	defer cancel()
	s, err := connect(short, pool, server)
	if err == nil && d.elsewhere != nil {
		if ours, theirs := d.traits.Flavor, s.traits.Flavor; ours.Vendor != theirs.Vendor || ours.Major != theirs.Major || ours.Minor != theirs.Minor {
			return nil, errors.Join(fmt.Errorf("the other server is %s %d.%d, and the live one is %s %d.%d: what statements do is not the same on both",
				theirs.Vendor, theirs.Major, theirs.Minor, ours.Vendor, ours.Major, ours.Minor), s.Close())
		}
	}
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		if most := pool.Stats().MaxOpenConnections; most > 0 {
			return nil, fmt.Errorf("the pool has no other connection to give, and opens %d at most: %w", most, err)
		}
	}
	return s, err
}

// prefix returns how the names of scratch databases begin on this server: others
// may get to see them by replication, and must not take them for their own.
func (d *database) prefix(ctx context.Context) (string, error) {
	var server string
	err := d.conn.QueryRowContext(ctx, "SELECT concat_ws('/', @@hostname, @@port, @@server_id, @@datadir)").Scan(&server)
	sum := sha256.Sum256([]byte(server))
	return "dbmend_scratch_" + hex.EncodeToString(sum[:4]) + "_", err
}

// sweep drops the scratch databases of this server whose owners are gone. What we
// may not drop stays.
func (d *database) sweep(ctx context.Context, prefix string) error {
	ours := regexp.MustCompile("^" + prefix + "[0-9a-f]{24}$")
	names, err := d.texts(ctx, "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbmend|_scratch|_%' ESCAPE '|'")
	if err != nil {
		return err
	}
	for _, name := range names {
		if !ours.MatchString(name) {
			continue
		}
		got, err := d.grab(ctx, name)
		if err != nil {
			return err
		}
		if !got {
			continue // its owner lives
		}
		_, _ = d.conn.ExecContext(ctx, "DROP DATABASE IF EXISTS "+quote(name))
		if err := d.release(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// alike are the settings that change what a statement means or whether it is
// accepted: a scratch database has them as the live one.
var alike = []string{
	"sql_mode", "foreign_key_checks", "unique_checks", "time_zone", "character_set_client", "character_set_results",
	"collation_connection", "default_storage_engine", "explicit_defaults_for_timestamp", "innodb_strict_mode", "old_mode",
	"system_versioning_alter_history", "check_constraint_checks", "character_set_collations", "default_collation_for_utf8mb4",
	"sql_require_primary_key", "sql_generate_invisible_primary_key", "default_week_format", "lc_time_names", "sql_auto_is_null",
}

// imitate sets what the live connection has set otherwise.
func (d *database) imitate(ctx context.Context, live *database) error {
	d.session.seen = false
	want, err := live.variables(ctx, alike)
	if err != nil {
		return err
	}
	have, err := d.variables(ctx, alike)
	if err != nil {
		return err
	}
	if live.tx.unchecked {
		want["foreign_key_checks"] = "ON" // off for a rebuild only
	}
	for _, name := range alike {
		if value := want[name]; value != have[name] {
			if err := d.put(ctx, "SET SESSION "+name+" = "+setting(name, value)); err != nil {
				return err
			}
		}
	}
	return d.conn.QueryRowContext(ctx, "SELECT @@foreign_key_checks").Scan(&d.traits.ForeignKeys)
}

// variables returns those of the session's variables that the server knows.
func (d *database) variables(ctx context.Context, names []string) (map[string]string, error) {
	found := map[string]string{}
	err := d.each(ctx, "SHOW SESSION VARIABLES WHERE Variable_name IN ('"+strings.Join(names, "', '")+"')", func(rows *sql.Rows) error {
		var name, value string
		err := rows.Scan(&name, &value)
		found[name] = value
		return err
	})
	return found, err
}

// demolish drops a scratch database: if this connection cannot do that any more,
// then by another one. The lock is gone with the connection, if it is not let go.
func (d *database) demolish() error {
	statement := "DROP DATABASE IF EXISTS " + quote(d.scratch)
	ctx, cancel := d.server.Farewell()
	defer cancel()
	if _, err := d.conn.ExecContext(ctx, statement); err == nil {
		return nil
	}
	d.discard()
	other, err := d.another(ctx)
	if err == nil {
		_, _ = other.ExecContext(ctx, "SET SESSION sql_log_bin = 0")
		_, err = other.ExecContext(ctx, statement)
		_ = other.Raw(func(any) error { return driver.ErrBadConn })
		_ = other.Close()
	}
	if err != nil {
		return fmt.Errorf("drop the scratch database %s: %w", d.scratch, err)
	}
	return nil
}
