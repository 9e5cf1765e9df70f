package tracking_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbmend/dbmend/tracking"
	"github.com/google/go-cmp/cmp"
)

func TestWhatTablesClaim(t *testing.T) {
	for name, test := range map[string]struct {
		runner string
		insert string
		want   []tracking.Row
	}{
		"names": {
			"named", `INSERT INTO schema_migrations (migration_name) VALUES ('001_init.sql'), ('2_more'), ('003'), ('seed')`,
			[]tracking.Row{
				{Version: "001", Name: "001_init.sql", Text: "001_init.sql"},
				{Version: "2", Name: "2_more", Text: "2_more"},
				{Version: "003", Text: "003"},
				{Name: "seed", Text: "seed"},
			},
		},
		"versions": {
			"dbmate or Rails", `INSERT INTO schema_migrations VALUES ('20240102'), ('001'), ('v3')`,
			[]tracking.Row{
				{Version: "001", Text: "version 001"},
				{Version: "20240102", Text: "version 20240102"},
				{Name: "v3", Text: "version v3"},
			},
		},
		"one version": {
			"golang-migrate", `INSERT INTO schema_migrations VALUES (30, 0)`,
			[]tracking.Row{{Version: "30", Text: "version 30"}},
		},
		"a dirty version": {
			"golang-migrate", `INSERT INTO schema_migrations VALUES (30, true)`,
			[]tracking.Row{{Version: "30", Begun: true, Text: "version 30, dirty"}},
		},
		"no version, dirty": {
			"golang-migrate", `INSERT INTO schema_migrations VALUES (-1, 1)`,
			[]tracking.Row{{Begun: true, Text: "version -1, dirty"}},
		},
		"goose's versions": {
			"goose", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1)`,
			[]tracking.Row{{Version: "1", Text: "version 1"}, {Version: "2", Text: "version 2"}},
		},
		"goose's newest row decides": {
			"goose",
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1), (3, 1), (2, 0), (1, 0), (1, 1)`,
			[]tracking.Row{{Version: "3", Text: "version 3"}, {Version: "1", Text: "version 1"}},
		},
		"goose's order is that of the ids": {
			"goose",
			`INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (9, 1, 0), (8, 1, 1)`,
			[]tracking.Row{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, h := history(t, test.runner, test.insert)
			if diff := cmp.Diff(test.want, h.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnEmptyTableIsAnEmptyHistory(t *testing.T) {
	for runner := range tables {
		if _, h := history(t, runner); len(h.Rows) != 0 || h.Digest == "" {
			t.Errorf("%s: %+v", runner, h)
		}
	}
}

// A table that cannot be read, for whatever reason, is an error.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	for _, r := range tracking.Runners() {
		db := open(t)
		table := r.Home(db.Traits())
		h, err := r.Read(t.Context(), db, table)
		if err == nil || !strings.Contains(err.Error(), r.Name) || !strings.Contains(err.Error(), table.String()) {
			t.Errorf("%s: no table: %v, %v", r.Name, h, err)
		}
		db = open(t, fmt.Sprintf("CREATE TABLE %s (x)", table.Name), fmt.Sprintf("INSERT INTO %s VALUES (1)", table.Name))
		if h, err := r.Read(t.Context(), db, table); err == nil {
			t.Errorf("%s: another table was read as %+v", r.Name, h)
		}
		if _, err := r.Digest(t.Context(), db, table); err == nil {
			t.Errorf("%s: another table has a digest", r.Name)
		}
	}
}

// A value that no tool writes is an error that names the row and the column.
func TestHostileValues(t *testing.T) {
	for tool, test := range map[string]struct {
		row     map[string]any // what the tool writes, as far as it is read
		hostile map[string][]any
	}{
		"sql-migrate": {map[string]any{"id": "001_a.sql"}, map[string][]any{"id": {nil, ""}}},
		"tern":        {map[string]any{"version": 0}, map[string][]any{"version": {nil, -1, 1 << 40, "x"}}},
		"Atlas": {map[string]any{"version": "1", "type": 2, "applied": 1, "total": 1}, map[string][]any{
			"version": {nil, ""}, "type": {nil, "x", -1}, "applied": {nil, "x", -1}, "total": {"1.5", -1},
		}},
		"Flyway": {map[string]any{"installed_rank": 1, "version": "1", "description": "a", "type": "SQL", "success": 1}, map[string][]any{
			"installed_rank": {nil, "x"}, "success": {nil, "perhaps", 2},
		}},
		"Liquibase": {map[string]any{"id": "1", "author": "a", "filename": "f", "exectype": "EXECUTED"}, map[string][]any{
			"id": {nil, ""}, "author": {nil, ""}, "filename": {nil, ""},
		}},
		"sqlx":   {map[string]any{"version": 1, "success": 1}, map[string][]any{"version": {nil, -1, "99999999999999999999"}, "success": {nil, "\x1b[2J"}}},
		"Diesel": {map[string]any{"version": "1"}, map[string][]any{"version": {nil, ""}}},
		"Prisma": {map[string]any{"migration_name": "1_a"}, map[string][]any{"migration_name": {nil, ""}}},
		"Drizzle": {map[string]any{"created_at": 1700000000000, "hash": "a"}, map[string][]any{
			"created_at": {nil, "yesterday", 1.5}, "hash": {nil, ""},
		}},
		"Drizzle, by name": {map[string]any{"created_at": 1700000000000, "hash": "a", "name": "b"}, map[string][]any{"created_at": {nil}, "hash": {nil}}},
		"bun":              {map[string]any{"id": 1, "name": "20240101000000"}, map[string][]any{"id": {nil, "x"}, "name": {nil, ""}}},
		"morph":            {map[string]any{"version": 1, "name": "a"}, map[string][]any{"version": {nil, -1}, "name": {nil}}},
	} {
		t.Run(tool, func(t *testing.T) {
			r := tracking.Lookup(tool)
			// The tool's columns, without what would keep a hostile value out.
			table := key("history")
			insert := func(db *database, row map[string]any) {
				var names, marks []string
				var values []any
				for name, value := range row {
					names, marks, values = append(names, name), append(marks, "?"), append(values, value)
				}
				db.Must(t, "INSERT INTO history ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...)
			}
			fresh := func() *database { return open(t, "CREATE TABLE history ("+strings.Join(r.Columns, ", ")+")") }
			db := fresh()
			insert(db, test.row)
			if _, err := r.Read(t.Context(), db, table); err != nil {
				t.Fatalf("what the tool writes: %v", err)
			}
			for column, values := range test.hostile {
				for _, value := range values {
					db := fresh()
					row := maps.Clone(test.row)
					row[column] = value
					insert(db, row)
					_, err := r.Read(t.Context(), db, table)
					var wrong *tracking.RowError
					if !errors.As(err, &wrong) || wrong.Column != column || wrong.Row != 1 || wrong.Table != table {
						t.Errorf("%s = %v: error %v, want a RowError about it", column, value, err)
					} else if text := err.Error(); len(text) > 300 || strings.Contains(text, "\x1b") {
						t.Errorf("the error is no text to print: %q", text)
					}
				}
			}
		})
	}
}

func TestHostileRows(t *testing.T) {
	for _, test := range []struct {
		runner, columns string
		row             []any
		at              int
		column          string
	}{
		{"named", "migration_name", []any{""}, 2, "migration_name"},
		{"named", "migration_name", []any{nil}, 2, "migration_name"},
		{"dbmate or Rails", "version", []any{nil}, 1, "version"},
		{"dbmate or Rails", "version", []any{""}, 1, "version"},
		{"golang-migrate", "version, dirty", []any{nil, 0}, 1, "version"},
		{"golang-migrate", "version, dirty", []any{99, 0}, 2, "version"},
		{"golang-migrate", "version, dirty", []any{"\x1b[31mred", 0}, 2, "version"},
		{"goose", "version_id, is_applied", []any{nil, 1}, 2, "version_id"},
		{"goose", "version_id, is_applied", []any{-4, 1}, 2, "version_id"},
		{"goose", "version_id, is_applied", []any{"99999999999999999999", 1}, 2, "version_id"},
		{"goose", "version_id, is_applied", []any{strings.Repeat("1", 1<<20), 1}, 2, "version_id"},
		{"goose", "version_id, is_applied", []any{1.5, 1}, 2, "version_id"},
		{"goose", "version_id, is_applied", []any{5, nil}, 2, "is_applied"},
		{"goose", "version_id, is_applied", []any{5, "perhaps"}, 2, "is_applied"},
		{"goose", "version_id, is_applied", []any{5, 2}, 2, "is_applied"},
	} {
		t.Run(fmt.Sprintf("%s %.40v", test.runner, test.row), func(t *testing.T) {
			// The tool's columns, without what would keep a hostile value out.
			table := tables[test.runner].key
			order := map[string]string{"named": "id", "goose": "id"}[test.runner]
			columns := test.columns
			if order != "" {
				columns = order + " INTEGER PRIMARY KEY, " + columns
			}
			db := open(t, "CREATE TABLE "+table.Name+" ("+columns+")")
			first := map[string]string{"named": "'1_a.sql'", "dbmate or Rails": "'1'", "golang-migrate": "1, 0", "goose": "1, 1"}
			db.Must(t, "INSERT INTO "+table.Name+" ("+test.columns+") VALUES ("+first[test.runner]+")")
			marks := strings.TrimSuffix(strings.Repeat("?, ", len(test.row)), ", ")
			db.Must(t, "INSERT INTO "+table.Name+" ("+test.columns+") VALUES ("+marks+")", test.row...)
			_, err := tracking.Lookup(test.runner).Read(t.Context(), db, table)
			var row *tracking.RowError
			if !errors.As(err, &row) || row.Column != test.column || row.Table != table {
				t.Fatalf("error %v, want a RowError about %s", err, test.column)
			}
			if test.runner != "golang-migrate" && row.Row != test.at {
				t.Errorf("it names row %d, want %d", row.Row, test.at)
			}
			if text := err.Error(); len(text) > 300 || strings.Contains(text, "\x1b") {
				t.Errorf("the error is no text to print: %q", text)
			}
		})
	}
}

func TestLongAndOddTextsAreShownAndMatchNothing(t *testing.T) {
	db := open(t, namedTable)
	long := "7" + strings.Repeat("x", 5000)
	for _, name := range []string{long, "8_\x1b[2J.sql", "9_\xff.sql"} {
		db.Must(t, "INSERT INTO schema_migrations (migration_name) VALUES (?)", name)
	}
	h := read(t, db, "named")
	if got := len([]rune(h.Rows[0].Name)); got != 1025 || h.Rows[0].Version != "7" {
		t.Errorf("a name of 5001 characters was shortened to %d, its version is %q", got, h.Rows[0].Version)
	}
	for _, row := range h.Rows {
		if strings.Contains(row.Text, "\x1b") || !utf8.ValidString(row.Text) {
			t.Errorf("%q is no text to print", row.Text)
		}
	}
}

// The digest is read again with one query; it changes with whatever the rows say,
// and with nothing else.
func TestDigest(t *testing.T) {
	for runner, statements := range map[string][]string{
		"named": {
			"INSERT INTO schema_migrations (migration_name) VALUES ('1_a.sql'), ('2_b.sql')",
			"UPDATE schema_migrations SET migration_name = '2_c.sql' WHERE id = 2",
			"DELETE FROM schema_migrations WHERE id = 2",
		},
		"dbmate or Rails": {
			"INSERT INTO schema_migrations VALUES ('1'), ('2'), ('9')",
			"UPDATE schema_migrations SET version = '3' WHERE version = '2'", // same number of rows, same last one
			"DELETE FROM schema_migrations WHERE version = '3'",
		},
		"golang-migrate": {
			"INSERT INTO schema_migrations VALUES (1, 0)",
			"UPDATE schema_migrations SET dirty = 1",
			"UPDATE schema_migrations SET version = 2, dirty = 0",
		},
		"goose": {
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)",
			"UPDATE goose_db_version SET is_applied = 0 WHERE version_id = 1",
			"DELETE FROM goose_db_version WHERE version_id = 1",
		},
	} {
		t.Run(runner, func(t *testing.T) {
			db, h := history(t, runner)
			seen := map[string]bool{h.Digest: true}
			for _, s := range statements {
				db.Must(t, s)
				h := read(t, db, runner)
				db.Count = 0
				digest, err := h.Runner.Digest(t.Context(), db, h.Table)
				if err != nil {
					t.Fatal(err)
				}
				if digest != h.Digest || db.Count != 1 {
					t.Errorf("read %s, then %s with %d queries", h.Digest, digest, db.Count)
				}
				if seen[digest] {
					t.Errorf("the digest %s has not changed after: %s", digest, s)
				}
				seen[digest] = true
			}
		})
	}
}

func BenchmarkDigest(b *testing.B) {
	for runner, insert := range map[string]string{
		"dbmate or Rails": "INSERT INTO schema_migrations SELECT 20240101000000 + i FROM n",
		"goose":           "INSERT INTO goose_db_version (version_id, is_applied) SELECT 20240101000000 + i, 1 FROM n",
	} {
		b.Run(runner, func(b *testing.B) {
			db, h := history(b, runner, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "+insert)
			for b.Loop() {
				if _, err := h.Runner.Digest(b.Context(), db, h.Table); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
