package migration_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

// read loads files in a format and returns the migrations.
func read(t *testing.T, options migration.LoadOptions, pairs ...string) []*migration.Migration {
	t.Helper()
	s, err := migration.Load(folder(pairs...), lineCutter{}, options)
	if err != nil {
		t.Fatal(err)
	}
	return s.Migrations
}

// The numbers are Flyway's own: of the tutorial on dry runs in its documentation,
// and of issue 2474 of flyway/flyway.
func TestFlywayChecksum(t *testing.T) {
	const couple = "create table COUPLE (\n    ID int not null,\n    PERSON1 int not null references PERSON(ID), \n    PERSON2 int not null references PERSON(ID) \n);\n"
	options := migration.LoadOptions{Format: "flyway", Placeholders: map[string]string{"type": "timestamp"}}
	for _, c := range []struct {
		what, name, content string
		want, plain         int32
	}{
		{"as published", "V3__Couple.sql", couple, -722651034, -722651034},
		{"line ends of Windows", "V3__Couple.sql", strings.ReplaceAll(couple, "\n", "\r\n"), -722651034, -722651034},
		{"a byte order mark", "V3__Couple.sql", "\uFEFF" + couple, -722651034, -722651034},
		{"no line end", "V1_1__a.sql", "alter table location_history add column valid_until timestamp with time zone;", -1039259818, -1039259818},
		{"placeholders stay in versioned ones", "V2__a.sql", "SELECT '${type}';", 43420885, 43420885},
		{"placeholders put in in repeatable ones", "R__a.sql", "alter table location_history add column valid_until ${type} with time zone;", -1039259818, -195032962},
		{"nothing", "V1__a.sql", "", 0, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := read(t, options, c.name, c.content)[0]
			if got, plain := migration.FlywayChecksum(m), migration.FlywayPlainChecksum(m); got != c.want || plain != c.plain {
				t.Errorf("%d and %d, want %d and %d", got, plain, c.want, c.plain)
			}
		})
	}
}

