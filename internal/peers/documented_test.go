package peers

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

// A documented is a tool that cannot be had as a Go library: its files and its table
// are as it documents them, and it is dbmend that reads its table again.
type documented struct {
	runner string
	format string
	file   func(m step) map[string]string
	beside map[string]string // files that are always there
	// begun writes what the tool leaves when the third migration has failed; it is
	// empty where that is nothing.
	begun string
}

func inFolder(folder, file string) func(m step) map[string]string {
	return func(m step) map[string]string {
		return map[string]string{fmt.Sprintf(folder, m.number, m.name) + "/" + file: script(m.up)}
	}
}

func named(form string) func(m step) map[string]string {
	return func(m step) map[string]string {
		return map[string]string{fmt.Sprintf(form, m.number, m.name): script(m.up)}
	}
}

var documentedTools = []documented{
	{
		runner: "Flyway", format: "flyway", file: named("V%d__%s.sql"),
		begun: "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) " +
			"SELECT 3, '3', 'names', type, 'V3__names.sql', 1, installed_by, 7, false FROM flyway_schema_history WHERE installed_rank = 2",
	},
	{
		runner: "sqlx", format: "sqlx", file: named("%d_%s.sql"),
		begun: "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) " +
			"SELECT 3, 'names', false, checksum, -1 FROM _sqlx_migrations WHERE version = 2",
	},
	{
		runner: "Prisma", format: "prisma", file: inFolder("2024010%d000000_%s", "migration.sql"),
		beside: map[string]string{"migration_lock.toml": "provider = \"any\"\n"},
		begun: "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, started_at) " +
			"SELECT 'failed', checksum, '20240103000000_names', 'no', started_at FROM _prisma_migrations WHERE migration_name = '20240102000000_posts'",
	},
	{runner: "Diesel", format: "diesel", file: inFolder("2024-01-0%d-000000_%s", "up.sql")},
	{runner: "Liquibase", format: "liquibase", file: func(m step) map[string]string {
		text := fmt.Sprintf("--liquibase formatted sql\n--changeset ann:%d\n%s", m.number, script(m.up))
		return map[string]string{fmt.Sprintf("%d_%s.sql", m.number, m.name): text}
	}},
	{runner: "Drizzle", format: "drizzle", file: named("%04d_%s.sql"), beside: map[string]string{"meta/_journal.json": drizzleJournal()}},
	{runner: "Drizzle, by name", format: "drizzle", file: func(m step) map[string]string {
		folder := fmt.Sprintf("2024010%d000000_%s", m.number, m.name)
		return map[string]string{folder + "/migration.sql": script(m.up), folder + "/snapshot.json": "{}"}
	}},
	{runner: "Rails", format: "plain", file: named("2024010%d000000_%s.sql")},
	{runner: "morph", format: "morph", file: named("%06d_%s.up.sql")},
}

// drizzleJournal returns a journal of all steps.
func drizzleJournal() string {
	text := `{"entries": [`
	for i, m := range steps[:4] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf(`{"tag": "%04d_%s", "when": %d}`, m.number, m.name, 1700000000000+i)
	}
	return text + "]}"
}

func (d documented) folder() fstest.MapFS {
	folder := fstest.MapFS{}
	for name, content := range d.beside {
		folder[name] = &fstest.MapFile{Data: []byte(content)}
	}
	for _, m := range steps[:4] {
		for name, content := range d.file(m) {
			folder[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	return folder
}

// Two of four migrations are recorded, and of the third one statement has run. dbmend
// runs the rest; after that, the table says that all four are applied, and nothing
// else.
func TestTablesAsDocumented(t *testing.T) {
	for _, d := range documentedTools {
		for _, name := range all {
			for kind, begun := range map[string]string{"nothing is recorded of it": "", "it is recorded as failed": d.begun} {
				if kind == "it is recorded as failed" && begun == "" {
					continue // the tool leaves no trace of what has failed
				}
				t.Run(d.runner+"/"+name+"/"+kind, func(t *testing.T) {
					db := open(t, name)
					d.history(t, db)
					db.must(t, "INSERT INTO users (id, email) VALUES (1, 'a@example.org')", steps[2].up[0], "UPDATE users SET name = 'Ann'")
					if begun != "" {
						db.must(t, begun)
					}
					m, err := dbmend.New(db.DB, db.engine, d.folder(), dbmend.Format(d.format))
					if err != nil {
						t.Fatal(err)
					}
					report, err := m.Up(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if len(report.Records) != 2 {
						t.Errorf("recorded %v, want the third and the fourth migration", report.Records)
					}
					if report, err = m.Up(t.Context()); err != nil || !report.Nothing() {
						t.Errorf("a second run: %+v, %v", report, err)
					}
					if found := db.column(t, "SELECT name FROM users"); len(found) != 1 || found[0] != "Ann" {
						t.Errorf("the names are %q", found)
					}
					d.complete(t, db, m.Set())
				})
			}
		}
	}
}

// history makes the tool's table and two migrations that it has run.
func (d documented) history(t *testing.T, db database) {
	t.Helper()
	for _, m := range steps[:2] {
		db.must(t, m.up...)
	}
	set, err := migration.Load(d.folder(), db.engine, migration.LoadOptions{Format: d.format})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, db)
	r := tracking.Lookup(d.runner)
	table := r.Home(conn.Traits())
	for _, s := range r.Create(conn.Traits(), table) {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	h, err := r.Read(t.Context(), conn, table)
	if err == nil {
		err = r.Record(context.Background(), conn, h, set.Migrations, set.Migrations[:2])
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// complete looks that the table claims all migrations, and nothing else.
func (d documented) complete(t *testing.T, db database, set *migration.Set) {
	t.Helper()
	conn := connect(t, db)
	r := tracking.Lookup(d.runner)
	h, err := r.Read(t.Context(), conn, r.Home(conn.Traits()))
	if err != nil {
		t.Fatal(err)
	}
	m := tracking.Match(h, set)
	if len(m.Applied) != 4 || len(m.Begun)+len(m.Unknown)+len(m.Repeated) > 0 {
		t.Errorf("the table claims %+v", m)
	}
	for _, c := range m.Applied {
		if c.OtherContent || c.OtherName || c.OtherVersion {
			t.Errorf("the row of %s is %+v", c.Migration, c)
		}
	}
}
