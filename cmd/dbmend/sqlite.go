package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	driver "modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// A sqliteTarget is a file, or a database in memory. What a URL may hold beside a
// path is never kept in it, so that it can be shown.
type sqliteTarget struct {
	path   string     // the file, as the user knows it; empty for one in memory
	params url.Values // for the driver
}

// String returns the path.
func (t *sqliteTarget) String() string {
	if t.path == "" {
		return ":memory:"
	}
	return clean(t.path)
}

func (t *sqliteTarget) engine() engine.Engine { return sqlite.Engine{} }
func (t *sqliteTarget) secrets() []string     { return nil }
func (t *sqliteTarget) undoes() bool          { return true }

// parseSQLite reads what follows "sqlite:" in a URL.
func parseSQLite(rest, in string) (target, error) {
	path, query, _ := strings.Cut(rest, "?")
	switch {
	case strings.HasPrefix(path, "///"):
		path = path[2:]
		if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
			path = path[1:] // /C:/app.db
		}
	case strings.HasPrefix(path, "//"):
		path = path[2:]
		if host, _, _ := strings.Cut(path, "/"); strings.Contains(host, "@") {
			return nil, wrongUsage("a SQLite URL has no user and no password; a file with @ in its name is written sqlite:./FILE")
		}
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return nil, &usageError{message: "the database URL holds a percent sign that is not followed by two hexadecimal digits", hint: "write %25 for a percent sign"}
	}
	if strings.ContainsRune(path, 0) {
		return nil, wrongUsage("the database URL holds a NUL character")
	}
	params, err := sqliteParams(query)
	if err != nil {
		return nil, err
	}
	switch path {
	case "":
		return nil, &usageError{message: "the database URL names no file", hint: urlHint}
	case ":memory:":
		return &sqliteTarget{params: params}, nil
	}
	return &sqliteTarget{path: within(in, path), params: params}, nil
}

// sessionPragmas are what a URL may set: they last as long as the connection.
// Those that are kept in the file (journal_mode, page_size) are the
// application's to set, since even a verb that only reads would change the file.
var sessionPragmas = []string{
	"foreign_keys", "busy_timeout", "synchronous", "cache_size", "temp_store", "mmap_size",
	"recursive_triggers", "trusted_schema", "legacy_alter_table", "ignore_check_constraints",
	"case_sensitive_like", "secure_delete", "automatic_index", "defer_foreign_keys",
}

// filePragmas are those that are passed over in silence, since an application's
// own URL often has them.
var filePragmas = []string{"journal_mode", "journal_size_limit", "wal_autocheckpoint", "auto_vacuum", "page_size", "encoding"}

// sqliteParams reads the parameters of a URL: the driver's own, and pragmas in
// the spelling of the driver that uses cgo, which many applications' URLs are
// written for.
func sqliteParams(query string) (url.Values, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, wrongUsage("the parameters of the database URL cannot be read")
	}
	short := map[string]string{"_fk": "foreign_keys", "_timeout": "busy_timeout", "_journal": "journal_mode", "_sync": "synchronous"}
	params := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		for _, value := range given[name] {
			pragma := strings.TrimPrefix(name, "_")
			if long, ok := short[name]; ok {
				pragma = long
			}
			switch name {
			case "mode":
				if !slices.Contains([]string{"ro", "rw", "rwc"}, value) {
					return nil, wrongUsage("the parameter mode=%s of the database URL is not one of ro, rw, rwc", clean(value))
				}
				params.Set("mode", value)
				continue
			case "_txlock", "_time_format", "_time_integer_format", "_inttotime", "_texttotime", "_timezone", "_loc", "cache":
				continue // about how the application's own values are read: nothing to us
			case "_pragma":
				pragma, value, _ = strings.Cut(strings.NewReplacer("(", "=", ")", "").Replace(value), "=")
			}
			pragma = strings.ToLower(strings.TrimSpace(pragma))
			switch {
			case slices.Contains(filePragmas, pragma):
			case slices.Contains(sessionPragmas, pragma) && isWord(value):
				params.Add("_pragma", pragma+"("+value+")")
			default:
				return nil, &usageError{
					message: fmt.Sprintf("the parameter %s of the database URL is not known", clean(name)),
					hint:    "pragmas of the session are: ?_pragma=foreign_keys(1); a question mark in a file's name is written %3F",
				}
			}
		}
	}
	return params, nil
}

