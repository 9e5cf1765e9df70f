package tracking_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// snapshot returns a schema from "table(column, column)" texts; a dot in the name
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
			s.Put(&schema.Object{Key: schema.Key{Kind: schema.Column, Space: table.Space, Table: table.Name, Name: column}})
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
		"Rails":                      {[]string{"schema_migrations(version)", "ar_internal_metadata(key, value)"}, tracking.Hint{}, "schema_migrations: dbmate or Rails"},
		"golang-migrate":             {[]string{"schema_migrations(version, dirty)"}, tracking.Hint{}, "schema_migrations: golang-migrate"},
		"goose":                      {[]string{"goose_db_version(id, version_id, is_applied, tstamp)"}, tracking.Hint{}, "goose_db_version: goose"},
		"any name, order and case":   {[]string{"progress(Dirty, Version)"}, tracking.Hint{}, "progress: golang-migrate"},
		"a column too many":          {[]string{"progress(dirty, version, note)"}, tracking.Hint{}, ""},
		"an ordinary table":          {[]string{"release(version)"}, tracking.Hint{}, ""},
		"an ordinary table, pointed": {[]string{"release(version)"}, tracking.Hint{Table: key("Release")}, "release: dbmate or Rails"},
		"two histories": {[]string{"goose_db_version(id, version_id, is_applied, tstamp)", "schema_migrations(version, dirty)"}, tracking.Hint{},
			"goose_db_version: goose; schema_migrations: golang-migrate"},
		"two histories, one pointed at": {[]string{"goose_db_version(id, version_id, is_applied, tstamp)", "schema_migrations(version, dirty)"},
			tracking.Hint{Table: key("schema_migrations")}, "schema_migrations: golang-migrate"},
		"in two spaces": {[]string{"schema_migrations(version)", "app.schema_migrations(version)"}, tracking.Hint{},
			"schema_migrations: dbmate or Rails; app.schema_migrations: dbmate or Rails"},
		"usual name, foreign shape": {[]string{"schema_migrations(version, checksum)"}, tracking.Hint{}, "schema_migrations: -"},
		"pointed at, foreign shape": {[]string{"log(a, b)"}, tracking.Hint{Table: key("log")}, "log: -"},
		"pointed at, not there":     {[]string{"log(a, b)"}, tracking.Hint{Table: key("schema_migrations")}, ""},
		"a tool that is not read":   {[]string{"flyway_schema_history(installed_rank, version, description, success)"}, tracking.Hint{}, "flyway_schema_history: -"},
		"only the name of one":      {[]string{"flyway_schema_history(id, what)", "changes(id, text)", "migrations(id, bird)"}, tracking.Hint{}, ""},
		"tern is not dbmate":        {[]string{"schema_version(version)"}, tracking.Hint{}, "schema_version: -"},
		"what can be read comes first": {[]string{"alembic_version(version_num)", "schema_migrations(version)"}, tracking.Hint{},
			"schema_migrations: dbmate or Rails; alembic_version: -"},
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
		"schema_migrations(version, checksum)":                      "usual name of a table of named, dbmate or Rails, golang-migrate, and other columns: checksum, version",
		"_prisma_migrations(migration_name, checksum, finished_at)": "Prisma, which dbmend does not read",
		"schema_migrations(a\x1b[2J)":                               `\x1b`,
	} {
		found := tracking.Detect(snapshot(table), tracking.Hint{})
		if len(found) != 1 || !strings.Contains(found[0].Reason, want) || strings.Contains(found[0].Reason, "\x1b") {
			t.Errorf("%s: %+v, want a reason with %q", table, found, want)
		}
	}
}

// Every runner's own table is recognised as its own, and as no other's.
func TestEveryRunnerIsDetectedByItsOwnTable(t *testing.T) {
	for _, r := range tracking.Runners() {
		table, ok := tables[r.Name]
		if !ok {
			t.Fatalf("no table of %s to test with", r.Name)
		}
		found := tracking.Detect(inspect(t, open(t, table.ddl)), tracking.Hint{})
		if len(found) != 1 || found[0].Runner.Name != r.Name || found[0].Table != table.key {
			t.Errorf("%s: detected %+v", r.Name, found)
		}
	}
}
