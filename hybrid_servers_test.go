//go:build hybrid

package dbmend_test

import (
	"database/sql"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
)

// serverStates is how many states are tried on a server unless DBMEND_STATES says
// otherwise.
const serverStates = 150

// TestHybridStatesPostgres is TestHybridStates on PostgreSQL.
func TestHybridStatesPostgres(t *testing.T) {
	e, err := hybrid.NewPostgres(testserver.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, e)
	tryStates(t, e, serverStates, always)
}

// TestHybridStatesMariaDB is TestHybridStates on MariaDB, where a migration that
// stops leaves what it has done.
func TestHybridStatesMariaDB(t *testing.T) {
	e, err := hybrid.NewMariaDB(testserver.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, e)
	tryStates(t, e, serverStates, always)
}

// always is about foreign keys: servers enforce them.
func always(uint64) bool { return true }

func closed(t *testing.T, e interface{ Close() error }) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// patient returns a pool by which the application of a database reaches it, the engine for it,
// and what tells a witness all that is there.
func patient(t *testing.T, e hybrid.Engine, db *sql.DB) (app *sql.DB, product engine.Engine, look func(testing.TB, *sql.DB) string) {
	t.Helper()
	var err error
	switch e := e.(type) {
	case *hybrid.Postgres:
		product, look = postgres.Engine{}, dumpPostgres
		app, err = e.Beside(db)
	case *hybrid.MariaDB:
		product, look = mysql.Engine{}, dumpMySQL
		app, err = e.Beside(db)
	default:
		return db, sqlite.Engine{}, dump
	}
	if err != nil {
		t.Fatal(err)
	}
	return app, product, look
}
