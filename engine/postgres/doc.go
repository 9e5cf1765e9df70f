// Package postgres is the PostgreSQL engine of dbmend.
//
// It runs on pools of github.com/jackc/pgx/v5/stdlib: what database/sql alone
// cannot tell (the state of a transaction, the address of the server, the tag of a
// command) it asks of pgx's own connection. DESIGN.md beside this file says how a
// schema is read and which spellings are one.
package postgres
