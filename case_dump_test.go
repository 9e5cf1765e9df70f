package dbmend_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// This file contains the witnesses: what a database holds, read with code that
// shares nothing with dbmend's own.

// dumpFile is dump and, since SQLite has no other, the file to the byte.
func dumpFile(t testing.TB, db *sql.DB) string {
	t.Helper()
	var path string
	if err := db.QueryRow("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		t.Fatal(err)
	}
	return dump(t, db) + fileSum(t, path)
}

// dump returns the schema and every row of a SQLite database.
func dump(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(queryJSON(t, db, "PRAGMA user_version") + queryJSON(t, db, "PRAGMA schema_version") + "\n")
	b.WriteString(queryJSON(t, db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2") + "\n")
	for _, table := range query(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1") {
		fmt.Fprintf(&b, "%s %s\n", table[0], queryJSON(t, db, "SELECT * FROM "+identifier(table[0], `"`)+" ORDER BY 1"))
	}
	return b.String()
}

// postgresCatalogues are the tables in which PostgreSQL keeps schemas, and which of
// their rows are about what users have made.
var postgresCatalogues = []struct{ name, users string }{
	{"pg_namespace", `c.nspname !~ '^pg_(toast_)?temp_'`}, // those stay when their tables are gone
	{"pg_class", "c.oid >= 16384"},
	{"pg_attribute", "c.attrelid >= 16384"},
	{"pg_attrdef", "c.oid >= 16384"},
	{"pg_constraint", "c.oid >= 16384"},
	{"pg_index", "c.indexrelid >= 16384"},
	{"pg_inherits", "c.inhrelid >= 16384"},
	{"pg_sequence", "c.seqrelid >= 16384"},
	{"pg_type", "c.oid >= 16384"},
	{"pg_enum", "c.oid >= 16384"},
	{"pg_proc", "c.oid >= 16384"},
	{"pg_trigger", "c.oid >= 16384"},
	{"pg_rewrite", "c.oid >= 16384"},
	{"pg_policy", "c.oid >= 16384"},
	{"pg_extension", "c.oid >= 16384"},
	{"pg_statistic_ext", "c.oid >= 16384"},
	{"pg_default_acl", "true"},
	{"pg_description", "c.objoid >= 16384"},
	{"pg_db_role_setting", "c.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"},
}

// dumpPostgres returns the catalogue with its numbers, so that what was dropped and
// made again shows, where each sequence is, and every row with the transaction that
// wrote it. What the server changes by itself, to plan queries and to clean up, is
// left out.
func dumpPostgres(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, catalogue := range postgresCatalogues {
		fmt.Fprintf(&b, "%s %s\n", catalogue.name, queryJSON(t, db, `SELECT (to_jsonb(c) -
			'{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid}'::text[])::text AS row
			FROM pg_catalog.`+catalogue.name+" c WHERE "+catalogue.users+" ORDER BY 1"))
	}
	for _, relation := range query(t, db, `SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'S') AND c.relispopulated AND n.nspname <> 'pg_toast' ORDER BY 1, 2`) {
		name := identifier(relation[0], `"`) + "." + identifier(relation[1], `"`)
		rows := "SELECT to_jsonb(r)::text, r.xmin::text FROM " + name + " r ORDER BY 1, 2"
		if relation[2] == "S" {
			rows = "SELECT last_value, is_called FROM " + name
		}
		fmt.Fprintf(&b, "%s %s\n", name, queryJSON(t, db, rows))
	}
	return b.String()
}

// dumpMySQL returns the statements that make what is there, as the server prints
// them, when each table was made or altered, and every row.
func dumpMySQL(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	show := func(kind, name string) {
		t.Helper()
		b.WriteString(queryJSON(t, db, "SHOW CREATE "+kind+" "+identifier(name, "`")) + "\n")
	}
	for _, table := range query(t, db, `SELECT table_name, table_type, create_time FROM information_schema.tables
		WHERE table_schema = DATABASE() ORDER BY 1`) {
		name, kind := table[0], table[1]
		fmt.Fprintln(&b, table)
		if kind == "VIEW" {
			show("VIEW", name)
			continue
		}
		show("TABLE", name)
		columns := query(t, db, "SHOW COLUMNS FROM "+identifier(name, "`"))
		order := make([]string, len(columns))
		for i := range columns {
			order[i] = strconv.Itoa(i + 1)
		}
		b.WriteString(queryJSON(t, db, "SELECT * FROM "+identifier(name, "`")+" ORDER BY "+strings.Join(order, ", ")) + "\n")
	}
	for _, part := range query(t, db, `SELECT 'TRIGGER' AS kind, trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()
		UNION ALL SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()
		UNION ALL SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1, 2`) {
		show(part[0], part[1])
	}
	return b.String()
}

// identifier returns a name between these marks.
func identifier(name, mark string) string {
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}

// query returns the rows of a query, every value as a string.
func query(t testing.TB, db *sql.DB, text string) [][]string {
	t.Helper()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	result := [][]string{}
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		targets := make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(names))
		for i, c := range cells {
			if row[i] = c.String; !c.Valid {
				row[i] = "NULL"
			}
		}
		result = append(result, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return result
}

// queryJSON returns the rows of a query as JSON, every value as a string.
func queryJSON(t testing.TB, db *sql.DB, text string) string {
	t.Helper()
	rows, err := json.Marshal(query(t, db, text))
	if err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

func compact(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return b.String()
}

func fileSum(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

func open(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// execScript runs a script, if there is anything in it.
func execScript(t testing.TB, db *sql.DB, script string) {
	t.Helper()
	if strings.TrimSpace(script) != "" {
		exec(t, db, script)
	}
}
