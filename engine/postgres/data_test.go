package postgres

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
)

func TestSeed(t *testing.T) {
	for text, want := range map[string]engine.Seed{
		"INSERT INTO Roles VALUES (1, 'it''s', x'0F', NULL, 1.5e3)":                          {Table: "roles", Rows: [][]string{{"1", "'it''s'", "x'0F'", "NULL", "1.5e3"}}},
		`INSERT INTO public."Roles" (ID, "Na me") VALUES (- 1, +2), (3, 4)`:                  {Space: "public", Table: "Roles", Columns: []string{"id", "Na me"}, Rows: [][]string{{"-1", "+2"}, {"3", "4"}}},
		"INSERT INTO roles AS r (a) OVERRIDING SYSTEM VALUE VALUES (true)":                   {Table: "roles", Columns: []string{"a"}, Rows: [][]string{{"true"}}},
		"INSERT INTO a VALUES ('x'::mood, '{}'::jsonb, '{a}'::app.mood[], 1::numeric(4, 2))": {Table: "a", Rows: [][]string{{"('x' ::mood)", "('{}' ::jsonb)", "('{a}' ::app.mood[])", "(1 ::numeric(4, 2))"}}},
		"INSERT INTO a VALUES ('x'::character varying(9), '1'::double precision, '10:00'::time(3) with time zone, CAST('x' AS mood))": {
			Table: "a", Rows: [][]string{{"('x' ::character varying(9))", "('1' ::double precision)", "('10:00' ::time(3) with time zone)", "(( 'x' ::mood ))"}}},
		"INSERT INTO a VALUES (date '2020-01-01', timestamp with time zone '2020-01-01', ARRAY[1, 2], ARRAY['a']::text[])": {
			Table: "a", Rows: [][]string{{"(date '2020-01-01')", "(timestamp with time zone '2020-01-01')", "(ARRAY [ 1 , 2 ])", "(ARRAY [ 'a' ] ::text[])"}}},
		"INSERT INTO a VALUES (E'\\n', $$it's$$, U&'\\0061', 'a' -- one\n'b')":    {Table: "a", Rows: [][]string{{"E'\\n'", "$$it's$$", "U&'\\0061'", "'a'\n'b'"}}},
		"INSERT INTO a VALUES (1 -- one\n + 2, ((3)), - -4, 'a' || 'b')":          {Table: "a", Rows: [][]string{{"(1 + 2)", "(( ( 3 ) ))", "(- - 4)", "('a' || 'b')"}}},
		"INSERT INTO a VALUES (NULL::text, (NULL), null::int::text, NULL || 'a')": {Table: "a", Rows: [][]string{{"NULL", "NULL", "NULL", ""}}},
		"INSERT INTO a VALUES (1, DEFAULT, now(), gen_random_uuid(), CURRENT_TIMESTAMP, current_timestamp(3))": {
			Table: "a", Rows: [][]string{{"1", "", "", "", "", ""}}},
		"INSERT INTO a VALUES (app.f('a', 1), now() - interval '1 day', (now() at time zone 'utc'), 'now'::timestamp, ' Today ', lower('A') || 'b')": {
			Table: "a", Rows: [][]string{{"", "", "", "", "", ""}}},
		`INSERT INTO App."Role" VALUES (1)`:                                   {Space: "app", Table: "Role", Rows: [][]string{{"1"}}},
		"INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO NOTHING":             {Table: "a", Columns: []string{"b"}, Rows: [][]string{{"1"}}},
		"INSERT INTO a (b) VALUES (1) ON CONFLICT ON CONSTRAINT c DO NOTHING": {Table: "a", Columns: []string{"b"}, Rows: [][]string{{"1"}}},
		"INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING -- again":            {Table: "a", Rows: [][]string{{"1"}}},
		"INSERT INTO values (values) VALUES (CASE WHEN true THEN 2 END)":      {Table: "values", Columns: []string{"values"}, Rows: [][]string{{"(CASE WHEN true THEN 2 END)"}}},
	} {
		got, ok := Engine{}.Seed(text)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got):\n%s", text, ok, diff)
		}
	}
}

