package dbmend_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// The states in which the databases of one application were found in the wild:
// its schema is made in two ways, by a script that fresh installs run and by
// migrations, and the two have met. examples/notes holds what it ships.

const notes = "examples/notes"

// The five indexes that migration 002 makes and schema.sql lacks.
var fiveIndexes = []string{
	"idx_tokens_hash", "idx_tokens_me", "idx_tokens_expires", "idx_auth_codes_hash", "idx_auth_codes_expires",
}

// Ways in which the history may be found.
var (
	none      = ""
	emptyRows = "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);"
	only001   = emptyRows + "INSERT INTO schema_migrations (migration_name) VALUES ('001_add_code_verifier_to_auth_state.sql');"
	both      = only001 + "INSERT INTO schema_migrations (migration_name) VALUES ('002_secure_tokens_and_authorization_codes.sql');"
)

// A state is one row of the table of states.
type state struct {
	name      string
	built     []string // files of examples/notes, or SQL
	histories []string
	options   map[string][]dbmend.Option // by what is given; all must end alike
	runs      []string                   // the beginnings of the statements that up runs; nil where it is refused
	asks      diagnosis.Code             // the question of a refusal
	answers   diagnosis.Answers          // with which it heals, running `answered`
	answered  []string
	keeps     []string // queries whose rows must survive unchanged
	schema    string   // SQL that is added to the full schema before the comparison
}

