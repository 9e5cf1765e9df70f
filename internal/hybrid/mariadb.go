package hybrid

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// MariaDB is the [Engine] of MariaDB.
type MariaDB struct {
	*server
	address string
}

// NewMariaDB returns an engine that makes its databases on the server of a data
// source name. Close ends it.
func NewMariaDB(address string) (*MariaDB, error) {
	admin, err := sql.Open("mysql", address)
	if err != nil {
		return nil, err
	}
	connect := func(database string) (driver.Connector, error) {
		config, err := mysql.ParseDSN(address)
		if err != nil {
			return nil, err
		}
		config.DBName = database
		return mysql.NewConnector(config)
	}
	return &MariaDB{&server{admin: admin, connect: connect}, address}, nil
}

// Open makes a database.
func (e *MariaDB) Open() (*sql.DB, error) { return e.open() }

// Beside returns a pool of connections to the database of another one, as an
// application has it.
func (e *MariaDB) Beside(db *sql.DB) (*sql.DB, error) {
	config, err := mysql.ParseDSN(e.address)
	if err != nil {
		return nil, err
	}
	if err := db.QueryRow("SELECT DATABASE()").Scan(&config.DBName); err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (e *MariaDB) dialect() *dialect { return &mariadbDialect }

// Orphans is a query for nothing: references are enforced throughout.
func (e *MariaDB) Orphans() string { return "SELECT 1 FROM DUAL WHERE false" }

// ForeignKeys returns the statement by which restores put rows in, in any order.
func (e *MariaDB) ForeignKeys(on bool) string {
	if on {
		return "SET foreign_key_checks = 1"
	}
	return "SET foreign_key_checks = 0"
}

// Counters returns nothing: keys go on behind the greatest.
func (e *MariaDB) Counters(*Picture) []string { return nil }

// numberColumn matches the facts of a column whose values are written as they are.
var numberColumn = regexp.MustCompile(`^(tinyint|int|bigint)\b`)

// Rows reads every row of every table.
func (e *MariaDB) Rows(db *sql.DB, p *Picture) error {
	tables := p.Tables()
	if len(tables) == 0 {
		return nil
	}
	var queries []string
	for _, table := range tables {
		p.Rows[table] = nil
		var parts []string
		for _, c := range p.Columns(table) {
			value := fmt.Sprintf("concat('''', replace(`%s`, '''', ''''''), '''')", c)
			if numberColumn.MatchString(p.Objects[table+"/column "+c]) {
				value = "`" + c + "`"
			}
			parts = append(parts, fmt.Sprintf("'%s=', coalesce(%s, 'NULL')", c, value))
		}
		queries = append(queries, fmt.Sprintf("SELECT '%s', convert(concat(%s) USING utf8mb4) COLLATE utf8mb4_bin FROM `%[1]s`", table, strings.Join(parts, ", ' ', ")))
	}
	if err := p.fill(db, strings.Join(queries, " UNION ALL ")); err != nil {
		return err
	}
	for _, rows := range p.Rows {
		slices.Sort(rows)
	}
	return nil
}