// isWord reports whether a pragma's value is a number or a name, and so nothing
// that could end the statement it is put into.
func isWord(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// exists reports whether there is a file to open. Whatever else is there is an
// error, before SQLite has its own words for it.
func (t *sqliteTarget) exists() (bool, error) {
	if t.path == "" {
		return true, nil
	}
	info, err := os.Stat(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the database: %w", err)
	}
	switch {
	case info.IsDir():
		return false, &failure{message: t.String() + " is a folder, not a database"}
	case !info.Mode().IsRegular():
		return false, &failure{message: t.String() + " is not an ordinary file"}
	}
	f, err := os.Open(t.path)
	if err != nil {
		return false, fmt.Errorf("open the database: %w", err)
	}
	return true, f.Close()
}

// ready refuses where a verb needs a database that is not there, and makes the
// target one in memory where an empty one will do.
func (t *sqliteTarget) ready(n need) (absent bool, err error) {
	there, err := t.exists()
	if err != nil || there {
		return false, err
	}
	switch n {
	case reads, changes:
		return false, &failure{message: "there is no database at " + t.String(), hint: "dbmend up makes it"}
	case explains:
		t.path = ""
		return true, nil
	case creates:
		folder := filepath.Dir(t.path)
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return false, &failure{message: "there is no folder " + clean(folder) + " to make the database in"}
		}
	}
	return false, nil
}

// wait lets a verb that only looks wait for a writer, which the library does for
// those that write: statements on data are tried out, and undone, under the same
// lock. It is for a moment only, since SQLite's own waiting cannot be interrupted.
func (t *sqliteTarget) wait(timeout time.Duration) {
	const most = 5 * time.Second
	if timeout < 0 || timeout > most {
		timeout = most
	}
	for _, pragma := range t.params["_pragma"] {
		if strings.HasPrefix(pragma, "busy_timeout(") {
			return
		}
	}
	if t.params == nil {
		t.params = url.Values{}
	}
	t.params.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", timeout.Milliseconds()))
}

// open returns a pool for the database. A file that is not there is made only for
// a verb that creates.
func (t *sqliteTarget) open(n need, wait time.Duration) (*sql.DB, error) {
	if n == explains {
		t.wait(wait)
	}
	name, err := t.dataSource(n == creates)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", t, err)
	}
	if t.path == "" {
		db.SetMaxOpenConns(1) // every connection to memory is a database of its own
	}
	return db, nil
}

// dataSource returns the driver's name for the database: a URI, in which any path
// means exactly that file.
func (t *sqliteTarget) dataSource(create bool) (string, error) {
	params := maps.Clone(t.params)
	if params == nil {
		params = url.Values{}
	}
	if t.path == "" {
		params.Del("mode")
		return ":memory:?" + params.Encode(), nil
	}
	if params.Get("mode") == "" || params.Get("mode") == "rwc" {
		params.Set("mode", "rw")
		if create {
			params.Set("mode", "rwc")
		}
	}
	path, err := filepath.Abs(t.path)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", t, err)
	}
	if path = filepath.ToSlash(path); !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/app.db
	}
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	return "file://" + escaped + "?" + params.Encode(), nil
}

// Primary result codes of SQLite that have advice to give.
const (
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteFull     = 13
	sqliteCantOpen = 14
)

// hint goes by the code of an error.
func (t *sqliteTarget) hint(err error) string {
	code := 0
	if said, ok := errors.AsType[*driver.Error](err); ok {
		code = said.Code() & 0xff
	} else if errors.Is(err, engine.ErrReadOnly) {
		code = sqliteReadOnly // the engine found out before SQLite was asked to write
	}
	switch code {
	case sqliteBusy:
		return "another program is writing to the database: try again, or give it more time with --lock-timeout"
	case sqliteReadOnly:
		return "the file and its folder must be writable for this user, and the URL must not say mode=ro"
	case sqliteFull:
		return "make room on the disk, then run it again: nothing of what was begun is kept"
	case sqliteCantOpen:
		return "the folder must exist, and be readable and writable for this user"
	}
	return ""
}

// files returns the files that SQLite keeps a database in, by the name that was
// given and by the one that links lead to: what goes with it lies there.
func (t *sqliteTarget) files() []string {
	if t.path == "" {
		return nil
	}
	names := []string{t.path}
	if real, err := filepath.EvalSymlinks(t.path); err == nil && real != t.path {
		names = append(names, real)
	}
	var files []string
	for _, name := range names {
		files = append(files, name, name+"-wal", name+"-shm", name+"-journal")
	}
	return files
}

// copyTo copies the database into a file that is empty.
func (t *sqliteTarget) copyTo(ctx context.Context, path string) (err error) {
	db, err := t.open(reads, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// dialect is that of SQLite's shell.
func (t *sqliteTarget) dialect() dialect {
	return dialect{
		begin: "BEGIN IMMEDIATE;", commit: "COMMIT;",
		rest: "PRAGMA foreign_keys = OFF;", resume: "-- PRAGMA foreign_keys = ON; if it was", enforce: "PRAGMA foreign_keys = ON;",
		ended: ended,
	}
}
