package main

import (
	"net/url"
	"path/filepath"
	"strings"
)

// A target is a database that a URL names. What a URL may hold beside a path (a
// user, a password) is never kept in it, so that it can be shown.
type target struct {
	path   string     // the file, as the user knows it; empty for one in memory
	params url.Values // for the driver
}

// String returns what people call the database.
func (t *target) String() string {
	if t.path == "" {
		return ":memory:"
	}
	return clean(t.path)
}

const urlHint = "write sqlite:app.db, or the path of a file that ends in .db, .sqlite or .sqlite3"

// parseURL reads a database URL. Relative paths start from the folder in, or from
// the working one for "".
//
// A plain path means exactly the file of that name. In a URL, a question mark
// begins the parameters and %20 is a blank, as everywhere; nothing else is special.
//
// Errors never repeat a URL that they do not understand: it may hold a password.
func parseURL(raw, in string) (*target, error) {
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
	case ok && (scheme == "postgres" || scheme == "postgresql" || scheme == "mysql" || scheme == "mariadb"):
		return nil, wrongUsage("this version of dbmend knows SQLite; PostgreSQL and MySQL are being added")
	case raw == ":memory:":
		return &target{}, nil
	case isDatabaseFile(raw):
		return &target{path: within(in, raw)}, nil
	case ok && strings.HasPrefix(rest, "//") && isScheme(scheme):
		return nil, &usageError{message: "databases of the kind " + scheme + ": are not known", hint: urlHint}
	}
	return nil, &usageError{message: "what is given as the database is no URL that is known", hint: urlHint}
}

// isDatabaseFile reports whether a plain path says by its name that it is a
// database.
func isDatabaseFile(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".db", ".sqlite", ".sqlite3":
		return !strings.Contains(path, "://")
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