// SHA-384 of "abc" is that of FIPS 180-4.
func TestSqlxChecksum(t *testing.T) {
	const want = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
	m := read(t, migration.LoadOptions{Format: "sqlx"}, "1_a.up.sql", "abc", "1_a.down.sql", "def")[0]
	sum := migration.SqlxChecksum(m)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The checksum of "hello" is in Prisma's own tests, and so is that other line ends
// make no difference and that zeros may be missing.
func TestPrismaChecksum(t *testing.T) {
	options := migration.LoadOptions{Format: "prisma"}
	const want = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	m := read(t, options, "1_a/migration.sql", "hello")[0]
	if got := migration.PrismaChecksum(m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	unix := read(t, options, "1_a/migration.sql", "SELECT 1;\nSELECT 2;\n")[0]
	windows := read(t, options, "1_a/migration.sql", "SELECT 1;\r\nSELECT 2;\r\n")[0]
	for _, c := range []struct {
		what     string
		m        *migration.Migration
		checksum string
		want     bool
	}{
		{"its own", m, want, true},
		{"without the zeros of 0e and 04", m, "2cf24dba5fb0a3e26e83b2ac5b9e29e1b161e5c1fa7425e7343362938b9824", true},
		{"another", m, migration.PrismaChecksum(unix), false},
		{"none", m, "", false},
		{"of a checkout on Windows", unix, migration.PrismaChecksum(windows), true},
		{"of a checkout elsewhere", windows, migration.PrismaChecksum(unix), true},
	} {
		if got := migration.IsPrismaChecksum(c.m, c.checksum); got != c.want {
			t.Errorf("%s: %t, want %t", c.what, got, c.want)
		}
	}
}

func TestDrizzleHash(t *testing.T) {
	m := read(t, migration.LoadOptions{Format: "drizzle"}, "0000_a.sql", "hello", "meta/_journal.json", `{"entries":[{"tag":"0000_a","when":1}]}`)[0]
	if got, want := migration.DrizzleHash(m), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The checksum of "select 1" is in Liquibase's own tests
// (UpgradeChecksumVersionIntegrationTest). Blanks, and all that is not SQL, do not
// count; parameters do.
func TestLiquibaseChecksum(t *testing.T) {
	const want = "9:3b78b9910981c62ca27148640fad7bc2"
	for what, body := range map[string]string{
		"as it is":   "--changeset fl:3\nselect 1\n",
		"in lines":   "--changeset fl:3 runOnChange:true\r\n\r\n  select\r\n\t1",
		"among more": "--changeset fl:3\n--comment: why\n--validCheckSum: ANY\nselect 1\n--rollback select 2\n",
		"parameters": "--property name:n value:1\n--changeset fl:3\nselect ${n}\n",
		"left out":   "--changeset fl:3\n--ignoreLines:1\nselect 2\nselect 1\n",
		"not last":   "--changeset fl:3\nselect 1\n\n--changeset fl:4\nselect 4",
	} {
		if got := migration.LiquibaseChecksum(read(t, migration.LoadOptions{}, "a.sql", "--liquibase formatted sql\n"+body)[0]); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	if got := migration.LiquibaseChecksum(read(t, migration.LoadOptions{}, "1_a.sql", "select 1")[0]); got != "" {
		t.Errorf("of a plain file: %s", got)
	}
}

// The hashes are those of atlas.sum, which the situations in testdata have from
// elsewhere.
func TestAtlasHash(t *testing.T) {
	files := []string{"1_a.sql", "CREATE TABLE a (id int);\n", "2_b.sql", "-- First.\nSELECT 1;\nSELECT\n 2 ;\nSELECT 3"}
	s := read(t, migration.LoadOptions{Format: "atlas"}, files...)
	if got, want := migration.AtlasHash(s[0]), "e72Wd39UNYY4sGrVkNYkCs4GRrWBQ0ASXh73rS+WpU4="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if alone := read(t, migration.LoadOptions{Format: "atlas"}, files[2:]...); migration.AtlasHash(alone[0]) == migration.AtlasHash(s[1]) {
		t.Error("the hash does not depend on the files before")
	}
	want := []string{ // of "SELECT 1;", then of "SELECT 1;SELECT\n 2 ;", then with "SELECT 3"
		"h1:F9tP02ntuSRLn5HZru0UXD0ErYum6V0GJH8HpjUn0Ro=",
		"h1:dNVQ813hnGB33hUk7LCuk5CpdFmPCpJfMqZs4OqUX14=",
		"h1:T5lH0BkMqWb3+FRTulo+LrU8K9E/RBJ2s52lB9meW3Q=",
	}
	if diff := cmp.Diff(want, migration.AtlasPartialHashes(s[1])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// A delimiter of another kind is no part of the statement.
	own := read(t, migration.LoadOptions{Format: "atlas"}, "1_a.sql", "-- atlas:delimiter //\nSELECT 1; //\n")[0]
	if diff := cmp.Diff(want[:1], migration.AtlasPartialHashes(own)); diff != "" {
		t.Errorf("with a delimiter of its own: -want +got:\n%s", diff)
	}
}

// Diesel compares versions as texts: a day that somebody wrote with one digit comes where
// the text has it, behind the days that begin with a zero, and is known by what was written.
func TestTimesOfOddWidths(t *testing.T) {
	var got []string
	for _, m := range read(t, migration.LoadOptions{Format: "diesel"}, "2020-12-01-100000_a/up.sql", "", "2020-12-7-190227_b/up.sql", "",
		"2020-12-08-120000_c/up.sql", "", "2021-01-01_d/up.sql", "") {
		got = append(got, m.Name+" "+m.Key)
	}
	if diff := cmp.Diff([]string{"a 20201201100000", "c 20201208120000", "b 2020127190227", "d 20210101"}, got); diff != "" {
		t.Error(diff)
	}
}

// What a tracking table knows a migration by, format by format.
func TestKeys(t *testing.T) {
	const formatted = "--liquibase formatted sql\n--changeset a:1\nSELECT 1;"
	for _, c := range []struct{ format, name, content, want string }{
		{"plain", "007_a.sql", "", "007"},
		{"sql-migrate", "007_a.sql", "-- +migrate Up", "007_a.sql"},
		{"tern", "001_a.sql", "", "001"},
		{"atlas", "20240101_a.sql", "", "20240101"},
		{"flyway", "V1_2__a.sql", "", "1.2"},
		{"flyway", "R__a.sql", "", ""},
		{"liquibase", "1.sql", formatted, ""},
		{"sqlx", "1_a.sql", "", "1"},
		{"diesel", "2024-01-01-120000-0001_a/up.sql", "", "202401011200000001"},
		{"prisma", "0_init/migration.sql", "", "0_init"},
		{"drizzle", "20240101120000_a/migration.sql", "", "20240101120000_a"},
		{"bun", "20240101_a.up.sql", "", "20240101"},
		{"morph", "000001_a.up.sql", "", "000001"},
	} {
		if m := read(t, migration.LoadOptions{Format: c.format}, c.name, c.content)[0]; m.Key != c.want {
			t.Errorf("%s: %s is known as %q, want %q", c.format, c.name, m.Key, c.want)
		}
	}
}

// A dump of Rails' or dbmate's records what it makes.
func TestParseSchema(t *testing.T) {
	const table = "CREATE TABLE users (id int);\n"
	for _, c := range []struct {
		what, content string
		versions      []migration.Version
		text          string
	}{
		{"Rails", table + "\nINSERT INTO \"schema_migrations\" (version) VALUES\n('20240102120000'),\n('20240101120000');\n\n",
			[]migration.Version{"20240102120000", "20240101120000"}, table + "\n\n\n\n\n"},
		{"Rails with MySQL", table + "INSERT INTO `schema_migrations` (version) VALUES\n('20240101120000');\n", []migration.Version{"20240101120000"}, table + "\n\n"},
		{"Rails, before 5", table + "INSERT INTO schema_migrations (version) VALUES ('2012');\n\nINSERT INTO schema_migrations (version) VALUES ('2013');\n" + table,
			[]migration.Version{"2012", "2013"}, table + "\n\n\n" + table},
		{"dbmate", table + "-- Dbmate schema migrations\nINSERT INTO public.schema_migrations (version) VALUES\n    ('20151129054053');\n",
			[]migration.Version{"20151129054053"}, table + "-- Dbmate schema migrations\n\n\n"},
		{"none", table, nil, table},
		{"rows of another table", "INSERT INTO users (version) VALUES ('1');", nil, "INSERT INTO users (version) VALUES ('1');"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, err := migration.ParseSchema("structure.sql", []byte(c.content), targetCutter{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.versions, s.Versions); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.text, s.Text); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
	for content, want := range map[string]string{
		"\n\nINSERT INTO schema_migrations (version, dirty) VALUES ('1', 0);": "structure.sql:3: fills schema_migrations in a form that is not read: the form is (version) VALUES ('1'), ('2')",
		"INSERT INTO schema_migrations (version) SELECT '1';":                 "structure.sql:1: fills schema_migrations in a form that is not read: the form is (version) VALUES ('1'), ('2')",
		"INSERT INTO schema_migrations (version) VALUES ('1'),":               "structure.sql:1: fills schema_migrations in a form that is not read: the form is (version) VALUES ('1'), ('2')",
		"SELECT 'open;": "structure.sql:1: a string is not closed",
		"\x00":          "structure.sql:1: a NUL character",
	} {
		if _, err := migration.ParseSchema("structure.sql", []byte(content), targetCutter{}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}

// targetCutter is a lineCutter that knows the table that an INSERT fills.
type targetCutter struct{}

func (targetCutter) Cut(source string) ([]migration.Statement, error) {
	statements, err := lineCutter{}.Cut(source)
	for i, s := range statements {
		if words := strings.Fields(s.Text); len(words) > 2 && s.Class == migration.Data {
			table := strings.Trim(words[2], "\"`")
			statements[i].Target = table[strings.LastIndexByte(table, '.')+1:]
		}
	}
	return statements, err
}

// What lies below the folder counts only for formats that have files there, and so
// does how much it is.
func TestFoldersThatCannotBeRead(t *testing.T) {
	deep := strings.Repeat("a/", 12)
	f := fstest.MapFS{"1_a.sql": {}, deep + "b.txt": {}}
	if s := load(t, f); s.Format != "plain" || len(s.Migrations) != 1 {
		t.Errorf("read as %s: %v", s.Format, s.Migrations)
	}
	f = fstest.MapFS{"V1__a.sql": {}, deep + "V2__b.sql": {}}
	_, err := migration.Load(f, lineCutter{}, migration.LoadOptions{})
	if want := "read the folder of migrations: there are more than 50000 files and folders below it, or more than 8 folders within each other"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Parameters within parameters may double with each step: there is an end to it.
func TestValuesThatGrow(t *testing.T) {
	var b strings.Builder
	b.WriteString("--liquibase formatted sql\n--property name:a0 value:aaaaaaaaaa\n")
	for i := 1; i < 15; i++ {
		a := "${a" + string(rune('a'+i-2)) + "}"
		if i == 1 {
			a = "${a0}"
		}
		b.WriteString("--property name:a" + string(rune('a'+i-1)) + " value:" + strings.Repeat(a, 10) + "\n")
	}
	b.WriteString("--changeset a:1\nSELECT '${an}';\n")
	_, err := migration.Load(folder("1.sql", b.String()), lineCutter{}, migration.LoadOptions{})
	if want := "1.sql:18: with the values put in, the line is longer by more than 1 MiB"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	_, err = migration.Load(folder("1.sql", "--liquibase formatted sql\n--property name:a value:${a}\n--changeset a:1\n${a}"), lineCutter{}, migration.LoadOptions{})
	if want := "1.sql:4: values lie more than 20 deep within each other"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
