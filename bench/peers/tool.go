package peers

import (
	"context"
	"database/sql"
	"io/fs"
	"slices"
)

// A Database is where a tool works.
type Database struct {
	*sql.DB
	Engine  string // "sqlite", "postgres" or "mariadb"
	Driver  string // of database/sql
	Address string // as the driver is given it
}

// Open opens the database anew.
func Open(engine, address string) (Database, error) {
	driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx", "mariadb": "mysql"}[engine]
	db, err := sql.Open(driver, address)
	return Database{db, engine, driver, address}, err
}

// A Tool is a runner of migrations as an application uses it.
type Tool struct {
	Name    string
	Engines []string
	// Files returns names and contents of the files of one migration.
	Files func(Migration) map[string]string
	// Open makes the object by which an application migrates.
	Open func(Database, fs.FS) (Runner, error)
	// Once migrates in one call, where the tool has such a thing; nil where it has none.
	Once func(context.Context, Database, fs.FS) error
}

// Start does what an application does at its start, by Once or else by Open and Up. The
// runner that Open has made, or nil, is to be closed.
func (t Tool) Start(ctx context.Context, db Database, folder fs.FS) (Runner, error) {
	if t.Once != nil {
		return nil, t.Once(ctx, db, folder)
	}
	r, err := t.Open(db, folder)
	if err != nil {
		return nil, err
	}
	return r, r.Up(ctx)
}

// A Runner is a tool with its database and its folder.
type Runner interface {
	// Up runs what is pending.
	Up(ctx context.Context) error
	// Close gives back what the runner itself has opened: not the database.
	Close() error
}

// Tools are all that are measured; dbmend is the first.
var Tools = []Tool{dbmendTool, goose, golangMigrate, sqlMigrate, dbmate}

// Knows reports whether the tool has this engine here.
func (t Tool) Knows(engine string) bool { return slices.Contains(t.Engines, engine) }

// Folder returns the files of a history as the tool wants them.
func (t Tool) Folder(history []Migration) *Folder {
	contents := map[string]string{}
	for _, m := range history {
		for name, content := range t.Files(m) {
			contents[name] = content
		}
	}
	return NewFolder(contents)
}

var everywhere = []string{"sqlite", "postgres", "mariadb"}
