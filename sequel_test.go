package dbmend_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
)

// looked reports whether a run has read the schema before it did anything.
func looked(r *dbmend.Report) bool { return r.Diagnosis == nil || r.Diagnosis.Have != nil }

// However a set grows, the fingerprint that a run leaves in the journal is that of the
// schema, whether it was looked at or not, and there is nothing left to do.
func TestSequelsLeadToWhatIsThere(t *testing.T) {
	unseen := 0
	rapid.Check(t, func(t *rapid.T) {
		db, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		scratch, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		defer scratch.Close()
		scratch.SetMaxOpenConns(1)
		files := fstest.MapFS{}
		for range rapid.IntRange(2, 6).Draw(t, "releases") {
			for range rapid.IntRange(1, 3).Draw(t, "migrations") {
				if text := migrationThatRuns(t, scratch); text != "" {
					files[fmt.Sprintf("%03d_more.sql", len(files)+1)] = file(text)
				}
			}
			if len(files) == 0 {
				continue
			}
			report, err := upInOneOfTwoWays(t, db, files)
			if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
				t.Skip(refusal) // a drop beside rows, or a table like a history
			}
			if err != nil {
				t.Fatal(err)
			}
			if !looked(report) {
				unseen++
			}
			if has, is := journalled(t, db), there(t, db); has != is {
				t.Fatalf("the journal says %s and the schema is %s", has, is)
			}
			if again, err := dbmend.Up(context.Background(), db, sqlite.Engine{}, files); err != nil || !again.Nothing() {
				t.Fatalf("the next start: %+v, %v", again, err)
			}
		}
	})
	if unseen == 0 {
		t.Error("every run has looked")
	}
}

// upInOneOfTwoWays draws whether all files are cut.
func upInOneOfTwoWays(t *rapid.T, db *sql.DB, files fs.FS) (*dbmend.Report, error) {
	var options []dbmend.Option
	if rapid.Bool().Draw(t, "a transaction each") {
		options = append(options, dbmend.TransactionEach())
	}
	if rapid.Bool().Draw(t, "at once") {
		return dbmend.Up(context.Background(), db, sqlite.Engine{}, files, options...)
	}
	m, err := dbmend.New(db, sqlite.Engine{}, files, options...)
	if err != nil {
		t.Fatal(err)
	}
	return m.Up(context.Background())
}

// migrationThatRuns draws statements, and returns those that do not fail on a copy.
func migrationThatRuns(t *rapid.T, scratch *sql.DB) string {
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "") }
	table := func() string { return pick("a", "B", "c", `"d e"`, "f_content") }
	column := func() string { return pick("id", "x", "Y", "more", `"z z"`) }
	var ran []string
	for range rapid.IntRange(1, 3).Draw(t, "statements") {
		s := ""
		switch pick("table", "table", "table", "index", "index", "view", "trigger", "add", "add", "rename", "rename column", "virtual", "insert", "drop index") {
		case "table":
			s = fmt.Sprintf("CREATE TABLE %s (id INTEGER PRIMARY KEY%s, x TEXT%s, Y)", table(),
				pick("", " AUTOINCREMENT"), pick("", " COLLATE nocase", " UNIQUE", " REFERENCES "+table(), " REFERENCES "+table()+"(id)"))
		case "index":
			s = fmt.Sprintf("CREATE INDEX %s ON %s (%s)", pick("i", "J", "k", "l"), table(), pick(column(), `"more"`, "lower(x)"))
		case "view":
			s = "CREATE VIEW " + pick("v", "w") + " AS SELECT * FROM " + table()
		case "trigger":
			s = "CREATE TRIGGER " + pick("r", "s") + " AFTER INSERT ON " + table() + " BEGIN UPDATE " + table() + " SET x = 1; END"
		case "add":
			s = "ALTER TABLE " + table() + " ADD COLUMN " + pick("more", `"z z"`) + pick("", " TEXT COLLATE nocase", " INT REFERENCES "+table())
		case "rename":
			s = "ALTER TABLE " + table() + " RENAME TO " + table()
		case "rename column":
			s = "ALTER TABLE " + table() + " RENAME COLUMN " + column() + " TO " + column()
		case "virtual":
			s = "CREATE VIRTUAL TABLE f USING fts5(x)"
		case "insert":
			s = "INSERT INTO " + table() + " (x) VALUES (1)"
		case "drop index":
			s = "DROP INDEX " + pick("i", "J", "k", "l")
		}
		if _, err := scratch.Exec(s); err == nil {
			ran = append(ran, s+";")
		}
	}
	return strings.Join(ran, "\n")
}

// journalled returns what the journal's newest entry says that the schema is.
func journalled(t *rapid.T, db *sql.DB) (after string) {
	if err := db.QueryRow("SELECT after FROM dbmend_journal ORDER BY entry DESC LIMIT 1").Scan(&after); err != nil {
		t.Fatal(err)
	}
	return after
}

