package dbmend_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// folder makes a folder of migrations of "name", "content" pairs.
func folder(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

const (
	users  = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
	visits = "CREATE TABLE visits (day TEXT, who INTEGER NOT NULL REFERENCES users (id));\n"
	emails = "ALTER TABLE users ADD COLUMN email TEXT;\n"
)

// Each situation is a project and its releases, what becomes of the databases that the
// releases can have left behind, and what else is found.
func TestCheck(t *testing.T) {
	v1 := dbmend.Release{Name: "v1", Files: folder("001_users.sql", users)}
	both := dbmend.Release{Name: "v1", Files: folder("001_users.sql", users), Schema: strings.Replace(users, "TABLE", "TABLE IF NOT EXISTS", 1)}
	for _, c := range []struct {
		name    string
		files   fstest.MapFS
		what    dbmend.Checks
		options []dbmend.Option
		states  []string
		found   []string
	}{
		{
			name:   "what was released is brought to the present",
			files:  folder("001_users.sql", users, "002_visits.sql", visits),
			what:   dbmend.Checks{Released: []dbmend.Release{v1}},
			states: []string{"v1, made by its migrations: upgrades, 1 run, 0 skipped, 1 filled"},
		},
		{
			name:  "what rows do not allow is asked before the release",
			files: folder("001_users.sql", users, "002_age.sql", "CREATE UNIQUE INDEX one ON users (length(name));\n"),
			what:  dbmend.Checks{Released: []dbmend.Release{v1}, Folder: "db"},
			states: []string{
				"v1, made by its migrations: asked, 0 run, 0 skipped, 1 filled",
			},
			found: []string{"upgrade-asks error db/002_age.sql:1 [v1, made by its migrations]", "hazard note db/002_age.sql:1 []"},
		},
		{
			name:    "an answer given beforehand settles what it is for",
			files:   folder("001_users.sql", users, "002_new.sql", "DROP TABLE IF EXISTS tokens;\nCREATE TABLE tokens (hash TEXT);\n"),
			what:    dbmend.Checks{Released: []dbmend.Release{{Name: "v1", Files: v1.Files, Schema: users + "CREATE TABLE tokens (token TEXT);"}}},
			options: []dbmend.Option{dbmend.Answer(diagnosis.Answers{"Q12@002/1": "drop"})},
			states: []string{
				"v1, made by its schema file: healed, 2 run, 1 skipped, 2 filled",
				"v1, made by its migrations: upgrades, 2 run, 0 skipped, 1 filled",
				"v1, made by its schema file and its migrations: healed, 2 run, 1 skipped, 2 filled",
			},
			found: []string{
				"upgrade-conflict note 001_users.sql:1 [v1, made by its schema file v1, made by its schema file and its migrations]",
				"upgrade-loses warning 002_new.sql:1 [v1, made by its schema file v1, made by its schema file and its migrations]",
			},
		},
		{
			name:    "the schema file has a table that no migration makes, and had it before there were releases: it is of the base",
			files:   folder("001_users.sql", users, "002_visits.sql", visits),
			what:    dbmend.Checks{Released: []dbmend.Release{{Name: "v1", Files: v1.Files, Schema: users + "CREATE TABLE old (a TEXT);"}}},
			options: []dbmend.Option{dbmend.Schema("schema.sql", users+visits+"CREATE TABLE old (a TEXT);")},
			states: []string{
				"v1, made by its schema file: healed, 1 run, 1 skipped, 2 filled",
				"v1, made by its migrations: upgrades, 1 run, 0 skipped, 2 filled",
				"v1, made by its schema file and its migrations: healed, 1 run, 1 skipped, 2 filled",
			},
			found: []string{"upgrade-conflict note 001_users.sql:1 [v1, made by its schema file v1, made by its schema file and its migrations]"},
		},
		{
			name:    "the schema file has it for the first time: the migration was forgotten",
			files:   folder("001_users.sql", users),
			what:    dbmend.Checks{Since: &both},
			options: []dbmend.Option{dbmend.Schema("schema.sql", users+"CREATE TABLE early (a TEXT);")},
			found:   []string{"schema-extra error schema.sql:2 []"},
		},
		{
			name:    "nobody can tell whether it was there before the first migration",
			files:   folder("001_users.sql", users),
			options: []dbmend.Option{dbmend.Schema("schema.sql", users+"CREATE TABLE early (a TEXT);")},
			found:   []string{"schema-extra warning schema.sql:2 []"},
		},
		{
			name:    "with a base there is no doubt",
			files:   folder("001_emails.sql", emails),
			options: []dbmend.Option{dbmend.Schema("schema.sql", users+visits), dbmend.Base("base.sql", users)},
			found:   []string{"schema-lacks error 001_emails.sql:1 []", "schema-extra error schema.sql:2 []"},
		},
		{
			name:  "a table that a release had and nobody has dropped stays behind",
			files: folder("001_users.sql", users),
			what: dbmend.Checks{Released: []dbmend.Release{
				{Name: "v1", Files: v1.Files, Schema: users + "CREATE TABLE forgotten (a TEXT);"},
			}},
			states: []string{
				"v1, made by its schema file: wrong, 0 run, 1 skipped, 2 filled",
				"v1, made by its migrations: upgrades, 0 run, 0 skipped, 1 filled",
				"v1, made by its schema file and its migrations: wrong, 0 run, 1 skipped, 2 filled",
			},
			found: []string{"upgrade-wrong error  [v1, made by its schema file v1, made by its schema file and its migrations]"},
		},
		{
			name:  "releases are taken in the order of their migrations, and an older install is started with the later ones",
			files: folder("001_users.sql", users, "002_visits.sql", visits, "003_emails.sql", emails),
			what: dbmend.Checks{Released: []dbmend.Release{
				{Name: "v2", Files: folder("001_users.sql", users, "002_visits.sql", visits)}, both,
			}},
			states: []string{
				"v1, made by its schema file: healed, 2 run, 1 skipped, 1 filled",
				"v1, made by its migrations: upgrades, 2 run, 0 skipped, 1 filled",
				"v1, made by its schema file and its migrations: healed, 2 run, 1 skipped, 1 filled",
				"v2, made by its migrations: upgrades, 1 run, 0 skipped, 2 filled",
				"v2, made by the schema file of v1 and upgraded: healed, 2 run, 1 skipped, 1 filled",
			},
			found: []string{"upgrade-conflict note 001_users.sql:1 [v1, made by its schema file v1, made by its schema file and its migrations v2, made by the schema file of v1 and upgraded]"},
		},
		{
			name:  "a release that cannot be read is told, and keeps nothing else from being checked",
			files: folder("001_users.sql", users),
			what: dbmend.Checks{Released: []dbmend.Release{
				{Name: "v0", Files: folder("001_users.sql", "CREATE TABLE users (a TEXT DEFAULT 'never ends);")}, v1,
			}},
			states: []string{"v1, made by its migrations: upgrades, 0 run, 0 skipped, 1 filled"},
			found:  []string{"release warning  [v0]"},
		},
		{
			name:  "a rebuild is no loss, a drop is",
			files: folder("001_users.sql", users+visits, "002_rebuild.sql", "CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO users_new SELECT id, name FROM users;\nDROP TABLE users;\nALTER TABLE users_new RENAME TO users;\n", "003_drop.sql", "DROP TABLE visits;\n"),
			what:  dbmend.Checks{Since: &dbmend.Release{Name: "v1", Files: folder("001_users.sql", users+visits)}},
			found: []string{"hazard note 002_rebuild.sql:3 []", "hazard note 002_rebuild.sql:4 []", "data-loss warning 003_drop.sql:1 []"},
		},
		{
			name:    "seeds that the schema file lacks are put in; the table is not given other rows",
			files:   folder("001_roles.sql", "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO roles VALUES (1, 'admin');\n"),
			what:    dbmend.Checks{Released: []dbmend.Release{{Name: "v1", Files: folder("001_roles.sql", "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO roles VALUES (1, 'admin');\n"), Schema: "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);"}}},
			options: []dbmend.Option{dbmend.Schema("schema.sql", "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);")},
			states: []string{
				"v1, made by its schema file: healed, 1 run, 1 skipped, 0 filled",
				"v1, made by its migrations: upgrades, 0 run, 0 skipped, 1 filled",
				"v1, made by its schema file and its migrations: healed, 1 run, 1 skipped, 0 filled",
			},
			found: []string{"upgrade-conflict note 001_roles.sql:1 [v1, made by its schema file v1, made by its schema file and its migrations]"},
		},
		{
			name:   "a table that is seeded later has rows already",
			files:  folder("001_users.sql", users, "002_salt.sql", "ALTER TABLE users ADD COLUMN salt TEXT NOT NULL;\n", "003_admin.sql", "INSERT INTO users VALUES (1, 'admin', 'x');\n"),
			what:   dbmend.Checks{Released: []dbmend.Release{v1}},
			states: []string{"v1, made by its migrations: asked, 0 run, 0 skipped, 1 filled"},
			found:  []string{"upgrade-asks error 002_salt.sql:1 [v1, made by its migrations]"},
		},
		{
			name:    "the schema file does not run",
			files:   folder("001_users.sql", users),
			options: []dbmend.Option{dbmend.Schema("schema.sql", users+"CREATE INDEX i ON users (missing);")},
			found:   []string{"replay error schema.sql:2 []"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := sql.Open("sqlite", ":memory:")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			report, err := dbmend.Check(t.Context(), db, sqlite.Engine{}, c.files, c.what, c.options...)
			if err != nil {
				t.Fatal(err)
			}
			var states, found []string
			for _, s := range report.States {
				states = append(states, fmt.Sprintf("%s: %s, %d run, %d skipped, %d filled", s.String(), s.Outcome, s.Run, s.Skipped, s.Filled))
			}
			for _, f := range report.Findings {
				found = append(found, fmt.Sprintf("%s %s %s %v", f.Rule, f.Severity, f.Place, f.Releases))
			}
			if diff := cmp.Diff(c.states, states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("findings (-want +got):\n%s%+v", diff, report.Findings)
			}
		})
	}
}

// A check is about files: the database that it is given a connection to is neither read
// nor changed.
func TestCheck_leavesTheDatabaseAlone(t *testing.T) {
	path := t.TempDir() + "/app.db"
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE users (something TEXT); INSERT INTO users VALUES ('else')"); err != nil {
		t.Fatal(err)
	}
	before := fileSum(t, path)
	release := dbmend.Release{Name: "v1", Files: folder("001_users.sql", users), Schema: users}
	report, err := dbmend.Check(t.Context(), db, sqlite.Engine{}, folder("001_users.sql", users, "002_visits.sql", visits),
		dbmend.Checks{Released: []dbmend.Release{release}}, dbmend.Schema("schema.sql", users+visits))
	if err != nil || report.AtLeast(check.Warning) {
		t.Errorf("%v, %+v", err, report.Findings)
	}
	if after := fileSum(t, path); after != before {
		t.Error("the file has changed")
	}
}

// What happens on scratch databases is no event of a check; how far it is, is.
func TestCheck_tellsHowFarItIs(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var kinds []string
	observe := dbmend.Observe(func(e dbmend.Event) {
		if kind := fmt.Sprintf("%T", e); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	})
	release := dbmend.Release{Name: "v1", Files: folder("001_users.sql", users), Schema: users}
	if _, err := dbmend.Check(t.Context(), db, sqlite.Engine{}, folder("001_users.sql", users, "002_visits.sql", visits), dbmend.Checks{Released: []dbmend.Release{release}}, observe); err != nil {
		t.Fatal(err)
	}
	if want := []string{"dbmend.Replaying", "dbmend.Checking"}; !slices.Equal(kinds, want) {
		t.Errorf("it told %q; want %q", kinds, want)
	}
}
