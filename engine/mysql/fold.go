package mysql

import "strings"

// Names of tables, views and triggers are folded as the server compares them,
// which lower_case_table_names says and a script does not: 0, the default
// everywhere but on Windows and macOS, tells Notes from notes. A script's names are
// therefore kept as they are written, and [engine.Traits].Fold of a connection
// folds them again where its server does.
//
// All other names (columns, indexes, constraints, routines, events) are the same
// in capitals and in small letters on every server.

// foldTable returns the name of a table, view or trigger as the keys of a server
// that tells capitals from small letters have it: as it is written.
func foldTable(name string) string { return name }

// fold returns any other name as keys have it.
func fold(name string) string { return strings.ToLower(name) }
