CREATE TABLE dbmend_journal (
  entry bigint NOT NULL PRIMARY KEY,
  run text NOT NULL,
  "at" text NOT NULL,
  kind text NOT NULL,
  outcome text NOT NULL DEFAULT '',
  version text NOT NULL DEFAULT '',
  name text NOT NULL DEFAULT '',
  statement integer NOT NULL DEFAULT 0,
  "sql" text NOT NULL DEFAULT '',
  checksum text NOT NULL DEFAULT '',
  evidence text NOT NULL DEFAULT '',
  duration_us bigint NOT NULL DEFAULT 0,
  "before" text NOT NULL DEFAULT '',
  "after" text NOT NULL DEFAULT '',
  stamp text NOT NULL DEFAULT '',
  tool text NOT NULL DEFAULT ''
)
