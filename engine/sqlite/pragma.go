package sqlite

import (
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// pragmas are those that do more than set something for the connection.
var pragmas = map[string]struct {
	class migration.Class
	bare  bool // without an argument too; the others then only tell
	note  string
}{
	// Kept in the file's header, and undone with the transaction.
	"user_version":       {class: migration.Data},
	"application_id":     {class: migration.Data},
	"default_cache_size": {class: migration.Data},

	"journal_mode":       {class: migration.Outside, note: "the journal mode cannot change inside a transaction"},
	"auto_vacuum":        {class: migration.Outside, note: "it takes effect with a VACUUM"},
	"page_size":          {class: migration.Outside, note: "it takes effect with a VACUUM"},
	"encoding":           {class: migration.Outside, note: "it takes effect in an empty file"},
	"rekey":              {class: migration.Outside, note: "it encrypts the file anew"},
	"hexrekey":           {class: migration.Outside, note: "it encrypts the file anew"},
	"wal_checkpoint":     {class: migration.Outside, bare: true, note: "a checkpoint waits for transactions to end"},
	"incremental_vacuum": {class: migration.Outside, bare: true, note: "it gives free pages of the file back"},
	"optimize":           {class: migration.Outside, bare: true, note: "it decides by itself what to analyze"},

	"writable_schema":      {class: migration.Forbidden, note: "it lets statements write the schema behind SQLite's back"},
	"schema_version":       {class: migration.Forbidden, note: "it makes other connections go on with a schema that is no more"},
	"temp_store_directory": {class: migration.Forbidden, note: "it moves the files of the whole program"},
	"data_store_directory": {class: migration.Forbidden, note: "it moves the files of the whole program"},
}

// pragma reads a PRAGMA behind its first word. Target is the pragma's name, and
// for foreign_keys with an argument Note is "on" or "off".
func (c classifier) pragma() {
	c.Class = migration.Session
	database, name := c.name()
	c.Target = name
	set := c.either("=", "(") != ""
	if name == "foreign_keys" && set {
		c.Note = "off"
		if c.isOn() {
			c.Note = "on"
		}
	}
	known, ok := pragmas[name]
	if !ok || !set && !known.bare {
		return
	}
	c.Class, c.Note = known.class, known.note
	if c.Class != migration.Forbidden {
		c.within(database)
	}
}

// isOn reads a boolean as SQLite does (sqlite3GetBoolean): any number but
// zero is on, and any word that it does not know is off.
func (p *phrase) isOn() bool {
	p.skip("+")
	t := p.token
	switch t.kind {
	case number, word, quoted, text:
	default:
		return false
	}
	value := fold(t.name())
	switch value {
	case "on", "yes", "true":
		return true
	}
	base := uint32(10)
	if hex := strings.TrimPrefix(value, "0x"); hex != value {
		base, value = 16, hex
	}
	var n uint32
	digits := 0
	for ; digits < len(value); digits++ {
		d := strings.IndexByte("0123456789abcdef", value[digits])
		if d < 0 || uint32(d) >= base {
			break
		}
		if n > (1<<31-1)/base {
			return false // too large for an integer: SQLite takes it for zero
		}
		n = n*base + uint32(d)
	}
	return n <= 1<<31-1 && n != 0
}
