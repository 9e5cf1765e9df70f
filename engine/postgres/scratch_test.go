package postgres

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/internal/testserver"
)

// What is made on scratch must mean what it means in life: text sorts alike, dates
// are written alike, names are found alike.
func TestScratchIsLikeTheLiveDatabase(t *testing.T) {
	address := testserver.Postgres(t)
	admin := take(t, openPool(t, address))
	name := value(t, admin, "SELECT current_database()")
	execute(t, admin, "CREATE SCHEMA app",
		"ALTER DATABASE "+quote(name)+" SET search_path = app, public",
		"ALTER DATABASE "+quote(name)+" SET app.tenant = 'x=1'",
		"ALTER ROLE CURRENT_USER IN DATABASE "+quote(name)+" SET DateStyle = 'SQL, DMY'")
	d := take(t, openPool(t, address+"&timezone=Asia/Tokyo&default_transaction_read_only=on"))
	if _, err := d.command(t.Context(), "SET IntervalStyle = iso_8601"); err != nil {
		t.Fatal(err)
	}
	s := scratchOf(t, d)
	if d.home != "app" || s.home != "app" {
		t.Errorf("home is %s, and on scratch %s", d.home, s.home)
	}
	for _, ask := range []string{
		"SELECT current_schema()", "SHOW search_path", "SHOW app.tenant", "SHOW TimeZone", "SHOW DateStyle", "SHOW IntervalStyle",
		"SELECT datcollate || datctype || pg_encoding_to_char(encoding) || coalesce(to_jsonb(d)->>'datlocprovider', '') FROM pg_database AS d WHERE datname = current_database()",
	} {
		if want, have := value(t, d, ask), value(t, s, ask); want != have {
			t.Errorf("%s is %s, and on scratch %s", ask, want, have)
		}
	}
	if s.traits.ReadOnly {
		t.Error("it cannot be written")
	}
	start(t, s)
	execute(t, s, "CREATE TABLE notes (id integer)")
	finish(t, s)
}

// Locales of all providers that the server has.
func TestScratchHasTheLocale(t *testing.T) {
	d, _ := live(t)
	for _, options := range []string{
		"ENCODING 'SQL_ASCII' LOCALE 'C'",
		"ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'",
		"ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
	} {
		if strings.Contains(options, "icu") && !d.traits.Flavor.AtLeast(15, 0) || strings.Contains(options, "builtin") && !d.traits.Flavor.AtLeast(17, 0) {
			continue
		}
		const name = "dbmend_locale"
		execute(t, d, "DROP DATABASE IF EXISTS "+name, "CREATE DATABASE "+name+" TEMPLATE template0 "+options)
		config := d.config.Copy()
		config.Database = name
		pool := openConfig(t, config)
		of := take(t, pool)
		s := scratchOf(t, of)
		const ask = `SELECT to_jsonb(d) - '{oid,datname,datdba,datallowconn,datconnlimit,datlastsysoid,datfrozenxid,datminmxid,dattablespace,datacl,datistemplate,datcollversion}'::text[]
FROM pg_database AS d WHERE datname = current_database()`
		if want, have := value(t, of, ask), value(t, s, ask); want != have {
			t.Errorf("%s is %s, and on scratch %s", options, want, have)
		}
		s.Close()
		of.Close()
		pool.Close()
		execute(t, d, "DROP DATABASE "+name)
	}
}

