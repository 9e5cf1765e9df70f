package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// What a statement is said to cost is what it costs on the server: a table that is
// rewritten has another file afterwards, and the lock that the transaction holds says
// who waits.
func TestHazardsAreTrue(t *testing.T) {
	d, _ := live(t, "CREATE TABLE parents (id integer PRIMARY KEY)",
		"CREATE TABLE notes (id integer, parent integer, title varchar(20), body text, price numeric(10,2), big varchar, at timestamp, known integer, CONSTRAINT c CHECK (known IS NOT NULL))",
		"ALTER TABLE notes ADD CONSTRAINT late CHECK (id < 1000) NOT VALID",
		"CREATE UNIQUE INDEX by_price ON notes (price)",
		"CREATE FUNCTION mine() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
		"INSERT INTO notes VALUES (1, NULL, 'a', 'b', 1, 'c', now(), 1)")
	have, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for statement, want := range map[string]string{
		"CREATE INDEX i ON notes (id)":                                                    "builds index, writers",
		"CREATE UNIQUE INDEX i ON ONLY public.notes (id)":                                 "builds index, writers",
		"DROP TABLE notes":                                                                "drops table, everybody",
		"TRUNCATE notes":                                                                  "deletes rows, everybody",
		"DELETE FROM notes WHERE id = 1":                                                  "deletes rows, same rows",
		"ALTER TABLE notes ADD COLUMN n integer":                                          "",
		"ALTER TABLE notes ADD COLUMN n integer NOT NULL DEFAULT 5":                       "",
		"ALTER TABLE notes ADD n timestamptz DEFAULT now() NOT NULL":                      "",
		"ALTER TABLE notes ADD COLUMN n varchar(10) DEFAULT 'x'::character varying(10)":   "",
		"ALTER TABLE notes ADD COLUMN n jsonb DEFAULT '{}'::jsonb, ADD COLUMN m text":     "",
		"ALTER TABLE notes ADD COLUMN n numeric(10, 2) DEFAULT (1.5)::numeric(10,2)":      "",
		"ALTER TABLE notes ADD COLUMN n uuid DEFAULT gen_random_uuid()":                   "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n float DEFAULT (1 + random())":                     "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n integer DEFAULT mine()":                           "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n timestamptz DEFAULT pg_catalog.clock_timestamp()": "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n bigserial":                                        "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n integer GENERATED ALWAYS AS IDENTITY":             "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n integer GENERATED ALWAYS AS (id + 1) STORED":      "rewrites table, everybody",
		"ALTER TABLE notes ADD COLUMN n integer UNIQUE":                                   "builds index, everybody",
		"ALTER TABLE notes ADD COLUMN n integer CHECK (n > 0)":                            "checks rows, everybody",
		"ALTER TABLE notes DROP COLUMN body":                                              "drops column, everybody",
		"ALTER TABLE notes ALTER COLUMN id TYPE bigint":                                   "rewrites table, everybody",
		"ALTER TABLE notes ALTER COLUMN title TYPE varchar(40)":                           "",
		"ALTER TABLE notes ALTER COLUMN title SET DATA TYPE character varying ( 40 )":     "",
		"ALTER TABLE notes ALTER COLUMN title TYPE text":                                  "",
		"ALTER TABLE notes ALTER title TYPE varchar(10)":                                  "rewrites table, everybody",
		"ALTER TABLE notes ALTER COLUMN big TYPE text":                                    "",
		"ALTER TABLE notes ALTER COLUMN body TYPE varchar":                                "",
		"ALTER TABLE notes ALTER COLUMN price TYPE numeric(12,2)":                         "",
		"ALTER TABLE notes ALTER COLUMN price TYPE numeric(12,3)":                         "rewrites table, everybody",
		"ALTER TABLE notes ALTER COLUMN body TYPE integer USING length(body)":             "rewrites table, everybody",
		"ALTER TABLE notes ALTER COLUMN id SET NOT NULL":                                  "checks rows, everybody",
		"ALTER TABLE notes ALTER COLUMN known SET NOT NULL":                               "",
		"ALTER TABLE notes ALTER COLUMN id SET DEFAULT random()":                          "",
		"ALTER TABLE notes ADD CONSTRAINT k CHECK (id > 0)":                               "checks rows, everybody",
		"ALTER TABLE notes ADD CONSTRAINT k CHECK (id > 0) NOT VALID":                     "",
		"ALTER TABLE notes VALIDATE CONSTRAINT late":                                      "checks rows, nobody",
		"ALTER TABLE notes ADD CONSTRAINT k FOREIGN KEY (parent) REFERENCES parents (id)": "checks rows, writers",
		"ALTER TABLE notes ADD FOREIGN KEY (parent) REFERENCES parents (id)":              "checks rows, writers",
		"ALTER TABLE notes ADD FOREIGN KEY (parent) REFERENCES parents NOT VALID":         "",
		"ALTER TABLE notes ADD UNIQUE (id, title)":                                        "builds index, everybody",
		"ALTER TABLE notes ADD CONSTRAINT k UNIQUE USING INDEX by_price":                  "",
		"ALTER TABLE notes ADD PRIMARY KEY (id)":                                          "builds index, everybody",
		"ALTER TABLE notes SET UNLOGGED":                                                  "rewrites table, everybody",
		"ALTER TABLE notes RENAME TO memos":                                               "",
		"ALTER TABLE notes ADD COLUMN n uuid DEFAULT gen_random_uuid(), DROP COLUMN body": "rewrites table, everybody; drops column, everybody",
		"ALTER TABLE IF EXISTS ONLY notes ALTER id TYPE bigint, ALTER title SET NOT NULL": "rewrites table, everybody; checks rows, everybody",
	} {
		cut, err := Engine{}.Cut(statement)
		if err != nil || len(cut) != 1 {
			t.Fatalf("%s: %v", statement, err)
		}
		var told []string
		found := Engine{}.Hazards(&cut[0], have, d.Traits())
		for _, h := range found {
			if h.Table.String() != "table notes" {
				t.Errorf("%s: about %s", statement, h.Table)
			}
			told = append(told, h.Name+", "+waiting(h.Waits))
		}
		if got := strings.Join(told, "; "); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
		checkCost(t, d, statement, found)
	}
}

