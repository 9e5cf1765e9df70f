package tracking_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// snapshot returns a schema from "table(column, column:type)" texts; a dot in the name
// parts off the space.
func snapshot(tables ...string) *schema.Snapshot {
	s := schema.NewSnapshot()
	for _, text := range tables {
		name, columns, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		table := key(name)
		if space, rest, ok := strings.Cut(name, "."); ok {
			table.Space, table.Name = space, rest
		}
		s.Put(&schema.Object{Key: table})
		for column := range strings.SplitSeq(columns, ", ") {
			column, kind, _ := strings.Cut(column, ":")
			s.Put(&schema.Object{
				Key:   schema.Key{Kind: schema.Column, Space: table.Space, Table: table.Name, Name: column},
				Facts: []schema.Fact{{Name: schema.Type, Value: kind}},
			})
		}
	}
	return s
}

func TestDetect(t *testing.T) {
	for name, test := range map[string]struct {
		tables []string
		hint   tracking.Hint
		want   string // "table: runner" or "table: -", in order
	}{
		"nothing":                    {[]string{"notes(id, slug)"}, tracking.Hint{}, ""},
		"by name of file":            {[]string{"schema_migrations(id, migration_name, applied_at)"}, tracking.Hint{}, "schema_migrations: named"},
		"dbmate":                     {[]string{"schema_migrations(version)"}, tracking.Hint{}, "schema_migrations: dbmate or Rails"},
		"Rails":                      {[]string{"schema_migrations(version)", "ar_internal_metadata(key, value)"}, tracking.Hint{}, "schema_migrations: Rails"},
		"golang-migrate":             {[]string{"schema_migrations(version, dirty)"}, tracking.Hint{}, "schema_migrations: golang-migrate"},
		"goose":                      {[]string{"goose_db_version(id, version_id, is_applied, tstamp)"}, tracking.Hint{}, "goose_db_version: goose"},
		"any name and order":         {[]string{"progress(dirty, version)"}, tracking.Hint{}, "progress: golang-migrate"},
		"any case":                   {[]string{"Progress(Dirty, VERSION)"}, tracking.Hint{}, "Progress: golang-migrate"},
		"a case that nobody finds":   {[]string{"schema_migrations(Dirty, version)"}, tracking.Hint{}, "schema_migrations: -"},
		"a column too many":          {[]string{"progress(dirty, version, note)"}, tracking.Hint{}, ""},
		"an ordinary table":          {[]string{"release(version)"}, tracking.Hint{}, ""},
		"an ordinary table, pointed": {[]string{"release(version)"}, tracking.Hint{Table: key("Release")}, "release: dbmate or Rails"},
		"two histories": {
			[]string{"goose_db_version(id, version_id, is_applied, tstamp)", "schema_migrations(version, dirty)"},
			tracking.Hint{},
			"goose_db_version: goose; schema_migrations: golang-migrate",
		},
		"two histories, one pointed at": {
			[]string{"goose_db_version(id, version_id, is_applied, tstamp)", "schema_migrations(version, dirty)"},
			tracking.Hint{Table: key("schema_migrations")},
			"schema_migrations: golang-migrate",
		},
		"in two spaces": {
			[]string{"schema_migrations(version)", "app.schema_migrations(version)"},
			tracking.Hint{},
			"schema_migrations: dbmate or Rails; app.schema_migrations: dbmate or Rails",
		},
		"usual name, foreign shape":  {[]string{"schema_migrations(version, checksum)"}, tracking.Hint{}, "schema_migrations: -"},
		"pointed at, foreign shape":  {[]string{"log(a, b)"}, tracking.Hint{Table: key("log")}, "log: -"},
		"pointed at, not there":      {[]string{"log(a, b)"}, tracking.Hint{Table: key("schema_migrations")}, ""},
		"a tool that is not read":    {[]string{"knex_migrations(id, name, batch, migration_time)"}, tracking.Hint{}, "knex_migrations: -"},
		"a table of another release": {[]string{"flyway_schema_history(installed_rank, version, description, success)"}, tracking.Hint{}, "flyway_schema_history: -"},
		"only the name of one":       {[]string{"alembic_version(id, what)", "changes(id, text)", "migrations(id, bird)"}, tracking.Hint{}, ""},
		"tern":                       {[]string{"schema_version(version:int4)"}, tracking.Hint{Format: "tern"}, "schema_version: tern"},
		"tern of other files":        {[]string{"schema_version(version:int4)"}, tracking.Hint{Format: "plain"}, "schema_version: -"},
		"tern, pointed at":           {[]string{"level(version:int4)"}, tracking.Hint{Table: key("level")}, "level: tern"},
		"dbmate is not tern":         {[]string{"schema_version(version:text)"}, tracking.Hint{Table: key("schema_version")}, "schema_version: dbmate or Rails"},
		"ordinary columns":           {[]string{"coupons(id, applied_at)", "files(id, hash, created_at)", "things(version, name)"}, tracking.Hint{}, ""},
		"ordinary columns, pointed":  {[]string{"migrations(id, applied_at)"}, tracking.Hint{Table: key("migrations")}, "migrations: sql-migrate"},
		"another space":              {[]string{"drizzle.__drizzle_migrations(id, hash, created_at)"}, tracking.Hint{}, "drizzle.__drizzle_migrations: Drizzle"},
		"two histories that disagree": {
			[]string{
				"atlas_schema_revisions(version, description, type, applied, total, executed_at, execution_time, error, error_stmt, hash, partial_hashes, operator_version)",
				"_sqlx_migrations(version, description, installed_on, success, checksum, execution_time)",
			},
			tracking.Hint{},
			"_sqlx_migrations: sqlx; atlas_schema_revisions: Atlas",
		},
		"what can be read comes first": {
			[]string{"alembic_version(version_num)", "schema_migrations(version)"},
			tracking.Hint{},
			"schema_migrations: dbmate or Rails; alembic_version: -",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range tracking.Detect(snapshot(test.tables...), test.hint) {
				runner := "-"
				if c.Runner != nil {
					runner = c.Runner.Name
				}
				if c.Reason == "" {
					t.Errorf("%s has no reason", c.Table)
				}
				got = append(got, fmt.Sprintf("%s: %s", strings.TrimPrefix(c.Table.String(), "table "), runner))
			}
			if got := strings.Join(got, "; "); got != test.want {
				t.Errorf("detected %q, want %q", got, test.want)
			}
		})
	}
}

