//go:build hybrid

package dbmend_test

import (
	"testing"

	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
)

// serverStates are tried on a server unless DBMEND_STATES or DBMEND_SEED say otherwise.
var serverStates = []statesFrom{{1, 150}}

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