// there returns the fingerprint of the schema without the journal.
func there(t *rapid.T, db *sql.DB) string {
	d, err := sqlite.Engine{}.Connect(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s, err := d.Inspect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.DeleteFunc(func(o *schema.Object) bool { return o.Key.Owner().Name == journal.Table })
	return s.Fingerprint().String()
}

// grown is a set of two migrations, and of three.
func grown(third string) (two, three fstest.MapFS) {
	two = fstest.MapFS{
		"1_notes.sql": file("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, spare TEXT);"),
		"2_index.sql": file("CREATE INDEX notes_text ON notes (text);"),
	}
	three = fstest.MapFS{"1_notes.sql": two["1_notes.sql"], "2_index.sql": two["2_index.sql"], "3_more.sql": file(third)}
	return two, three
}

// Whatever has happened to a database since the last run, or cannot be told from the
// words of what is pending, is looked at.
func TestSequelPassesNothingOver(t *testing.T) {
	const tags = "CREATE TABLE tags (id INTEGER PRIMARY KEY);"
	adds := func(versions ...string) string {
		return "INSERT INTO dbmend_journal SELECT max(entry) + 1, run, at, 'migration', 'reverted', '" + versions[0] +
			"', 'index', 0, '', '', '', 0, '', '', '', tool FROM dbmend_journal"
	}
	for name, c := range map[string]struct {
		first   []dbmend.Option // of the first run
		done    string          // in between, by another hand
		third   string          // what is pending
		options []dbmend.Option
		looks   bool
	}{
		"nothing":                             {third: tags},
		"rows":                                {done: "INSERT INTO notes (text) VALUES ('a')", third: tags},
		"a column is pending":                 {third: "ALTER TABLE notes ADD COLUMN more TEXT;"},
		"a pending table goes":                {third: "DROP TABLE notes;", looks: true},
		"a pending column goes":               {third: "ALTER TABLE notes DROP COLUMN spare;", looks: true},
		"foreign keys are set":                {third: "PRAGMA foreign_keys = OFF; DELETE FROM notes;", looks: true},
		"what no transaction bears":           {third: tags + "VACUUM;", looks: true},
		"an index is gone":                    {done: "DROP INDEX notes_text", third: tags, looks: true},
		"a table has come":                    {done: "CREATE TABLE foreign_one (id)", third: tags, looks: true},
		"a table has come and gone":           {done: "CREATE TABLE foreign_one (id); DROP TABLE foreign_one", third: tags, looks: true},
		"a history has come":                  {done: "CREATE TABLE schema_migrations (version uint64, dirty bool)", third: tags, looks: true},
		"the file was written anew":           {done: "VACUUM", third: tags, looks: true},
		"a migration was taken back":          {done: adds("2"), third: tags, looks: true},
		"a hand has taken a migration out":    {done: "DELETE FROM dbmend_journal WHERE kind = 'migration' AND version = '1'", third: tags, looks: true},
		"a hand has put a migration in":       {done: "UPDATE dbmend_journal SET kind = 'migration', version = '3', name = 'more' WHERE entry = 1", third: tags, looks: true},
		"a hand has made it another file":     {done: "UPDATE dbmend_journal SET checksum = 'x' WHERE kind = 'migration' AND version = '1'", third: tags, looks: true},
		"the journal's fingerprint is none":   {done: "UPDATE dbmend_journal SET after = 'x' WHERE kind = 'run'", third: tags, looks: true},
		"the journal is another dbmend's":     {done: "UPDATE dbmend_journal SET tool = 'dbmend 9.9.9'", third: tags, looks: true},
		"the journal says no more than that":  {done: "UPDATE dbmend_journal SET evidence = '' WHERE kind = 'run'", third: tags, looks: true},
		"the files go with something else":    {third: tags, options: []dbmend.Option{dbmend.Ignore("table elsewhere")}, looks: true},
		"a history is to be made":             {third: tags, options: []dbmend.Option{dbmend.History("goose")}, looks: true},
		"the last run ignored something":      {first: []dbmend.Option{dbmend.Ignore("table elsewhere")}, third: tags, looks: true},
		"the last run went to a version":      {first: []dbmend.Option{dbmend.To("1")}, third: tags},
		"this run goes to a version":          {third: tags, options: []dbmend.Option{dbmend.To("3")}},
		"each migration has its transaction":  {third: tags, options: []dbmend.Option{dbmend.TransactionEach()}},
		"the last run did, too, with several": {first: []dbmend.Option{dbmend.TransactionEach()}, third: tags},
	} {
		for _, how := range []string{"at once", "on a ready object"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "live.db")
				two, three := grown(c.third)
				db := open(t, path)
				if _, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, two, c.first...); err != nil {
					t.Fatal(err)
				}
				if c.done != "" {
					exec(t, open(t, path), c.done)
				}
				var report *dbmend.Report
				var err error
				if how == "at once" {
					report, err = dbmend.Up(t.Context(), db, sqlite.Engine{}, three, c.options...)
				} else {
					m, loadErr := dbmend.New(db, sqlite.Engine{}, three, c.options...)
					if loadErr != nil {
						t.Fatal(loadErr)
					}
					report, err = m.Up(t.Context())
				}
				if refusal, ok := errors.AsType[*dbmend.Refusal](err); err != nil && (!ok || refusal.Diagnosis.Have == nil) {
					t.Fatal(err)
				} else if got := ok || looked(report); got != c.looks {
					t.Errorf("it has looked: %v, want %v", got, c.looks)
				}
			})
		}
	}
}

