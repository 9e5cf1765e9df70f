package sqlite

import (
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// prepared is what SQLite itself made of a script.
type prepared struct {
	pieces []string // what each sqlite3_prepare_v2 took, to the byte; none of the empty ones
	err    string   // why it stopped ahead of the end; "" if it did not
}

// out is where SQLite writes its answers: C needs places that do not move.
var out struct{ db, statement, tail uintptr }

// prepare reads a script as sqlite3_exec does: prepare a statement, run it, go on
// with the tail that SQLite points to. The database is new, but for the setup. If
// run is false the statements are prepared and not run.
func prepare(t testing.TB, setup, script string, run bool) prepared {
	t.Helper()
	tls := libc.NewTLS()
	defer tls.Close()
	memory, err := libc.CString(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer libc.Xfree(tls, memory)
	source, err := libc.CString(script)
	if err != nil {
		t.Fatal(err)
	}
	defer libc.Xfree(tls, source)
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE
	if rc := sqlite3.Xsqlite3_open_v2(tls, memory, uintptr(unsafe.Pointer(&out.db)), flags, 0); rc != sqlite3.SQLITE_OK {
		t.Fatalf("open: %d", rc)
	}
	db := out.db
	defer sqlite3.Xsqlite3_close(tls, db)

	if setup != "" {
		setup, err := libc.CString(setup)
		if err != nil {
			t.Fatal(err)
		}
		defer libc.Xfree(tls, setup)
		if rc := sqlite3.Xsqlite3_exec(tls, db, setup, 0, 0, 0); rc != sqlite3.SQLITE_OK {
			t.Fatalf("setup: %s", libc.GoString(sqlite3.Xsqlite3_errmsg(tls, db)))
		}
	}

	var p prepared
	for at := uintptr(0); ; {
		rc := sqlite3.Xsqlite3_prepare_v2(tls, db, source+at, -1, uintptr(unsafe.Pointer(&out.statement)), uintptr(unsafe.Pointer(&out.tail)))
		if rc != sqlite3.SQLITE_OK {
			p.err = "prepare: " + libc.GoString(sqlite3.Xsqlite3_errmsg(tls, db))
			return p
		}
		end := out.tail - source
		if out.statement == 0 {
			if end == at || libc.GoString(out.tail) == "" {
				return p
			}
			at = end
			continue
		}
		p.pieces = append(p.pieces, script[at:end])
		statement := out.statement
		for rc = sqlite3.SQLITE_ROW; run && rc == sqlite3.SQLITE_ROW; {
			rc = sqlite3.Xsqlite3_step(tls, statement)
		}
		if run && rc != sqlite3.SQLITE_DONE {
			p.err = "run: " + libc.GoString(sqlite3.Xsqlite3_errmsg(tls, db))
		}
		sqlite3.Xsqlite3_finalize(tls, statement)
		if p.err != "" {
			return p
		}
		at = end
	}
}
