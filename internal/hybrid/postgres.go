package hybrid

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Postgres is the [Engine] of PostgreSQL.
type Postgres struct {
	*server
	address string
}

// NewPostgres returns an engine that makes its databases on the server of an
// address, in the form of the driver pgx. The user must be a superuser: who else
// has references rest? Close ends it.
func NewPostgres(address string) (*Postgres, error) {
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	connect := func(database string) (driver.Connector, error) {
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return nil, err
		}
		config.Database = database
		// Prepared statements do not hear of tables that change their form.
		config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
		return stdlib.GetConnector(*config), nil
	}
	// A database takes longer to make than a schema.
	clean := []string{"SET client_min_messages = warning", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"}
	return &Postgres{&server{admin: admin, connect: connect, drop: " WITH (FORCE)", clean: clean}, address}, nil
}

// Open takes an empty database.
func (e *Postgres) Open() (*sql.DB, error) { return e.open() }

// Beside returns a pool of connections to the database of another one, as an
// application has it.
func (e *Postgres) Beside(db *sql.DB) (*sql.DB, error) {
	config, err := pgx.ParseConfig(e.address)
	if err != nil {
		return nil, err
	}
	if err := db.QueryRow("SELECT current_database()").Scan(&config.Database); err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*config), nil
}

func (e *Postgres) dialect() *dialect { return &postgresDialect }

// Orphans is a query for nothing: PostgreSQL has none.
func (e *Postgres) Orphans() string { return "SELECT 1 WHERE false" }

// ForeignKeys returns the statement by which restores put rows in, in any order.
func (e *Postgres) ForeignKeys(on bool) string {
	if on {
		return "SET session_replication_role = origin"
	}
	return "SET session_replication_role = replica"
}

// Rows reads every row of every table.
func (e *Postgres) Rows(db *sql.DB, p *Picture) error {
	tables := p.Tables()
	if len(tables) == 0 {
		return nil
	}
	var queries []string
	for _, table := range tables {
		p.Rows[table] = nil
		var parts []string
		for _, c := range p.Columns(table) {
			// What is no text is written as it is.
			parts = append(parts, fmt.Sprintf(`'%s=' || CASE WHEN "%[1]s" IS NULL THEN 'NULL' WHEN pg_typeof("%[1]s")::text IN ('integer', 'bigint', 'boolean') THEN "%[1]s"::text ELSE quote_literal("%[1]s"::text) END`, c))
		}
		queries = append(queries, fmt.Sprintf(`SELECT '%s', %s FROM "%[1]s"`, table, strings.Join(parts, " || ' ' || ")))
	}
	if err := p.fill(db, strings.Join(queries, " UNION ALL ")); err != nil {
		return err
	}
	for _, rows := range p.Rows {
		slices.Sort(rows)
	}
	return nil
}

// Counters has sequences go on behind the rows, as a restore does.
func (e *Postgres) Counters(p *Picture) (script []string) {
	for _, table := range p.Tables() {
		if c := p.Numbered[table]; c != "" {
			script = append(script, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), (SELECT coalesce(max(%[2]s), 0) + 1 FROM %[1]s), false)", table, c))
		}
	}
	return script
}