// A client that is killed leaves its scratch database behind. A later run drops it,
// and nothing else.
func TestKilledClientsScratchDatabaseIsRemoved(t *testing.T) {
	server := testserver.PostgresServer(t)
	address := server.DSN(t)
	d := take(t, openPool(t, address))
	list := func() string {
		return value(t, d, "SELECT coalesce(string_agg(datname, ' ' ORDER BY datname), '') FROM pg_database WHERE datname LIKE 'dbmend_scratch%'")
	}
	// One is called like ours, and is not; in the other its owner has been for long.
	const foreign, lived = "dbmend_scratch_00000000_of_somebody_else", "dbmend_scratch_00000000_aaaaaaaaaaaaaaaa"
	execute(t, d, "CREATE DATABASE "+foreign, "CREATE DATABASE "+lived)
	config := d.config.Copy()
	config.Database = lived
	take(t, openConfig(t, config))

	killed, alive := child(t, "scratch", address), child(t, "scratch", address)
	kill(t, killed)
	left := abandoned(t, d)
	scratchOf(t, d).Close()
	if !strings.Contains(list(), left) {
		t.Error("a database so young may be one whose owner is on his way in")
	}
	kept := strings.ReplaceAll(list(), left, "")
	old := left[:len("dbmend_scratch_")] + "00000001" + left[len("dbmend_scratch_00000001"):] // made in 1970
	execute(t, d, "ALTER DATABASE "+left+" RENAME TO "+old)
	began := time.Now()
	scratchOf(t, d).Close()
	if after := list(); strings.Join(strings.Fields(after), " ") != strings.Join(strings.Fields(kept), " ") {
		t.Errorf("there is left: %s; wanted %s", after, kept)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it has waited for %v for somebody to leave", took)
	}
	kill(t, alive)
}

// A run that ends leaves nothing, however it ends.
func TestScratchDatabaseIsGone(t *testing.T) {
	server := testserver.PostgresServer(t)
	d := take(t, openPool(t, server.DSN(t)))
	nothing := func(when string) {
		t.Helper()
		if n := value(t, d, "SELECT count(*) FROM pg_database WHERE datname LIKE 'dbmend_scratch%'"); n != "0" {
			t.Errorf("%s %s scratch databases are left", when, n)
		}
	}
	s := scratchOf(t, d)
	start(t, s)
	execute(t, s, "CREATE TABLE notes (id integer)")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	nothing("after a close in a transaction")

	s = scratchOf(t, d)
	terminate(t, d, value(t, s, "SELECT pg_backend_pid()"))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	nothing("after a broken connection")

	s = scratchOf(t, d)
	take(t, openConfig(t, s.config))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	nothing("while somebody else was in it")
}

// The right to create databases is asked for by name.
func TestScratchWithoutTheRight(t *testing.T) {
	address := testserver.Postgres(t)
	admin := take(t, openPool(t, address))
	role := "dbmend_" + strings.ToLower(strings.TrimPrefix(value(t, admin, "SELECT current_database()"), "dbmend_"))
	execute(t, admin, "CREATE ROLE "+role+" LOGIN PASSWORD 'x'")
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	u := parsed(t, address)
	u.User = url.UserPassword(role, "x")
	d := take(t, openPool(t, u.String()))
	_, err := d.Scratch(t.Context())
	if sqlState(err) != mayNot || !strings.Contains(err.Error(), "CREATEDB") {
		t.Errorf("error %v", err)
	}
	elsewhere := openPool(t, address) // as somebody who may
	d.ScratchAt(elsewhere)
	s := scratchOf(t, d)
	start(t, s)
	execute(t, s, "CREATE TABLE elsewhere (id integer)")
	finish(t, s)
	d.ScratchAt(nil)
	execute(t, admin, "ALTER ROLE "+role+" CREATEDB")
	s = scratchOf(t, d)
	start(t, s)
	execute(t, s, "CREATE TABLE notes (id integer)")
	finish(t, s)
}

// abandoned returns the scratch database that nobody is in, once there is one.
func abandoned(t *testing.T, d *database) string {
	t.Helper()
	for range 400 {
		var name string
		err := d.QueryRow(t.Context(), `SELECT datname FROM pg_database AS d WHERE datname ~ $1
	AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)`, scratchName).Scan(&name)
		if err == nil {
			return name
		}
		if !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the server does not notice that the client is dead")
	return ""
}
