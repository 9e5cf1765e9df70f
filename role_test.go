package dbmend_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/postgres"
)

// A role is made on no scratch database, so that what it is granted cannot be tried there
// before somebody has made it: that is said, and nothing is changed.
func TestAGrantToARoleThatIsNotThereYet(t *testing.T) {
	db := stepwise["PostgreSQL"].open(t)
	execScript(t, db, "CREATE TABLE notes (id integer PRIMARY KEY)")
	files := fstest.MapFS{
		"1_notes.sql": file("CREATE TABLE notes (id integer PRIMARY KEY);"),
		"2_role.sql":  file("CREATE ROLE dbmend_nobody_has_made; GRANT SELECT ON notes TO dbmend_nobody_has_made;"),
	}
	_, err := dbmend.Up(t.Context(), db, postgres.Engine{}, files)
	stopped, ok := errors.AsType[*dbmend.StatementError](err)
	if !ok || stopped.During != "replay" || !strings.Contains(stopped.Hint, "as a role does") {
		t.Errorf("error %v", err)
	}
}
