package mysql

import "testing"

func TestModeFollowsTheScript(t *testing.T) {
	ansi, plain := mode{ansiQuotes: true}, mode{noBackslashEscapes: true}
	for statement, want := range map[string]mode{
		"SELECT 1":               ansi,
		"SET names utf8":         ansi,
		"SET sql_mode = ''":      {},
		"SET sql_mode = DEFAULT": {},
		"SET SESSION SQL_MODE := 'no_backslash_escapes'":                         plain,
		"SET @@local.sql_mode = 'STRICT_ALL_TABLES, NO_BACKSLASH_ESCAPES ,ANSI'": {true, true},
		"SET sql_mode = ORACLE": ansi,
		"/*!40101 SET @OLD=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */": {},
		"SET sql_mode = @OLD":        {}, // what the script found
		"SET sql_mode = 0":           {},
		"SET GLOBAL sql_mode = ''":   ansi,
		"SET @@global.sql_mode = ''": ansi,
		"SET sql_mode = REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')": ansi,
	} {
		if got, known := ansi.after(statement); got != want || !known {
			t.Errorf("%s: %+v, %v", statement, got, known)
		}
	}
	if _, known := ansi.after("SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')"); known {
		t.Error("what only running tells is known")
	}
}
