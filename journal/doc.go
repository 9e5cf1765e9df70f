// Package journal is dbmend's own tracking table, dbmend_journal: an append-only
// record of what was found, decided, run and recorded. What is applied follows
// from its entries; nothing in it is ever changed or deleted.
//
// The table is documented, column by column, in docs/formats/journal.md. Since
// anybody who can write to the database can write to it, whatever is read from
// it is treated as hostile input.
package journal
