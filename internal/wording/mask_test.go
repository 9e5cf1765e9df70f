package wording_test

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/internal/wording"
)

func TestMasked(t *testing.T) {
	for statement, want := range map[string]string{
		"INSERT INTO keys VALUES (1, 'sk_live_1')":                 "INSERT INTO keys VALUES (1, '…')",
		`INSERT INTO "keys" ("name") VALUES ('it''s mine', 'no')`:  `INSERT INTO "keys" ("name") VALUES ('…', 'no')`,
		`UPDATE keys SET token = "sk_live" WHERE name LIKE "me@%"`: `UPDATE keys SET token = "…" WHERE name LIKE "…"`,
		`CREATE TABLE "keys" (a text DEFAULT 'public', b text)`:    `CREATE TABLE "keys" (a text DEFAULT '…', b text)`,
		"CREATE USER me IDENTIFIED BY \"hunter2\"":                 "CREATE USER me IDENTIFIED BY \"…\"",
		"CREATE ROLE me PASSWORD 'hunter2' LOGIN":                  "CREATE ROLE me PASSWORD '…' LOGIN",
		`UPDATE keys SET path = 'C:\'; SELECT 'secret'`:            `UPDATE keys SET path = '…`,
		"-- it's mine\nSELECT 'secret'":                            "-- it's mine\nSELECT '…'",
		"/* it's */ SELECT 'secret'":                               "/* it's */ SELECT '…'",
		"# it's mine\nSELECT 'secret'":                             "…",
		"SELECT j #> '{secret}'":                                   "SELECT j #> '…'",
		"SELECT `it's`, 'secret'":                                  "SELECT `it's`, '…'",
		"SELECT 'secret":                                           "SELECT '…",
		"DO $$ BEGIN PERFORM set_key('secret'); END $$":            "DO $$ BEGIN PERFORM set_key('…'); END $$",
		"": "",
	} {
		if got := wording.Masked(statement); got != want {
			t.Errorf("Masked(%q) = %q; wanted %q", statement, got, want)
		}
	}
}

// FuzzMasked: what stands between two quotes is not shown, whatever is around it.
func FuzzMasked(f *testing.F) {
	for _, seed := range []string{"INSERT INTO a VALUES (", "-- it's\n", "/*'*/", `"`, "`'", `'\`, "$$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, before string) {
		if strings.ContainsAny(before, "'\"`#\\") || strings.Contains(before, "--") || strings.Contains(before, "/*") || strings.Contains(before, "hunter2") {
			return
		}
		if got := wording.Masked(before + "'hunter2'"); strings.Contains(got, "hunter2") {
			t.Errorf("Masked shows %q", got)
		}
	})
}