func TestNotesStates(t *testing.T) {
	production := []string{"schema.sql", "rows.sql"}
	allRows := []string{"SELECT * FROM notes", "SELECT * FROM sessions", "SELECT * FROM tokens", "SELECT * FROM authorization_codes", "SELECT * FROM auth_state"}
	oldRows := []string{"SELECT * FROM notes", "SELECT * FROM sessions", "SELECT state, redirect_uri, created_at, expires_at FROM auth_state"}
	creates := func(names ...string) []string {
		var texts []string
		for _, n := range names {
			texts = append(texts, "CREATE INDEX "+n)
		}
		return texts
	}
	schemaFile := map[string][]dbmend.Option{"schema": {dbmend.Schema("schema.sql", read(t, "schema.sql"))}}
	either := map[string][]dbmend.Option{"schema": schemaFile["schema"], "nothing": nil}
	base := map[string][]dbmend.Option{"base": {dbmend.Base("release-0.9.sql", read(t, "release-0.9.sql"))}}
	drop := diagnosis.Answers{"Q12@002/1": "drop"}
	whole002 := append([]string{"DROP TABLE", "CREATE TABLE tokens"}, creates("idx_tokens_hash", "idx_tokens_me", "idx_tokens_expires")...)

	for _, s := range []state{
		{
			name: "fresh, current", built: []string{"schema.sql", indexes(fiveIndexes...)},
			histories: []string{none, emptyRows}, options: either, runs: []string{},
		},
		{
			name: "production", built: production, histories: []string{none, emptyRows, only001},
			options: either, runs: creates(fiveIndexes...), keeps: allRows,
		},
		{
			name: "production, some indexes", built: append(slices.Clone(production), indexes("idx_tokens_hash", "idx_auth_codes_hash")),
			histories: []string{none, emptyRows, only001}, options: either,
			runs: creates("idx_tokens_me", "idx_tokens_expires", "idx_auth_codes_expires"), keeps: allRows,
		},
		{
			name: "production, wrong claim", built: production, histories: []string{both},
			options: either, runs: creates(fiveIndexes...), keeps: allRows,
		},
		{
			name: "upgraded by rc.1, base given", built: []string{"release-0.9.sql", "rows-0.9.sql", "schema.sql"},
			histories: []string{none}, options: base, keeps: oldRows,
			runs: append(append([]string{"ALTER TABLE auth_state"}, whole002...), creates("idx_auth_codes_hash", "idx_auth_codes_expires")...),
		},
		{
			name: "upgraded by rc.1, no base", built: []string{"release-0.9.sql", "rows-0.9.sql", "schema.sql"},
			histories: []string{none}, options: either, keeps: oldRows,
			asks: diagnosis.Q12, answers: drop,
			answered: append(append([]string{"ALTER TABLE auth_state"}, whole002...), creates("idx_auth_codes_hash", "idx_auth_codes_expires")...),
		},
		{
			name: "plain 0.9, base given", built: []string{"release-0.9.sql", "rows-0.9.sql"},
			histories: []string{none}, options: base, keeps: oldRows,
			runs: append(append(append([]string{"ALTER TABLE auth_state"}, whole002...), "CREATE TABLE authorization_codes"), creates("idx_auth_codes_hash", "idx_auth_codes_expires")...),
		},
		{
			name: "plain 0.9, no base", built: []string{"release-0.9.sql", "rows-0.9.sql"},
			histories: []string{none}, options: either, keeps: oldRows,
			asks: diagnosis.Q12, answers: drop,
			answered: append(append(append([]string{"ALTER TABLE auth_state"}, whole002...), "CREATE TABLE authorization_codes"), creates("idx_auth_codes_hash", "idx_auth_codes_expires")...),
		},
		{
			name: "tokens of a third shape", built: append(slices.Clone(production), "ALTER TABLE tokens ADD COLUMN note TEXT; UPDATE tokens SET note = 'mine'"),
			histories: []string{none}, options: either, runs: creates(fiveIndexes...), keeps: allRows,
			schema: "ALTER TABLE tokens ADD COLUMN note TEXT",
		},
		{
			name: "conflict", built: []string{strings.Replace(read(t, "schema.sql"), "code_hash             TEXT", "code_hash             INTEGER", 1), "rows.sql"},
			histories: []string{none}, options: either, asks: diagnosis.Q3,
		},
		{
			name: "same name, other columns", built: append(slices.Clone(production), "CREATE INDEX idx_tokens_me ON tokens(client_id)"),
			histories: []string{none}, options: either, keeps: allRows,
			runs: []string{"CREATE INDEX idx_tokens_hash", "DROP INDEX", "CREATE INDEX idx_tokens_me", "CREATE INDEX idx_tokens_expires", "CREATE INDEX idx_auth_codes_hash", "CREATE INDEX idx_auth_codes_expires"},
		},
		{
			name: "empty, migrations alone cannot start", built: nil, histories: []string{none},
			options: schemaFile,
			runs:    append(beginnings(read(t, "schema.sql")), creates(fiveIndexes...)...),
		},
	} {
		for i, history := range s.histories {
			for given, options := range s.options {
				t.Run(fmt.Sprintf("%s/history %d/%s given", s.name, i, given), func(t *testing.T) {
					s.check(t, history, options)
				})
			}
		}
	}
}

