package postgres

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// tableObject returns the object of a table.
func tableObject(name string) *schema.Object {
	return &schema.Object{Key: schema.Key{Kind: schema.Table, Name: name}, Name: name}
}

func TestLiteralsOfEveryType(t *testing.T) {
	d, _ := live(t,
		`CREATE TYPE mood AS ENUM ('sad')`,
		`CREATE TABLE notes (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text, b bytea, c numeric, d jsonb, e text[], f mood, g boolean, h timestamptz, i double precision)`,
		`INSERT INTO notes (a, b, c, d, e, f, g, h, i) VALUES (E'it''s \\ "x"\n', '\x00ff', 1.50, '{"a": null}', ARRAY['x,y', NULL, '"'], 'sad', true, '2020-01-01 UTC', 'NaN')`,
		`INSERT INTO notes (a) VALUES (NULL)`,
	)
	columns := []string{"id", "a", "b", "c", "d", "e", "f", "g", "h", "i"}
	literals := func(limit int) (rows [][]string) {
		for row, err := range d.Literals(t.Context(), tableObject("notes"), columns, limit) {
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		return rows
	}
	rows := literals(10)
	execute(t, d, `CREATE TABLE other (LIKE notes INCLUDING IDENTITY)`)
	execute(t, d, Engine{}.Insert(tableObject("other"), columns, rows)...)
	if left := value(t, d, `SELECT count(*) FROM ((SELECT notes::text FROM notes) EXCEPT ALL (SELECT other::text FROM other)) AS x`); left != "0" {
		t.Errorf("%s of 2 rows are other ones, from %q", left, rows)
	}
	for limit, want := range map[int]int{0: 0, 1: 1, 5: 2} {
		if some := literals(limit); len(some) != want {
			t.Errorf("limit %d: %d rows", limit, len(some))
		}
	}
}

func TestDifferent(t *testing.T) {
	d, _ := live(t,
		`CREATE TABLE notes (id integer PRIMARY KEY, title text, seen integer)`,
		`INSERT INTO notes VALUES (1, 'a', 1), (2, 'b', 1), (3, NULL, 1)`,
		`CREATE TABLE loose (title text)`,
		`INSERT INTO loose VALUES ('a')`,
	)
	for _, test := range []struct {
		statement string
		columns   []string
		rows      int64
	}{
		{`UPDATE notes SET title = title`, []string{"title"}, 0},
		{`UPDATE notes SET title = 'z' WHERE id = 1`, []string{"title"}, 1},
		{`UPDATE notes SET title = 'z'`, []string{"title"}, 3},
		{`UPDATE notes SET title = CASE id WHEN 1 THEN 'b' WHEN 2 THEN 'a' END`, []string{"title"}, 2},
		{`UPDATE notes SET seen = 2`, []string{"title"}, 0},
		{`INSERT INTO notes VALUES (4, 'a', 1)`, []string{"title"}, 1},
		{`DELETE FROM notes`, []string{"title"}, 0},
	} {
		t.Run(test.statement, func(t *testing.T) {
			undone := errors.New("undone")
			err := d.Try(t.Context(), func(ctx context.Context) error {
				rows, told, err := d.Different(ctx, tableObject("notes"), test.columns, func(ctx context.Context) error {
					_, err := d.Exec(ctx, test.statement)
					return err
				})
				if err != nil || !told || rows != test.rows {
					t.Errorf("rows %d, told %t, error %v; want %d", rows, told, err, test.rows)
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Error(err)
			}
		})
	}
	_, told, err := d.Different(t.Context(), tableObject("loose"), []string{"title"}, func(context.Context) error { return nil })
	if told || err != nil {
		t.Errorf("without a key: told %t, error %v", told, err)
	}
	if n := value(t, d, `SELECT count(*) FROM pg_class WHERE relname = 'dbmend_rows_before'`); n != "0" {
		t.Error("the copy is left behind")
	}
}

func TestOrphansOfWhatIsNotEnforced(t *testing.T) {
	d, _ := live(t,
		`CREATE TABLE parents (a integer, b integer, PRIMARY KEY (a, b))`,
		`CREATE TABLE children (id integer PRIMARY KEY, a integer, b integer)`,
		`CREATE SCHEMA app`,
		`CREATE TABLE app."Loose" (a integer, b integer)`,
		`INSERT INTO parents VALUES (1, 1)`,
		`INSERT INTO children VALUES (1, 1, 1), (2, 1, 2), (3, NULL, 5), (4, NULL, NULL)`,
		`INSERT INTO app."Loose" VALUES (1, 1), (NULL, 5), (NULL, NULL)`,
		`ALTER TABLE children ADD FOREIGN KEY (a, b) REFERENCES parents NOT VALID`,
		`ALTER TABLE app."Loose" ADD FOREIGN KEY (a, b) REFERENCES parents MATCH FULL NOT VALID`,
	)
	have, err := d.Orphans(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Orphan{{Table: "app.Loose", Parent: "parents"}, {Table: "children", Row: "2", Parent: "parents"}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	execute(t, d, `DELETE FROM children WHERE id = 2`, `ALTER TABLE children VALIDATE CONSTRAINT children_a_b_fkey`)
	if have, err := d.Orphans(t.Context(), 10); err != nil || len(have) != 1 {
		t.Errorf("orphans %v, error %v", have, err)
	}
	execute(t, d, `ALTER TABLE children DISABLE TRIGGER ALL`, `INSERT INTO children VALUES (7, 9, 9)`)
	if have, err := d.Orphans(t.Context(), 10); err != nil || len(have) != 2 {
		t.Errorf("orphans %v, error %v", have, err)
	}
}
