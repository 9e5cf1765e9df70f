package dbmend_test

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"

	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
)

//go:embed examples/notes
var embedded embed.FS

// files returns the embedded migrations, and the named script beside them.
func files(script string) (migrations fs.FS, text string) {
	migrations, err := fs.Sub(embedded, "examples/notes/migrations")
	if err != nil {
		log.Fatal(err)
	}
	b, err := embedded.ReadFile("examples/notes/" + script)
	if err != nil {
		log.Fatal(err)
	}
	return migrations, string(b)
}

// database returns a database that the scripts have made.
func database(scripts ...string) *sql.DB {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // every connection to :memory: is a database of its own
	for _, name := range scripts {
		_, script := files(name)
		if _, err := db.Exec(script); err != nil {
			log.Fatal(err)
		}
	}
	return db
}

// An application brings its database up to date at its start. This one finds the
// tables of the second migration there, made by a script of the whole schema.
func ExampleMigrator_Up() {
	db := database("schema.sql", "rows.sql")
	migrations, _ := files("schema.sql")

	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations)
	if err != nil {
		log.Fatal(err)
	}
	report, err := migrator.Up(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range report.Steps {
		fmt.Println(s.Step.Ref, s.Step.Reason)
	}
	// Output:
	// 002/3 index idx_tokens_hash on tokens is missing
	// 002/4 index idx_tokens_me on tokens is missing
	// 002/5 index idx_tokens_expires on tokens is missing
	// 002/7 index idx_auth_codes_hash on authorization_codes is missing
	// 002/8 index idx_auth_codes_expires on authorization_codes is missing
}

// A refusal changes nothing and carries exact questions, which a program can
// answer.
func ExampleRefusal() {
	db := database("release-0.9.sql", "rows-0.9.sql")
	migrations, _ := files("schema.sql")

	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations)
	if err != nil {
		log.Fatal(err)
	}
	_, err = migrator.Up(context.Background())
	refusal, ok := errors.AsType[*dbmend.Refusal](err)
	if !ok {
		log.Fatal(err)
	}
	for _, q := range refusal.Questions {
		fmt.Println(q.Name(), q.Text)
	}

	answers := diagnosis.Answers{"Q12@002/1": "drop"}
	migrator, err = dbmend.New(db, sqlite.Engine{}, migrations, dbmend.Answer(answers))
	if err != nil {
		log.Fatal(err)
	}
	report, err := migrator.Up(context.Background())
	fmt.Println(len(report.Steps), "statements run,", err)
	// Output:
	// Q12@002/1 002/1 would drop table tokens with 2 rows in a form that no migration and no base tells. May that go?
	// 9 statements run, <nil>
}

// With the schema from before the first migration, nothing needs to be asked.
func ExampleBase() {
	db := database("release-0.9.sql", "rows-0.9.sql")
	migrations, base := files("release-0.9.sql")

	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations, dbmend.Base("release-0.9.sql", base))
	if err != nil {
		log.Fatal(err)
	}
	report, err := migrator.Up(context.Background())
	fmt.Println(len(report.Steps), "statements run,", err)
	// Output:
	// 9 statements run, <nil>
}

// Diagnose explains a database and changes nothing.
func ExampleMigrator_Diagnose() {
	db := database("schema.sql", "rows.sql")
	migrations, _ := files("schema.sql")

	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations)
	if err != nil {
		log.Fatal(err)
	}
	d, err := migrator.Diagnose(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range d.Migrations {
		fmt.Println(m.Migration.Version, m.Standing)
	}
	for _, f := range d.Migrations[1].Findings[:3] {
		fmt.Println(f.Ref, f.Verdict)
	}
	// Output:
	// 001 present
	// 002 partial
	// 002/1 superseded
	// 002/2 done
	// 002/3 not done
}

// Events go to an observer; Log makes one of a logger.
func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" {
				return slog.Attr{}
			}
			return a
		},
	}))
	db := database("schema.sql", "rows.sql")
	migrations, _ := files("schema.sql")
	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations, dbmend.To("001"), dbmend.Observe(dbmend.Log(logger)))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := migrator.Up(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=INFO msg=planned steps=0 migrations=1 healing=true
	// level=INFO msg=recorded migration=001_add_code_verifier_to_auth_state outcome=present because="all of it is there"
}