func (s *state) check(t *testing.T, history string, options []dbmend.Option) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "notes.db")
	db := open(t, path)
	for _, part := range append(s.built, history) {
		if strings.HasSuffix(part, ".sql") {
			part = read(t, part)
		}
		execScript(t, db, part)
	}
	exec(t, db, "PRAGMA user_version = 7") // so that the file is there, also where nothing was built
	before := dump(t, db)
	sum := fileSum(t, path)
	rows := map[string]string{}
	for _, q := range s.keeps {
		rows[q] = queryJSON(t, db, q)
	}
	migrator := func(more ...dbmend.Option) *dbmend.Migrator {
		m, err := dbmend.New(db, sqlite.Engine{}, os.DirFS(filepath.Join(notes, "migrations")), append(slices.Clone(options), more...)...)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	runs := s.runs
	m := migrator()
	if s.asks != "" {
		_, err := m.Up(ctx)
		refusal, ok := errors.AsType[*dbmend.Refusal](err)
		if !ok || refusal.Questions[0].Code != s.asks {
			t.Fatalf("up: %v; wanted the question %s", err, s.asks)
		}
		if dump(t, db) != before || fileSum(t, path) != sum {
			t.Fatal("the refusal changed the database")
		}
		if s.answers == nil {
			if text := refusal.Questions[0].Text; !strings.Contains(text, "authorization_codes.code_hash") || !strings.Contains(text, "type INTEGER") || !strings.Contains(text, "type TEXT") {
				t.Fatalf("the question names too little: %s", text)
			}
			return
		}
		m, runs = migrator(dbmend.Answer(s.answers)), s.answered
	}
	report, err := m.Up(ctx)
	if err != nil {
		t.Fatalf("up: %v", err)
	}
	if !slices.EqualFunc(steps(report), runs, func(ran, want string) bool { return strings.HasPrefix(strings.Join(strings.Fields(ran), " "), want) }) {
		t.Fatalf("up ran\n%s\nwanted\n%s", strings.Join(steps(report), "\n"), strings.Join(runs, "\n"))
	}
	for q, want := range rows {
		if got := queryJSON(t, db, q); got != want && !(strings.Contains(q, "tokens") && s.answers != nil) {
			t.Errorf("%s gives %s; before it was %s", q, got, want)
		}
	}
	s.checkFull(t, db)
	if history == none {
		if got := queryJSON(t, db, "SELECT version FROM dbmend_journal WHERE kind = 'migration' ORDER BY entry"); got != `[["001"],["002"]]` {
			t.Errorf("the journal records %s", got)
		}
	} else {
		want := `[["001_add_code_verifier_to_auth_state.sql"],["002_secure_tokens_and_authorization_codes.sql"]]`
		if got := queryJSON(t, db, "SELECT migration_name FROM schema_migrations ORDER BY id"); got != want {
			t.Errorf("schema_migrations holds %s", got)
		}
	}
	healed := dump(t, db)
	for _, again := range []*dbmend.Migrator{m, migrator()} {
		if report, err := again.Up(ctx); err != nil || !report.Nothing() {
			t.Fatalf("the second up: %v, ran %v, recorded %v", err, steps(report), report.Records)
		}
	}
	if dump(t, db) != healed {
		t.Error("the second up changed the database")
	}
}

// checkFull requires the full schema: schema.sql and the five indexes, read by
// SQLite's own pragmas and not by dbmend.
func (s *state) checkFull(t *testing.T, db *sql.DB) {
	t.Helper()
	full := open(t, filepath.Join(t.TempDir(), "full.db"))
	execScript(t, full, read(t, "schema.sql"))
	execScript(t, full, indexes(fiveIndexes...))
	execScript(t, full, s.schema)
	const shape = `SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_master m, pragma_table_xinfo(m.name) c
		WHERE m.type = 'table' AND m.name NOT IN ('dbmend_journal', 'schema_migrations', 'sqlite_sequence') ORDER BY 1, 2`
	const keys = `SELECT m.name, iif(i.origin = 'c', i.name, ''), i."unique", i.partial, group_concat(x.name || x."desc")
		FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x
		WHERE m.type = 'table' AND x.key AND m.name NOT IN ('dbmend_journal', 'schema_migrations') GROUP BY m.name, i.name ORDER BY 1, 2, 5`
	for _, query := range []string{shape, keys} {
		if got, want := queryJSON(t, db, query), queryJSON(t, full, query); got != want {
			t.Errorf("the schema is\n%s\nwanted\n%s", got, want)
		}
	}
}

// TestNotesHistoryKeptForTheApplication: where there was no history and the
// application's own is asked for, it is made and filled as well.
func TestNotesHistoryKeptForTheApplication(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "notes.db"))
	execScript(t, db, read(t, "schema.sql")+read(t, "rows.sql"))
	m, err := dbmend.New(db, sqlite.Engine{}, os.DirFS(notes+"/migrations"), dbmend.History("schema_migrations"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `[["001_add_code_verifier_to_auth_state.sql"],["002_secure_tokens_and_authorization_codes.sql"]]`
	if got := queryJSON(t, db, "SELECT migration_name FROM schema_migrations ORDER BY id"); got != want {
		t.Errorf("schema_migrations holds %s", got)
	}
	if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
		t.Fatalf("the second up: %v, ran %v", err, steps(report))
	}
}