// waiting names one of the clauses.
func waiting(clause string) string {
	switch {
	case clause == "":
		return "nobody"
	case clause == everybody:
		return "everybody"
	case clause == sameRows:
		return "same rows"
	}
	return "writers"
}

// checkCost runs a statement, looks at what it has cost, and undoes it.
func checkCost(t *testing.T, d *database, statement string, told []engine.Hazard) {
	t.Helper()
	rewrites, waits := false, "nobody"
	for _, h := range told {
		rewrites = rewrites || h.Name == engine.RewritesTable
		waits = waiting(h.Waits)
	}
	const file = "SELECT coalesce(pg_relation_filenode('notes'::regclass)::text, '')"
	table := value(t, d, "SELECT 'notes'::regclass::oid::text")
	before := value(t, d, file)
	err := d.Try(t.Context(), func(context.Context) error {
		if _, err := d.Exec(t.Context(), statement); err != nil {
			return err
		}
		modes := value(t, d, "SELECT coalesce(string_agg(mode, ' '), '') FROM pg_locks WHERE pid = pg_backend_pid() AND relation::text = $1", table)
		switch waits {
		case "everybody":
			if !strings.Contains(modes, "AccessExclusiveLock") {
				t.Errorf("%s: nobody waits to read for %s", statement, modes)
			}
		case "writers":
			if strings.Contains(modes, "AccessExclusiveLock") || !strings.Contains(modes, "ShareLock") && !strings.Contains(modes, "ShareRowExclusiveLock") {
				t.Errorf("%s: others than those who write wait for %s", statement, modes)
			}
		case "nobody":
			if len(told) > 0 && (strings.Contains(modes, "AccessExclusiveLock") || strings.Contains(modes, "ShareRowExclusiveLock")) {
				t.Errorf("%s: somebody waits for %s", statement, modes)
			}
		}
		if strings.HasPrefix(statement, "DROP TABLE") || strings.HasPrefix(statement, "TRUNCATE") || strings.Contains(statement, "RENAME") {
			return nil
		}
		if rewritten := value(t, d, file) != before; rewritten != rewrites {
			t.Errorf("%s: rewritten is %v", statement, rewritten)
		}
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// The same index built beside everybody makes nobody wait; it runs in no transaction.
func TestHazardsOutsideOfTransactions(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE INDEX CONCURRENTLY i ON notes (id)": "builds index, nobody",
		"REINDEX TABLE CONCURRENTLY notes":          "builds index, nobody",
		"REINDEX TABLE notes":                       "builds index, writers",
		"VACUUM (FULL) notes":                       "rewrites table, everybody",
		"VACUUM notes":                              "",
		"CLUSTER notes USING i":                     "rewrites table, everybody",
		"DROP TABLE IF EXISTS app.notes, b CASCADE": "drops table, everybody; drops table, everybody",
		"TRUNCATE TABLE ONLY notes *, b":            "deletes rows, everybody; deletes rows, everybody",
		"INSERT INTO notes VALUES (1)":              "",
		"ALTER TABLE p ATTACH PARTITION q DEFAULT":  "checks rows, everybody",
		"ALTER TABLE a ADD":                         "",
	} {
		cut, err := Engine{}.Cut(statement)
		if err != nil || len(cut) != 1 {
			t.Fatalf("%s: %v", statement, err)
		}
		var told []string
		for _, h := range (Engine{}).Hazards(&cut[0], schema.NewSnapshot(), engine.Traits{Space: "public"}) {
			told = append(told, h.Name+", "+waiting(h.Waits))
		}
		if got := strings.Join(told, "; "); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
	}
}

func TestEstimate(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes AS SELECT generate_series(1, 500) AS id",
		"CREATE TABLE parts (id int) PARTITION BY RANGE (id)", "CREATE TABLE one PARTITION OF parts FOR VALUES FROM (0) TO (10)",
		"CREATE TABLE two PARTITION OF parts FOR VALUES FROM (10) TO (20)", "INSERT INTO parts SELECT generate_series(5, 14)")
	have, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, analysed := range []bool{false, true} {
		if analysed {
			execute(t, d, "ANALYZE")
		}
		for name, want := range map[string]int64{"notes": 500, "parts": 10} {
			n, told, err := d.Estimate(t.Context(), have.Get(schema.Key{Kind: schema.Table, Name: name}))
			if err != nil || told != analysed || analysed && n != want {
				t.Errorf("%s, analysed %v: %d, %v, %v", name, analysed, n, told, err)
			}
		}
	}
}
