package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// A target is the database that a URL names.
type target interface {
	// String returns what people call the database. No secret is in it.
	fmt.Stringer
	// engine returns the engine for its family.
	engine() engine.Engine
	// exists reports whether there is a database. Of one on a server nobody knows
	// before it is asked, and it is taken for granted.
	exists() (bool, error)
	// ready sees to it that there is what a verb needs. absent says that there is no
	// database, and that an empty one in memory stands in for it from now on.
	ready(n need) (absent bool, err error)
	// open returns a pool; nothing is opened until it is used. What only looks waits
	// for a writer as long as wait says, where the engine cannot be told so.
	open(n need, wait time.Duration) (*sql.DB, error)
	// files returns where the database lies, so that nothing else is put there.
	files() []string
	// hint returns what can be done about what the database said; "" for most.
	hint(err error) string
	// secrets returns what no message may say.
	secrets() []string
	// undoes reports that a run which ends before its time leaves nothing behind.
	undoes() bool
	// dialect returns what a script for its own client says around statements.
	dialect() dialect
}

const urlHint = "write sqlite:app.db, postgres://user@host/database, mysql://user@host/database, or the path of a file that ends in .db, .sqlite or .sqlite3"

// parseURL reads a database URL. Relative paths start from the folder in, or from
// the working one for "".
//
// A plain path means exactly the file of that name. In a URL, a question mark
// begins the parameters and %20 is a blank, as everywhere; nothing else is special.
//
// Errors never repeat a URL that they do not understand: it may hold a password.
func parseURL(raw, in string) (target, error) {
	if raw == "" {
		return nil, &usageError{message: "no database is given", hint: "use --db sqlite:app.db, or set DATABASE_URL"}
	}
	if strings.ContainsRune(raw, 0) {
		return nil, wrongUsage("the database URL holds a NUL character")
	}
	scheme, rest, ok := strings.Cut(raw, ":")
	switch scheme = strings.ToLower(scheme); {
	case ok && (scheme == "sqlite" || scheme == "sqlite3"):
		return parseSQLite(rest, in)
	case isDataSource(raw) && !strings.HasPrefix(rest, "//"):
		return parseDataSource(raw) // ahead of the others: its user may be called postgres
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		return parsePostgres(rest)
	case ok && (scheme == "mysql" || scheme == "mariadb"):
		return parseMySQL(scheme, rest)
	case raw == ":memory:":
		return &sqliteTarget{}, nil
	case isDatabaseFile(raw):
		return &sqliteTarget{path: within(in, raw)}, nil
	case ok && scheme == "jdbc":
		return nil, &usageError{message: "URLs of JDBC are not read", hint: "leave jdbc: away, and put user and password ahead of the host: mysql://user:password@host/database"}
	case ok && strings.HasPrefix(rest, "//") && isScheme(scheme):
		return nil, &usageError{message: "databases of the kind " + scheme + ": are not known", hint: urlHint}
	}
	return nil, &usageError{message: "what is given as the database is no URL that is known", hint: urlHint}
}

// credentials match what begins like user:password@, which no path of ours does: it
// is a URL without its scheme.
var credentials = regexp.MustCompile(`(^|/)[^/]*:[^/]*@`)

// isDatabaseFile reports whether a plain path says by its name that it is a
// database.
func isDatabaseFile(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".db", ".sqlite", ".sqlite3":
		return !strings.Contains(path, "://") && !credentials.MatchString(path[len(filepath.VolumeName(path)):])
	}
	return false
}

func isScheme(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

// within returns a path that starts from a folder.
func within(folder, path string) string {
	if folder == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
