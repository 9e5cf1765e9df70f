package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// settled makes a database that is in use, for an owner who may not create others.
func settled(t *testing.T) (d, application *database) {
	t.Helper()
	pool := openPool(t, tenant(t))
	d, application = take(t, pool), take(t, pool)
	execute(t, d, "CREATE TABLE notes (id integer PRIMARY KEY)", "INSERT INTO notes VALUES (1)", "CREATE SCHEMA app", "CREATE TABLE app.users (id serial)")
	application.Patience(100 * time.Millisecond)
	return d, application
}

// The names of the live database are free, also where a statement names its schema,
// and whoever uses the live database notices nothing.
func TestAnnexIsAPlaceOfItsOwn(t *testing.T) {
	d, application := settled(t)
	s := scratchOf(t, d)
	if !s.guest() {
		t.Fatal("it is a database")
	}
	if have, err := s.Inspect(t.Context()); err != nil || have.Len() != 0 {
		t.Fatalf("it holds %v (%v)", have.Keys(), err)
	}
	execute(t, s, "CREATE TABLE public.notes (title text)", "CREATE SCHEMA app", "CREATE TABLE app.users (name text)", "CREATE INDEX CONCURRENTLY ON notes (title)", "VACUUM notes")
	start(t, s)
	execute(t, s, "DROP TABLE app.users", "TRUNCATE notes")
	start(t, application)
	execute(t, application, "INSERT INTO notes VALUES (2)", "ALTER TABLE app.users ADD COLUMN name text", "CREATE TABLE later (id integer)")
	finish(t, application)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := value(t, d, "SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM pg_namespace WHERE starts_with(nspname, 'dbmend_'))"); n != "2" {
		t.Errorf("there are %s rows and schemas", n)
	}
}