// Of a set that has grown, the files are cut that have not been run.
func TestSequelCutsWhatIsPending(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	two, three := grown("CREATE TABLE tags (id INTEGER PRIMARY KEY);")
	for _, c := range []struct {
		files fs.FS
		cuts  int64
	}{{two, 2}, {three, 1}, {three, 0}} {
		var scripts atomic.Int64
		if _, err := dbmend.Up(t.Context(), db, cutting{scripts: &scripts}, c.files); err != nil {
			t.Fatal(err)
		}
		if scripts.Load() != c.cuts {
			t.Errorf("%d files were cut, want %d", scripts.Load(), c.cuts)
		}
	}
}

// A meddler is SQLite with somebody who does something behind the first look at the
// journal, just before a connection is taken.
type meddler struct {
	sqlite.Engine
	meddle func()
}

func (e meddler) Connect(ctx context.Context, db *sql.DB) (engine.Database, error) {
	e.meddle()
	return e.Engine.Connect(ctx, db)
}

// What somebody does between the look at the journal and the lock is seen behind the
// lock: another runner's migrations are not run again, and drift is drift.
func TestSequelSeesWhatComesInBetween(t *testing.T) {
	path := filepath.Join(t.TempDir(), "live.db")
	two, three := grown("CREATE TABLE tags (id INTEGER PRIMARY KEY);")
	db, other := open(t, path), open(t, path)
	start := func(files fs.FS, meddle func()) (*dbmend.Report, error) {
		return dbmend.Up(t.Context(), db, meddler{meddle: meddle}, files)
	}
	if _, err := start(two, func() {}); err != nil {
		t.Fatal(err)
	}
	report, err := start(three, func() {
		if _, err := dbmend.Up(t.Context(), other, sqlite.Engine{}, three); err != nil {
			t.Error(err)
		}
	})
	if err != nil || !report.Nothing() {
		t.Errorf("behind another runner: %+v, %v", report, err)
	}
	four := fstest.MapFS{"4_users.sql": file("CREATE TABLE users (id INTEGER PRIMARY KEY);")}
	for name, f := range three {
		four[name] = f
	}
	first := true
	report, err = start(four, func() {
		if first {
			exec(t, other, "DROP INDEX notes_text")
		}
		first = false
	})
	if refusal, ok := errors.AsType[*dbmend.Refusal](err); (err != nil && !ok) || ok && refusal.Diagnosis.Have == nil || !ok && !looked(report) {
		t.Errorf("behind a hand: %+v, %v", report, err)
	}
}

// What fails, fails as it does where the database is looked at, and leaves nothing.
func TestSequelThatFails(t *testing.T) {
	for name, third := range map[string]string{
		"a statement":  "CREATE TABLE tags (id); INSERT INTO missing VALUES (1);",
		"a constraint": "CREATE UNIQUE INDEX one ON notes (text);",
	} {
		t.Run(name, func(t *testing.T) {
			fails := func(before string) string {
				db := open(t, filepath.Join(t.TempDir(), "live.db"))
				two, three := grown(third)
				if _, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, two); err != nil {
					t.Fatal(err)
				}
				exec(t, db, "INSERT INTO notes (text) VALUES ('same'), ('same')")
				if before != "" {
					exec(t, db, before)
				}
				_, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, three)
				if err == nil {
					t.Fatal("it has not failed")
				}
				var tables int
				if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name IN ('tags', 'one')").Scan(&tables); err != nil || tables > 0 {
					t.Errorf("%d objects are left, %v", tables, err)
				}
				return err.Error()
			}
			if got, want := fails(""), fails("UPDATE dbmend_journal SET evidence = ''"); got != want {
				t.Errorf("it says\n%s\nand on a look\n%s", got, want)
			}
		})
	}
}

// The scenes of safety that are to be run without a look at the database are.
func TestScenesThatGoOn(t *testing.T) {
	for _, s := range scenes(t) {
		if !strings.HasPrefix(s.name, "more behind what the last run has left") {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			db := open(t, put(t, s.build(t)))
			if report, err := s.upper(t, db)(t.Context()); err != nil || looked(report) || len(report.Records) != 2 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}
