package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine/enginetest"
	"github.com/dbmend/dbmend/internal/testserver"
)

// The suite runs against the server itself and through a pooler of transactions,
// where nothing of a session is certain.
func TestConformance(t *testing.T) {
	t.Run("direct", func(t *testing.T) { enginetest.Run(t, config(testserver.Postgres)) })
	t.Run("pooled", func(t *testing.T) {
		pooler := parsed(t, testserver.PgBouncer(t, testserver.Postgres(t)))
		enginetest.Run(t, config(func(t testing.TB) string {
			through := *pooler
			through.Path = parsed(t, testserver.Postgres(t)).Path
			return through.String()
		}))
	})
	t.Run("without the right to create databases", func(t *testing.T) {
		c := config(tenant)
		c.Unchecked = nil // which takes a superuser
		enginetest.Run(t, c)
	})
}

// tenant returns the address of an empty database for its owner, who may not create
// others.
func tenant(t testing.TB) string {
	t.Helper()
	address := testserver.Postgres(t)
	admin := take(t, openPool(t, address))
	role := "tenant_" + strings.ToLower(rand.Text())
	name := quote(value(t, admin, "SELECT current_database()"))
	execute(t, admin, "CREATE ROLE "+role+" LOGIN PASSWORD 'x'", "ALTER DATABASE "+name+" OWNER TO "+role)
	if !admin.traits.Flavor.AtLeast(15, 0) {
		execute(t, admin, "ALTER SCHEMA public OWNER TO "+role)
	}
	t.Cleanup(func() {
		for _, statement := range []string{"REASSIGN OWNED BY " + role + " TO CURRENT_USER", "DROP OWNED BY " + role, "DROP ROLE " + role} {
			if _, err := admin.Exec(context.Background(), statement); err != nil {
				t.Error(err)
			}
		}
	})
	u := parsed(t, address)
	u.User = url.UserPassword(role, "x")
	return u.String()
}

// config describes PostgreSQL to the suite; fresh returns the address of an empty
// database.
func config(fresh func(testing.TB) string) enginetest.Config {
	return enginetest.Config{
		Engine:    Engine{},
		Open:      func(t *testing.T) *sql.DB { return openPool(t, fresh(t)) },
		View:      "CREATE VIEW titles AS SELECT title FROM notes",
		Trigger:   "CREATE TRIGGER keep BEFORE UPDATE ON notes FOR EACH ROW WHEN (old.id < 0) EXECUTE FUNCTION suppress_redundant_updates_trigger()",
		Unchecked: []string{"SET session_replication_role = replica"},
		Long:      "SELECT pg_sleep(600)",
		Rebuild: []string{
			"CREATE TABLE notes_new (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80) NOT NULL)",
			"INSERT INTO notes_new SELECT id, title FROM notes",
			"DROP TABLE notes CASCADE",
			"ALTER TABLE notes_new RENAME TO notes",
			"ALTER TABLE loans ADD FOREIGN KEY (note) REFERENCES notes (id) ON DELETE CASCADE",
		},
		Script: "CREATE FUNCTION a() RETURNS integer LANGUAGE plpgsql AS $b$ BEGIN -- ;\n  RETURN ';'; END; $b$;\n" +
			"CREATE FUNCTION c() RETURNS integer BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;\n" +
			"INSERT INTO \"a;b\" VALUES (E'it\\';', 'x;''', $$;$$) /* ; /* ; */ */ ; SELECT 1",
		Statements: []string{
			"CREATE FUNCTION a() RETURNS integer LANGUAGE plpgsql AS $b$ BEGIN -- ;\n  RETURN ';'; END; $b$",
			"CREATE FUNCTION c() RETURNS integer BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END",
			"INSERT INTO \"a;b\" VALUES (E'it\\';', 'x;''', $$;$$)",
			"SELECT 1",
		},
		Alien: func(t *testing.T) *sql.DB {
			return openPool(t, "postgres://user@"+listen(t, "SSH-2.0-OpenSSH_9.2p1\r\n")+"/app?sslmode=disable")
		},
		ReadOnly: func(t *testing.T) *sql.DB {
			return openPool(t, testserver.Postgres(t)+"&default_transaction_read_only=on")
		},
	}
}

func parsed(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
