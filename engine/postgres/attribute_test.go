package postgres

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/migration"
)

// An attribute is something that PostgreSQL knows of an object. Two scripts differ in
// it: the second is run behind the first.
type attribute struct {
	name   string
	script string // makes an object
	change string // and gives it another value of the attribute
	since  int    // the version of PostgreSQL that has it, 0 for all
}

// attributes are what statements on the schema can say, catalogue by catalogue. An
// inspector that passed one of them over would take two schemas for one. What is not a
// schema's, and is not told on purpose, is listed in DESIGN.md.
var attributes = []attribute{
	// Schemas
	{name: "schema", change: `CREATE SCHEMA app`},
	{name: "name of a schema", script: `CREATE SCHEMA app`, change: `ALTER SCHEMA app RENAME TO apps`},
	{name: "comment on a schema", script: `CREATE SCHEMA app`, change: `COMMENT ON SCHEMA app IS 'x'`},
	{name: "rights in a schema", script: `CREATE SCHEMA app`, change: `GRANT USAGE ON SCHEMA app TO pg_monitor`},
	{name: "rights in public", change: `GRANT CREATE ON SCHEMA public TO pg_monitor`},
	{name: "what PUBLIC may in public", change: `REVOKE USAGE ON SCHEMA public FROM PUBLIC`},
	{name: "comment on public", change: `COMMENT ON SCHEMA public IS 'x'`},

	// Tables
	{name: "table", change: `CREATE TABLE t (id integer)`},
	{name: "name of a table", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t RENAME TO u`},
	{name: "schema of a table", script: `CREATE SCHEMA app; CREATE TABLE t (id integer)`, change: `ALTER TABLE t SET SCHEMA app`},
	{name: "persistence", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t SET UNLOGGED`},
	{name: "access method of a table", script: `CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE t (id integer)`,
		change: `DROP TABLE t; CREATE TABLE t (id integer) USING pile`},
	{name: "storage parameter", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t SET (fillfactor = 70)`},
	{name: "storage parameter of the TOAST table", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t SET (toast.autovacuum_enabled = off)`},
	{name: "replica identity: all", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t REPLICA IDENTITY FULL`},
	{name: "replica identity: none", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t REPLICA IDENTITY NOTHING`},
	{name: "replica identity: an index", script: `CREATE TABLE t (id integer NOT NULL); CREATE UNIQUE INDEX i ON t (id)`,
		change: `ALTER TABLE t REPLICA IDENTITY USING INDEX i`},
	{name: "replica identity: the index of a key", script: `CREATE TABLE t (id integer NOT NULL UNIQUE)`,
		change: `ALTER TABLE t REPLICA IDENTITY USING INDEX t_id_key`},
	{name: "row security", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t ENABLE ROW LEVEL SECURITY`},
	{name: "row security for the owner", script: `CREATE TABLE t (id integer); ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
		change: `ALTER TABLE t FORCE ROW LEVEL SECURITY`},
	{name: "inheritance", script: `CREATE TABLE p (id integer); CREATE TABLE t (id integer)`, change: `ALTER TABLE t INHERIT p`},
	{name: "order of parents", script: `CREATE TABLE p (id integer); CREATE TABLE q (id integer); CREATE TABLE t () INHERITS (p, q)`,
		change: `DROP TABLE t; CREATE TABLE t () INHERITS (q, p)`},
	{name: "partition key", script: `CREATE TABLE t (a integer, b integer) PARTITION BY LIST (a)`,
		change: `DROP TABLE t; CREATE TABLE t (a integer, b integer) PARTITION BY LIST (b)`},
	{name: "partition strategy", script: `CREATE TABLE t (a integer) PARTITION BY LIST (a)`,
		change: `DROP TABLE t; CREATE TABLE t (a integer) PARTITION BY RANGE (a)`},
	{name: "collation of a partition key", script: `CREATE TABLE t (a text) PARTITION BY LIST (a)`,
		change: `DROP TABLE t; CREATE TABLE t (a text) PARTITION BY LIST (a COLLATE "C")`},
	{name: "class of a partition key", script: `CREATE TABLE t (a text) PARTITION BY RANGE (a)`,
		change: `DROP TABLE t; CREATE TABLE t (a text) PARTITION BY RANGE (a text_pattern_ops)`},
	{name: "partition", script: `CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t (a integer)`,
		change: `ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)`},
	{name: "bounds of a partition", script: `CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p FOR VALUES IN (1)`,
		change: `ALTER TABLE p DETACH PARTITION t; ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1, 2)`},
	{name: "a partition that is being detached", since: 14,
		script: `CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p FOR VALUES IN (1)`,
		change: `UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 't'::regclass`}, // as DETACH … CONCURRENTLY leaves it that was stopped
	{name: "default partition", script: `CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p FOR VALUES IN (1)`,
		change: `ALTER TABLE p DETACH PARTITION t; ALTER TABLE p ATTACH PARTITION t DEFAULT`},
	{name: "type of a table", script: `CREATE TYPE pair AS (a integer); CREATE TABLE t (a integer)`, change: `ALTER TABLE t OF pair`},
	{name: "comment on a table", script: `CREATE TABLE t (id integer)`, change: `COMMENT ON TABLE t IS 'x'`},
	{name: "rights on a table", script: `CREATE TABLE t (id integer)`, change: `GRANT SELECT ON t TO pg_monitor`},
	{name: "the option to grant", script: `CREATE TABLE t (id integer); GRANT SELECT ON t TO pg_monitor`,
		change: `GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION`},

	// Columns
	{name: "column", script: `CREATE TABLE t (id integer)`, change: `ALTER TABLE t ADD c text`},
	{name: "name of a column", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t RENAME c TO d`},
	{name: "type", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c TYPE varchar`},
	{name: "type modifier", script: `CREATE TABLE t (c varchar(5))`, change: `ALTER TABLE t ALTER c TYPE varchar(6)`},
	{name: "precision and scale", script: `CREATE TABLE t (c numeric(10, 2))`, change: `ALTER TABLE t ALTER c TYPE numeric(10, 3)`},
	{name: "fields of an interval", script: `CREATE TABLE t (c interval)`, change: `ALTER TABLE t ALTER c TYPE interval YEAR TO MONTH`},
	{name: "precision of a time", script: `CREATE TABLE t (c timestamptz)`, change: `ALTER TABLE t ALTER c TYPE timestamptz(0)`},
	{name: "an array or one value", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c TYPE text[] USING ARRAY[c]`},
	{name: "NOT NULL", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET NOT NULL`},
	{name: "NOT NULL that rows may break", since: 18, script: `CREATE TABLE t (c text NOT NULL)`,
		change: `ALTER TABLE t ALTER c DROP NOT NULL, ADD CONSTRAINT n NOT NULL c NOT VALID`},
	{name: "NOT NULL that children do not get", since: 18, script: `CREATE TABLE t (c text CONSTRAINT n NOT NULL)`,
		change: `ALTER TABLE t ALTER CONSTRAINT n NO INHERIT`},
	{name: "default", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET DEFAULT 'x'`},
	{name: "expression of a default", script: `CREATE TABLE t (c timestamptz DEFAULT now())`, change: `ALTER TABLE t ALTER c SET DEFAULT clock_timestamp()`},
	{name: "identity", script: `CREATE TABLE t (id integer NOT NULL)`, change: `ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY`},
	{name: "kind of an identity", script: `CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)`, change: `ALTER TABLE t ALTER id SET GENERATED BY DEFAULT`},
	{name: "how an identity counts", script: `CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)`, change: `ALTER TABLE t ALTER id SET CACHE 9`},
	{name: "generated", script: `CREATE TABLE t (a integer, b integer)`, change: `ALTER TABLE t DROP b, ADD b integer GENERATED ALWAYS AS (a) STORED`},
	{name: "generating expression", script: `CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a) STORED)`,
		change: `ALTER TABLE t DROP b, ADD b integer GENERATED ALWAYS AS (a + 1) STORED`},
	{name: "virtual", since: 18, script: `CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a) STORED)`,
		change: `ALTER TABLE t DROP b, ADD b integer GENERATED ALWAYS AS (a) VIRTUAL`},
	{name: "collation of a column", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c TYPE text COLLATE "C"`},
	{name: "storage", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET STORAGE EXTERNAL`},
	{name: "compression", since: 14, script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET COMPRESSION pglz`},
	{name: "statistics of a column", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET STATISTICS 7`},
	{name: "no statistics of a column", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET STATISTICS 0`},
	{name: "options of a column", script: `CREATE TABLE t (c text)`, change: `ALTER TABLE t ALTER c SET (n_distinct = 5)`},
	{name: "comment on a column", script: `CREATE TABLE t (c text)`, change: `COMMENT ON COLUMN t.c IS 'x'`},
	{name: "rights on a column", script: `CREATE TABLE t (c text)`, change: `GRANT UPDATE (c) ON t TO pg_monitor`},
	{name: "default of a child's column", script: `CREATE TABLE p (c text); CREATE TABLE t () INHERITS (p)`, change: `ALTER TABLE t ALTER c SET DEFAULT 'x'`},
	{name: "a child's column that is its own too", script: `CREATE TABLE p (c text); CREATE TABLE t () INHERITS (p)`,
		change: `DROP TABLE t; CREATE TABLE t (c text) INHERITS (p)`},
	{name: "comment on a column of a partition", script: `CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT`,
		change: `COMMENT ON COLUMN t.a IS 'x'`},

	// Keys, checks, foreign keys, exclusions
	{name: "primary key", script: `CREATE TABLE t (id integer NOT NULL)`, change: `ALTER TABLE t ADD PRIMARY KEY (id)`},
	{name: "columns of a primary key", script: `CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, PRIMARY KEY (a, b))`,
		change: `ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (b, a)`},
	{name: "columns that a key carries along", script: `CREATE TABLE t (a integer PRIMARY KEY, b integer)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a) INCLUDE (b)`},
	{name: "storage parameter of a key", script: `CREATE TABLE t (a integer PRIMARY KEY)`, change: `ALTER INDEX t_pkey SET (fillfactor = 50)`},
	{name: "unique", script: `CREATE TABLE t (a integer)`, change: `ALTER TABLE t ADD UNIQUE (a)`},
	{name: "unique constraint or unique index", script: `CREATE TABLE t (a integer); CREATE UNIQUE INDEX t_a_key ON t (a)`,
		change: `ALTER TABLE t ADD UNIQUE USING INDEX t_a_key`},
	{name: "NULLS NOT DISTINCT of a constraint", since: 15, script: `CREATE TABLE t (a integer UNIQUE)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_a_key, ADD UNIQUE NULLS NOT DISTINCT (a)`},
	{name: "deferrable key", script: `CREATE TABLE t (a integer UNIQUE)`, change: `ALTER TABLE t DROP CONSTRAINT t_a_key, ADD UNIQUE (a) DEFERRABLE`},
	{name: "deferred key", script: `CREATE TABLE t (a integer UNIQUE DEFERRABLE)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_a_key, ADD UNIQUE (a) DEFERRABLE INITIALLY DEFERRED`},
	{name: "key without overlaps", since: 18, script: `CREATE TABLE t (a int4range, b tsrange, PRIMARY KEY (a, b))`,
		change: `ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a, b WITHOUT OVERLAPS)`},
	{name: "a key that its partitions do not have yet", script: `CREATE TABLE p (a integer NOT NULL) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; ALTER TABLE p ADD UNIQUE (a)`,
		change: `ALTER TABLE p DROP CONSTRAINT p_a_key; ALTER TABLE ONLY p ADD UNIQUE (a)`},
	{name: "check", script: `CREATE TABLE t (a integer)`, change: `ALTER TABLE t ADD CHECK (a > 0)`},
	{name: "expression of a check", script: `CREATE TABLE t (a integer CHECK (a > 0))`, change: `ALTER TABLE t DROP CONSTRAINT t_a_check, ADD CHECK (a > 1)`},
	{name: "validity of a check", script: `CREATE TABLE t (a integer CHECK (a > 0))`,
		change: `ALTER TABLE t DROP CONSTRAINT t_a_check, ADD CHECK (a > 0) NOT VALID`},
	{name: "inheritance of a check", script: `CREATE TABLE t (a integer CHECK (a > 0))`,
		change: `ALTER TABLE t DROP CONSTRAINT t_a_check, ADD CHECK (a > 0) NO INHERIT`},
	{name: "enforcement of a check", since: 18, script: `CREATE TABLE t (a integer CHECK (a > 0))`,
		change: `ALTER TABLE t DROP CONSTRAINT t_a_check, ADD CHECK (a > 0) NOT ENFORCED`},
	{name: "a check of a child alone", script: `CREATE TABLE p (a integer); CREATE TABLE t () INHERITS (p)`, change: `ALTER TABLE t ADD CHECK (a > 0)`},
	{name: "foreign key", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer)`, change: `ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p`},
	{name: "what a foreign key refers to", script: `CREATE TABLE p (id integer PRIMARY KEY, n integer UNIQUE); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_p_fkey, ADD FOREIGN KEY (p) REFERENCES p (n)`},
	{name: "ON DELETE", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_p_fkey, ADD FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE`},
	{name: "ON UPDATE", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_p_fkey, ADD FOREIGN KEY (p) REFERENCES p ON UPDATE CASCADE`},
	{name: "columns that ON DELETE sets", since: 15, script: `CREATE TABLE p (a integer, b integer, PRIMARY KEY (a, b));
		CREATE TABLE t (a integer, b integer, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL)`,
		change: `ALTER TABLE t DROP CONSTRAINT f, ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b)`},
	{name: "MATCH", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_p_fkey, ADD FOREIGN KEY (p) REFERENCES p MATCH FULL`},
	{name: "validity of a foreign key", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DROP CONSTRAINT t_p_fkey, ADD FOREIGN KEY (p) REFERENCES p NOT VALID`},
	{name: "deferrability of a foreign key", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t ALTER CONSTRAINT t_p_fkey DEFERRABLE`},
	{name: "enforcement of a foreign key", since: 18, script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t ALTER CONSTRAINT t_p_fkey NOT ENFORCED`},
	{name: "a foreign key whose triggers are disabled", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE t DISABLE TRIGGER ALL`},
	{name: "a foreign key whose triggers are disabled on the parent", script: `CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer REFERENCES p)`,
		change: `ALTER TABLE p DISABLE TRIGGER ALL`},
	{name: "exclusion", script: `CREATE TABLE t (a tsrange)`, change: `ALTER TABLE t ADD EXCLUDE USING gist (a WITH &&)`},
	{name: "operator of an exclusion", script: `CREATE TABLE t (a tsrange, CONSTRAINT x EXCLUDE USING gist (a WITH &&))`,
		change: `ALTER TABLE t DROP CONSTRAINT x, ADD CONSTRAINT x EXCLUDE USING gist (a WITH =)`},
	{name: "predicate of an exclusion", script: `CREATE TABLE t (a tsrange, CONSTRAINT x EXCLUDE USING gist (a WITH &&))`,
		change: `ALTER TABLE t DROP CONSTRAINT x, ADD CONSTRAINT x EXCLUDE USING gist (a WITH &&) WHERE (a IS NOT NULL)`},
	{name: "comment on a constraint", script: `CREATE TABLE t (a integer PRIMARY KEY)`, change: `COMMENT ON CONSTRAINT t_pkey ON t IS 'x'`},
	{name: "comment on the index of a constraint", script: `CREATE TABLE t (a integer PRIMARY KEY)`, change: `COMMENT ON INDEX t_pkey IS 'x'`},
	{name: "comment on a constraint of NOT NULL", since: 18, script: `CREATE TABLE t (a integer CONSTRAINT n NOT NULL)`, change: `COMMENT ON CONSTRAINT n ON t IS 'x'`},
	{name: "what CLUSTER goes by: a key", script: `CREATE TABLE t (a integer PRIMARY KEY)`, change: `ALTER TABLE t CLUSTER ON t_pkey`},

	// Indexes
	{name: "index", script: `CREATE TABLE t (a text)`, change: `CREATE INDEX i ON t (a)`},
	{name: "name of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `ALTER INDEX i RENAME TO j`},
	{name: "uniqueness", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)`},
	{name: "method of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t USING hash (a)`},
	{name: "columns of an index", script: `CREATE TABLE t (a text, b text); CREATE INDEX i ON t (a, b)`, change: `DROP INDEX i; CREATE INDEX i ON t (b, a)`},
	{name: "expression of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (lower(a))`, change: `DROP INDEX i; CREATE INDEX i ON t (upper(a))`},
	{name: "predicate of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a) WHERE a > ''`},
	{name: "operator class", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a text_pattern_ops)`},
	{name: "parameter of an operator class", script: `CREATE TABLE t (a tsvector); CREATE INDEX i ON t USING gist (a)`,
		change: `DROP INDEX i; CREATE INDEX i ON t USING gist (a tsvector_ops (siglen = 100))`},
	{name: "collation in an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a COLLATE "C")`},
	{name: "direction", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a DESC)`},
	{name: "place of NULLs", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a NULLS FIRST)`},
	{name: "columns that an index carries along", script: `CREATE TABLE t (a text, b text); CREATE INDEX i ON t (a)`, change: `DROP INDEX i; CREATE INDEX i ON t (a) INCLUDE (b)`},
	{name: "NULLS NOT DISTINCT of an index", since: 15, script: `CREATE TABLE t (a text); CREATE UNIQUE INDEX i ON t (a)`,
		change: `DROP INDEX i; CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT`},
	{name: "storage parameter of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `ALTER INDEX i SET (fillfactor = 50)`},
	{name: "statistics of an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (lower(a))`, change: `ALTER INDEX i ALTER 1 SET STATISTICS 50`},
	{name: "an index that queries do not use yet", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`,
		change: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`}, // as CREATE INDEX CONCURRENTLY leaves it that was stopped
	{name: "an index that rows do not enter yet", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`,
		change: `UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'i'::regclass`},
	{name: "an index that its partitions do not have yet", script: `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON p (a)`,
		change: `DROP INDEX i; CREATE INDEX i ON ONLY p (a)`},
	{name: "an index of a partition alone", script: `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT`, change: `CREATE INDEX i ON t (a)`},
	{name: "storage parameter of a partition's index", script: `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON p (a)`,
		change: `ALTER INDEX t_a_idx SET (fillfactor = 50)`},
	{name: "comment on a partition's index", script: `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON p (a)`,
		change: `COMMENT ON INDEX t_a_idx IS 'x'`},
	{name: "what CLUSTER goes by", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `ALTER TABLE t CLUSTER ON i`},
	{name: "what CLUSTER goes by in a partition", script: `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE INDEX i ON p (a)`,
		change: `ALTER TABLE t CLUSTER ON t_a_idx`},
	{name: "replica identity of a partition: its parent's index", script: `CREATE TABLE p (a text NOT NULL) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT; CREATE UNIQUE INDEX i ON p (a)`,
		change: `ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_idx`},
	{name: "comment on an index", script: `CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `COMMENT ON INDEX i IS 'x'`},

	// Views
	{name: "view", change: `CREATE VIEW v AS SELECT 1 AS a`},
	{name: "query of a view", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `CREATE OR REPLACE VIEW v AS SELECT 2 AS a`},
	{name: "name of a view's column", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `ALTER VIEW v RENAME a TO b`},
	{name: "default of a view's column", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `ALTER VIEW v ALTER a SET DEFAULT 5`},
	{name: "security barrier", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `ALTER VIEW v SET (security_barrier)`},
	{name: "whose rights a view has", since: 15, script: `CREATE VIEW v AS SELECT 1 AS a`, change: `ALTER VIEW v SET (security_invoker)`},
	{name: "check option", script: `CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t`, change: `CREATE OR REPLACE VIEW v AS SELECT a FROM t WITH LOCAL CHECK OPTION`},
	{name: "comment on a view", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `COMMENT ON VIEW v IS 'x'`},
	{name: "comment on a view's column", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `COMMENT ON COLUMN v.a IS 'x'`},
	{name: "rights on a view", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `GRANT SELECT ON v TO pg_monitor`},
	{name: "materialized view", script: `CREATE VIEW v AS SELECT 1 AS a`, change: `DROP VIEW v; CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`},
	{name: "query of a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `DROP MATERIALIZED VIEW v; CREATE MATERIALIZED VIEW v AS SELECT 2 AS a`},
	{name: "storage parameter of a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `ALTER MATERIALIZED VIEW v SET (fillfactor = 50)`},
	{name: "storage of a materialized view's column", script: `CREATE MATERIALIZED VIEW v AS SELECT 'x'::text AS a`, change: `ALTER MATERIALIZED VIEW v ALTER a SET STORAGE EXTERNAL`},
	{name: "compression of a materialized view's column", since: 14, script: `CREATE MATERIALIZED VIEW v AS SELECT 'x'::text AS a`, change: `ALTER MATERIALIZED VIEW v ALTER a SET COMPRESSION pglz`},
	{name: "statistics of a materialized view's column", script: `CREATE MATERIALIZED VIEW v AS SELECT 'x'::text AS a`, change: `ALTER MATERIALIZED VIEW v ALTER a SET STATISTICS 7`},
	{name: "options of a materialized view's column", script: `CREATE MATERIALIZED VIEW v AS SELECT 'x'::text AS a`, change: `ALTER MATERIALIZED VIEW v ALTER a SET (n_distinct = 5)`},
	{name: "index of a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `CREATE INDEX i ON v (a)`},
	{name: "what CLUSTER goes by in a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE INDEX i ON v (a)`, change: `ALTER MATERIALIZED VIEW v CLUSTER ON i`},
	{name: "comment on a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `COMMENT ON MATERIALIZED VIEW v IS 'x'`},
	{name: "comment on a materialized view's column", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `COMMENT ON COLUMN v.a IS 'x'`},
	{name: "rights on a materialized view", script: `CREATE MATERIALIZED VIEW v AS SELECT 1 AS a`, change: `GRANT SELECT ON v TO pg_monitor`},

	// Functions, procedures, aggregates
	{name: "function", change: `CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1'`},
	{name: "name of a function", script: aFunction, change: `ALTER FUNCTION f(integer) RENAME TO h`},
	{name: "body", script: aFunction, change: `CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'`},
	{name: "language", script: aFunction, change: `SET LOCAL check_function_bodies = off; CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE plpgsql AS 'SELECT 1'`},
	{name: "default of an argument", script: aFunction, change: `CREATE OR REPLACE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1'`},
	{name: "name of an argument", script: aFunction, change: `DROP FUNCTION f; CREATE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`},
	{name: "mode of an argument", script: aFunction, change: `DROP FUNCTION f; CREATE FUNCTION f(INOUT a integer) LANGUAGE sql AS 'SELECT 1'`},
	{name: "type of the result", script: aFunction, change: `DROP FUNCTION f; CREATE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1'`},
	{name: "a set as the result", script: aFunction, change: `DROP FUNCTION f; CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'`},
	{name: "volatility", script: aFunction, change: `ALTER FUNCTION f STABLE`},
	{name: "strictness", script: aFunction, change: `ALTER FUNCTION f STRICT`},
	{name: "whose rights a function has", script: aFunction, change: `ALTER FUNCTION f SECURITY DEFINER`},
	{name: "leakproof", script: aFunction, change: `ALTER FUNCTION f LEAKPROOF`},
	{name: "parallel", script: aFunction, change: `ALTER FUNCTION f PARALLEL SAFE`},
	{name: "cost", script: aFunction, change: `ALTER FUNCTION f COST 7`},
	{name: "rows", script: `CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'`, change: `ALTER FUNCTION f ROWS 7`},
	{name: "support function", script: aFunction, change: `ALTER FUNCTION f SUPPORT generate_series_int4_support`},
	{name: "settings of a function", script: aFunction, change: `ALTER FUNCTION f SET work_mem = '1MB'`},
	{name: "transform of a function", script: `CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION generate_series_int4_support(internal)); ` + aFunction,
		change: `CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer TRANSFORM FOR TYPE integer LANGUAGE sql AS 'SELECT 1'`},
	{name: "window function", script: `CREATE FUNCTION w() RETURNS bigint LANGUAGE internal AS 'window_rank'`, change: `DROP FUNCTION w; CREATE FUNCTION w() RETURNS bigint LANGUAGE internal WINDOW AS 'window_rank'`},
	{name: "body that is parsed", since: 14, script: aFunction, change: `CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql RETURN 1`},
	{name: "comment on a function", script: aFunction, change: `COMMENT ON FUNCTION f(integer) IS 'x'`},
	{name: "rights on a function", script: aFunction, change: `GRANT EXECUTE ON FUNCTION f TO pg_monitor`},
	{name: "what PUBLIC has lost of a function", script: aFunction, change: `REVOKE EXECUTE ON FUNCTION f FROM PUBLIC`},
	{name: "what a function needs", script: `CREATE EXTENSION hstore; ` + aFunction, change: `ALTER FUNCTION f DEPENDS ON EXTENSION hstore`},
	{name: "procedure", change: `CREATE PROCEDURE q() LANGUAGE sql AS 'SELECT 1'`},
	{name: "body of a procedure", script: `CREATE PROCEDURE q() LANGUAGE sql AS 'SELECT 1'`, change: `CREATE OR REPLACE PROCEDURE q() LANGUAGE sql AS 'SELECT 2'`},
	{name: "comment on a procedure", script: `CREATE PROCEDURE q() LANGUAGE sql AS 'SELECT 1'`, change: `COMMENT ON PROCEDURE q() IS 'x'`},
	{name: "rights on a procedure", script: `CREATE PROCEDURE q() LANGUAGE sql AS 'SELECT 1'`, change: `GRANT EXECUTE ON PROCEDURE q TO pg_monitor`},
	{name: "aggregate", change: `CREATE AGGREGATE s (integer) (sfunc = int4pl, stype = integer)`},
	{name: "first value of an aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, initcond = '1')`},
	{name: "function of an aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4mi, stype = integer)`},
	{name: "final function of an aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, finalfunc = int4um)`},
	{name: "combining function of an aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, combinefunc = int4pl)`},
	{name: "moving aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer)`},
	{name: "final function of a moving aggregate", script: `CREATE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer)`,
		change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer, mfinalfunc = int4um)`},
	{name: "whether a moving aggregate's final function writes", script: `CREATE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer, mfinalfunc = int4um)`,
		change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer, mfinalfunc = int4um, mfinalfunc_modify = read_write)`},
	{name: "sort operator of an aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, sortop = >)`},
	{name: "parallel aggregate", script: anAggregate, change: `CREATE OR REPLACE AGGREGATE s (integer) (sfunc = int4pl, stype = integer, parallel = safe)`},
	{name: "comment on an aggregate", script: anAggregate, change: `COMMENT ON AGGREGATE s (integer) IS 'x'`},
	{name: "rights on an aggregate", script: anAggregate, change: `GRANT EXECUTE ON FUNCTION s (integer) TO pg_monitor`},

	// Triggers, event triggers, rules
	{name: "trigger", script: aTrigger, change: `CREATE TRIGGER more BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "name of a trigger", script: aTrigger, change: `ALTER TRIGGER mark ON t RENAME TO marked`},
	{name: "time of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "events of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "columns of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "level of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION touch()`},
	{name: "condition of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION touch()`},
	{name: "function of a trigger", script: aTrigger + `; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
		change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION other()`},
	{name: "arguments of a trigger", script: aTrigger, change: `DROP TRIGGER mark ON t; CREATE TRIGGER mark BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch('x')`},
	{name: "transition table", script: aTrigger + `; CREATE TRIGGER sum AFTER UPDATE ON t EXECUTE FUNCTION touch()`,
		change: `DROP TRIGGER sum ON t; CREATE TRIGGER sum AFTER UPDATE ON t REFERENCING NEW TABLE AS fresh EXECUTE FUNCTION touch()`},
	{name: "constraint trigger", script: aTrigger + `; CREATE TRIGGER late AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`,
		change: `DROP TRIGGER late ON t; CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "deferred constraint trigger", script: aTrigger + `; CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`,
		change: `DROP TRIGGER late ON t; CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch()`},
	{name: "a trigger that is disabled", script: aTrigger, change: `ALTER TABLE t DISABLE TRIGGER mark`},
	{name: "a trigger that replication fires", script: aTrigger, change: `ALTER TABLE t ENABLE REPLICA TRIGGER mark`},
	{name: "a trigger that is disabled in a partition", script: aFunctionOfTriggers + `; CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p DEFAULT;
		CREATE TRIGGER mark AFTER UPDATE ON p FOR EACH ROW EXECUTE FUNCTION touch()`, change: `ALTER TABLE t DISABLE TRIGGER mark`},
	{name: "comment on a trigger", script: aTrigger, change: `COMMENT ON TRIGGER mark ON t IS 'x'`},
	{name: "event trigger", script: aFunctionOfEvents, change: `CREATE EVENT TRIGGER watchman ON sql_drop EXECUTE FUNCTION ev()`},
	{name: "event of an event trigger", script: aFunctionOfEvents + `; CREATE EVENT TRIGGER watchman ON sql_drop EXECUTE FUNCTION ev()`,
		change: `DROP EVENT TRIGGER watchman; CREATE EVENT TRIGGER watchman ON ddl_command_end EXECUTE FUNCTION ev()`},
	{name: "tags of an event trigger", script: aFunctionOfEvents + `; CREATE EVENT TRIGGER watchman ON sql_drop EXECUTE FUNCTION ev()`,
		change: `DROP EVENT TRIGGER watchman; CREATE EVENT TRIGGER watchman ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION ev()`},
	{name: "an event trigger that is disabled", script: aFunctionOfEvents + `; CREATE EVENT TRIGGER watchman ON sql_drop EXECUTE FUNCTION ev()`, change: `ALTER EVENT TRIGGER watchman DISABLE`},
	{name: "comment on an event trigger", script: aFunctionOfEvents + `; CREATE EVENT TRIGGER watchman ON sql_drop EXECUTE FUNCTION ev()`, change: `COMMENT ON EVENT TRIGGER watchman IS 'x'`},
	{name: "rule", script: `CREATE TABLE t (a integer)`, change: `CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`},
	{name: "condition of a rule", script: `CREATE TABLE t (a integer); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`,
		change: `CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE old.a > 0 DO INSTEAD NOTHING`},
	{name: "a rule that is disabled", script: `CREATE TABLE t (a integer); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`, change: `ALTER TABLE t DISABLE RULE r`},
	{name: "comment on a rule", script: `CREATE TABLE t (a integer); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`, change: `COMMENT ON RULE r ON t IS 'x'`},

	// Sequences
	{name: "sequence", change: `CREATE SEQUENCE s`},
	{name: "type of a sequence", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s AS integer`},
	{name: "step", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s INCREMENT BY 2`},
	{name: "start", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s START WITH 7`},
	{name: "lowest", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s MINVALUE -5`},
	{name: "highest", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s MAXVALUE 500`},
	{name: "cache", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s CACHE 5`},
	{name: "cycle", script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s CYCLE`},
	{name: "persistence of a sequence", since: 15, script: `CREATE SEQUENCE s`, change: `ALTER SEQUENCE s SET UNLOGGED`},
	{name: "what a sequence belongs to", script: `CREATE SEQUENCE s; CREATE TABLE t (a integer)`, change: `ALTER SEQUENCE s OWNED BY t.a`},
	{name: "comment on a sequence", script: `CREATE SEQUENCE s`, change: `COMMENT ON SEQUENCE s IS 'x'`},
	{name: "rights on a sequence", script: `CREATE SEQUENCE s`, change: `GRANT USAGE ON SEQUENCE s TO pg_monitor`},
	{name: "how a serial counts", script: `CREATE TABLE t (id serial)`, change: `ALTER SEQUENCE t_id_seq INCREMENT BY 2`},
	{name: "schema of a serial's sequence", script: `CREATE SCHEMA app; CREATE TABLE t (id serial)`, change: `ALTER TABLE t ALTER id DROP DEFAULT; ALTER SEQUENCE t_id_seq OWNED BY NONE; ALTER SEQUENCE t_id_seq SET SCHEMA app`},
	{name: "comment on a serial's sequence", script: `CREATE TABLE t (id serial)`, change: `COMMENT ON SEQUENCE t_id_seq IS 'x'`},
	{name: "rights on a serial's sequence", script: `CREATE TABLE t (id serial)`, change: `GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor`},
	{name: "comment on an identity's sequence", script: `CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)`, change: `COMMENT ON SEQUENCE t_id_seq IS 'x'`},
	{name: "rights on an identity's sequence", script: `CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)`, change: `GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor`},

	// Types
	{name: "enum", change: `CREATE TYPE e AS ENUM ('a')`},
	{name: "value of an enum", script: `CREATE TYPE e AS ENUM ('a')`, change: `ALTER TYPE e ADD VALUE 'b'`},
	{name: "order of an enum", script: `CREATE TYPE e AS ENUM ('a', 'b')`, change: `DROP TYPE e; CREATE TYPE e AS ENUM ('b', 'a')`},
	{name: "name of an enum's value", script: `CREATE TYPE e AS ENUM ('a')`, change: `ALTER TYPE e RENAME VALUE 'a' TO 'b'`},
	{name: "comment on a type", script: `CREATE TYPE e AS ENUM ('a')`, change: `COMMENT ON TYPE e IS 'x'`},
	{name: "rights on a type", script: `CREATE TYPE e AS ENUM ('a')`, change: `REVOKE USAGE ON TYPE e FROM PUBLIC`},
	{name: "domain", change: `CREATE DOMAIN d AS text`},
	{name: "type of a domain", script: `CREATE DOMAIN d AS varchar(5)`, change: `DROP DOMAIN d; CREATE DOMAIN d AS varchar(6)`},
	{name: "NOT NULL of a domain", script: `CREATE DOMAIN d AS text`, change: `ALTER DOMAIN d SET NOT NULL`},
	{name: "default of a domain", script: `CREATE DOMAIN d AS text`, change: `ALTER DOMAIN d SET DEFAULT 'x'`},
	{name: "collation of a domain", script: `CREATE DOMAIN d AS text`, change: `DROP DOMAIN d; CREATE DOMAIN d AS text COLLATE "C"`},
	{name: "check of a domain", script: `CREATE DOMAIN d AS text`, change: `ALTER DOMAIN d ADD CHECK (VALUE > '')`},
	{name: "validity of a domain's check", script: `CREATE DOMAIN d AS text CONSTRAINT k CHECK (VALUE > '')`,
		change: `ALTER DOMAIN d DROP CONSTRAINT k; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > '') NOT VALID`},
	{name: "comment on a domain", script: `CREATE DOMAIN d AS text`, change: `COMMENT ON DOMAIN d IS 'x'`},
	{name: "comment on a domain's check", script: `CREATE DOMAIN d AS text CONSTRAINT k CHECK (VALUE > '')`, change: `COMMENT ON CONSTRAINT k ON DOMAIN d IS 'x'`},
	{name: "rights on a domain", script: `CREATE DOMAIN d AS text`, change: `GRANT USAGE ON DOMAIN d TO pg_monitor WITH GRANT OPTION`},
	{name: "composite type", change: `CREATE TYPE c AS (a integer)`},
	{name: "attribute of a composite type", script: `CREATE TYPE c AS (a integer)`, change: `ALTER TYPE c ADD ATTRIBUTE b text`},
	{name: "type of a composite type's attribute", script: `CREATE TYPE c AS (a integer)`, change: `ALTER TYPE c ALTER ATTRIBUTE a TYPE bigint`},
	{name: "collation of a composite type's attribute", script: `CREATE TYPE c AS (a text)`, change: `ALTER TYPE c ALTER ATTRIBUTE a TYPE text COLLATE "C"`},
	{name: "name of a composite type's attribute", script: `CREATE TYPE c AS (a integer)`, change: `ALTER TYPE c RENAME ATTRIBUTE a TO b`},
	{name: "comment on a composite type", script: `CREATE TYPE c AS (a integer)`, change: `COMMENT ON TYPE c IS 'x'`},
	{name: "comment on a composite type's attribute", script: `CREATE TYPE c AS (a integer)`, change: `COMMENT ON COLUMN c.a IS 'x'`},
	{name: "range type", change: `CREATE TYPE r AS RANGE (subtype = float8)`},
	{name: "what a range is of", script: `CREATE TYPE r AS RANGE (subtype = float8)`, change: `DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float4)`},
	{name: "difference function of a range", script: `CREATE TYPE r AS RANGE (subtype = float8)`, change: `DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi)`},
	{name: "collation of a range", script: `CREATE TYPE r AS RANGE (subtype = text)`, change: `DROP TYPE r; CREATE TYPE r AS RANGE (subtype = text, collation = "C")`},
	{name: "operator class of a range", script: `CREATE TYPE r AS RANGE (subtype = text)`, change: `DROP TYPE r; CREATE TYPE r AS RANGE (subtype = text, subtype_opclass = text_pattern_ops)`},
	{name: "name of a multirange", since: 14, script: `CREATE TYPE r AS RANGE (subtype = float8)`, change: `ALTER TYPE r_multirange RENAME TO many`},
	{name: "base type", change: `CREATE TYPE b`},

	// Extensions, policies, statistics, publications, collations
	{name: "extension", change: `CREATE EXTENSION hstore`},
	{name: "schema of an extension", script: `CREATE SCHEMA app; CREATE EXTENSION hstore`, change: `ALTER EXTENSION hstore SET SCHEMA app`},
	{name: "what belongs to an extension", script: `CREATE EXTENSION hstore; CREATE TABLE t (a integer)`, change: `ALTER EXTENSION hstore ADD TABLE t`},
	{name: "what no longer belongs to an extension", script: `CREATE EXTENSION hstore`, change: `ALTER EXTENSION hstore DROP FUNCTION akeys(hstore)`},
	{name: "rights on a table of an extension", script: `CREATE EXTENSION pg_stat_statements`, change: `GRANT DELETE ON pg_stat_statements TO pg_monitor`},
	{name: "what PUBLIC has lost of a table of an extension", script: `CREATE EXTENSION pg_stat_statements`, change: `REVOKE SELECT ON pg_stat_statements FROM PUBLIC`},
	{name: "rights on a function of an extension", script: `CREATE EXTENSION hstore`, change: `GRANT EXECUTE ON FUNCTION akeys(hstore) TO pg_monitor`},
	{name: "what PUBLIC has lost of a function of an extension", script: `CREATE EXTENSION hstore`, change: `REVOKE EXECUTE ON FUNCTION akeys(hstore) FROM PUBLIC`},
	{name: "policy", script: `CREATE TABLE t (a integer)`, change: `CREATE POLICY p ON t USING (a > 0)`},
	{name: "rows of a policy", script: aPolicy, change: `ALTER POLICY p ON t USING (a > 1)`},
	{name: "new rows of a policy", script: aPolicy, change: `ALTER POLICY p ON t WITH CHECK (a > 1)`},
	{name: "roles of a policy", script: aPolicy, change: `ALTER POLICY p ON t TO pg_monitor`},
	{name: "command of a policy", script: aPolicy, change: `DROP POLICY p ON t; CREATE POLICY p ON t FOR SELECT USING (a > 0)`},
	{name: "restrictive policy", script: aPolicy, change: `DROP POLICY p ON t; CREATE POLICY p ON t AS RESTRICTIVE USING (a > 0)`},
	{name: "comment on a policy", script: aPolicy, change: `COMMENT ON POLICY p ON t IS 'x'`},
	{name: "statistics", script: `CREATE TABLE t (a integer, b integer)`, change: `CREATE STATISTICS s ON a, b FROM t`},
	{name: "kinds of statistics", script: `CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b FROM t`, change: `DROP STATISTICS s; CREATE STATISTICS s (mcv) ON a, b FROM t`},
	{name: "columns of statistics", script: `CREATE TABLE t (a integer, b integer, c integer); CREATE STATISTICS s ON a, b FROM t`, change: `DROP STATISTICS s; CREATE STATISTICS s ON a, c FROM t`},
	{name: "expressions of statistics", since: 14, script: `CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON (a + b) FROM t`, change: `DROP STATISTICS s; CREATE STATISTICS s ON (a - b) FROM t`},
	{name: "size of statistics", script: `CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b FROM t`, change: `ALTER STATISTICS s SET STATISTICS 7`},
	{name: "schema of statistics", script: `CREATE SCHEMA app; CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b FROM t`, change: `ALTER STATISTICS s SET SCHEMA app`},
	{name: "comment on statistics", script: `CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b FROM t`, change: `COMMENT ON STATISTICS s IS 'x'`},
	{name: "publication", change: `CREATE PUBLICATION f`},
	{name: "table of a publication", script: `CREATE TABLE t (a integer); CREATE PUBLICATION f`, change: `ALTER PUBLICATION f ADD TABLE t`},
	{name: "all tables of a publication", script: `CREATE PUBLICATION f`, change: `DROP PUBLICATION f; CREATE PUBLICATION f FOR ALL TABLES`},
	{name: "schema of a publication", since: 15, script: `CREATE SCHEMA app; CREATE PUBLICATION f`, change: `ALTER PUBLICATION f ADD TABLES IN SCHEMA app`},
	{name: "rows of a publication", since: 15, script: `CREATE TABLE t (a integer PRIMARY KEY); CREATE PUBLICATION f FOR TABLE t`, change: `ALTER PUBLICATION f SET TABLE t WHERE (a > 0)`},
	{name: "columns of a publication", since: 15, script: `CREATE TABLE t (a integer PRIMARY KEY, b integer); CREATE PUBLICATION f FOR TABLE t`, change: `ALTER PUBLICATION f SET TABLE t (a)`},
	{name: "what a publication publishes", script: `CREATE PUBLICATION f`, change: `ALTER PUBLICATION f SET (publish = 'insert')`},
	{name: "whether a publication speaks of partitions", script: `CREATE PUBLICATION f`, change: `ALTER PUBLICATION f SET (publish_via_partition_root)`},
	{name: "comment on a publication", script: `CREATE PUBLICATION f`, change: `COMMENT ON PUBLICATION f IS 'x'`},
	{name: "collation", change: `CREATE COLLATION c (locale = 'C')`},
	{name: "locale of a collation", script: `CREATE COLLATION c (locale = 'C')`, change: `DROP COLLATION c; CREATE COLLATION c (locale = 'POSIX')`},
	{name: "provider of a collation", script: `CREATE COLLATION c (locale = 'C')`, change: `DROP COLLATION c; CREATE COLLATION c (provider = icu, locale = 'und')`},
	{name: "nondeterministic collation", script: `CREATE COLLATION c (provider = icu, locale = 'und')`, change: `DROP COLLATION c; CREATE COLLATION c (provider = icu, locale = 'und', deterministic = false)`},
	{name: "comment on a collation", script: `CREATE COLLATION c (locale = 'C')`, change: `COMMENT ON COLLATION c IS 'x'`},

	{name: "requirement of a trigger", script: `CREATE EXTENSION hstore; ` + aTrigger, change: `ALTER TRIGGER mark ON t DEPENDS ON EXTENSION hstore`},
	{name: "requirement of an index", script: `CREATE EXTENSION hstore; CREATE TABLE t (a text); CREATE INDEX i ON t (a)`, change: `ALTER INDEX i DEPENDS ON EXTENSION hstore`},

	// What this engine does not understand, and refuses by its name
	{name: "foreign data wrapper", change: `CREATE FOREIGN DATA WRAPPER w`},
	{name: "server", script: `CREATE FOREIGN DATA WRAPPER w`, change: `CREATE SERVER s FOREIGN DATA WRAPPER w`},
	{name: "foreign table", script: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w`, change: `CREATE FOREIGN TABLE t (a integer) SERVER s`},
	{name: "operator", change: `CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = int4eq)`},
	{name: "operator class", change: `CREATE OPERATOR CLASS o FOR TYPE integer USING hash AS OPERATOR 1 =`},
	{name: "operator family", change: `CREATE OPERATOR FAMILY o USING btree`},
	{name: "cast", script: `CREATE TYPE c AS (a integer); CREATE FUNCTION f(a c) RETURNS integer LANGUAGE sql AS 'SELECT 1'`, change: `CREATE CAST (c AS integer) WITH FUNCTION f(c)`},
	{name: "conversion", change: `CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`},
	{name: "text search configuration", change: `CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)`},
	{name: "text search dictionary", change: `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)`},
	{name: "text search parser", change: `CREATE TEXT SEARCH PARSER p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)`},
	{name: "text search template", change: `CREATE TEXT SEARCH TEMPLATE m (lexize = dsimple_lexize)`},
	{name: "language of functions", change: `CREATE LANGUAGE l HANDLER plpgsql_call_handler`},
	{name: "access method", change: `CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler`},
	{name: "transform", change: `CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION generate_series_int4_support(internal))`},

	// Rights of what is to come
	{name: "default privileges", change: `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor`},
	{name: "default privileges in a schema", script: `CREATE SCHEMA app`, change: `ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO pg_monitor`},
	{name: "what PUBLIC will not have", change: `ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`},
	{name: "default privileges of another role", change: `ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor GRANT SELECT ON TABLES TO PUBLIC`},
	{name: "default privileges in schemas", change: `ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO pg_monitor`},
}

// What several of the attributes begin with.
const (
	aFunction           = `CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`
	anAggregate         = `CREATE AGGREGATE s (integer) (sfunc = int4pl, stype = integer)`
	aFunctionOfTriggers = `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`
	aTrigger            = aFunctionOfTriggers + `; CREATE TABLE t (a integer); CREATE TRIGGER mark BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`
	aFunctionOfEvents   = `CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`
	aPolicy             = `CREATE TABLE t (a integer); CREATE POLICY p ON t USING (a > 0)`
)

// Every attribute is told: by Inspect, by a watch, which says just what Inspect says, and
// by the stamp.
func TestEveryAttributeIsTold(t *testing.T) {
	d, _ := live(t)
	for _, a := range attributes {
		if !d.traits.Flavor.AtLeast(a.since, 0) {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			start(t, d)
			defer func() {
				if err := d.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
			}()
			run(t, d, a.script)
			w, err := d.Watch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			before := w.Snapshot().Fingerprint()
			ledger := catalogues(t, d)
			execute(t, d, "SAVEPOINT change") // whose rows have a number of their own
			run(t, d, a.change)
			if _, err := w.Changes(t.Context(), migration.Statement{}); err != nil {
				t.Fatal(err)
			}
			after := inspected(t, d)
			alike(t, after, w.Snapshot())
			if before == after.Fingerprint() {
				t.Error("Inspect passes it over")
			}
			if catalogues(t, d) == ledger {
				t.Error("the stamp passes it over")
			}
		})
	}
}

// catalogues returns what a stamp says of the catalogues, without what it says of
// transactions.
func catalogues(t testing.TB, d *database) string {
	t.Helper()
	s, err := d.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(s, "/")
	return rows
}

// run runs a script.
func run(t testing.TB, d *database, script string) {
	t.Helper()
	list, err := Engine{}.Cut(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		execute(t, d, s.Text)
	}
}
