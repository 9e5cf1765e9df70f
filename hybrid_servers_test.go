//go:build hybrid

package dbmend_test

import (
	"testing"

	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
)

// serverStates are tried on a server unless DBMEND_STATES or DBMEND_SEED say otherwise.
var serverStates = []statesFrom{{1, 150}}

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
