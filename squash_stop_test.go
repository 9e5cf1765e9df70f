package dbmend_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// squashable is a set with tables that refer to each other, with rows and a trigger.
func squashable(g ground) fstest.MapFS {
	trigger := "CREATE TRIGGER users_log AFTER INSERT ON users FOR EACH ROW BEGIN INSERT INTO log VALUES (new.name); END;"
	if g.engine.Name() == "postgres" {
		trigger = `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (new.name); RETURN new; END; $$;
			CREATE TRIGGER users_log AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note();`
	}
	return fstest.MapFS{
		"1_users.sql": file(`CREATE TABLE teams (id integer PRIMARY KEY, name varchar(20) NOT NULL);
			CREATE TABLE users (id integer PRIMARY KEY, name varchar(20), team integer, FOREIGN KEY (team) REFERENCES teams (id));
			CREATE INDEX users_name ON users (name);
			CREATE TABLE log (line varchar(20));` + trigger),
		"2_seeds.sql": file(`INSERT INTO teams VALUES (1, 'a'), (2, 'b');
			INSERT INTO users VALUES (1, 'root', 1), (2, 'guest', 2);
			UPDATE users SET name = 'admin' WHERE id = 1;`),
		"3_mail.sql": file(`ALTER TABLE users ADD COLUMN mail varchar(40);`),
	}
}

// squashed returns a set with a squash file that stands for it up to a version.
func squashed(t *testing.T, g ground, s *stage, files fstest.MapFS, to migration.Version) fstest.MapFS {
	t.Helper()
	made, err := migrate(t, s, g, files, dbmend.To(to)).Squash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	with := maps.Clone(files)
	with[made.Path] = file(made.Text())
	return with
}

// A run that is stopped at any statement of a squash file, or behind it, is ended by the
// next one where an undisturbed run ends. Where a server has run a statement, and
// nobody has written that down, it is found out.
func TestSquashIsStopped(t *testing.T) {
	for name, g := range map[string]ground{"sqlite": sqliteGround, "postgres": postgresGround, "mysql": mysqlGround} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := g.open(t)
			with := squashed(t, g, s, squashable(g), "2")
			all := migrate(t, s, g, with)
			report, err := all.Up(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := look(t, all, s.witness) + recordedBy(t, all)
			for at := 1; at <= len(report.Steps); at++ {
				for _, forgotten := range []bool{false, true} {
					stopped := g.open(t)
					if !stopAt(t, g, stopped, with, at, forgotten) {
						continue
					}
					again := migrate(t, stopped, g, with)
					if _, err := again.Up(t.Context()); err != nil {
						t.Errorf("stopped at %d: %v%s", at, err, factsOf(err))
						continue
					}
					// Of a migration behind the squash, all of which was there, that is said.
					recorded := strings.ReplaceAll(recordedBy(t, again), " present ", " applied ")
					if diff := cmp.Diff(want, look(t, again, stopped.witness)+recorded); diff != "" {
						t.Errorf("stopped at %d (forgotten: %v), the next run ends elsewhere (-undisturbed +stopped):\n%s", at, forgotten, diff)
					}
					if idle, err := again.Up(t.Context()); err != nil || !idle.Nothing() {
						t.Errorf("stopped at %d: a third run finds something to do: %v", at, err)
					}
				}
			}
		})
	}
}

// stopAt has a run stopped behind a statement; forgotten takes back that it was written
// down, as if the process had been killed ahead of that. It reports whether there was
// anything to forget.
func stopAt(t *testing.T, g ground, s *stage, files fstest.MapFS, at int, forgotten bool) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	steps := 0
	m := migrate(t, s, g, files, dbmend.Observe(func(e dbmend.Event) {
		if _, ok := e.(dbmend.Stepped); ok {
			if steps++; steps == at {
				cancel()
			}
		}
	}))
	if _, err := m.Up(ctx); err == nil {
		t.Fatalf("the run was not stopped at %d", at)
	}
	if !forgotten {
		return true
	}
	if g.engine.Name() != "mysql" {
		return false
	}
	result, err := s.witness.Exec("DELETE FROM dbmend_journal WHERE kind = 'statement' AND (name LIKE 'create%' OR name LIKE 'alter%') ORDER BY entry DESC LIMIT 1")
	if err != nil {
		t.Fatal(err)
	}
	n, _ := result.RowsAffected()
	return n > 0
}

// A squash that leads to another schema than it says, since the server makes something
// else of it or the file lies, is undone, and the migrations are run. Where nothing can
// be undone, that is an error, and what is there is found out once the file is away.
func TestSquashThatLies(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := squashable(g)
		with := squashed(t, g, s, files, "3")
		name := g.engine.Name() + migration.SquashExt
		honest, err := migration.ParseSquash(name, with[name].Data)
		if err != nil {
			t.Fatal(err)
		}
		lie := *honest
		lie.Script = strings.Replace(lie.Script, "users_name", "users_named", 1)
		with[name] = file(lie.Text())
		plain := g.open(t)
		m := migrate(t, plain, g, files)
		up(t, m)
		want := look(t, m, plain.witness)
		m = migrate(t, s, g, with)
		report, err := m.Up(t.Context())
		if g.engine.Name() == "mysql" {
			if err == nil || !strings.Contains(err.Error(), "take the file away") {
				t.Fatalf("the lie was believed: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, look(t, m, s.witness)); diff != "" {
			t.Errorf("not what the migrations make (-migrations +squash):\n%s", diff)
		}
		if said := fmt.Sprint(report.Diagnosis.Notes); !strings.Contains(said, "is not used: it leads to the schema") {
			t.Errorf("nothing is said of it: %s", said)
		}
	})
}

// What a squash stands for is recorded for the application's own runner as well.
func TestSquashForAnotherRunner(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		with := squashed(t, g, s, squashable(g), "2")
		m := migrate(t, s, g, with, dbmend.History("golang-migrate"))
		up(t, m)
		if got := queryJSON(t, s.witness, "SELECT version FROM schema_migrations"); !strings.Contains(got, "3") {
			t.Errorf("golang-migrate's table has %s; wanted version 3", got)
		}
		if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
			t.Errorf("a second run finds something to do: %v", err)
		}
	})
}

// A statement of a migration that a squash stands for counts as run: a comment that
// changes is no other migration, and what the migration made can be taken back.
func TestAfterASquashMigrationsCountAsRun(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{
			"1_a.up.sql": file("CREATE TABLE a (id integer PRIMARY KEY);"), "1_a.down.sql": file("DROP TABLE a;"),
			"2_b.up.sql": file("CREATE TABLE b (id integer PRIMARY KEY);\nINSERT INTO b VALUES (1);"), "2_b.down.sql": file("DROP TABLE b;"),
		}
		with := squashed(t, g, s, files, "2")
		up(t, migrate(t, s, g, with))
		with["2_b.up.sql"] = file("-- b\n" + string(files["2_b.up.sql"].Data))
		m := migrate(t, s, g, with)
		report, err := m.Up(t.Context())
		if err != nil || len(report.Steps) > 0 || report.Healed {
			t.Errorf("a comment is taken for another migration: %v", err)
		}
		if _, err := migrate(t, s, g, with, dbmend.Answer(map[string]string{"Q12@down 2_b": "lose"})).Down(t.Context(), ""); err != nil {
			t.Errorf("down: %v%s", err, factsOf(err))
		}
		entries, err := m.History(t.Context(), journal.Filter{Kinds: []journal.Kind{journal.Migrated}})
		if err != nil || entries[len(entries)-1].Outcome != journal.Reverted {
			t.Errorf("down has not taken it back: %v", err)
		}
	})
}
