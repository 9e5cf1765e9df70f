package migration_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend/migration"
)

// fuzzFormat reads a file of any content in a format, with another beside it that
// says something about it. Nothing panics; an error names a file; every statement
// is on a line of its file, and every migration is found and has its checksums.
// Each seed is the content of the file and of the one beside it.
func fuzzFormat(f *testing.F, format, name, beside string, seeds ...[2]string) {
	for _, s := range seeds {
		f.Add(s[0], s[1])
	}
	options := migration.LoadOptions{
		Format: format, Database: "mysql",
		Placeholders: map[string]string{"a": "b", "b": "${a} ${c}", "c": "x"},
		Filter:       &migration.Filter{Contexts: []string{"test"}},
	}
	f.Fuzz(func(t *testing.T, content, about string) {
		dir := fstest.MapFS{name: {Data: []byte(content)}}
		if beside != "" && about != "" {
			dir[beside] = &fstest.MapFile{Data: []byte(about)}
		}
		s, err := migration.Load(dir, lineCutter{}, options)
		if err != nil {
			for _, err := range split(err) {
				if !strings.HasPrefix(err.Error(), name) && (beside == "" || !strings.HasPrefix(err.Error(), beside)) {
					t.Errorf("the error names no file: %v", err)
				}
			}
			return
		}
		last := strings.Count(content, "\n") + 1
		for _, m := range s.Migrations {
			for _, section := range [][]migration.Statement{m.Statements, m.Down} {
				for i, statement := range section {
					if statement.Number != i+1 || statement.Line < 1 || statement.Line > last {
						t.Errorf("statement %d of %d is on line %d of %d", statement.Number, len(section), statement.Line, last)
					}
				}
			}
			if s.Find(m.Version) != m {
				t.Errorf("%s is not found by its version", m.ID())
			}
			migration.FlywayChecksum(m)
			migration.LiquibaseChecksum(m)
			migration.AtlasPartialHashes(m)
			if !migration.IsPrismaChecksum(m, migration.PrismaChecksum(m)) {
				t.Error("Prisma would not know its own checksum")
			}
		}
	})
}

func FuzzSQLMigrate(f *testing.F) {
	fuzzFormat(f, "sql-migrate", "1_a.sql", "",
		[2]string{"-- +migrate Up notransaction\n-- +migrate StatementBegin\nSELECT 1;\n-- +migrate StatementEnd\n-- +migrate Down\nSELECT 2;\n-- +migrate Up\n"})
}

func FuzzTern(f *testing.F) {
	fuzzFormat(f, "tern", "1_a.sql", "",
		[2]string{"---- tern: disable-tx ----\n{{/* a\n */}}SELECT 1;\n---- create above / drop below ----\nSELECT 2;\n"}, [2]string{"{{ template \"x\" . }}"})
}

func FuzzAtlas(f *testing.F) {
	fuzzFormat(f, "atlas", "1_a.sql", "atlas.sum",
		[2]string{"-- atlas:txmode none\n\nSELECT 1;\n", "h1:a\n1_a.sql h1:b\n"},
		[2]string{"-- atlas:delimiter \\n\\n\n\nSELECT 1\n\nSELECT (\n\n2)\n\n", ""},
		[2]string{"-- atlas:checkpoint v1\n\nDELIMITER //\nSELECT ';//' //\nDELIMITER ;\nSELECT 2;", "h1:\n"})
}

func FuzzFlyway(f *testing.F) {
	fuzzFormat(f, "flyway", "V1.2__a.sql", "V1.2__a.sql.conf",
		[2]string{"SELECT '${a} ${flyway:filename}';\nDELIMITER $$\nSELECT '$$' $$\n", "executeInTransaction=false\n"},
		[2]string{"SELECT ${x", "placeholderReplacement=false\nshouldExecute=true\nencoding = utf-8"})
}

func FuzzLiquibase(f *testing.F) {
	fuzzFormat(f, "liquibase", "a.sql", "root.yaml",
		[2]string{"--liquibase formatted sql\n--property name:x value:y\n--changeset a:1 endDelimiter:// context:\"test and (a or !b)\"\nSELECT ${x} //\n--rollback not required\n"},
		[2]string{"--liquibase formatted sql\n--changeset \"a b\":\"1 2\" splitStatements:false dbms:mysql,mariadb runAlways:true\nSELECT 1;\n/* liquibase rollback\nSELECT ${b};\n*/\n--ignoreLines:start\n--ignoreLines:end\n", "databaseChangeLog:"})
}

func FuzzSqlx(f *testing.F) {
	fuzzFormat(f, "sqlx", "1_a.up.sql", "1_a.down.sql", [2]string{"-- no-transaction\nSELECT 1;", "SELECT 2;"})
}

func FuzzDiesel(f *testing.F) {
	fuzzFormat(f, "diesel", "2024-01-01-120000_a/up.sql", "2024-01-01-120000_a/metadata.toml",
		[2]string{"SELECT 1;", "# about\nrun_in_transaction = false # why\n"})
}

func FuzzPrisma(f *testing.F) {
	fuzzFormat(f, "prisma", "0_init/migration.sql", "migration_lock.toml", [2]string{"-- CreateTable\nCREATE TABLE a (id int);\r\n", ""})
}

func FuzzDrizzle(f *testing.F) {
	fuzzFormat(f, "drizzle", "0000_a.sql", "meta/_journal.json",
		[2]string{"SELECT 1;--> statement-breakpoint\nSELECT 2;\n--> statement-breakpoint", `{"entries":[{"idx":0,"when":1704110400000,"tag":"0000_a","breakpoints":true}]}`},
		[2]string{"", `{"entries":[{"when":1e400}]}`}, [2]string{"", `[`}, [2]string{"", `{"entries":[{"when":-1e300,"tag":"0000_a"},{"tag":"0000_a"}]}`})
}

func FuzzBun(f *testing.F) {
	fuzzFormat(f, "bun", "1_a.tx.up.sql", "1_a.tx.down.sql", [2]string{"SELECT 1\n--bun:split\n\nSELECT 2", "--bun:split"})
}

func FuzzMorph(f *testing.F) {
	fuzzFormat(f, "morph", "000001_a.up.sql", "000001_a.down.sql", [2]string{"-- morph:nontransactional\nSELECT 1;", "SELECT 2;"})
}

// FuzzParseSchema reads any dump: what is left of it has the lines of the whole.
func FuzzParseSchema(f *testing.F) {
	f.Add("CREATE TABLE a (id int);\nINSERT INTO schema_migrations (version) VALUES\n('1'),\n('2');\n")
	f.Fuzz(func(t *testing.T, content string) {
		s, err := migration.ParseSchema("structure.sql", []byte(content), targetCutter{})
		if err == nil && strings.Count(s.Text, "\n") != strings.Count(content, "\n") {
			t.Errorf("%q has other lines than %q", s.Text, content)
		}
	})
}
