package peers

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	atlasmigrate "ariga.io/atlas/sql/migrate"
	atlasmysql "ariga.io/atlas/sql/mysql"
	atlaspostgres "ariga.io/atlas/sql/postgres"
	atlassqlite "ariga.io/atlas/sql/sqlite"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// cutters are the engines, and the drivers with which Atlas cuts for them. A driver
// needs no connection for that.
var cutters = []struct {
	engine engine.Engine
	atlas  atlasmigrate.StmtScanner
}{
	{sqlite.Engine{}, (*atlassqlite.Driver)(nil)},
	{postgres.Engine{}, (*atlaspostgres.Driver)(nil)},
	{mysql.Engine{}, (*atlasmysql.Driver)(nil)},
}

// scripts are written in ways in which Atlas cuts otherwise than an engine does, or
// nearly does.
var scripts = []string{
	"SELECT 1;\nSELECT 2",
	"-- A comment.\n\n/* Another. */ SELECT 1 /* of it; */ ; -- behind\nSELECT\n 2 ;;\n-- at the end",
	"-- at the end\n-- with a line end\n",
	"SELECT '; -- ' , \"a;b\", 'it''s;';\nSELECT ';';",
	"SELECT 'a\\';\nSELECT 2;",
	"SELECT E'a\\\\;';\nSELECT E'\\\\';",
	"SELECT (1;2);\nSELECT 2;",
	"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nSELECT 2;",
	"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT '$$;'; $body$;\nSELECT 2;",
	"CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;\nSELECT 3;",
	"CREATE TABLE t (id int);\nCREATE TRIGGER r AFTER INSERT ON t BEGIN\n UPDATE t SET id = CASE WHEN id > 1 THEN 2 ELSE 3 END;\n DELETE FROM t;\nEND;\nSELECT 1;",
	"CREATE TRIGGER r AFTER INSERT ON t\nFOR EACH ROW\nBEGIN\n IF NEW.id = 1 THEN BEGIN SET @a = 1; END; END IF;\nEND;\nSELECT 1;",
	"BEGIN TRANSACTION;\nSELECT 1;\nCOMMIT;\nSELECT 2;",
	"BEGIN;\nSELECT 1;\nEND;\nSELECT 2;",
	"DELIMITER //\nCREATE TABLE t (id int) //\nSELECT 1; //\nDELIMITER ;\nSELECT 2;",
	"DELIMITER ';;'\nSELECT 1;;\nSELECT 2;;",
	"-- atlas:delimiter \\n\\n\\n\nSELECT 1;\n\n\nSELECT 2;\n\n\n",
	"-- atlas:delimiter -- end\nSELECT 1;\nSELECT 2;\n-- end\nSELECT 3;\n-- end\n",
	"-- atlas:delimiter GO\r\nSELECT 1\r\nGO\r\nSELECT 2\r\nGO\r\n",
	"-- atlas:txmode none\n\n# A comment, or none.\nSELECT 1;",
	"SELECT 1 -- of it;\n;SELECT 'ü;', `a;b` ;",
	"SELECT 1; \u00a0 SELECT 2;\t\n\n ",
	"INSERT INTO beginning VALUES (1);\nINSERT INTO t (a) VALUES ('BEGIN x');\n/* never closed SELECT 2;",
}

// The hashes that Atlas keeps of a migration's statements, computed by its own library
// and by dbmend, are the same for whatever the engine can run.
func TestAtlasCutsAlike(t *testing.T) {
	compared := 0
	for _, script := range scripts {
		for _, c := range cutters {
			if cutsAlike(t, c.engine, c.atlas, script) {
				compared++
			}
		}
	}
	if compared < 2*len(scripts) {
		t.Errorf("only %d of %d were compared: the engines refuse the others", compared, 3*len(scripts))
	}
}

func FuzzAtlasCutsAlike(f *testing.F) {
	for _, script := range scripts {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		first, _, _ := strings.Cut(script, "\n")
		if strings.Contains(first, "atlas:delimiter") && strings.ContainsFunc(first, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Skip("releases of Atlas disagree about where such a delimiter ends")
		}
		for _, c := range cutters {
			cutsAlike(t, c.engine, c.atlas, script)
		}
	})
}

// cutsAlike compares the hashes of one script. It reports whether the engine can run
// it: whatever else there is, dbmend has refused it before it looks at hashes.
func cutsAlike(t *testing.T, e engine.Engine, scanner atlasmigrate.StmtScanner, script string) bool {
	t.Helper()
	folder := fstest.MapFS{"1_a.sql": {Data: []byte(script)}}
	set, err := migration.Load(folder, e, migration.LoadOptions{Format: "atlas"})
	if err != nil || len(set.Migrations) == 0 {
		return false
	}
	var want []string
	statements, err := scanner.ScanStmts(script)
	h := sha256.New()
	for _, s := range statements {
		h.Write([]byte(s.Text))
		want = append(want, "h1:"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	switch got := migration.AtlasPartialHashes(set.Migrations[0]); {
	case err != nil && got != nil:
		t.Errorf("%T refuses %q (%v), and dbmend cuts it for it into %d", scanner, script, err, len(got))
	case err == nil && !slices.Equal(got, want):
		t.Errorf("%T cuts %q into %d statements, and dbmend for it into %d", scanner, script, len(want), len(got))
	}
	return true
}
