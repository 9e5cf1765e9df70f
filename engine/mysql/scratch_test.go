package mysql

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// scratchOf opens a scratch database until the test ends.
func scratchOf(t *testing.T, db *database) *database {
	t.Helper()
	s, err := db.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*database)
}

// exists reports whether there is a database of this name.
func exists(t *testing.T, db *database, name string) bool {
	t.Helper()
	var n int
	err := db.QueryRow(t.Context(), "SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// A scratch database is as the live one where that changes what statements mean.
func TestScratchIsLikeTheLiveDatabase(t *testing.T) {
	db := open(t)
	must(t, db, "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german2_ci",
		"SET sql_mode = 'ANSI_QUOTES', time_zone = '+03:00', foreign_key_checks = 0", "SET NAMES utf8mb4 COLLATE utf8mb4_bin")
	s := scratchOf(t, db)
	const settings = "SELECT concat_ws(' ', @@sql_mode, @@time_zone, @@foreign_key_checks, @@collation_connection, @@collation_database, @@character_set_results)"
	var want, have string
	if err := db.QueryRow(t.Context(), settings).Scan(&want); err != nil {
		t.Fatal(err)
	}
	if err := s.QueryRow(t.Context(), settings).Scan(&have); err != nil {
		t.Fatal(err)
	}
	if want != have {
		t.Errorf("it is\n%s, and the live one\n%s", have, want)
	}
	if s.Traits().ForeignKeys {
		t.Error("the traits do not tell that references are not enforced")
	}
}

// In a rebuild foreign keys are not checked for a while, and that is all.
func TestScratchInARebuildChecksForeignKeys(t *testing.T) {
	db := open(t)
	if err := db.Begin(t.Context(), engine.Rebuild); err != nil {
		t.Fatal(err)
	}
	if s := scratchOf(t, db); !s.Traits().ForeignKeys {
		t.Error("it does not check them")
	}
}

// What a killed owner has left is dropped by the next one, and nothing else is.
func TestScratchOfADeadOwnerIsDropped(t *testing.T) {
	db := open(t)
	dead, alive := scratchOf(t, db), scratchOf(t, db)
	others := []string{"dbmend_scratch_notes", "dbmend_scratch_" + strings.Repeat("0", 8) + "_" + strings.Repeat("0", 24), "dbmendXscratchX" + dead.name[15:]}
	for _, name := range others {
		must(t, db, "CREATE DATABASE "+quote(name))
		t.Cleanup(func() { must(t, db, "DROP DATABASE "+quote(name)) })
	}
	must(t, dead, "CREATE TABLE a (id int)")
	var id int64
	if err := dead.QueryRow(t.Context(), "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		t.Fatal(err)
	}
	must(t, db, "DO 1") // not the connection that is killed
	if _, err := db.pool.Exec("KILL ?", id); err != nil {
		t.Fatal(err)
	}
	for i := 0; exists(t, db, dead.name) && i < 100; i++ {
		time.Sleep(20 * time.Millisecond) // until the server has noticed
		s, err := db.Scratch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if exists(t, db, dead.name) {
		t.Error("what the dead one has left is there")
	}
	for _, name := range append(others, alive.name, db.name) {
		if !exists(t, db, name) {
			t.Errorf("%s is gone", name)
		}
	}
}

// A scratch database whose connection broke is dropped all the same.
func TestScratchWithoutItsConnectionIsDropped(t *testing.T) {
	db := open(t)
	s := scratchOf(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Exec(ctx, "SELECT SLEEP(20)"); err == nil {
		t.Fatal("it has slept")
	}
	_ = s.Close()
	if exists(t, db, s.name) {
		t.Error("it is there")
	}
}

// A pool with one connection says so instead of waiting for ever.
func TestScratchNeedsAConnection(t *testing.T) {
	pool := openPool(t, testserver.MariaDB(t))
	pool.SetMaxOpenConns(1)
	db, err := Engine{}.Connect(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := db.Scratch(ctx); err == nil {
		t.Error("there is one")
	}
}

// A scratch database can be made by whoever may make databases of its name, and by
// nobody else.
func TestScratchNeedsARight(t *testing.T) {
	name := testserver.MariaDB(t)
	root := take(t, name)
	user := "scratch_" + root.name[len(root.name)-8:]
	must(t, root, "CREATE USER "+quote(user)+"@'localhost' IDENTIFIED BY 'x'", "GRANT ALL ON "+quote(root.name)+".* TO "+quote(user)+"@'localhost'")
	t.Cleanup(func() { must(t, root, "DROP USER "+quote(user)+"@'localhost'") })
	db := take(t, strings.Replace(name, "root@", user+":x@", 1))
	if _, err := db.Scratch(t.Context()); err == nil || !strings.Contains(err.Error(), "GRANT ALL ON `dbmend\\_scratch\\_%`.*") {
		t.Errorf("error %v", err)
	}
	must(t, root, "GRANT ALL ON `dbmend\\_scratch\\_%`.* TO "+quote(user)+"@'localhost'")
	everything(t, scratchOf(t, take(t, strings.Replace(name, "root@", user+":x@", 1))))
}

// Who may make no databases on the live server has them made on another one, where statements
// mean the same, and nothing of it stays there.
func TestScratchOnAnotherServer(t *testing.T) {
	name := testserver.MariaDB(t)
	root := take(t, name)
	user := "elsewhere_" + root.name[len(root.name)-8:]
	must(t, root, "CREATE USER "+quote(user)+"@'localhost' IDENTIFIED BY 'x'", "GRANT ALL ON "+quote(root.name)+".* TO "+quote(user)+"@'localhost'")
	t.Cleanup(func() { must(t, root, "DROP USER "+quote(user)+"@'localhost'") })
	db := take(t, strings.Replace(name, "root@", user+":x@", 1))
	must(t, db, "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german2_ci", "SET sql_mode = 'ANSI_QUOTES', time_zone = '+03:00'")

	server := testserver.MariaDBServer(t, "--character-set-server=utf8mb3", "--collation-server=utf8mb3_bin", "--sql-mode=NO_BACKSLASH_ESCAPES", "--default-storage-engine=MyISAM")
	other := take(t, server.DSN(t))
	db.ScratchAt(other.pool)
	s := scratchOf(t, db)
	must(t, s, `CREATE TABLE "notes" (id int PRIMARY KEY, title varchar(20) DEFAULT 'it\'s')`)
	must(t, db, `CREATE TABLE "notes" (id int PRIMARY KEY, title varchar(20) DEFAULT 'it\'s')`)
	same(t, inspected(t, db), inspected(t, s))
	if exists(t, root, s.name) || !exists(t, other, s.name) {
		t.Errorf("%s is on the live server", s.name)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if exists(t, other, s.name) {
		t.Error("it stays there")
	}

	db.ScratchAt(nil)
	if _, err := db.Scratch(t.Context()); err == nil {
		t.Error("it was made where the user may not")
	}
}
