package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

// judged writes what is known of a statement in one line: "data insert app.notes".
// Guard is "?", the names of a rename stand in parentheses, and Note behind a colon.
func judged(s migration.Statement) string {
	line := s.Class.String() + " " + s.Verb
	if s.Guard {
		line += "?"
	}
	if s.Target != "" || s.Space != "" {
		line += " "
	}
	if s.Space != "" {
		line += s.Space + "."
	}
	line += s.Target
	if s.NewName != "" {
		line += " (" + s.OldName + " -> " + s.NewName + ")"
	}
	if s.Note != "" {
		line += ": " + s.Note
	}
	return line
}

func testClassify(t *testing.T, cases map[string]string) {
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

func TestClassifyCreate(t *testing.T) {
	testClassify(t, map[string]string{
		"CREATE TABLE Notes (a int)":                                          "schema create table notes",
		`create table if not exists App."My Notes" (a int)`:                   "schema create table? app.My Notes",
		"CREATE TABLE db.app.notes (a int)":                                   "schema create table app.notes",
		"CREATE UNLOGGED TABLE if (a int)":                                    "schema create table if",
		"CREATE TABLE a PARTITION OF b FOR VALUES FROM (1) TO (2)":            "schema create table a",
		"CREATE TABLE a (b int GENERATED ALWAYS AS (1) STORED)":               "schema create table a",
		"CREATE TABLE a (b) WITH (fillfactor = 70) AS SELECT 1":               "schema create table as a",
		"CREATE FOREIGN TABLE a (b int) SERVER c":                             "schema create foreign table a",
		"CREATE TEMP TABLE a AS SELECT 1":                                     "session create table as a: " + temporary,
		"CREATE LOCAL TEMPORARY TABLE a (b int)":                              "session create table a: " + temporary,
		"CREATE FUNCTION pg_temp.f() RETURNS int RETURN 1":                    "session create function pg_temp.f: " + temporary,
		"SELECT 1 AS a INTO Notes FROM b":                                     "schema create table as notes",
		"SELECT * INTO TEMP TABLE notes FROM b":                               "session create table as notes: " + temporary,
		"CREATE UNIQUE INDEX IF NOT EXISTS I ON app.notes (a)":                "schema create index? i",
		"CREATE INDEX ON notes (a)":                                           "schema create index",
		"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON notes (a)":              "outside create index? i: " + noTransaction,
		"CREATE OR REPLACE RECURSIVE VIEW v (a) AS SELECT 1":                  "schema create view v",
		"CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1":                "schema create materialized view? v",
		"CREATE OR REPLACE FUNCTION app.f(a int) RETURNS int RETURN a":        "schema create function app.f",
		"CREATE PROCEDURE p() LANGUAGE sql AS ''":                             "schema create procedure p",
		"CREATE AGGREGATE a (int) (sfunc = f, stype = int)":                   "schema create aggregate a",
		"CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON a EXECUTE FUNCTION f()": "schema create trigger tr",
		"CREATE EVENT TRIGGER tr ON ddl_command_end EXECUTE FUNCTION f()":     "schema create event trigger tr",
		"CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2)":             "schema create rule r",
		"CREATE POLICY p ON a USING (true)":                                   "schema create policy p",
		"CREATE TYPE app.mood AS ENUM ('a')":                                  "schema create type app.mood",
		"CREATE DOMAIN d AS int":                                              "schema create domain d",
		"CREATE TEMP SEQUENCE s":                                              "session create sequence s: " + temporary,
		"CREATE SCHEMA IF NOT EXISTS app":                                     "schema create schema? app",
		"CREATE SCHEMA AUTHORIZATION joe":                                     "schema create schema joe",
		`CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public`:       "schema create extension? uuid-ossp",
		"CREATE CAST (a AS b) WITHOUT FUNCTION":                               "schema create cast",
		"CREATE OPERATOR app.=== (leftarg = int)":                             "schema create operator",
		"CREATE OPERATOR CLASS c FOR TYPE int USING btree AS STORAGE int":     "schema create operator class c",
		"CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)":                  "schema create text search configuration c",
		"CREATE STATISTICS ON a, b FROM c":                                    "schema create statistics",
		"CREATE USER MAPPING FOR joe SERVER s":                                "schema create user mapping",
		"CREATE PUBLICATION p FOR ALL TABLES":                                 "schema create publication p",
		"CREATE DATABASE app":                                                 "outside create database app: " + cluster,
		"CREATE ROLE app LOGIN":                                               "outside create role app: " + cluster,
		"CREATE USER app PASSWORD 'a'":                                        "outside create user app: " + cluster,
		"CREATE TABLESPACE t LOCATION '/t'":                                   "outside create tablespace t: " + cluster,
		"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p":                  "outside create subscription s: " + cluster,
		"CREATE SOMETHING s":                                                  "schema create",
		"SELEKT 1":                                                            "schema selekt",
		"'a'":                                                                 "schema ",
	})
}

func TestClassifyAlterAndDrop(t *testing.T) {
	testClassify(t, map[string]string{
		"ALTER TABLE Notes ADD COLUMN a int":                             "schema alter table add column notes",
		"ALTER TABLE IF EXISTS ONLY app.Notes ADD a int":                 "schema alter table add column? app.notes",
		"ALTER TABLE notes ADD COLUMN IF NOT EXISTS a int":               "schema alter table add column? notes",
		"ALTER TABLE notes ADD exclude int":                              "schema alter table add column notes",
		"ALTER TABLE notes ADD EXCLUDE USING gist (a WITH =)":            "schema alter table add constraint notes",
		"ALTER TABLE notes ADD CONSTRAINT c CHECK (a > 0)":               "schema alter table add constraint notes",
		"ALTER TABLE notes ADD PRIMARY KEY (a), ADD COLUMN b int":        "schema alter table add constraint notes",
		"ALTER TABLE notes DROP a":                                       "schema alter table drop column notes",
		"ALTER TABLE notes DROP COLUMN IF EXISTS a CASCADE":              "schema alter table drop column? notes",
		"ALTER TABLE notes ADD a numeric(1,2), ALTER b TYPE int, DROP c": "schema alter table drop column notes",
		"ALTER TABLE notes DROP CONSTRAINT c":                            "schema alter table drop constraint notes",
		"ALTER TABLE notes ALTER COLUMN a SET NOT NULL":                  "schema alter table alter column notes",
		"ALTER TABLE notes ALTER a TYPE int USING (a::int)":              "schema alter table alter column notes",
		"ALTER TABLE notes VALIDATE CONSTRAINT c":                        "schema alter table validate constraint notes",
		"ALTER TABLE notes RENAME TO b":                                  "schema alter table rename notes ( -> b)",
		`ALTER TABLE notes RENAME A TO "B"`:                              "schema alter table rename column notes (a -> B)",
		"ALTER TABLE notes RENAME COLUMN value TO constraint_":           "schema alter table rename column notes (value -> constraint_)",
		"ALTER TABLE notes RENAME value TO b":                            "schema alter table rename column notes (value -> b)",
		"ALTER TABLE notes RENAME CONSTRAINT a TO b":                     "schema alter table rename constraint notes ( -> b)",
		"ALTER TABLE notes SET SCHEMA app":                               "schema alter table set schema notes",
		"ALTER TABLE notes OWNER TO joe":                                 "schema alter table notes",
		"ALTER TABLE notes ENABLE ROW LEVEL SECURITY":                    "schema alter table notes",
		"ALTER TABLE notes ATTACH PARTITION app.b DEFAULT":               "schema alter table attach partition notes",
		"ALTER TABLE notes DETACH PARTITION app.b":                       "schema alter table detach partition notes",
		"ALTER TABLE notes DETACH PARTITION app.b CONCURRENTLY":          "outside alter table detach partition notes: " + noTransaction,
		"ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b":               "schema alter table",
		"ALTER INDEX i RENAME TO j":                                      "schema alter index rename i ( -> j)",
		"ALTER VIEW v RENAME COLUMN a TO b":                              "schema alter view rename column v (a -> b)",
		"ALTER FUNCTION app.f(int, text) RENAME TO g":                    "schema alter function rename app.f ( -> g)",
		"ALTER POLICY p ON app.notes RENAME TO q":                        "schema alter policy rename p ( -> q)",
		"ALTER TYPE mood ADD VALUE IF NOT EXISTS 'b'":                    "schema alter type add value? mood: " + laterUse,
		"ALTER TYPE mood RENAME VALUE 'a' TO 'b'":                        "schema alter type rename value mood",
		"ALTER TYPE mood RENAME ATTRIBUTE a TO b":                        "schema alter type rename attribute mood ( -> b)",
		"ALTER TYPE mood SET SCHEMA app":                                 "schema alter type set schema mood",
		"ALTER SEQUENCE s RESTART WITH 5":                                "schema alter sequence s",
		"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO joe":         "schema alter default privileges",
		"ALTER SYSTEM SET a = 1":                                         "outside alter system: " + cluster,
		"ALTER DATABASE app SET a = 1":                                   "outside alter database app: " + cluster,
		"ALTER ROLE joe RENAME TO jim":                                   "outside alter role rename joe ( -> jim): " + cluster,

		"DROP TABLE IF EXISTS app.Notes, b CASCADE": "schema drop table? app.notes",
		"DROP TABLE if":                       "schema drop table if",
		"DROP INDEX i":                        "schema drop index i",
		"DROP INDEX CONCURRENTLY IF EXISTS i": "outside drop index? i: " + noTransaction,
		"DROP MATERIALIZED VIEW v":            "schema drop materialized view v",
		"DROP FUNCTION IF EXISTS app.f(int)":  "schema drop function? app.f",
		"DROP TRIGGER IF EXISTS tr ON notes":  "schema drop trigger? tr",
		"DROP OPERATOR === (int, int)":        "schema drop operator",
		"DROP USER MAPPING FOR joe SERVER s":  "schema drop user mapping",
		"DROP DATABASE app":                   "outside drop database app: " + cluster,
		"DROP OWNED BY joe":                   "outside drop owned: " + cluster,
		"REASSIGN OWNED BY joe TO jim":        "outside reassign: " + cluster,

		"COMMENT ON TABLE app.notes IS 'a'":             "schema comment on table app.notes",
		"COMMENT ON COLUMN app.notes.a IS 'a'":          "schema comment on column app.notes",
		"COMMENT ON COLUMN notes.a IS NULL":             "schema comment on column notes",
		"COMMENT ON CONSTRAINT c ON notes IS 'a'":       "schema comment on constraint c",
		"COMMENT ON DATABASE app IS 'a'":                "outside comment on database app: " + cluster,
		"SECURITY LABEL FOR p ON TABLE notes IS 'a'":    "schema security label on table notes",
		"SECURITY LABEL ON ROLE joe IS 'a'":             "outside security label on role joe: " + cluster,
		"GRANT SELECT (a), UPDATE ON app.notes TO joe":  "schema grant app.notes",
		"GRANT ALL ON SCHEMA app TO joe":                "schema grant app",
		"GRANT SELECT ON ALL TABLES IN SCHEMA a TO joe": "schema grant",
		"GRANT USAGE ON FOREIGN SERVER s TO joe":        "schema grant s",
		"GRANT SELECT ON role TO joe":                   "schema grant role",
		"GRANT CONNECT ON DATABASE app TO joe":          "outside grant app: " + cluster,
		"GRANT admin TO joe":                            "outside grant: " + cluster,
		"REVOKE ALL ON notes FROM PUBLIC":               "schema revoke notes",
		"REVOKE ADMIN OPTION FOR admin FROM joe":        "outside revoke: " + cluster,
	})
}

func TestClassifyRows(t *testing.T) {
	testClassify(t, map[string]string{
		"INSERT INTO App.Notes AS n VALUES (1) ON CONFLICT DO NOTHING": "data insert app.notes",
		"UPDATE ONLY notes SET a = 1":                                  "data update notes",
		`DELETE FROM "Notes"`:                                          "data delete Notes",
		"MERGE INTO notes USING b ON true WHEN MATCHED THEN DELETE":    "data merge notes",
		"TRUNCATE notes, b":                                            "data truncate notes",
		"TRUNCATE TABLE ONLY app.notes CASCADE":                        "data truncate app.notes",
		"WITH a AS (SELECT 1) DELETE FROM notes":                       "data delete notes",
		"WITH RECURSIVE a(b) AS NOT MATERIALIZED (VALUES (1)), delete AS (SELECT ')') INSERT INTO notes SELECT 1":                "data insert notes",
		"WITH a AS (SELECT 1) SEARCH DEPTH FIRST BY b, c SET d CYCLE b, c SET e USING f, g AS (SELECT 1) UPDATE notes SET a = 1": "data update notes",
		"WITH a AS (SELECT 1), b AS (DELETE FROM app.notes RETURNING *) SELECT * FROM b":                                         "data delete app.notes",
		"WITH a AS (DELETE FROM b RETURNING *) INSERT INTO notes SELECT * FROM a":                                                "data insert notes",
		"WITH a AS (SELECT 1) (SELECT * FROM a)":                                                                                 "query select",
		"WITH a":                                                                                                                 "schema with",
		"INSERT INTO pg_temp.a VALUES (1)":                                                                                       "session insert pg_temp.a: " + temporary,
		"UPDATE pg_index SET indisvalid = false":                                                                                 "schema update pg_index",
		"DELETE FROM pg_catalog.pg_stats":                                                                                        "schema delete pg_catalog.pg_stats",
		"UPDATE pg_database SET datname = 'a'":                                                                                   "outside update pg_database: " + cluster,
		"UPDATE app.pg_index SET a = 1":                                                                                          "data update app.pg_index",

		"COPY app.notes (a, b) FROM stdin;\n1\t2\n\\.":   "data copy app.notes",
		"COPY notes TO STDOUT":                           "query copy notes",
		"COPY (SELECT 1) TO STDOUT":                      "query copy",
		"COPY (DELETE FROM notes RETURNING a) TO STDOUT": "data copy",
		"COPY notes FROM '/a' WITH (FORMAT csv)":         "outside copy notes: " + serverFile,
		"COPY notes TO '/a'":                             "outside copy notes: " + serverFile,
		"COPY (SELECT 1) TO PROGRAM 'rm'":                "outside copy: " + program,
		"COPY notes (a) FROM PROGRAM 'cat'":              "outside copy notes: " + program,
		"REFRESH MATERIALIZED VIEW CONCURRENTLY app.v":   "schema refresh materialized view app.v",
		"CALL p(1)":    "data call",
		"EXECUTE p(1)": "data execute",
		"DO $$ BEGIN CREATE TYPE a AS ENUM ('b'); END $$":                                      "schema do",
		"DO $$ BEGIN ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c ON UPDATE CASCADE; END $$": "schema do",
		"DO LANGUAGE plpgsql 'BEGIN UPDATE a SET b = 1; END'":                                  "data do",
		"DO $$ BEGIN EXECUTE 'INSERT INTO a VALUES (1)'; END $$":                               "data do",
		"DO $$ BEGIN PERFORM f(); END $$":                                                      "data do",
		"DO $$ BEGIN CREATE ROLE joe; END $$":                                                  "outside do: its block says create role, which is about the whole server",
		"DO $$ BEGIN EXECUTE 'ALTER SYSTEM SET a = 1'; END $$":                                 "outside do: its block says alter system, which is about the whole server",
		"DO $$ BEGIN PERFORM dblink('a', 'b'); END $$":                                         "outside do: its block names dblink, which reaches beyond the database",
	})
}

func TestClassifyQueries(t *testing.T) {
	testClassify(t, map[string]string{
		"SELECT 1":                    "query select",
		"VALUES (1), (2)":             "query values",
		"TABLE notes":                 "query table",
		"(SELECT 1) UNION (SELECT 2)": "query select",
		"SELECT count(*), Lower(a), pg_catalog.now() FROM b WHERE c IN (1, 2) AND (d)":  "query select",
		"SELECT cast(a AS varchar(10)), coalesce(b, c) FROM d AS e(f) JOIN g USING (h)": "query select",
		"SELECT f(1)":           "data select",
		"SELECT app.lower('A')": "data select",
		`SELECT "Lower"('A')`:   "data select",
		"SELECT setval('s', (SELECT max(id) FROM notes))":        "data select",
		"SELECT * FROM create_hypertable('notes', 'at')":         "data select",
		"WITH a(b) AS (SELECT 1) SELECT * FROM a":                "query select",
		"SELECT pg_advisory_lock(1)":                             "session select",
		"SELECT pg_catalog.set_config('search_path', '', false)": "session select search_path: " + otherSchemas,
		"SELECT set_config('Work_Mem', '1MB', false)":            "session select work_mem",
		"SELECT pg_advisory_unlock_all()":                        "forbidden select: " + lettingGo,
		"SELECT dblink_exec('a', 'b')":                           "outside select: it calls dblink_exec, which reaches beyond the database",
		"INSERT INTO a SELECT pg_read_file('b')":                 "outside insert a: it calls pg_read_file, which reaches beyond the database",
		"CREATE TABLE a AS SELECT pg_ls_dir('.')":                "outside create table as a: it calls pg_ls_dir, which reaches beyond the database",
		"CREATE VIEW a AS SELECT pg_ls_dir('.')":                 "schema create view a",
		"INSERT INTO dblink (a) VALUES (1)":                      "data insert dblink",
		"EXPLAIN DELETE FROM notes":                              "query explain",
		"EXPLAIN (FORMAT json) SELECT dblink('a')":               "query explain",
		"EXPLAIN (SELECT 1)":                                     "query explain",
		"EXPLAIN ANALYZE VERBOSE DELETE FROM notes":              "data explain notes",
		"EXPLAIN (VERBOSE, ANALYZE) SELECT 1":                    "query explain",
		"EXPLAIN (ANALYZE, BUFFERS) DELETE FROM notes":           "data explain notes",
		"EXPLAIN (ANALYZE off) DELETE FROM notes":                "query explain",
		"EXPLAIN ANALYZE EXPLAIN ANALYZE SELECT 1":               "query explain",
		"FETCH 1 FROM c":                                         "query fetch",
		"SHOW search_path":                                       "query show",
	})
}

func TestClassifySessionAndServer(t *testing.T) {
	testClassify(t, map[string]string{
		"SET search_path TO app, public":                       "session set search_path: " + otherSchemas,
		"SET LOCAL search_path = app":                          "session set search_path: " + otherSchemas,
		"SET SCHEMA 'app'":                                     "session set search_path: " + otherSchemas,
		"RESET search_path":                                    "session reset search_path: " + otherSchemas,
		"SET SESSION Work_Mem = '1MB'":                         "session set work_mem",
		"SET app.user = 'joe'":                                 "session set app.user",
		"SET TIME ZONE 'UTC'":                                  "session set timezone",
		"SET LOCAL TIME ZONE 'UTC'":                            "session set timezone",
		"SET NAMES 'UTF8'":                                     "session set client_encoding",
		"SET ROLE joe":                                         "session set role",
		"SET SESSION AUTHORIZATION joe":                        "session set session_authorization",
		"SET CONSTRAINTS ALL DEFERRED":                         "session set",
		"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE":         "transaction set transaction",
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY": "session set",
		"PREPARE p AS SELECT 1":                                "session prepare",
		"DEALLOCATE p":                                         "session deallocate",
		"LOCK TABLE ONLY app.notes IN SHARE MODE":              "session lock table app.notes",
		"LOCK notes":                                           "session lock table notes",
		"LISTEN a":                                             "session listen",
		"DISCARD TEMP":                                         "session discard",
		"DISCARD ALL":                                          "forbidden discard: " + lettingGo,
		"ANALYZE (VERBOSE) app.notes":                          "session analyze app.notes",

		"BEGIN":                   "transaction begin",
		"START TRANSACTION":       "transaction start transaction",
		"COMMIT":                  "transaction commit",
		"END":                     "transaction end",
		"SAVEPOINT a":             "transaction savepoint",
		"RELEASE a":               "transaction release",
		"ROLLBACK":                "forbidden rollback: " + undoing,
		"ROLLBACK TO SAVEPOINT a": "forbidden rollback: " + undoing,
		"ABORT":                   "forbidden abort: " + undoing,
		"PREPARE TRANSACTION 'a'": "forbidden prepare: " + twoPhases,
		"COMMIT PREPARED 'a'":     "forbidden commit: " + twoPhases,
		"ROLLBACK PREPARED 'a'":   "forbidden rollback: " + twoPhases,

		"VACUUM (FULL, ANALYZE) app.notes":             "outside vacuum app.notes: " + noTransaction,
		"VACUUM FULL VERBOSE notes":                    "outside vacuum notes: " + noTransaction,
		"CLUSTER":                                      "outside cluster: " + noTransaction,
		"CLUSTER VERBOSE notes USING i":                "schema cluster notes",
		"REINDEX TABLE app.notes":                      "schema reindex app.notes",
		"REINDEX INDEX CONCURRENTLY i":                 "outside reindex i: " + noTransaction,
		"REINDEX (VERBOSE, CONCURRENTLY) TABLE notes":  "outside reindex notes: " + noTransaction,
		"REINDEX DATABASE app":                         "outside reindex app: " + noTransaction,
		"CHECKPOINT":                                   "outside checkpoint: " + cluster,
		"LOAD 'a'":                                     "outside load: it loads code into the server",
		"IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c": "schema import foreign schema",
	})
}

// TestClassesHoldInATransaction runs statements inside a transaction, and asks
// PostgreSQL whether what their classes say of it is true.
func TestClassesHoldInATransaction(t *testing.T) {
	for text, allowed := range map[string]bool{
		"CREATE INDEX CONCURRENTLY i ON a (b)":         false,
		"CREATE INDEX i ON a (b)":                      true,
		"REINDEX TABLE CONCURRENTLY a":                 false,
		"REINDEX SCHEMA public":                        false,
		"REINDEX TABLE a":                              true,
		"VACUUM a":                                     false,
		"ANALYZE a":                                    true,
		"CLUSTER":                                      false,
		"CLUSTER a USING a_pkey":                       true,
		"ALTER TYPE m ADD VALUE 'y'":                   true,
		"REFRESH MATERIALIZED VIEW v":                  true,
		"LOCK TABLE a":                                 true,
		"TRUNCATE a":                                   true,
		"DISCARD PLANS":                                true,
		"SET CONSTRAINTS ALL DEFERRED":                 true,
		"DO $$ BEGIN INSERT INTO a VALUES (2); END $$": true,
	} {
		statements, err := cut(text)
		if err != nil {
			t.Fatal(err)
		}
		if outside := statements[0].Class == migration.Outside; outside == allowed {
			t.Errorf("%s is in the class %s", text, statements[0].Class)
		}
		d, _ := live(t, "CREATE TABLE a (b int PRIMARY KEY)", "CREATE TYPE m AS ENUM ('x')", "CREATE MATERIALIZED VIEW v AS SELECT b FROM a")
		start(t, d)
		if _, err := d.Exec(t.Context(), text); (err == nil) != allowed {
			t.Errorf("%s in a transaction: %v", text, err)
		}
	}
}
