package tracking

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A History is what a tracking table claims.
type History struct {
	Runner *Runner    // whose it is
	Table  schema.Key // where it is
	Rows   []Row      // in the order of the table
	// UpTo says that one row stands for all versions up to its own.
	UpTo bool
	// Digest changes whenever the table's claims do. [Runner.Digest] reads it again
	// with one query.
	Digest string

	spelled map[string]string // see Table
}

// A Row is what a tracking table says of one migration.
type Row struct {
	Version  migration.Version // as far as the row tells; empty where it only has a name
	Name     string            // as the row spells it, shortened to a bound; empty where it only has a version
	Checksum string            // in the tool's own terms; empty where it keeps none
	Begun    bool              // begun and not finished: dirty, failed
	Text     string            // the row as people read it: "version 30, dirty"

	// Key is what the tool knows the migration by, in the words of [Runner.Key]; empty
	// where it is the version, or the name, and nothing else.
	Key string
	// ID is what tells the row from the others in its table; empty where Key, version
	// or name do.
	ID string
	// Elsewhere says that the row is of a migration which is no file of SQL: it is written
	// in another language, or declared in another form.
	Elsewhere bool
	// UpTo says that the row stands for all versions up to its own: a baseline.
	UpTo bool
	// Done is how many statements of a migration that is begun have run, as the tool
	// counts them; zero also where it does not.
	Done int
}

// table returns the table as statements write it.
func (h *History) table(db Database) Table {
	return Table{Key: h.Table, Traits: db.Traits(), spelled: h.spelled}
}

// version returns the leading digits of a text: the version that it begins with,
// or none.
func version(text string) migration.Version {
	rest := strings.TrimLeft(text, "0123456789")
	return migration.Version(text[:len(text)-len(rest)])
}

// show returns a foreign text so that it can be printed anywhere: as it is if
// there is nothing odd about it, else quoted.
func show(text string) string {
	odd := func(r rune) bool { return !unicode.IsGraphic(r) || r == unicode.ReplacementChar }
	if text == "" || strings.ContainsFunc(text, odd) {
		return strconv.QuoteToGraphic(text)
	}
	return text
}