func TestSeedDoubts(t *testing.T) {
	for _, text := range []string{
		"", "INSERT", "INSERT INTO a", "UPDATE a SET b = 1", "INSERT INTO a DEFAULT VALUES", "INSERT INTO a SELECT 1", "INSERT INTO a (VALUES (1))",
		"WITH b AS (SELECT 1) INSERT INTO a VALUES (1)", "INSERT INTO a VALUES ()", "INSERT INTO a () VALUES (1)",
		"INSERT INTO a (b VALUES (1)", "INSERT INTO a (b) VALUES (1, 2)", "INSERT INTO a VALUES (1), (1, 2)", "INSERT INTO a (b[1]) VALUES (1)",
		"INSERT INTO a VALUES (1", "INSERT INTO a VALUES (1) x", "INSERT INTO a VALUES (1),", "INSERT INTO a VALUES (1,)", "INSERT INTO a VALUES (1]",
		"INSERT INTO a VALUES (b)", `INSERT INTO a VALUES ("b")`, "INSERT INTO a VALUES ($1)", "INSERT INTO a VALUES ((SELECT 1))", "INSERT INTO a VALUES (:b)",
		"INSERT INTO a VALUES (lower)", "INSERT INTO a VALUES (1; 2)", "INSERT INTO a VALUES (b.c)", "INSERT INTO a VALUES ('b' COLLATE c)",
		"INSERT INTO a VALUES (coalesce((SELECT 1), 2))", "INSERT INTO a VALUES (ARRAY(SELECT 1))", "INSERT INTO a VALUES (f($1))", "INSERT INTO a VALUES (f(1)",
		"INSERT INTO a VALUES (1::)", "INSERT INTO a VALUES (::int)", "INSERT INTO a VALUES (CAST(1 AS))", "INSERT INTO a VALUES (DEFAULT + 1)",
		"INSERT INTO a VALUES ('b'", "INSERT INTO a VALUES ($$b)", "INSERT INTO a VALUES (1) RETURNING b", "INSERT INTO a OVERRIDING USER VALUE VALUES (1)",
		"INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET b = 2", "INSERT INTO a VALUES (1) ON CONFLICT (b) WHERE b > 0 DO NOTHING",
	} {
		if seed, ok := (Engine{}).Seed(text); ok {
			t.Errorf("%s: seeds %+v", text, seed)
		}
	}
}

func TestCopy(t *testing.T) {
	for text, want := range map[string]engine.Copy{
		"INSERT INTO New SELECT * FROM old":                           {Table: "new", Query: "SELECT * FROM old"},
		"INSERT INTO public.new (A, b) SELECT a, ';' FROM old -- all": {Space: "public", Table: "new", Columns: []string{"a", "b"}, Query: "SELECT a, ';' FROM old -- all"},
		"INSERT INTO app.new SELECT * FROM old":                       {Space: "app", Table: "new", Query: "SELECT * FROM old"},
		"INSERT INTO new (SELECT a FROM old)":                         {Table: "new", Query: "(SELECT a FROM old)"},
		"INSERT INTO new (a) (SELECT a FROM old)":                     {Table: "new", Columns: []string{"a"}, Query: "(SELECT a FROM old)"},
		"INSERT INTO new WITH o AS (SELECT 1) SELECT * FROM o":        {Table: "new", Query: "WITH o AS (SELECT 1) SELECT * FROM o"},
		"WITH o AS (SELECT 1)\nINSERT INTO new SELECT * FROM o":       {Table: "new", Query: "WITH o AS (SELECT 1)\nSELECT * FROM o"},
		"INSERT INTO new SELECT lower(a), count(*), (b ->> 'c')::int FROM old GROUP BY (a)": {
			Table: "new", Query: "SELECT lower(a), count(*), (b ->> 'c')::int FROM old GROUP BY (a)"},
	} {
		got, ok := Engine{}.Copy(text)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got):\n%s", text, ok, diff)
		}
	}
}

func TestCopyDoubts(t *testing.T) {
	for _, text := range []string{
		"", "SELECT 1", "INSERT INTO a VALUES (1)", "INSERT INTO a TABLE b", "INSERT INTO a SELECT 1; DELETE FROM a",
		"INSERT INTO a SELECT 1 ON CONFLICT DO NOTHING", "INSERT INTO a SELECT 1 RETURNING b", "INSERT INTO a SELECT b FROM c FOR UPDATE",
		"WITH b AS (DELETE FROM c RETURNING *) INSERT INTO a SELECT * FROM b", "WITH b AS (SELECT 1) INSERT INTO a WITH c AS (SELECT 2) SELECT * FROM c",
		"INSERT INTO a SELECT 1)", "INSERT INTO a (SELECT 1", "INSERT INTO a SELECT $1", "INSERT INTO a SELECT 'b", "INSERT INTO a SELECT f(b) FROM c",
		"INSERT INTO a SELECT gen_random_uuid(), b FROM c", "INSERT INTO a SELECT now()", "INSERT INTO a SELECT CURRENT_DATE", "INSERT INTO a SELECT nextval('s')",
		"INSERT INTO a SELECT pg_advisory_lock(1)", "INSERT INTO a SELECT pg_read_file('b')", "INSERT INTO a OVERRIDING USER VALUE SELECT 1",
	} {
		if c, ok := (Engine{}).Copy(text); ok {
			t.Errorf("%s: copies %+v", text, c)
		}
	}
}