func TestAForeignShapeSaysWhatItIs(t *testing.T) {
	for table, want := range map[string]string{
		"schema_migrations(version, checksum)":                      "usual name of a table of named, dbmate or Rails, Rails, golang-migrate, and other columns: checksum, version",
		"knex_migrations(id, name, batch, migration_time)":          "Knex, which dbmend does not read",
		"_prisma_migrations(migration_name, checksum, finished_at)": "usual name of a table of Prisma, and other columns",
		"schema_version(version)":                                   "it may be the table of tern, and the files are not tern's",
		"schema_migrations(a\x1b[2J)":                               `\x1b`,
	} {
		found := tracking.Detect(snapshot(table), tracking.Hint{})
		if len(found) != 1 || !strings.Contains(found[0].Reason, want) || strings.Contains(found[0].Reason, "\x1b") {
			t.Errorf("%s: %+v, want a reason with %q", table, found, want)
		}
	}
}

// A tool's other tables are found beside its own, and in no other space.
func TestCompanions(t *testing.T) {
	found := tracking.Detect(snapshot("app.bun_migrations(id, name, group_id, migrated_at)", "app.bun_migration_locks(id, table_name)",
		"bun_migration_locks(id, table_name)"), tracking.Hint{})
	want := schema.Key{Kind: schema.Table, Space: "app", Name: "bun_migration_locks"}
	if len(found) != 1 || len(found[0].Beside) != 1 || found[0].Beside[0] != want {
		t.Errorf("detected %+v, want %s beside it", found, want)
	}
}

// FuzzDetect: whatever tables are called, what is found is among them, each that can be
// read ahead of those that cannot.
func FuzzDetect(f *testing.F) {
	f.Add("schema_migrations(version, dirty:bigint)", "a.goose_db_version(id, version_id, is_applied, tstamp)", "", "goose")
	f.Add("SchemaVersion(\x00, VERSION)", "(", "SchemaVersion", "")
	f.Fuzz(func(t *testing.T, one, other, pointed, format string) {
		s := snapshot(one, other)
		foreign := false
		for _, c := range tracking.Detect(s, tracking.Hint{Table: key(pointed), Format: format}) {
			if s.Get(c.Table) == nil || c.Reason == "" {
				t.Fatalf("%+v", c)
			}
			for _, beside := range c.Beside {
				if s.Get(beside) == nil || beside == c.Table {
					t.Fatalf("%+v", c)
				}
			}
			if foreign = foreign || c.Runner == nil; foreign && c.Runner != nil {
				t.Fatalf("%s comes behind what cannot be read", c.Table)
			}
		}
	})
}
