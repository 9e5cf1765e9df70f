package dbmend_test

import (
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// circumstances matches what is as the server is set, or the user is called: the sql_mode that is printed with
// a program, and who made it.
var circumstances = regexp.MustCompile("DEFINER=`\\w+`@`\\w+`|" + `"(?:[A-Z_]+,)*(?:STRICT_TRANS_TABLES|ANSI_QUOTES|NO_ENGINE_SUBSTITUTION)(?:,[A-Z_]+)*"|""`)

// alike returns a picture of a database without its circumstances, to a session of settings that are
// always the same.
func alike(t *testing.T, dsn string) string {
	t.Helper()
	picture := pictureMySQL(t, openServer(t, "mysql", dsn+"?sql_mode=%27STRICT_TRANS_TABLES%27&autocommit=1"))
	return circumstances.ReplaceAllString(strings.ReplaceAll(picture, `\"`, "`"), "…")
}

// On a server of other settings, and for a user who may nothing but what his database and scratch
// databases take, a run ends as it does on any other, and the next one has nothing to do.
func TestUpUnderOtherSettings(t *testing.T) {
	pictures := map[string]string{}
	for _, p := range plights {
		dsn := testserver.MariaDB(t)
		p.undisturbed(t, dsn)
		pictures[p.name] = alike(t, dsn)
	}
	for name, arguments := range map[string][]string{
		"names of tables in small letters":            {"--lower-case-table-names=1"},
		"double quotes are of names":                  {"--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES"},
		"a backslash is a character":                  {"--sql-mode=NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES"},
		"nothing is strict":                           {"--sql-mode="},
		"every statement commits what was before it":  {"--autocommit=0"},
		"reads see what others commit":                {"--transaction-isolation=READ-COMMITTED"},
		"a binary log of statements":                  {"--log-bin", "--binlog-format=STATEMENT", "--sync-binlog=1", "--log-bin-trust-function-creators=1"},
		"few definitions at once, and none is synced": {"--table-definition-cache=400", "--table-open-cache=64", "--skip-sync-frm", "--debug-no-sync"},
		"a user of his own":                           nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testserver.MariaDBServer(t, arguments...)
			for _, p := range plights {
				dsn := server.DSN(t)
				if arguments == nil {
					dsn = ownUser(t, dsn)
				}
				p.undisturbed(t, dsn)
				if diff := cmp.Diff(pictures[p.name], alike(t, dsn)); diff != "" {
					t.Errorf("%s (-elsewhere +here):\n%s", p.name, diff)
				}
				if report, err := p.migrator(t, openServer(t, "mysql", dsn)).Up(t.Context()); err != nil || !report.Nothing() {
					t.Errorf("%s: the next run: %v, ran %q", p.name, err, steps(report))
				}
			}
		})
	}
}

// ownUser returns the address of a database for a user who may nothing else.
func ownUser(t *testing.T, dsn string) string {
	t.Helper()
	db := openServer(t, "mysql", dsn)
	exec(t, db, "CREATE OR REPLACE USER app@localhost IDENTIFIED BY 'x'")
	exec(t, db, "GRANT ALL ON `"+query(t, db, "SELECT DATABASE()")[0][0]+"`.* TO app@localhost")
	exec(t, db, "GRANT ALL ON `dbmend\\_scratch\\_%`.* TO app@localhost")
	return strings.Replace(dsn, "root@", "app:x@", 1)
}

// A server that lets a user write nothing says so ahead of everything else, where there is something
// to do; where there is nothing, there is nothing to say.
func TestUpOnAReadOnlyServer(t *testing.T) {
	server := testserver.MariaDBServer(t)
	pending, done := server.DSN(t), server.DSN(t)
	p := plights[1] // without programs, of which not everybody sees the text
	p.undisturbed(t, done)
	root := openServer(t, "mysql", pending)
	exec(t, root, "CREATE TABLE others (id INT PRIMARY KEY)")
	before := dumpMySQL(t, root)
	address := ownUser(t, pending)
	exec(t, root, "SET GLOBAL read_only = 1")

	app := openServer(t, "mysql", address)
	if _, err := p.migrator(t, app).Up(t.Context()); !errors.Is(err, engine.ErrReadOnly) {
		t.Errorf("error %v", err)
	} else if !strings.Contains(err.Error(), "read-only") {
		t.Errorf("it says: %v", err)
	}
	if diff := cmp.Diff(before, dumpMySQL(t, root)); diff != "" {
		t.Errorf("the database has changed:\n%s", diff)
	}
	reader := func(dsn string) *sql.DB {
		exec(t, root, "GRANT ALL ON `"+query(t, openServer(t, "mysql", dsn), "SELECT DATABASE()")[0][0]+"`.* TO app@localhost")
		return openServer(t, "mysql", strings.Replace(dsn, "root@", "app:x@", 1))
	}
	if report, err := p.migrator(t, reader(done)).Up(t.Context()); err != nil || !report.Nothing() {
		t.Errorf("where nothing is to be done: %v, ran %q", err, steps(report))
	}
}
