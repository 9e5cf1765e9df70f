package mysql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

// judged writes what is known of a statement in one line: "data insert notes".
// Guard is "?", a database's name stands ahead of the target, and Note behind a
// colon.
func judged(s migration.Statement) string {
	line := s.Class.String() + " " + s.Verb
	if s.Guard {
		line += "?"
	}
	switch {
	case s.Space != "":
		line += " " + s.Space + "." + s.Target
	case s.Target != "":
		line += " " + s.Target
	}
	if s.Note != "" {
		line += ": " + s.Note
	}
	return line
}

// judge compares what is known of statements with what should be.
func judge(t *testing.T, cases map[string]string) {
	t.Helper()
	for text, want := range cases {
		statements, err := cut(text)
		if err != nil || len(statements) != 1 {
			t.Errorf("%s: %d statements, %v", text, len(statements), err)
			continue
		}
		if diff := cmp.Diff(want, judged(statements[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// Names of tables stay as they are written, all others are folded.
func TestClassifyDefinitions(t *testing.T) {
	const temp = ": it is about a temporary table, which is gone with the connection"
	judge(t, map[string]string{
		"CREATE TABLE Notes (a INT)":                                                                "schema create table Notes",
		"create table if not exists `My``Notes` (a INT)":                                            "schema create table? My`Notes",
		"CREATE TABLE a LIKE b":                                                                     "schema create table a",
		"CREATE TABLE a (LIKE b)":                                                                   "schema create table a",
		"CREATE TABLE a AS SELECT 1":                                                                "schema create table as a",
		"CREATE TABLE a (b INT) ENGINE=InnoDB IGNORE SELECT 1 AS b":                                 "schema create table as a",
		"CREATE TABLE a (WITH c AS (SELECT 1) SELECT * FROM c)":                                     "schema create table as a",
		"CREATE TABLE a (b INT) WITH SYSTEM VERSIONING COMMENT='as select'":                         "schema create table a",
		"CREATE OR REPLACE TABLE a (b INT)":                                                         "schema create or replace table a",
		"CREATE TEMPORARY TABLE a (b INT)":                                                          "session create table a" + temp,
		"DROP TEMPORARY TABLE IF EXISTS a":                                                          "session drop table? a" + temp,
		"CREATE UNIQUE INDEX IF NOT EXISTS I USING BTREE ON Notes (a)":                              "schema create index? i",
		"CREATE FULLTEXT INDEX i ON Notes (a)":                                                      "schema create index i",
		"CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW V AS SELECT 1": "schema create view V",
		"CREATE DEFINER=CURRENT_USER() TRIGGER Tr BEFORE INSERT ON a FOR EACH ROW SET @b=1":         "schema create trigger Tr",
		"CREATE DEFINER='a'@'%' PROCEDURE P() SELECT 1":                                             "schema create procedure p",
		"CREATE AGGREGATE FUNCTION IF NOT EXISTS F() RETURNS INT RETURN 1":                          "schema create function? f",
		"CREATE DEFINER = root@localhost EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1":               "schema create event e",
		"CREATE SEQUENCE s":                                                                         "schema create sequence s",
		"CREATE FUNCTION f RETURNS STRING SONAME 'f.so'":                                            "outside create function f: it loads code into the server",
		"ALTER VIEW v AS SELECT 2":                                                                  "schema alter view v",
		"ALTER DEFINER=a EVENT e DISABLE":                                                           "schema alter event e",
		"DROP TABLE IF EXISTS `Notes`, other":                                                       "schema drop table? Notes",
		"DROP TABLES a":                                                                             "schema drop table a",
		"DROP VIEW v":                                                                               "schema drop view v",
		"DROP INDEX I ON notes":                                                                     "schema drop index i",
		"DROP TRIGGER IF EXISTS Tr":                                                                 "schema drop trigger? Tr",
		"DROP PROCEDURE P":                                                                          "schema drop procedure p",
		"/*!50001 DROP VIEW IF EXISTS `v`*/":                                                        "schema drop view? v",
		"/*!50003 CREATE*/ /*!50020 DEFINER=`a`@`b`*/ /*!50003 FUNCTION f() RETURNS INT RETURN 1 */": "schema create function f",
		"CALL p(1)":                  "schema call",
		"EXECUTE s USING @a":         "schema execute",
		"EXECUTE IMMEDIATE 'a'":      "schema execute immediate",
		"IF 1 THEN DO 1; END IF":     "schema if",
		"BEGIN NOT ATOMIC DO 1; END": "schema begin not atomic",
		"SELEKT 1":                   "schema selekt",
		"'a'":                        "schema ",
	})
}

func TestClassifyAlterTable(t *testing.T) {
	judge(t, map[string]string{
		"ALTER TABLE Notes ADD COLUMN a INT":                          "schema alter table add column Notes",
		"ALTER TABLE notes ADD a INT AFTER b":                         "schema alter table add column notes",
		"ALTER TABLE notes ADD COLUMN IF NOT EXISTS a INT":            "schema alter table add column? notes",
		"ALTER TABLE IF EXISTS notes ADD (a INT, b INT)":              "schema alter table add column? notes",
		"ALTER ONLINE IGNORE TABLE notes WAIT 5 ADD a ENUM('x,y')":    "schema alter table add column notes",
		"ALTER TABLE notes ADD a INT, ADD COLUMN b DECIMAL(1,2)":      "schema alter table add column notes",
		"ALTER TABLE notes ADD a INT, ALGORITHM=INPLACE, LOCK=NONE":   "schema alter table add column notes",
		"ALTER TABLE notes ADD a INT, ADD INDEX (a)":                  "schema alter table notes",
		"ALTER TABLE notes DROP COLUMN a":                             "schema alter table drop column notes",
		"ALTER TABLE notes DROP IF EXISTS a, DROP b":                  "schema alter table drop column notes",
		"ALTER TABLE notes ADD UNIQUE KEY `u` (a, b)":                 "schema alter table add index notes",
		"ALTER TABLE notes ADD FULLTEXT (a)":                          "schema alter table add index notes",
		"ALTER TABLE notes ADD KEY (a), ADD SPATIAL INDEX s (b)":      "schema alter table add index notes",
		"ALTER TABLE notes ADD PRIMARY KEY (a)":                       "schema alter table add constraint notes",
		"ALTER TABLE notes ADD CONSTRAINT c CHECK (a > 0)":            "schema alter table add constraint notes",
		"ALTER TABLE notes ADD FOREIGN KEY (a) REFERENCES b (c)":      "schema alter table add constraint notes",
		"ALTER TABLE notes ADD CONSTRAINT UNIQUE (a)":                 "schema alter table add constraint notes",
		"ALTER TABLE notes ADD PARTITION (PARTITION p VALUES IN (1))": "schema alter table add partition notes",
		"ALTER TABLE notes DROP PARTITION p, q":                       "schema alter table drop partition notes",
		"ALTER TABLE notes TRUNCATE PARTITION p, q":                   "schema alter table truncate partition notes",
		"ALTER TABLE notes ADD SYSTEM VERSIONING":                     "schema alter table notes",
		"ALTER TABLE notes ADD period INT":                            "schema alter table add column notes",
		"ALTER TABLE notes DROP INDEX i":                              "schema alter table drop index notes",
		"ALTER TABLE notes DROP FOREIGN KEY IF EXISTS f":              "schema alter table drop constraint? notes",
		"ALTER TABLE notes DROP PRIMARY KEY, ADD PRIMARY KEY (a)":     "schema alter table notes",
		"ALTER TABLE notes MODIFY a BIGINT":                           "schema alter table modify column notes",
		"ALTER TABLE notes CHANGE COLUMN a `A` BIGINT":                "schema alter table modify column notes",
		"ALTER TABLE notes ALTER a SET DEFAULT 1":                     "schema alter table alter column notes",
		"ALTER TABLE notes ALTER INDEX i INVISIBLE":                   "schema alter table alter index notes",
		"ALTER TABLE notes CONVERT TO CHARACTER SET utf8mb4":          "schema alter table convert notes",
		"ALTER TABLE notes ENGINE=InnoDB ROW_FORMAT=DYNAMIC":          "schema alter table notes",
		"ALTER TABLE notes ORDER BY a, b":                             "schema alter table notes",
		"/*!40000 ALTER TABLE `notes` DISABLE KEYS */":                "schema alter table notes",
	})
}

// TestRenamesTellBothNames: what a rename takes away and what it gives tell the
// core the form that a table had before the migrations.
func TestRenamesTellBothNames(t *testing.T) {
	for text, want := range map[string][3]string{
		"ALTER TABLE t RENAME TO Other":                   {"alter table rename", "", "Other"},
		"ALTER TABLE t RENAME AS `to`":                    {"alter table rename", "", "to"},
		"ALTER TABLE t RENAME Other":                      {"alter table rename", "", "Other"},
		"RENAME TABLE t TO Other":                         {"alter table rename", "", "Other"},
		"RENAME TABLE t TO u, v TO t":                     {"rename table", "", ""},
		"ALTER TABLE t RENAME COLUMN A TO B":              {"alter table rename column", "a", "b"},
		"ALTER TABLE t CHANGE A B INT":                    {"alter table rename column", "a", "b"},
		"ALTER TABLE t CHANGE COLUMN IF EXISTS a b INT":   {"alter table rename column", "a", "b"},
		"ALTER TABLE t CHANGE a b INT, CHANGE c d INT":    {"alter table", "", ""},
		"ALTER TABLE t CHANGE a b INT, ADD c INT":         {"alter table", "", ""},
		"ALTER TABLE t RENAME INDEX A TO B":               {"alter table rename index", "a", "b"},
		"ALTER TABLE t RENAME KEY a TO b":                 {"alter table rename index", "a", "b"},
		"ALTER TABLE t RENAME COLUMN a TO b, RENAME TO u": {"alter table", "", ""},
		"ALTER TABLE t ADD COLUMN a INT":                  {"alter table add column", "", ""},
	} {
		statements, err := cut(text)
		if err != nil {
			t.Fatal(err)
		}
		s := statements[0]
		if diff := cmp.Diff(want, [3]string{s.Verb, s.OldName, s.NewName}); diff != "" || s.Target != "t" {
			t.Errorf("%s: of %q (-want +got):\n%s", text, s.Target, diff)
		}
	}
}

func TestClassifyData(t *testing.T) {
	judge(t, map[string]string{
		"INSERT INTO Notes VALUES (1)":                                                       "data insert Notes",
		"INSERT LOW_PRIORITY IGNORE notes SET a = 1":                                         "data insert notes",
		"INSERT INTO a SELECT 1 ON DUPLICATE KEY UPDATE a.b = 2":                             "data insert a",
		"REPLACE notes VALUES (1)":                                                           "data replace notes",
		"UPDATE notes SET a = 1":                                                             "data update notes",
		"UPDATE IGNORE `notes` AS n SET n.a = 1 ORDER BY b LIMIT 1":                          "data update notes",
		"UPDATE notes n JOIN users u ON n.a = u.a SET n.b = u.b, n.c = f(1, 2) WHERE u.c":    "data update notes",
		"UPDATE users u, (SELECT 1 AS a FROM x) AS v SET u.b = v.a":                          "data update users",
		"UPDATE a LEFT JOIN (b CROSS JOIN c) USING (d) SET c.e = 1":                          "data update c",
		"UPDATE a JOIN b SET a.c = 1, b.c = 2":                                               "data update",
		"UPDATE a JOIN b SET c = 1":                                                          "data update",
		"DELETE FROM notes WHERE a LIKE b.c":                                                 "data delete notes",
		"DELETE QUICK FROM Notes":                                                            "data delete Notes",
		"DELETE n FROM notes AS n JOIN users u ON n.a = u.a":                                 "data delete notes",
		"DELETE n.* FROM notes n":                                                            "data delete notes",
		"DELETE FROM n USING notes AS n JOIN users":                                          "data delete notes",
		"DELETE a, b FROM a JOIN b":                                                          "data delete",
		"TRUNCATE Notes":                                                                     "data truncate Notes",
		"TRUNCATE TABLE notes":                                                               "data truncate notes",
		"LOAD DATA LOCAL INFILE 'a' REPLACE INTO TABLE notes":                                "data load data notes",
		"WITH a AS (SELECT 1) DELETE FROM notes":                                             "data delete notes",
		"WITH RECURSIVE a(b) AS (SELECT ')'), `delete` AS (SELECT 1) UPDATE notes SET a = 1": "data update notes",
		"SET STATEMENT max_statement_time=1 FOR INSERT INTO a VALUES (1)":                    "data insert a",
		"ANALYZE FORMAT=JSON UPDATE notes SET a = 1":                                         "data update notes",
		"SELECT SETVAL(s, 5)":                                                                "data select",

		"SELECT 1":                             "query select",
		"(SELECT 1) UNION (SELECT 2)":          "query select",
		"WITH a AS (SELECT 1) SELECT * FROM a": "query select",
		"VALUES (1)":                           "query values",
		"EXPLAIN DELETE FROM notes":            "query explain",
		"DESC notes":                           "query desc",
		"SHOW TABLES":                          "query show",
		"DO SLEEP(1)":                          "query do",
		"SELECT 1 INTO OUTFILE '/tmp/a'":       "forbidden select: it writes a file of the server",
		"SELECT 1 INTO @a":                     "session select",
		"SELECT @a := 1":                       "session select",
		"WITH a":                               "schema with",
	})
}

func TestClassifyTheRest(t *testing.T) {
	const (
		server   = ": it reaches beyond the database, to the server"
		accounts = ": it is about accounts, which belong to the server"
		global   = ": it sets a variable of the whole server"
	)
	judge(t, map[string]string{
		"SET NAMES utf8mb4":                                     "session set names",
		"SET FOREIGN_KEY_CHECKS = 0":                            "session set foreign_key_checks",
		"SET SESSION sql_mode = ''":                             "session set sql_mode",
		"SET @@session.Sort_Buffer_Size := 1":                   "session set sort_buffer_size",
		"SET @a = (SELECT 1, 2), b = 1":                         "session set",
		"/*!40014 SET @OLD=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */": "session set",
		"SET autocommit = 0":                                    "transaction set autocommit",
		"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE":          "session set transaction",
		"SET GLOBAL a = 1":                                      "outside set a" + global,
		"SET b = 1, @@persist.a = 1":                            "outside set" + global,
		"SET PASSWORD = 'a'":                                    "outside set" + accounts,
		"PREPARE s FROM @a":                                     "session prepare",
		"DEALLOCATE PREPARE s":                                  "session deallocate",
		"ANALYZE LOCAL TABLE notes":                             "session analyze notes",
		"OPTIMIZE TABLE notes":                                  "outside optimize: it rewrites whole tables, and nothing tells that it has run",

		"BEGIN":                       "transaction begin",
		"BEGIN WORK":                  "transaction begin",
		"START TRANSACTION READ ONLY": "transaction start transaction",
		"COMMIT":                      "transaction commit",
		"SAVEPOINT a":                 "transaction savepoint",
		"ROLLBACK WORK TO a":          "transaction rollback",
		"LOCK TABLES notes WRITE":     "transaction lock tables",
		"UNLOCK TABLES":               "transaction unlock tables",
		"ROLLBACK":                    "forbidden rollback: a migration that undoes itself",
		"XA START 'a'":                "forbidden xa: a distributed transaction outlives its connection",
		"USE other":                   `forbidden use: it goes over to another database, "other": all of a migration runs in the one that is connected to`,

		"CREATE DATABASE IF NOT EXISTS a":            "outside create database? a" + server,
		"ALTER SCHEMA CHARACTER SET utf8":            "outside alter database" + server,
		"DROP DATABASE a":                            "forbidden drop database a: it drops a whole database",
		"CREATE USER 'a'@'%'":                        "outside create user" + accounts,
		"GRANT ALL ON a.* TO b":                      "outside grant" + accounts,
		"FLUSH PRIVILEGES":                           "outside flush" + server,
		"CREATE OR REPLACE ROLE a":                   "outside create role a: it is about accounts, which belong to the server",
		"CREATE UNDO TABLESPACE a ADD DATAFILE 'b'":  "outside create tablespace a" + server,
		"CREATE LOGFILE GROUP a":                     "outside create logfile group a" + server,
		"CREATE RESOURCE GROUP a TYPE = USER":        "outside create resource group a" + server,
		"CREATE SPATIAL REFERENCE SYSTEM 1 NAME 'a'": "outside create spatial reference system" + server,
		"DROP PACKAGE BODY a":                        "schema drop package body a",
		"DROP PREPARE s":                             "session drop prepare",
		"DROP SERVER s":                              "outside drop server s" + server,
		"RENAME USER a TO b":                         "outside rename user" + accounts,
		"RENAME TABLE IF EXISTS a WAIT 5 TO b":       "schema alter table rename? a",
		"LOAD INDEX INTO CACHE a":                    "session load",
		"LOCK INSTANCE FOR BACKUP":                   "outside lock" + server,
		"START SLAVE":                                "outside start" + server,
		"KILL 1":                                     "forbidden kill: it disturbs the server",
	})
}

// A statement that names a database means that one on a scratch database too.
func TestClassifyWhatNamesADatabase(t *testing.T) {
	const note = `: it names a database, "app", and a scratch database has another name`
	judge(t, map[string]string{
		"CREATE TABLE app.notes (a INT)":                                       "outside create table app.notes" + note,
		"ALTER TABLE `app`.notes ADD a INT":                                    "outside alter table add column app.notes" + note,
		"ALTER TABLE notes RENAME app.notes":                                   "outside alter table rename app.notes" + note,
		"RENAME TABLE notes TO app.notes":                                      "outside alter table rename app.notes" + note,
		"DROP TABLE a, app.notes":                                              "outside drop table app.a" + note,
		"CREATE INDEX i ON app.notes (a)":                                      "outside create index app.i" + note,
		"CREATE TRIGGER t BEFORE INSERT ON app.notes FOR EACH ROW SET @a = 1":  "outside create trigger app.t" + note,
		"CREATE TABLE a LIKE app.notes":                                        "outside create table app.a" + note,
		"CREATE TABLE a (b INT REFERENCES app.notes (a))":                      "outside create table a" + note,
		"CREATE PROCEDURE p() BEGIN INSERT INTO app.notes VALUES (1); END":     "outside create procedure p" + note,
		"INSERT app.notes VALUES (1)":                                          "outside insert app.notes" + note,
		"UPDATE a JOIN app.notes n SET n.b = 1":                                "outside update app.notes" + note,
		"DELETE FROM app.notes":                                                "outside delete app.notes" + note,
		"TRUNCATE app.notes":                                                   "outside truncate app.notes" + note,
		"INSERT INTO a SELECT b FROM app.notes":                                "data insert a",
		"SELECT * FROM app.notes":                                              "query select",
		"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SELECT 1 INTO NEW.b": "schema create trigger t",
		"INSERT INTO a (b) VALUES (1) ON DUPLICATE KEY UPDATE a.b = 2":         "data insert a",
	})
}
