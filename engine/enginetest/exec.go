package enginetest

import (
	"testing"
)

func testExec(t *testing.T, c Config) {
	t.Run("it returns the rows that were written", func(t *testing.T) {
		db := c.connect(t)
		for _, step := range []struct {
			statement string
			rows      int64
		}{
			{library[3], 0},
			{"INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')", 3},
			{"UPDATE notes SET title = 'd' WHERE id > 1", 2},
			{"UPDATE notes SET title = 'd' WHERE id > 9", 0},
			{"CREATE INDEX by_title ON notes (title)", 0},
			{"DELETE FROM notes WHERE id = 1", 1},
			{"DELETE FROM notes", 2},
			{"DROP TABLE notes", 0},
		} {
			have, err := db.Exec(t.Context(), step.statement)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, step.statement, step.rows, have)
		}
	})

	t.Run("arguments are bound", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		const hostile = `'; DROP TABLE notes; --`
		p := db.Traits().Placeholder
		if _, err := db.Exec(t.Context(), "INSERT INTO notes VALUES ("+p(1)+", "+p(2)+")", 1, hostile); err != nil {
			t.Fatal(err)
		}
		var have string
		if err := db.QueryRow(t.Context(), "SELECT title FROM notes WHERE title = "+p(1), hostile).Scan(&have); err != nil {
			t.Fatal(err)
		}
		equal(t, "title", hostile, have)
	})

	t.Run("queries return rows", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		run(t, db, "INSERT INTO notes VALUES (1, 'a'), (2, 'b')")
		rows, err := db.Query(t.Context(), "SELECT title FROM notes ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var have []string
		for rows.Next() {
			var title string
			if err := rows.Scan(&title); err != nil {
				t.Fatal(err)
			}
			have = append(have, title)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		equal(t, "titles", []string{"a", "b"}, have)
	})

	t.Run("texts are joined", func(t *testing.T) {
		db := c.connect(t)
		joined := db.Traits().Joined
		if joined == nil {
			return // no value holds them
		}
		run(t, db, library...)
		run(t, db, "INSERT INTO notes VALUES (2, 'b,'), (1, 'a'), (3, 'c')")
		var have string
		if err := db.QueryRow(t.Context(), "SELECT "+joined("title")+" FROM (SELECT title FROM notes ORDER BY id) AS n").Scan(&have); err != nil {
			t.Fatal(err)
		}
		equal(t, "text", "ab,c", have)
	})
}
