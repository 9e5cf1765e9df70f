package tracking

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A Table is a tracking table as statements of its engine write it.
type Table struct {
	Key    schema.Key
	Traits engine.Traits

	// spelled has the columns that the table spells otherwise than in lower case, by
	// that spelling.
	spelled map[string]string
}

// Name returns the table's name.
func (t Table) Name() string { return quote(t.Traits, t.Key) }

// Column returns the name of a column of the table, given in lower case.
func (t Table) Column(name string) string {
	if spelled, ok := t.spelled[name]; ok {
		name = spelled
	}
	return t.Traits.Quote(name)
}

// In returns the name of another table in the same space, in capital letters where
// this one's is.
func (t Table) In(name string) string {
	if t.Key.Name == strings.ToUpper(t.Key.Name) {
		name = strings.ToUpper(name)
	}
	return quote(t.Traits, schema.Key{Space: t.Key.Space, Name: name})
}

// find returns the table as it is spelled in the database. Where the engine tells
// capital letters from small ones, a table with capitals in its name may have them in
// those of its columns as well: only that is worth a question. It changes nothing.
func find(ctx context.Context, db Database, key schema.Key) (Table, error) {
	t := Table{Key: key, Traits: db.Traits()}
	if key.Name == strings.ToLower(key.Name) {
		return t, nil
	}
	rows, err := db.Query(ctx, "SELECT * FROM "+t.Name()+" WHERE 1 = 0")
	if err != nil {
		return t, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return t, err
	}
	t.spelled = map[string]string{}
	for _, name := range columns {
		t.spelled[strings.ToLower(name)] = name
	}
	return t, rows.Err()
}

// quote returns a table's name as it is written in a statement.
func quote(t engine.Traits, table schema.Key) string {
	if table.Space != "" {
		return t.Quote(table.Space) + "." + t.Quote(table.Name)
	}
	return t.Quote(table.Name)
}

// A family is a group of engines for which tools write the same SQL.
type family int

const (
	sqlite family = iota
	postgres
	mysql
)

// familyOf returns the family of a server. What nobody knows is taken for SQLite,
// the least of them.
func familyOf(t engine.Traits) family {
	switch t.Flavor.Vendor {
	case "PostgreSQL":
		return postgres
	case "MariaDB", "MySQL":
		return mysql
	default:
		return sqlite
	}
}

// A dialect is one thing in the SQL of each family; "" where a tool does not know
// the engine.
type dialect [3]string

// of returns the text for a server.
func (d dialect) of(t engine.Traits) string { return d[familyOf(t)] }

// creating returns a Create: the one statement that makes a tool's table, in which
// %s stands for its name.
func creating(statement dialect) func(engine.Traits, schema.Key) []string {
	return func(t engine.Traits, table schema.Key) []string {
		if statement.of(t) == "" {
			return nil
		}
		return []string{fmt.Sprintf(statement.of(t), quote(t, table))}
	}
}
