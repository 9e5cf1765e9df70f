package dbmend_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// addSlugs fills a column with what SQL cannot compute.
func addSlugs(ctx context.Context, tx dbmend.Tx) error {
	if _, err := tx.ExecContext(ctx, "ALTER TABLE posts ADD COLUMN slug TEXT"); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, title FROM posts")
	if err != nil {
		return err
	}
	slugs := map[int64]string{}
	for rows.Next() {
		var id int64
		var title string
		if err := rows.Scan(&id, &title); err != nil {
			return err
		}
		slugs[id] = strings.Join(strings.Fields(strings.ToLower(title)), "-")
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for id, slug := range slugs {
		if _, err := tx.ExecContext(ctx, "UPDATE posts SET slug = ? WHERE id = ?", slug, id); err != nil {
			return err
		}
	}
	return nil
}

// A migration in Go runs among the files, where its version puts it.
func ExampleGoMigrations() {
	db := database()
	defer db.Close()
	migrator, err := dbmend.New(db, sqlite.Engine{}, fstest.MapFS{
		"001_posts.sql": {Data: []byte("CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO posts VALUES (1, 'Hello  World');")},
		"003_index.sql": {Data: []byte("CREATE UNIQUE INDEX posts_slug ON posts (slug);")},
	}, dbmend.GoMigrations(dbmend.GoMigration{Version: "002", Name: "slugs", Up: addSlugs, OnScratch: true}))
	if err != nil {
		log.Fatal(err)
	}
	report, err := migrator.Up(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, record := range report.Records {
		fmt.Println(record.Outcome, record.Migration)
	}
	var slug string
	if err := db.QueryRow("SELECT slug FROM posts").Scan(&slug); err != nil {
		log.Fatal(err)
	}
	fmt.Println(slug)
	// Output:
	// applied 001_posts
	// applied 002_slugs
	// applied 003_index
	// hello-world
}

// The newest migration is taken back by its down part, after what is lost was agreed to.
func ExampleMigrator_Down() {
	db := database()
	defer db.Close()
	migrator, err := dbmend.New(db, sqlite.Engine{}, fstest.MapFS{
		"001_posts.up.sql":   {Data: []byte("CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT);")},
		"001_posts.down.sql": {Data: []byte("DROP TABLE posts;")},
		"002_index.up.sql":   {Data: []byte("CREATE INDEX posts_title ON posts (title);")},
		"002_index.down.sql": {Data: []byte("DROP INDEX posts_title;")},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if _, err := migrator.Up(ctx); err != nil {
		log.Fatal(err)
	}
	report, err := migrator.Down(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range report.Steps {
		fmt.Println(step.Step.SQL)
	}
	for _, record := range report.Records {
		fmt.Println(record.Outcome, record.Migration)
	}
	// Output:
	// DROP INDEX posts_title
	// reverted 002_index
}
