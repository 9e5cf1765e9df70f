package dbmend_test

import (
	"testing"

	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
)

// mariadbSlices are few, as those of PostgreSQL, and have all kinds of damage.
var mariadbSlices = []statesFrom{{1, 5}, {1002, 5}, {2000, 5}, {3002, 5}, {4000, 5}, {5002, 5}}

// TestHybridStatesMariaDB is TestHybridStates on MariaDB, where a migration that
// stops leaves what it has done.
func TestHybridStatesMariaDB(t *testing.T) {
	e, err := hybrid.NewMariaDB(testserver.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, e)
	tryStates(t, e, mariadbSlices, always)
}
