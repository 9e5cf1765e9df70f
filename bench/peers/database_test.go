package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/internal/testserver"
)

var numbered atomic.Int64

// empty returns the address of a database with nothing in it.
func empty(b testing.TB, engine string) string {
	b.Helper()
	switch engine {
	case "postgres":
		return testserver.Postgres(b)
	case "mariadb":
		// Some tools send a whole file at once, and read times.
		return testserver.MariaDB(b) + "?multiStatements=true&parseTime=true"
	}
	return filepath.Join(b.TempDir(), fmt.Sprintf("%d.db", numbered.Add(1)))
}

// reach opens a database, until the test ends or it is closed.
func reach(b testing.TB, engine, address string) Database {
	b.Helper()
	db, err := Open(engine, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// filled returns the address of a database in which a tool has run a history.
func filled(b testing.TB, tool Tool, engine string, history []Migration) string {
	b.Helper()
	address := empty(b, engine)
	db := reach(b, engine, address)
	defer db.Close()
	up(b, openRunner(b, tool, db, tool.Folder(history)))
	return address
}

// settled returns, for every tool, a database that has the schema of the history and
// in which the tool holds the history for applied.
func settled(b testing.TB, engine string, applied []Migration) map[string]string {
	b.Helper()
	addresses, made := map[string]string{}, ""
	for _, tool := range known(engine) {
		if tool.Name == dbmendTool.Name {
			addresses[tool.Name] = filled(b, tool, engine, applied)
			continue
		}
		// The others look at no schema and at no content: they are told that they have
		// run what in truth the limit has, which saves most of the time.
		address := ""
		if engine == "sqlite" && made != "" {
			address = copied(b, made)
		} else {
			address = empty(b, engine)
			db := reach(b, engine, address)
			if err := Run(b.Context(), db, applied); err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
		if engine == "sqlite" && made == "" {
			made = copied(b, address)
		}
		nothing := make([]Migration, len(applied))
		for i := range applied {
			nothing[i] = Migration{applied[i].Number, []string{"SELECT 1"}}
		}
		db := reach(b, engine, address)
		r := openRunner(b, tool, db, tool.Folder(nothing))
		up(b, r)
		end(r, db)
		addresses[tool.Name] = address
	}
	return addresses
}

// end closes what a contestant has opened.
func end(r Runner, db Database) {
	if r != nil {
		r.Close()
	}
	db.Close()
}

// copied returns the address of a copy of a database of SQLite's that nobody uses.
func copied(b testing.TB, address string) string {
	b.Helper()
	content, err := os.ReadFile(address)
	if err != nil {
		b.Fatal(err)
	}
	to := empty(b, "sqlite")
	if err := os.WriteFile(to, content, 0o600); err != nil {
		b.Fatal(err)
	}
	return to
}

// openRunner makes a runner of a tool.
func openRunner(b testing.TB, tool Tool, db Database, folder *Folder) Runner {
	b.Helper()
	r, err := tool.Open(db, folder)
	if err != nil {
		b.Fatalf("%s: %v", tool.Name, err)
	}
	return r
}

// up runs what is pending.
func up(b testing.TB, r Runner) {
	b.Helper()
	if err := r.Up(b.Context()); err != nil {
		b.Fatalf("%T: %v", r, err)
	}
}

// tables counts the tables of the history.
func tables(t *testing.T, db Database, most int) int {
	t.Helper()
	count := 0
	for i := 1; i <= most; i++ {
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf("SELECT 1 FROM table_%d", i)); err == nil {
			count++
		} else if !strings.Contains(err.Error(), "exist") && !strings.Contains(err.Error(), "no such table") {
			t.Fatal(err)
		}
	}
	return count
}
