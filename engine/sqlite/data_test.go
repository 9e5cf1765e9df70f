package sqlite

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeedRows(t *testing.T) {
	type seed struct {
		Table   string
		Columns []string
		Rows    [][]string
	}
	for text, want := range map[string]seed{
		"INSERT INTO Roles VALUES (1, 'it''s', x'00', NULL, 1.5e3)":                   {"roles", nil, [][]string{{"1", "'it''s'", "x'00'", "NULL", "1.5e3"}}},
		"INSERT INTO main.roles (ID, [Na me]) VALUES (- 1, +2), (3, 4)":               {"roles", []string{"id", "na me"}, [][]string{{"-1", "+2"}, {"3", "4"}}},
		"INSERT OR IGNORE INTO roles AS r VALUES (true, FALSE)":                       {"roles", nil, [][]string{{"1", "0"}}},
		"REPLACE INTO roles VALUES (1 -- one\n + 2, ((3)), - -4)":                     {"roles", nil, [][]string{{"(1 + 2)", "(( ( 3 ) ))", "(- - 4)"}}},
		"INSERT INTO a VALUES (lower('A' || 'B'), json_array(1, null))":               {"a", nil, [][]string{{"(lower ( 'A' || 'B' ))", "(json_array ( 1 , null ))"}}},
		"INSERT INTO a VALUES (1, CURRENT_TIMESTAMP), (2, datetime('now', '-1 day'))": {"a", nil, [][]string{{"1", ""}, {"2", ""}}},
		"INSERT INTO a VALUES (lower(hex(randomblob(16))))":                           {"a", nil, [][]string{{""}}},
		"INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO NOTHING":                     {"a", []string{"b"}, [][]string{{"1"}}},
		"INSERT INTO a (b) VALUES (1) ON CONFLICT DO NOTHING":                         {"a", []string{"b"}, [][]string{{"1"}}},
		"INSERT INTO a VALUES (CASE WHEN 1 THEN 2 END)":                               {"a", nil, [][]string{{"(CASE WHEN 1 THEN 2 END)"}}},
	} {
		table, columns, rows, ok := seedRows(text)
		if !ok {
			t.Errorf("%s: no seed", text)
			continue
		}
		if diff := cmp.Diff(want, seed{table, columns, rows}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestSeedRowsDoubts(t *testing.T) {
	for _, text := range []string{
		"", "INSERT", "INSERT INTO a", "UPDATE a SET b = 1", "INSERT INTO a DEFAULT VALUES", "INSERT INTO a SELECT 1",
		"WITH b AS (SELECT 1) INSERT INTO a VALUES (1)", "INSERT INTO temp.a VALUES (1)", "INSERT INTO a VALUES ()",
		"INSERT INTO a () VALUES (1)", "INSERT INTO a (b VALUES (1)", "INSERT INTO a (b) VALUES (1, 2)", "INSERT INTO a VALUES (1), (1, 2)",
		"INSERT INTO a VALUES (1", "INSERT INTO a VALUES (1) x", "INSERT INTO a VALUES (1),", "INSERT INTO a VALUES (1,)",
		"INSERT INTO a VALUES (b)", "INSERT INTO a VALUES ([b])", "INSERT INTO a VALUES (`b`)", `INSERT INTO a VALUES ("lower"('b'))`, `INSERT INTO a VALUES ("b"."c")`, "INSERT INTO a VALUES (?)", "INSERT INTO a VALUES ((SELECT 1))",
		"INSERT INTO a VALUES (uuid())", "INSERT INTO a VALUES (lower)", "INSERT INTO a VALUES (1; 2)", "INSERT INTO a VALUES (b.c)",
		"INSERT INTO a VALUES ('b' COLLATE c)", "INSERT INTO a VALUES (1) RETURNING b",
		"INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET b = b + 1", "INSERT INTO a VALUES (1) ON CONFLICT (b) WHERE b > 0 DO NOTHING",
	} {
		if table, columns, rows, ok := seedRows(text); ok || table != "" || columns != nil || rows != nil {
			t.Errorf("%s: seeds %q %q %q", text, table, columns, rows)
		}
	}
}

// TestSeedRowsGiveWhatSQLiteStores runs inserts and compares the stored values
// with those that seedRows tells.
func TestSeedRowsGiveWhatSQLiteStores(t *testing.T) {
	ctx := context.Background()
	for _, text := range []string{
		"INSERT INTO a VALUES (1, 'x''y', x'0aff', NULL)",
		"INSERT INTO a VALUES (true, false, - -4, -0x10)",
		"INSERT INTO a VALUES (1 + 2 * 3, 'a' || 'b' || 1, 7 / 2.0, not 1 and 0 or 1)",
		"INSERT INTO a VALUES (iif(1 > 2, 'b', 'c'), json_object('d', json_array(1, 'e')), max(1, 2, 3), '{\"f\":1}' ->> 'f')",
		"INSERT INTO a VALUES (CASE 1 WHEN 1 THEN 'g' ELSE 2 END, replace('aa', 'a', 'b'), quote(x'00'), printf('%05d', 3))",
		`INSERT INTO a VALUES ("b", "it's ""c""", "d" || 'e', lower("F"))`,
	} {
		db := memory(t)
		for _, s := range []string{"CREATE TABLE a (b, c, d, e)", text} {
			if _, err := db.ExecContext(ctx, s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
		_, _, rows, ok := seedRows(text)
		if !ok || len(rows) != 1 || len(rows[0]) != 4 {
			t.Errorf("%s: seeds %q", text, rows)
			continue
		}
		var found int
		query := fmt.Sprintf("SELECT count(*) FROM a WHERE b IS %s AND c IS %s AND d IS %s AND e IS %s", rows[0][0], rows[0][1], rows[0][2], rows[0][3])
		if err := db.QueryRowContext(ctx, query).Scan(&found); err != nil || found != 1 {
			t.Errorf("%s: %d rows found, %v", query, found, err)
		}
	}
}

// FuzzSeed: whatever the text is, what is read of it is rows of one width, and a query that
// can stand in parentheses.
func FuzzSeed(f *testing.F) {
	f.Add("INSERT INTO a (b, [c d]) VALUES (1, 'x'), (-2, \"y\"\"\") ON CONFLICT DO NOTHING")
	f.Add("WITH r AS (SELECT 1) INSERT OR IGNORE INTO main.a(b) SELECT c FROM r WHERE ')' <> '(' -- d")
	f.Add("WITH) INSERT INTO a SELECT 1")
	f.Fuzz(func(t *testing.T, statement string) {
		if s, ok := (Engine{}).Seed(statement); ok {
			for _, row := range s.Rows {
				if len(row) != len(s.Rows[0]) || s.Columns != nil && len(row) != len(s.Columns) {
					t.Fatalf("%d columns of %q, and a row of %d values", len(s.Columns), s.Table, len(row))
				}
			}
			if s.Table == "" || len(s.Rows) == 0 {
				t.Fatalf("%d rows of table %q", len(s.Rows), s.Table)
			}
		}
		if c, ok := (Engine{}).Copy(statement); ok {
			depth := 0
			for _, token := range tokenize(c.Query) {
				switch {
				case token.is("("):
					depth++
				case token.is(")"):
					depth--
				}
				if depth < 0 || token.is(";") {
					t.Fatalf("%q ends the parentheses that it stands in", c.Query)
				}
			}
			if depth != 0 || c.Table == "" {
				t.Fatalf("%q from %q leaves %d parentheses open", c.Table, c.Query, depth)
			}
		}
	})
}

func TestReads(t *testing.T) {
	got := reads("INSERT INTO [Log] SELECT n.a, 'It''s' FROM main.\"Notes\" n, 'Log' -- gone\n WHERE n.a > 1")
	want := []string{"insert", "into", "log", "select", "n", "a", "it's", "from", "main", "notes", "where"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
