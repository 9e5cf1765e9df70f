package dbmend_test

import (
	"database/sql"

	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/internal/testserver"
)

// crowdVariable says how many processes start at once.
const crowdVariable = "DBMEND_TEST_CROWD"

func crowd(t testing.TB) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv(crowdVariable)); err == nil {
		return n
	}
	return 6
}

// A plaza is a database that a crowd comes to.
type plaza struct {
	name    string
	product string // of a server; "" for SQLite
	slow    string // a query that takes some time, and has one row
	// open makes an empty database, and returns how the crowd reaches it and how a
	// witness does.
	open func(t *testing.T) (dsn string, witness *sql.DB)
}

func plazas() []plaza {
	const slowSQLite = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000) SELECT count(*) FROM n"
	var all []plaza
	for _, mode := range journalModes {
		all = append(all, plaza{"sqlite, " + mode, "", slowSQLite, func(t *testing.T) (string, *sql.DB) {
			path := filepath.Join(t.TempDir(), "live.db")
			db := open(t, path)
			exec(t, db, "PRAGMA journal_mode = "+mode)
			return path, db
		}})
	}
	return append(all,
		plaza{"postgres", "postgres", "SELECT count(*) FROM pg_sleep(1)", func(t *testing.T) (string, *sql.DB) {
			dsn := testserver.Postgres(t)
			return dsn, openPostgres(t, dsn, nil)
		}},
		plaza{"postgres, behind a pooler", "postgres", "SELECT count(*) FROM pg_sleep(1)", func(t *testing.T) (string, *sql.DB) {
			dsn := testserver.Postgres(t)
			return testserver.PgBouncer(t, dsn) + "&default_query_exec_mode=exec", openPostgres(t, dsn, nil)
		}},
		plaza{"mariadb", "mariadb", "SELECT sleep(1) + 1", func(t *testing.T) (string, *sql.DB) {
			dsn := testserver.MariaDB(t)
			return dsn, openMariaDB(t, dsn, nil)
		}},
	)
}

// migrations is a set of three that take their time.
func (p *plaza) migrations() fstest.MapFS {
	return fstest.MapFS{
		"1_log.sql":  file("CREATE TABLE log (line integer);\nINSERT INTO log " + p.slow + ";"),
		"2_more.sql": file("ALTER TABLE log ADD COLUMN author integer;\nINSERT INTO log (line) " + p.slow + ";"),
		"3_note.sql": file("CREATE TABLE notes (id integer);\nINSERT INTO notes VALUES (1);"),
	}
}

// TestCrowd starts many processes at once, and kills some of them whatever they are
// doing. Each of the others ends well, and all has been done, once.
func TestCrowd(t *testing.T) {
	for _, p := range plazas() {
		t.Run(p.name, func(t *testing.T) {
			size := crowd(t)
			dsn, witness := p.open(t)
			s := scene{files: p.migrations()}
			folder := s.folder(t)
			var all []*application
			for range size {
				all = append(all, launch(t, start{Product: p.product, Database: dsn, Folder: folder}))
			}
			began := time.Now()
			for _, a := range all {
				a.release(t)
			}
			killed := map[*application]bool{}
			for _, i := range rand.Perm(size)[:size/4] {
				killed[all[i]] = true
				time.AfterFunc(rand.N(2500*time.Millisecond), all[i].kill)
			}
			worked, fell := farewells(t, all, killed)
			t.Logf("%d of %d killed in the middle of it, %d worked, %v", fell, size, worked, time.Since(began).Round(time.Millisecond))
			// Whoever was killed may have done all of it, and on a server that commits at each
			// statement a part of it.
			if worked > 1 && p.product != "mariadb" || worked == 0 && fell == 0 {
				t.Errorf("%d did the work", worked)
			}
			p.check(t, witness)
		})
	}
}

