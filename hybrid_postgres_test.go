package dbmend_test

import (
	"testing"

	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
)

// postgresSlices are few, since each state is healed on databases that are made for
// it: DBMEND_STATES and DBMEND_SEED ask for others. A seed has one half of the kinds of
// damage or the other; these have both.
var postgresSlices = []statesFrom{{1, 6}, {1002, 6}, {2000, 6}, {3002, 6}, {4000, 6}, {5002, 6}}

// TestHybridStatesPostgres is TestHybridStates on PostgreSQL.
func TestHybridStatesPostgres(t *testing.T) {
	e, err := hybrid.NewPostgres(testserver.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, e)
	tryStates(t, e, postgresSlices, always)
}

// always is about foreign keys: servers enforce them.
func always(uint64) bool { return true }

func closed(t *testing.T, e interface{ Close() error }) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
