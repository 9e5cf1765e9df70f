package tracking_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

var files = set("001_init.up.sql", "002_more.up.sql", "003_last.up.sql")

// content is what a tool reads of its table.
var content = map[string]string{
	"named":           "SELECT migration_name FROM schema_migrations ORDER BY id",
	"dbmate or Rails": "SELECT version FROM schema_migrations ORDER BY version",
	"golang-migrate":  "SELECT version, typeof(version), dirty, typeof(dirty) FROM schema_migrations",
	"goose":           "SELECT version_id, is_applied, typeof(is_applied) FROM goose_db_version ORDER BY id",
}

func TestRecordWritesAsTheToolDoes(t *testing.T) {
	for name, test := range map[string]struct {
		runner  string
		before  string
		set     *migration.Set
		applied []int // indexes into the set
		want    string
	}{
		"names, empty table": {"named", "", set("001_init.sql", "002_more.sql"), []int{0, 1}, "001_init.sql\n002_more.sql"},
		"names without extension, like the rows": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('001_init')",
			set("001_init.sql", "002_more.sql"),
			[]int{1},
			"001_init\n002_more",
		},
		"names like the newest row that is of the set": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('001_init'), ('002_more.sql'), ('by hand')",
			set("001_init.sql", "002_more.sql", "003_last.sql"),
			[]int{2},
			"001_init\n002_more.sql\nby hand\n003_last.sql",
		},
		"names like rows of another set": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('000_gone')",
			set("001_init.sql"),
			[]int{0},
			"000_gone\n001_init",
		},
		"names of golang-migrate's files": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('001_init.up')",
			files,
			[]int{1},
			"001_init.up\n002_more.up",
		},
		"a name that is there in another spelling": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('001_init'), ('002_more.sql')",
			set("001_init.sql", "002_more.sql"),
			[]int{0, 1},
			"001_init\n002_more.sql",
		},
		"the version is there with another name": {
			"named",
			"INSERT INTO schema_migrations (migration_name) VALUES ('002_other.sql')",
			set("001_init.sql", "002_more.sql"),
			[]int{1},
			"002_other.sql\n002_more.sql",
		},
		"a name that quotes": {"named", "", set(`001_it's.sql`), []int{0}, `001_it's.sql`},

		"versions": {
			"dbmate or Rails", "INSERT INTO schema_migrations VALUES ('001')",
			files,
			[]int{1, 2},
			"001\n002\n003",
		},
		"versions of any length": {
			"dbmate or Rails", "", set("20240101120000123456789012_a.sql"),
			[]int{0},
			"20240101120000123456789012",
		},

		"one row":             {"golang-migrate", "", files, []int{0, 1}, "2|integer|0|integer"},
		"one row moves":       {"golang-migrate", "INSERT INTO schema_migrations VALUES (1, 0)", files, []int{1, 2}, "3|integer|0|integer"},
		"dirty is finished":   {"golang-migrate", "INSERT INTO schema_migrations VALUES (2, 1)", files, []int{1}, "2|integer|0|integer"},
		"none, dirty":         {"golang-migrate", "INSERT INTO schema_migrations VALUES (-1, 1)", files, []int{0}, "1|integer|0|integer"},
		"ahead of the set":    {"golang-migrate", "INSERT INTO schema_migrations VALUES (9, 0)", files, []int{2}, "9|integer|0|integer"},
		"nothing stays dirty": {"golang-migrate", "INSERT INTO schema_migrations VALUES (2, 1)", files, nil, "2|integer|1|integer"},

		"goose's first rows": {"goose", "", files, []int{1, 0}, "0|1|integer\n1|1|integer\n2|1|integer"},
		"goose's later rows": {
			"goose", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)",
			files,
			[]int{1, 2},
			"0|1|integer\n1|1|integer\n2|1|integer\n3|1|integer",
		},
		"goose's row again after a revert": {
			"goose",
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (1, 0)",
			files,
			[]int{0},
			"0|1|integer\n1|1|integer\n1|0|integer\n1|1|integer",
		},
		"goose without the start, but not empty": {
			"goose",
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 0)", files,
			[]int{0},
			"1|0|integer\n1|1|integer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, h := history(t, test.runner, test.before)
			var applied []*migration.Migration
			for _, i := range test.applied {
				applied = append(applied, test.set.Migrations[i])
			}
			for _, time := range []string{"once", "twice"} {
				if err := h.Runner.Record(t.Context(), db, h, test.set.Migrations, applied); err != nil {
					t.Fatal(err)
				}
				if got := db.dump(t, content[test.runner]); got != test.want {
					t.Fatalf("recorded %s, the table holds\n%s\nwant\n%s", time, got, test.want)
				}
				h = read(t, db, test.runner)
			}
		})
	}
}

