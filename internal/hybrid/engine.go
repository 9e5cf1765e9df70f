package hybrid

import (
	"database/sql"
	"fmt"
)

// An Engine opens databases of one family, reads what they hold, and has a dialect,
// in which histories are written; damage and oracle know none.
type Engine interface {
	// Open returns a new and empty database of one connection.
	Open() (*sql.DB, error)
	// Schema reads the schema as the engine's catalogue tells it.
	Schema(db *sql.DB) (*Picture, error)
	// Rows adds the rows to a picture.
	Rows(db *sql.DB, p *Picture) error
	// Orphans returns a query for rows that refer to nothing.
	Orphans() string
	// ForeignKeys returns the statement that has a connection enforce them, or not.
	ForeignKeys(on bool) string
	// Install returns the statements that make the schema at once.
	Install(db *sql.DB) ([]string, error)
	// Counters returns the statements that let keys that number themselves go on
	// behind the rows that are there, where they do not do so by themselves.
	Counters(p *Picture) []string

	dialect() *dialect
}

// run opens a database and runs a script in it.
func run(e Engine, scripts ...[]string) (*sql.DB, error) {
	db, err := e.Open()
	if err != nil {
		return nil, err
	}
	for _, script := range scripts {
		if err := execute(db, script); err != nil {
			db.Close()
			return nil, err
		}
	}
	return db, nil
}

func execute(db *sql.DB, script []string) error {
	for _, statement := range script {
		if _, err := db.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// query returns the first column of a query, as text.
func query(db *sql.DB, text string) ([]string, error) {
	rows, err := db.Query(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var v sql.NullString
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		values = append(values, v.String)
	}
	return values, rows.Err()
}

// Look returns schema and rows.
func Look(e Engine, db *sql.DB) (*Picture, error) {
	p, err := e.Schema(db)
	if err != nil {
		return nil, err
	}
	return p, e.Rows(db, p)
}
