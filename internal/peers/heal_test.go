package peers

import (
	"slices"
	"testing"

	"github.com/dbmend/dbmend"
)

// tools are all that are tested.
var tools = []tool{goose, golangMigrate, sqlMigrate, tern, dbmate, atlas, bun}

// all is what every tool and engine is tested with.
var all = []string{"sqlite", "postgres", "mariadb"}

// A damage is how a database comes to be in a state that its history does not tell.
type damage struct {
	name string
	// recorded is how many migrations the tool runs before it.
	recorded int
	// do damages the database. u is the tool with the first four migrations.
	do func(t *testing.T, u tool, db database)
	// where says with which tool and engine it can happen; nil is everywhere.
	where func(u tool, engine string) bool
	// goesOn says that the tool does not notice, and that it is dbmend that does.
	goesOn bool
}

var damages = []damage{
	{name: "a table was made by hand, without its index", recorded: 1, do: func(t *testing.T, u tool, db database) {
		db.must(t, "INSERT INTO users (id, email) VALUES (1, 'a@example.org')", steps[1].up[0], "INSERT INTO posts VALUES (7, 1)")
	}},
	{name: "the schema is newer than the history", recorded: 2, do: func(t *testing.T, u tool, db database) {
		db.must(t, "INSERT INTO users (id, email) VALUES (1, 'a@example.org')")
		db.must(t, steps[2].up...)
		db.must(t, steps[3].up...)
	}},
	{name: "a migration that the tool itself has failed in", recorded: 2, do: func(t *testing.T, u tool, db database) {
		db.must(t, "INSERT INTO users (id, email) VALUES (1, 'a@example.org')", steps[2].up[0], "UPDATE users SET name = 'Ann'")
		if err := u.open(t, db, u.folder(4)).up(t); err == nil {
			t.Fatal("the tool was expected to fail")
		}
	}},
	{
		name: "a migration that has failed in its second statement", recorded: 2,
		// Elsewhere the tool itself rolls back, or goes on where it has stopped.
		where: func(u tool, engine string) bool {
			return u.name == "golang-migrate" || engine == "mariadb" && u.name != "Atlas"
		},
		do: func(t *testing.T, u tool, db database) {
			db.must(t, "INSERT INTO users (id, email) VALUES (1, 'a@example.org')", "CREATE INDEX idx_users_name ON users (email)")
			if err := u.open(t, db, u.folder(4)).up(t); err == nil {
				t.Fatal("the tool was expected to fail")
			}
			dropIndex(t, db)
		},
	},
	{name: "an index was dropped by hand", recorded: 4, goesOn: true, do: func(t *testing.T, u tool, db database) {
		db.must(t, "INSERT INTO users (id, email, name) VALUES (1, 'a@example.org', 'Ann')")
		dropIndex(t, db)
	}},
}

// dropIndex drops the index of the third migration, or what has its name.
func dropIndex(t *testing.T, db database) {
	t.Helper()
	if db.name == "mariadb" {
		db.must(t, "DROP INDEX idx_users_name ON users")
	} else {
		db.must(t, "DROP INDEX idx_users_name")
	}
}

// The tool makes a history, the database is damaged, dbmend heals it, and then the
// tool itself says that all is applied and runs the next migration.
func TestTheToolGoesOn(t *testing.T) {
	for _, u := range tools {
		for _, engine := range u.engines {
			for _, d := range damages {
				if d.where != nil && !d.where(u, engine) {
					continue
				}
				t.Run(u.name+"/"+engine+"/"+d.name, func(t *testing.T) {
					t.Parallel()
					db := open(t, engine)
					if err := u.open(t, db, u.folder(d.recorded)).up(t); err != nil {
						t.Fatalf("the tool's own run: %v", err)
					}
					d.do(t, u, db)
					if err := u.open(t, db, u.folder(4)).up(t); (err == nil) != d.goesOn {
						t.Fatalf("before the healing, the tool says: %v", err)
					}
					rows := db.column(t, "SELECT email FROM users ORDER BY id")
					heal(t, u, db, 4)
					goesOn(t, u, db)
					if after := db.column(t, "SELECT email FROM users ORDER BY id"); !slices.Equal(rows, after) {
						t.Errorf("the rows were %q, and are %q", rows, after)
					}
				})
			}
		}
	}
}