// What is recorded is claimed by what is read afterwards, and nothing else is.
func TestRecordedIsClaimed(t *testing.T) {
	for runner := range tables {
		db, h := history(t, runner)
		if err := h.Runner.Record(t.Context(), db, h, files.Migrations, files.Migrations[:2]); err != nil {
			t.Fatal(err)
		}
		m := tracking.Match(read(t, db, runner), files)
		if len(m.Applied) != 2 || m.Applied[0].Migration != files.Migrations[0] || m.Applied[1].Migration != files.Migrations[1] ||
			len(m.Begun)+len(m.Unknown)+len(m.Repeated) > 0 {
			t.Errorf("%s: %+v", runner, m)
		}
	}
}

func TestManyAreRecordedWithFewStatements(t *testing.T) {
	var names []string
	for i := range 1200 {
		names = append(names, fmt.Sprintf("%04d_x.sql", i+1))
	}
	many := set(names...)
	db, h := history(t, "dbmate or Rails")
	db.Count = 0
	if err := h.Runner.Record(t.Context(), db, h, many.Migrations, many.Migrations); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, db, "dbmate or Rails").Rows); got != len(names) {
		t.Errorf("recorded %d of %d", got, len(names))
	}
	if db.Count > 10 {
		t.Errorf("it took %d statements", db.Count)
	}
}

// What the table cannot say is an error, and leaves it as it was.
func TestWhatCannotBeRecorded(t *testing.T) {
	for name, test := range map[string]struct {
		runner, before string
		set            *migration.Set
		applied        int
		says           string
	}{
		"a gap": {
			"golang-migrate", "INSERT INTO schema_migrations VALUES (1, 0)", files, 2,
			"cannot say that 003 is applied and 002_more is not",
		},
		"another one is dirty":     {"golang-migrate", "INSERT INTO schema_migrations VALUES (2, 1)", files, 0, "version 2, dirty"},
		"a version without bounds": {"golang-migrate", "", set("99999999999999999999_a.sql"), 0, "does not fit"},
		"goose's as well":          {"goose", "", set("99999999999999999999_a.sql"), 0, "does not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			db, h := history(t, test.runner, test.before)
			before := db.dump(t, content[test.runner])
			err := h.Runner.Record(t.Context(), db, h, test.set.Migrations, test.set.Migrations[test.applied:test.applied+1])
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says: %s", err, test.says)
			}
			if after := db.dump(t, content[test.runner]); after != before {
				t.Errorf("the table held\n%s\nand holds\n%s", before, after)
			}
		})
	}
}

// Every tool's table can be made on every engine that the tool knows, under any name,
// and is recognised as its own and no other's. What is recorded there, of files of
// whatever format, is claimed afterwards, and can be taken back; and where the tool has
// no name for such files, that is an error.
func TestTablesOfTheToolsOwn(t *testing.T) {
	for _, r := range tracking.Runners() {
		t.Run(r.Name, func(t *testing.T) {
			onEveryEngine(t, "", func(t *testing.T, db live) {
				table := key(`odd "name"`)
				statements := r.Create(db.Traits(), table)
				if len(statements) == 0 {
					if r.Name != "tern" || db.name == "postgres" {
						t.Fatal("the table cannot be made")
					}
					return
				}
				db.must(t, statements...)
				all, err := db.Inspect(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				found := tracking.Detect(all, tracking.Hint{Table: table})
				if len(found) != 1 || found[0].Runner != r || len(found[0].Beside) != len(r.Companions) && r.Accompanied {
					t.Errorf("detected %+v", found)
				}
				write := func(do func(context.Context, tracking.Database, *tracking.History, []*migration.Migration, []*migration.Migration) error) tracking.Matched {
					t.Helper()
					err := db.within(t, func(ctx context.Context) error {
						h, err := r.Read(ctx, db, table)
						if err != nil {
							return err
						}
						return do(ctx, db, h, files.Migrations, files.Migrations)
					})
					if err != nil && !strings.Contains(err.Error(), "of another format") {
						t.Fatal(err)
					}
					h, err := r.Read(t.Context(), db, table)
					if err != nil {
						t.Fatal(err)
					}
					return tracking.Match(h, files)
				}
				recorded := len(files.Migrations)
				if r.Key != nil && r.Key(files.Migrations[0]) == "" {
					recorded = 0
				}
				if m := write(r.Record); len(m.Applied) != recorded || len(m.Begun)+len(m.Unknown)+len(m.Repeated) > 0 {
					t.Errorf("recorded %d, and the table claims %+v", recorded, m)
				}
				if m := write(r.Forget); len(m.Applied)+len(m.Begun)+len(m.Unknown)+len(m.Repeated) > 0 {
					t.Errorf("after all was taken back, the table claims %+v", m)
				}
			})
		})
	}
}
