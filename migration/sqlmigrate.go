package migration

import "strings"

// sqlMigrate is the format of sql-migrate: one file with sections headed by
// -- +migrate Up and -- +migrate Down. Any file that ends in .sql is one, and known
// by its whole name; those without a number come last.
//
// Like goose, sql-migrate ends a statement at a line that ends in a semicolon;
// here the engine's cutter decides.
var sqlMigrate = &format{
	name:      "sql-migrate",
	marks:     prefix("+migrate"),
	takes:     isFlatSQL,
	parse:     parseSQLMigrate,
	divides:   true,
	must:      true,
	timestamp: true,
	file: func(version, name string) (up, down string) {
		return version + "-" + name + ".sql", ""
	},
	template: "-- +migrate Up\n\n\n-- +migrate Down\n\n",
}

const sqlMigrateMark = "-- +migrate "

func parseSQLMigrate(f *file, _ LoadOptions) error {
	if err := f.nameless(); err != nil {
		return err
	}
	f.key = f.base()
	p := &sectionParser{file: f, up: "-- +migrate Up", source: f.source}
	for l := range lines(f.source) {
		if err := readSQLMigrate(p, l); err != nil {
			return err
		}
	}
	return p.end()
}

// readSQLMigrate takes one line: a marker, or a part of the SQL.
func readSQLMigrate(p *sectionParser, l line) error {
	said, ok := strings.CutPrefix(l.text, sqlMigrateMark)
	p.see(l)
	if !ok {
		return p.plain(l)
	}
	words := append(strings.Fields(said), "")
	for _, option := range words[1 : len(words)-1] {
		if option != "notransaction" {
			return p.fail(l, "sql-migrate knows no such option of a marker", "the one that it knows is notransaction")
		}
	}
	off := len(words) > 2
	switch words[0] {
	case "Up":
		p.file.noTransaction = p.file.noTransaction || off
		return p.open(l, &p.file.up)
	case "Down":
		p.file.noTransactionDown = p.file.noTransactionDown || off
		return p.open(l, &p.file.down)
	case "StatementBegin":
		return p.beginBody(l)
	case "StatementEnd":
		return p.endBody(l)
	default:
		return p.fail(l, "sql-migrate knows no such marker", "it knows Up, Down, StatementBegin and StatementEnd, written so")
	}
}

// nameless gives a file without a number its name as a version.
func (f *file) nameless() error {
	if f.version == "" {
		f.version, f.name = Version(strings.TrimSuffix(f.base(), ".sql")), ""
	}
	return f.orders()
}

// orders returns an error for a version that is a name, but not one that a history
// can keep apart from others.
func (f *file) orders() error {
	const hint = "begin the name with digits, or with a letter"
	v := string(f.version)
	if f.version == "" || f.version.rank() == ofName && (!startsWithLetter(v) || strings.HasSuffix(v, "_") || strings.TrimSpace(v) != v) {
		return f.errorAt(0, "has a name that orders nothing", hint)
	}
	return nil
}