func TestPick(t *testing.T) {
	for _, tc := range []struct {
		statement string
		rows      []int
		want      []string
	}{
		{"INSERT INTO a VALUES (1, '),(')", []int{0}, []string{"INSERT INTO a VALUES (1, '),(')"}},
		{"INSERT INTO a (b) VALUES (1), -- one\n (2) -- two\n, (f(3)) ON CONFLICT DO NOTHING", []int{1, 2}, []string{"INSERT INTO a (b) VALUES (2), (f(3)) ON CONFLICT DO NOTHING"}},
		{"insert into values (values) values (1), (2)", []int{1}, []string{"insert into values (values) values (2)"}},
		{"INSERT INTO a VALUES (1)", nil, nil},
		{"INSERT INTO a VALUES (1)", []int{1}, nil},
		{"INSERT INTO a VALUES (1)", []int{-1}, nil},
		{"INSERT INTO a SELECT 1", []int{0}, nil},
	} {
		if diff := cmp.Diff(tc.want, (Engine{}).Pick(tc.statement, tc.rows)); diff != "" {
			t.Errorf("%s, rows %v (-want +got):\n%s", tc.statement, tc.rows, diff)
		}
	}
}

// FuzzSeed reads anything: what is picked from a seed is a seed of those rows.
func FuzzSeed(f *testing.F) {
	f.Add("INSERT INTO a (b, c) VALUES (1, 'x'::y[1]), (cast(2 AS z(3)), now() at time zone $$u$$) ON CONFLICT (b) DO NOTHING -- d")
	f.Add("INSERT INTO a VALUES (timestamp with time zone '1', - 2, (NULL)), /* d */ (DEFAULT, E'\\'', array[f(1, (2))])")
	f.Add("WITH a AS (SELECT 1) INSERT INTO b (c) (SELECT d(e) FROM f)")
	f.Fuzz(func(t *testing.T, statement string) {
		Engine{}.Copy(statement)
		seed, ok := Engine{}.Seed(statement)
		if !ok {
			return
		}
		last := len(seed.Rows) - 1
		picked := Engine{}.Pick(statement, []int{last})
		if len(picked) != 1 {
			t.Fatalf("%q: picked %q", statement, picked)
		}
		seed.Rows = seed.Rows[last:]
		again, ok := Engine{}.Seed(picked[0])
		if diff := cmp.Diff(seed, again); diff != "" || !ok {
			t.Fatalf("%q: picked %q, %v (-want +got):\n%s", statement, picked, ok, diff)
		}
	})
}

// TestSeedsGiveWhatPostgreSQLStores runs inserts and looks for the stored values
// by those that Seed tells.
func TestSeedsGiveWhatPostgreSQLStores(t *testing.T) {
	d, _ := live(t, "CREATE TYPE mood AS ENUM ('sad', 'ok')")
	for definition, text := range map[string]string{
		"b int, c text, d bytea, e bool":             `INSERT INTO a VALUES (- -4, 'it''s', '\x0f', true)`,
		"b mood, c jsonb, d text[], e numeric(4, 2)": `INSERT INTO a VALUES ('ok'::mood, '{"b":1}'::jsonb, '{c,d}'::text[], 1.5::numeric(4,2))`,
		"b text, c text, d text, e text":             "INSERT INTO a VALUES (E'a\\'\\n', $$it's$$, U&'\\0061', 'a' -- one\n 'b')",
		"b date, c timestamptz, d interval, e time":  `INSERT INTO a VALUES (date '2020-01-01', timestamp with time zone '2020-01-01 UTC', interval '1 day', CAST('10:00' AS time))`,
		"b int[], c mood, d text, e float8":          `INSERT INTO a VALUES (ARRAY[1, 2]::int[], 'sad', CASE WHEN 1 IN (1, 2) THEN 'g' END, 7 / 2.0)`,
		"b bit(4), c varchar(3), d uuid, e inet":     `INSERT INTO a VALUES (B'0101', 'abc'::character varying(3), '00000000-0000-0000-0000-000000000001'::uuid, inet '::1')`,
	} {
		execute(t, d, "DROP TABLE IF EXISTS a", "CREATE TABLE a ("+definition+")", text)
		seed, ok := Engine{}.Seed(text)
		if !ok || len(seed.Rows) != 1 || len(seed.Rows[0]) != 4 {
			t.Errorf("%s: seeds %q", text, seed.Rows)
			continue
		}
		v := seed.Rows[0]
		query := fmt.Sprintf("SELECT count(*) FROM a WHERE b = (%s) AND c = (%s) AND d = (%s) AND e = (%s)", v[0], v[1], v[2], v[3])
		if found := value(t, d, query); found != "1" {
			t.Errorf("%s: %s rows found by %s", text, found, query)
		}
	}
}