// A history of which the newest rows are lost, as after a restore of this one table.
func TestTheToolGoesOnAfterALossOfRows(t *testing.T) {
	for _, u := range tools {
		for _, engine := range u.engines {
			t.Run(u.name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				db := open(t, engine)
				if err := u.open(t, db, u.folder(2)).up(t); err != nil {
					t.Fatal(err)
				}
				keep := "CREATE TABLE kept AS SELECT * FROM " + u.table
				db.must(t, keep)
				if err := u.open(t, db, u.folder(4)).up(t); err != nil {
					t.Fatal(err)
				}
				db.must(t, "DELETE FROM "+u.table, "INSERT INTO "+u.table+" SELECT * FROM kept", "DROP TABLE kept")
				if err := u.open(t, db, u.folder(4)).up(t); err == nil {
					t.Fatal("the tool was expected to fail")
				}
				heal(t, u, db, 4)
				goesOn(t, u, db)
			})
		}
	}
}

// heal lets dbmend heal a database to the first migrations, and looks that a second
// run has nothing to do.
func heal(t *testing.T, u tool, db database, count int) {
	t.Helper()
	m, err := dbmend.New(db.DB, db.engine, u.folder(count), dbmend.Format(u.format))
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Up(t.Context())
	if err != nil {
		t.Fatalf("dbmend: %v", err)
	}
	if report.Nothing() {
		t.Error("dbmend found nothing to do")
	}
	if report, err = m.Up(t.Context()); err != nil || !report.Nothing() {
		t.Errorf("a second run of dbmend: %+v, %v", report, err)
	}
}

// goesOn looks what the tool says of the four migrations, and runs the fifth with it.
func goesOn(t *testing.T, u tool, db database) {
	t.Helper()
	four := u.open(t, db, u.folder(4))
	if applied := four.applied(t); !slices.Equal(applied, []bool{true, true, true, true}) {
		t.Errorf("%s says of the four migrations: applied %v", u.name, applied)
	}
	if err := four.up(t); err != nil {
		t.Errorf("%s has something to do: %v", u.name, err)
	}
	five := u.open(t, db, u.folder(5))
	if applied := five.applied(t); !slices.Equal(applied, []bool{true, true, true, true, false}) {
		t.Errorf("%s says of five migrations: applied %v", u.name, applied)
	}
	if err := five.up(t); err != nil {
		t.Fatalf("%s does not go on: %v", u.name, err)
	}
	if applied := u.open(t, db, u.folder(5)).applied(t); slices.Contains(applied, false) {
		t.Errorf("after the fifth migration, %s says: applied %v", u.name, applied)
	}
	db.must(t, "INSERT INTO later VALUES (1)")
}

// A history is given up for the journal, migrations are run without the tool, and then
// its table is written again, by the tool's name: the tool finds what it has missed.
func TestTheToolGoesOnAfterAnAdoption(t *testing.T) {
	for _, u := range tools {
		for _, engine := range u.engines {
			t.Run(u.name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				db := open(t, engine)
				if err := u.open(t, db, u.folder(2)).up(t); err != nil {
					t.Fatal(err)
				}
				migrator := func(count int, more ...dbmend.Option) *dbmend.Migrator {
					t.Helper()
					m, err := dbmend.New(db.DB, db.engine, u.folder(count), append(more, dbmend.Format(u.format))...)
					if err != nil {
						t.Fatal(err)
					}
					return m
				}
				if a, err := migrator(2).Adopt(t.Context()); err != nil || len(a.Took) != 2 {
					t.Fatalf("adopt: %+v, %v", a, err)
				}
				if report, err := migrator(4).Up(t.Context()); err != nil || len(report.Records) != 2 {
					t.Fatalf("up by the journal: %+v, %v", report, err)
				}
				if report, err := migrator(4, dbmend.History(u.format)).Up(t.Context()); err != nil || report.History == "" {
					t.Fatalf("up by the tool's table: %+v, %v", report, err)
				}
				if report, err := migrator(4).Up(t.Context()); err != nil || !report.Nothing() {
					t.Fatalf("a second run: %+v, %v", report, err)
				}
				goesOn(t, u, db)
			})
		}
	}
}
