package dbmend_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
)

// TestCheckWithGo: migrations in Go are checked with the files, and a release has those of
// them that it shipped.
func TestCheckWithGo(t *testing.T) {
	first := fstest.MapFS{"1_users.up.sql": around["1_users.up.sql"]}
	inGoToo := dbmend.GoMigration{Version: "2", Name: "initials", Up: initials, OnScratch: true}
	for _, c := range []struct {
		name          string
		release       dbmend.Release
		code          dbmend.Option
		states, found []string
	}{
		{
			name: "it is newer than the release", release: dbmend.Release{Name: "v1", Files: first}, code: inGo(nil),
			states: []string{"v1, made by its migrations: upgrades, 2 run"},
			found:  []string{"hazard note 3_index.up.sql:1"},
		},
		{
			name: "the release has it", release: dbmend.Release{Name: "v2", Files: around}, code: inGo(nil),
			states: []string{"v2, made by its migrations: upgrades, 0 run"},
		},
		{
			name: "it is the last of the release", code: inGo(nil),
			release: dbmend.Release{Name: "v2", Files: first, GoMigrations: []dbmend.GoMigration{inGoToo}},
			states:  []string{"v2, made by its migrations: upgrades, 1 run"},
			found:   []string{"hazard note 3_index.up.sql:1"},
		},
		{
			name: "nobody may see what it does, and a file needs that", release: dbmend.Release{Name: "v1", Files: first}, code: inGo(offScratch),
			found: []string{"replay error 3_index.up.sql:1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openSQLite(t)
			report, err := dbmend.Check(t.Context(), s.app, sqliteGround.engine, around, dbmend.Checks{Released: []dbmend.Release{c.release}}, c.code)
			if err != nil {
				t.Fatal(err)
			}
			var states, found []string
			for _, s := range report.States {
				states = append(states, fmt.Sprintf("%s: %s, %d run", s.String(), s.Outcome, s.Run))
			}
			for _, f := range report.Findings {
				found = append(found, fmt.Sprintf("%s %s %s", f.Rule, f.Severity, f.Place))
			}
			if diff := cmp.Diff(c.states, states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
