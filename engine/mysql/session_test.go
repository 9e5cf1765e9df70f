package mysql

import (
	"database/sql"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// What a migration sets does not change what we read, and stays as the migration
// has set it.
func TestSettingsDoNotBlindUs(t *testing.T) {
	db := open(t)
	everything(t, db)
	must(t, db, "CREATE TABLE `naïve 表` (`é` varchar(9) DEFAULT 'ü表')")
	want := inspected(t, db)
	for setting, query := range map[string]string{
		"SET sql_mode = 'ANSI'":                                  "SELECT @@sql_mode LIKE '%ANSI_QUOTES%'",
		"SET sql_mode = 'NO_TABLE_OPTIONS,NO_BACKSLASH_ESCAPES'": "SELECT @@sql_mode LIKE '%NO_BACKSLASH_ESCAPES%'",
		"SET sql_mode = 'ORACLE'":                                "SELECT @@sql_mode LIKE '%ORACLE%'",
		"SET sql_quote_show_create = 0":                          "SELECT @@sql_quote_show_create = 0",
		"SET sql_select_limit = 1":                               "SELECT @@sql_select_limit = 1",
		"SET NAMES latin1":                                       "SELECT @@character_set_results = 'latin1'",
		"SET character_set_results = NULL":                       "SELECT @@character_set_results IS NULL",
		"SET lc_time_names = 'de_DE', max_statement_time = 100":  "SELECT @@lc_time_names = 'de_DE'",
		"SET lc_messages = 'de_DE', group_concat_max_len = 4":    "SELECT @@group_concat_max_len = 4",
		"SET foreign_key_checks = 0, time_zone = '+05:00'":       "SELECT @@time_zone = '+05:00'",
		"USE information_schema":                                 "SELECT DATABASE() = 'information_schema'",
	} {
		t.Run(setting, func(t *testing.T) {
			db := beside(t, db)
			must(t, db, setting)
			same(t, want, inspected(t, db))
			var stays bool
			if err := db.QueryRow(t.Context(), query).Scan(&stays); err != nil || !stays {
				t.Errorf("it is not what was set; error %v", err)
			}
		})
	}
}

// The pool gets a connection back only with nothing of ours in it.
func TestPoolIsLeftAlone(t *testing.T) {
	const settings = "SELECT concat_ws('/', @@sql_mode, @@foreign_key_checks, @@time_zone, @@character_set_client, @@autocommit, " +
		"@@lock_wait_timeout, @@innodb_lock_wait_timeout, @@unique_checks, DATABASE(), coalesce(@a, ''))"
	for name, use := range map[string]func(t *testing.T, db engine.Database){
		"nothing":  func(*testing.T, engine.Database) {},
		"patience": func(t *testing.T, db engine.Database) { db.Patience(3 * time.Second); must(t, db, "SELECT 1") },
		"rebuild": func(t *testing.T, db engine.Database) {
			if err := db.Begin(t.Context(), engine.Rebuild); err != nil {
				t.Fatal(err)
			}
			must(t, db, "CREATE TABLE a (id int)")
		},
		"settings": func(t *testing.T, db engine.Database) {
			must(t, db, "SET sql_mode = 'ANSI', foreign_key_checks = 0, time_zone = '+01:00', unique_checks = 0", "SET NAMES latin1", "SET autocommit = 0")
		},
		"variables":        func(t *testing.T, db engine.Database) { must(t, db, "SET @a = 1", "SELECT @a := 2") },
		"temporary tables": func(t *testing.T, db engine.Database) { must(t, db, "CREATE TEMPORARY TABLE temp (id int)") },
		"another database": func(t *testing.T, db engine.Database) { must(t, db, "USE information_schema") },
		"locks": func(t *testing.T, db engine.Database) {
			must(t, db, "SELECT GET_LOCK('somebody''s', 0)")
			if _, err := db.Lock(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		},
		"scratch": func(t *testing.T, db engine.Database) {
			s, err := db.Scratch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			pool := openPool(t, testserver.MariaDB(t))
			var before, after string
			if err := pool.QueryRow(settings).Scan(&before); err != nil {
				t.Fatal(err)
			}
			db, err := Engine{}.Connect(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			use(t, db)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			pool.SetMaxIdleConns(1)
			for range 3 {
				if err := pool.QueryRow(settings).Scan(&after); err != nil {
					t.Fatal(err)
				}
				if before != after {
					t.Errorf("the pool gives\n%s, and gave\n%s", after, before)
				}
			}
			if _, err := pool.Exec("DROP TEMPORARY TABLE temp"); err == nil {
				t.Error("a temporary table is left")
			}
			var free sql.NullBool // soon: the server takes its time to notice that a connection is gone
			if err := pool.QueryRow("SELECT GET_LOCK('somebody''s', 60)").Scan(&free); err != nil || !free.Bool {
				t.Errorf("a lock is left; error %v", err)
			}
		})
	}
}

func TestTouching(t *testing.T) {
	for statement, want := range map[string][2]bool{ // plain, touches
		"SELECT 1":                            {true, false},
		"  -- a\n # b\n/* c */ insert into a": {true, false},
		"(SELECT 1)":                          {true, false},
		"SELECT 1 INTO @a":                    {true, true},
		"SELECT Get_Lock('a', 1)":             {true, true},
		"WITH a AS (SELECT 1) DELETE FROM b":  {true, false},
		"CREATE TABLE a (id int)":             {false, false},
		"create TEMPORARY table a (id int)":   {false, true},
		"ALTER TABLE a ADD b int":             {false, false},
		"SET a = 1":                           {false, true},
		"/*!40101 SET NAMES utf8 */":          {false, true},
		"/*M!100101 SELECT */ 1":              {false, true},
		"CALL a()":                            {false, true},
		"BEGIN NOT ATOMIC SELECT 1; END":      {false, true},
		"USE a":                               {false, true},
		"":                                    {false, true},
		"`a`":                                 {false, true},
		"TRUNCATE a":                          {false, false},
	} {
		if have := [2]bool{isPlain(statement), touches(statement)}; have != want {
			t.Errorf("%q: plain, touches: %v, want %v", statement, have, want)
		}
	}
}