// What would make the live schemas keep their other names is an error, however it is
// said, and what follows is one too.
func TestAnnexIsNeverCommitted(t *testing.T) {
	for _, end := range []string{"COMMIT", "END", "ROLLBACK", "COMMIT AND CHAIN", "PREPARE TRANSACTION 'x'", "SET CONSTRAINTS ALL IMMEDIATE"} {
		d, _ := settled(t)
		s := scratchOf(t, d)
		if _, err := s.Exec(t.Context(), end); err == nil && !strings.HasPrefix(end, "SET") {
			t.Errorf("%s is no error", end)
		}
		execute(t, s, "CREATE TABLE notes (title text)") // nothing has happened
		// As if that had not been noticed:
		if _, err := s.command(t.Context(), end); err == nil && end != "ROLLBACK" {
			t.Errorf("%s is no error of the server's", end)
		}
		if strings.HasPrefix(end, "SET") {
			continue
		}
		if _, err := s.Exec(t.Context(), "CREATE TABLE leak (id integer)"); err == nil {
			t.Errorf("behind %s something runs", end)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if got := value(t, d, "SELECT to_regclass('public.notes') || ' ' || coalesce(to_regclass('public.leak')::text, 'no leak')"); got != "notes no leak" {
			t.Errorf("after %s there is %s", end, got)
		}
	}
}

// Whoever looks for tables in the catalogue finds the live ones, and must not get hold
// of them.
func TestAnnexLeavesLiveTablesAlone(t *testing.T) {
	d, application := settled(t)
	s := scratchOf(t, d)
	execute(t, s, "CREATE TABLE notes (id integer)")
	for _, open := range []bool{false, true} {
		if open {
			start(t, s)
		}
		_, err := s.Exec(t.Context(), `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relname = 'notes' LOOP EXECUTE 'ALTER TABLE ' || name || ' ADD COLUMN more text'; END LOOP;
END $$`)
		if err == nil || !strings.Contains(err.Error(), "the live table notes") {
			t.Errorf("error %v", err)
		}
		execute(t, application, "ALTER TABLE notes ALTER COLUMN id SET NOT NULL") // which waits for nobody
	}
}

// A statement that fails harms nothing that comes after it, as elsewhere.
func TestAnnexOutlivesErrors(t *testing.T) {
	d, _ := settled(t)
	s := scratchOf(t, d)
	execute(t, s, "CREATE TABLE notes (title text)")
	for range 2 {
		if err := s.QueryRow(t.Context(), "SELECT nothing").Scan(new(int)); err == nil {
			t.Error("no error")
		}
		if _, err := s.Exec(t.Context(), "INSERT INTO nowhere VALUES ($1)", 1); err == nil {
			t.Error("no error")
		}
		if _, err := s.Exec(t.Context(), "SELECT 1/0"); err == nil {
			t.Error("no error")
		}
	}
	start(t, s)
	if err := s.QueryRow(t.Context(), "SELECT nothing").Scan(new(int)); err == nil {
		t.Error("no error")
	}
	if _, err := s.Exec(t.Context(), "SELECT 1"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("error %v", err)
	}
	if err := s.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := value(t, s, "SELECT count(*) FROM notes"); n != "0" {
		t.Errorf("count %s", n)
	}
}

// A cancelled run leaves nobody waiting.
func TestCancelledAnnex(t *testing.T) {
	d, application := settled(t)
	s := scratchOf(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Exec(ctx, "SELECT pg_sleep(600)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	execute(t, application, "ALTER SCHEMA public RENAME TO elsewhere") // which waits for another's
	scratchOf(t, d).Close()
}

// Of extensions a database has one of a name. A schema of nothing else stays where it
// is, and in others they are found, and nothing else is.
func TestExtensionsInAnAnnex(t *testing.T) {
	d, application := settled(t)
	execute(t, d, "CREATE EXTENSION citext", "CREATE SCHEMA extensions", "CREATE EXTENSION hstore SCHEMA extensions", "ALTER TABLE notes ADD COLUMN name citext")
	s := scratchOf(t, d)
	execute(t, s, "CREATE EXTENSION IF NOT EXISTS citext", "CREATE TABLE names (name citext DEFAULT 'x', pairs extensions.hstore, CHECK (name = 'y'))")
	execute(t, d, "CREATE TABLE names (name citext DEFAULT 'x', pairs extensions.hstore, CHECK (name = 'y'))")
	want, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	have, err := s.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range have.Keys() {
		if !want.Get(key).Equal(have.Get(key)) {
			t.Errorf("want %v, have %v", want.Get(key), have.Get(key))
		}
	}
	for _, live := range []string{"SELECT * FROM notes", "ALTER TABLE notes DROP COLUMN id", "COPY notes (id) FROM stdin;\n7\n\\.\n"} {
		_, err := s.Exec(t.Context(), live)
		if c := s.Explain(err); c.Problem != engine.Missing || c.Key.Name != "notes" {
			t.Errorf("%s: %v", live, err)
		}
	}
	execute(t, application, "ALTER TABLE notes ADD COLUMN x integer")
	above := scratchOf(t, d)
	if have, err := above.Inspect(t.Context()); err != nil || have.Len() != 3 {
		t.Fatalf("beside two extensions and a schema it holds %v (%v)", have.Keys(), err)
	}
	if _, err := s.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("what is below can be used")
	}
	if err := errors.Join(above.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// What is another's cannot be put out of the way.
func TestAnnexBesideForeignSchemas(t *testing.T) {
	address := testserver.Postgres(t)
	_ = address
	d, _ := settled(t)
	admin := take(t, openPool(t, strings.Replace(address, parsed(t, address).Path, "/"+value(t, d, "SELECT current_database()"), 1)))
	execute(t, admin, "CREATE SCHEMA auth", "CREATE TABLE auth.users (id integer)")
	_, err := d.Scratch(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the schema auth") || !strings.Contains(err.Error(), "CREATEDB") {
		t.Errorf("error %v", err)
	}
	execute(t, admin, "DROP SCHEMA auth CASCADE")
	scratchOf(t, d)
}

func TestStatementsThatFitIntoATransaction(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)": "CREATE UNIQUE INDEX  i ON t (a)",
		"drop index /* */ concurrently i":             "drop index /* */  i",
		"CREATE TABLE concurrently (id integer)":      "CREATE TABLE concurrently (id integer)",
		// Without the word it would leave the table without a check that it has with it.
		"ALTER TABLE t DETACH PARTITION p CONCURRENTLY": "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
		"VACUUM t":                              "",
		`CREATE EXTENSION "uuid-ossp"`:          `CREATE EXTENSION IF NOT EXISTS "uuid-ossp"`,
		"CREATE EXTENSION IF NOT EXISTS citext": "CREATE EXTENSION IF NOT EXISTS citext",
		"ROLLBACK TO SAVEPOINT s":               "ROLLBACK TO SAVEPOINT s",
		"SET CONSTRAINTS ALL DEFERRED":          "SET CONSTRAINTS ALL DEFERRED",
	} {
		if got, err := fit(statement); got != want || err != nil {
			t.Errorf("%s became %q (%v)", statement, got, err)
		}
	}
}