// TestNotesWrongClaim: 002 is recorded, and its indexes are not there.
func TestNotesWrongClaim(t *testing.T) {
	build := func(t *testing.T, options ...dbmend.Option) (*sql.DB, *dbmend.Migrator) {
		db := open(t, filepath.Join(t.TempDir(), "notes.db"))
		execScript(t, db, read(t, "schema.sql")+read(t, "rows.sql")+both)
		m, err := dbmend.New(db, sqlite.Engine{}, os.DirFS(notes+"/migrations"), options...)
		if err != nil {
			t.Fatal(err)
		}
		return db, m
	}
	t.Run("status and diagnose name the drift", func(t *testing.T) {
		_, m := build(t)
		status, err := m.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := status.Migrations[1].Standing; got != diagnosis.Drifted {
			t.Errorf("002 is %v; wanted drifted", got)
		}
		var named []string
		for _, d := range status.Drift {
			named = append(named, d.Difference.Key.Name)
		}
		if !slices.Equal(named, fiveIndexes) {
			t.Errorf("drift names %v; wanted %v", named, fiveIndexes)
		}
	})
	t.Run("drift report leaves it", func(t *testing.T) {
		db, m := build(t, dbmend.Drift(diagnosis.ReportDrift))
		report, err := m.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Steps) != 0 || len(report.Drift) != 5 {
			t.Errorf("ran %v, left %d alone; wanted nothing run and five left", steps(report), len(report.Drift))
		}
		if got := queryJSON(t, db, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'idx_tokens%'"); got != `[["0"]]` {
			t.Errorf("indexes: %s", got)
		}
	})
	t.Run("drift refuse stops", func(t *testing.T) {
		db, m := build(t, dbmend.Drift(diagnosis.RefuseDrift))
		before := dump(t, db)
		_, err := m.Up(t.Context())
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); !ok || refusal.Questions[0].Code != diagnosis.Q17 {
			t.Fatalf("up: %v; wanted the question Q17", err)
		}
		if dump(t, db) != before {
			t.Error("the refusal changed the database")
		}
	})
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(notes, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// indexes returns the statements that make some of the five indexes.
func indexes(names ...string) string {
	on := map[string]string{
		"idx_tokens_hash": "tokens(token_hash)", "idx_tokens_me": "tokens(me)", "idx_tokens_expires": "tokens(expires_at)",
		"idx_auth_codes_hash": "authorization_codes(code_hash)", "idx_auth_codes_expires": "authorization_codes(expires_at)",
	}
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "CREATE INDEX %s ON %s;\n", n, on[n])
	}
	return b.String()
}

// beginnings returns the first words of each statement of a script.
func beginnings(script string) []string {
	statements, err := sqlite.Engine{}.Cut(script)
	if err != nil {
		panic(err)
	}
	var texts []string
	for _, s := range statements {
		texts = append(texts, strings.Join(strings.Fields(s.Text)[:5], " "))
	}
	return texts
}

// TestNotesBrokenDatabase: the file that ships is what its README says, and heals.
func TestNotesBrokenDatabase(t *testing.T) {
	shipped, err := os.ReadFile(notes + "/broken.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(path, shipped, 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	built := open(t, filepath.Join(t.TempDir(), "built.db"))
	execScript(t, built, read(t, "schema.sql")+read(t, "rows.sql"))
	for _, query := range []string{
		"SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2",
		"SELECT slug, file_path FROM notes", "SELECT token_hash, me FROM tokens", "SELECT code_hash FROM authorization_codes", "SELECT state FROM auth_state",
	} {
		if got, want := queryJSON(t, db, query), queryJSON(t, built, query); got != want {
			t.Errorf("%s gives %s in the file that ships; schema.sql and rows.sql give %s", query, got, want)
		}
	}
	m, err := dbmend.New(db, sqlite.Engine{}, os.DirFS(notes+"/migrations"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Up(t.Context())
	if err != nil || len(report.Steps) != 5 {
		t.Fatalf("up: %v, ran %v; wanted the five indexes", err, steps(report))
	}
}