// TestOldProgramFindsOutOnce: that a newer database has all that an old program needs is
// worked out once, and not at every start, where each would wait for the one before.
func TestOldProgramFindsOutOnce(t *testing.T) {
	for _, p := range products {
		t.Run(p.name, func(t *testing.T) {
			server, s := p.server(t), &p.scenes[0]
			db := p.open(t, p.begin(t, server, s), nil)
			if _, err := p.migrator(t, s, db).Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			old := scene{files: fstest.MapFS{}}
			for _, name := range []string{"001_users.sql", "002_notes.sql"} {
				old.files.(fstest.MapFS)[name] = s.files.(fstest.MapFS)[name]
			}
			if _, err := p.migrator(t, &old, db).Up(t.Context()); err == nil {
				t.Error("without leave it goes on")
			}
			for round, want := range []bool{true, false, false} {
				replayed := false
				_, err := p.migrator(t, &old, db, dbmend.AllowAhead(), dbmend.Observe(func(e dbmend.Event) {
					if _, ok := e.(dbmend.Replaying); ok {
						replayed = true
					}
				})).Up(t.Context())
				if err != nil || replayed != want {
					t.Errorf("start %d: %v; it has replayed the set: %v", round, err, replayed)
				}
			}
		})
	}
}

// TestCrowdHeals: the same where there is something to heal on a server, which takes
// scratch databases. Nobody is killed, and one does all of it.
func TestCrowdHeals(t *testing.T) {
	for _, p := range products {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			server, s := p.server(t), &p.scenes[0]
			alone := p.open(t, p.begin(t, server, s), nil)
			if _, err := p.migrator(t, s, alone).Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			dsn := p.begin(t, server, s)
			folder := s.folder(t)
			var all []*application
			for range crowd(t) {
				all = append(all, launch(t, start{Product: p.name, Database: dsn, Folder: folder}))
			}
			for _, a := range all {
				a.release(t)
			}
			if worked, _ := farewells(t, all, nil); worked != 1 {
				t.Errorf("%d did the work; wanted one", worked)
			}
			witness := p.open(t, dsn, nil)
			if got, want := p.picture(t, witness), p.picture(t, alone); got != want {
				t.Errorf("it ended in\n%s\nwanted\n%s", got, want)
			}
			if left := queryJSON(t, witness, p.leftovers); left != "[]" {
				t.Errorf("left behind are %s", left)
			}
		})
	}
}

// farewells waits for everybody, and returns how many did some work, and how many fell.
func farewells(t *testing.T, all []*application, killed map[*application]bool) (worked, fell int) {
	t.Helper()
	for _, a := range all {
		r, finished := a.end(t)
		switch {
		case !finished && killed[a]:
			fell++
		case !finished:
			t.Error("an application that nobody killed did not come to its end")
		case r.Records > 0:
			worked++
		}
	}
	return worked, fell
}

// check requires that all of the set was done, and once.
func (p *plaza) check(t *testing.T, witness *sql.DB) {
	t.Helper()
	for query, want := range map[string]string{
		"SELECT count(*) FROM log":   `[["2"]]`,
		"SELECT count(*) FROM notes": `[["1"]]`,
		"SELECT version, count(*) FROM dbmend_journal WHERE kind = 'migration' GROUP BY version ORDER BY version": `[["1","1"],["2","1"],["3","1"]]`,
	} {
		if got := queryJSON(t, witness, query); got != want {
			t.Errorf("%s: %s; wanted %s", query, got, want)
		}
	}
}

// TestRollingDeployment starts old and new programs at once, and old ones again when
// the new have been there: an old one that may meet a newer database goes on, and takes
// nothing back.
func TestRollingDeployment(t *testing.T) {
	for _, p := range plazas() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dsn, witness := p.open(t)
			s := scene{files: p.migrations()}
			folder := s.folder(t)
			older := scene{files: fstest.MapFS{}}
			for name, f := range p.migrations() {
				if name != "3_note.sql" {
					older.files.(fstest.MapFS)[name] = f
				}
			}
			old := start{Product: p.product, Database: dsn, Folder: older.folder(t), Ahead: true}
			for round := range 2 {
				var all []*application
				for i := range crowd(t) {
					next := old
					if i%2 == 0 && round == 0 {
						next = start{Product: p.product, Database: dsn, Folder: folder}
					}
					all = append(all, launch(t, next))
				}
				for _, a := range all {
					a.release(t)
				}
				worked, _ := farewells(t, all, nil)
				if most := 2 * (1 - round); worked > most || round == 0 && worked == 0 {
					t.Errorf("%d did some work in round %d", worked, round)
				}
				p.check(t, witness)
			}
		})
	}
}
