package mysql

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine/enginetest"
	"github.com/dbmend/dbmend/internal/testserver"
)

// The suite runs as applications have their connections: with the driver's
// defaults, with several statements allowed at once, and with a mode of the server's
// that shapes what it prints.
func TestConformance(t *testing.T) {
	for name, parameters := range map[string]string{
		"default":          "",
		"multi statements": "multiStatements=true&parseTime=true&interpolateParams=true",
		"ansi":             "sql_mode=%27ANSI_QUOTES,PIPES_AS_CONCAT%27&sql_select_limit=2",
	} {
		t.Run(name, func(t *testing.T) { enginetest.Run(t, config(parameters)) })
	}
}

// config describes the engine to the suite; parameters are those of the data source
// name.
func config(parameters string) enginetest.Config {
	return enginetest.Config{
		Engine: Engine{},
		Open: func(t *testing.T) *sql.DB {
			return openPool(t, with(testserver.MariaDB(t), parameters))
		},
		View: "CREATE VIEW titles AS SELECT title FROM notes",
		Trigger: "CREATE TRIGGER keep BEFORE DELETE ON notes FOR EACH ROW " +
			"IF old.id < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'kept;'; END IF",
		Unchecked: []string{"SET foreign_key_checks = 0"},
		Long:      "DO BENCHMARK(100000000000, MD5('a'))", // it does not look at the connection
		Script: "DELIMITER //\nCREATE TRIGGER a AFTER INSERT ON b FOR EACH ROW BEGIN\n  SET @c = CASE WHEN 1 THEN ';' END; -- ;\n  SELECT 1 INTO @d; END //\n" +
			"DELIMITER ;\nINSERT INTO `a;b` VALUES ('it''s;', \"x;\", '\\';') /* ; */ ; # ;\nSELECT 1",
		Statements: []string{
			"CREATE TRIGGER a AFTER INSERT ON b FOR EACH ROW BEGIN\n  SET @c = CASE WHEN 1 THEN ';' END; -- ;\n  SELECT 1 INTO @d; END",
			"INSERT INTO `a;b` VALUES ('it''s;', \"x;\", '\\';')",
			"SELECT 1",
		},
		Refused: []string{"🂡"}, // names are of characters up to U+FFFF
		ReadOnly: func(t *testing.T) *sql.DB {
			return openPool(t, with(testserver.MariaDB(t), "tx_read_only=1"))
		},
	}
}

// with adds parameters to a data source name.
func with(name, parameters string) string {
	switch {
	case parameters == "":
		return name
	case strings.Contains(name[strings.LastIndexByte(name, '/'):], "?"):
		return name + "&" + parameters
	}
	return name + "?" + parameters
}

// openPool opens a pool; it is closed with the test.
func openPool(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
