package migration

import (
	"hash/crc32"
	"path"
	"slices"
	"strings"
)

// flyway is the format of Flyway: V1.2__name.sql upgrades, U1.2__name.sql reverts
// it, R__name.sql is run after all of them whenever it has changed, and
// B1.2__name.sql stands in for all up to its version. Files may lie in folders, and
// each may have settings in a file beside it, V1.2__name.sql.conf.
var flyway = &format{
	name:    "flyway",
	named:   isFlyway,
	over:    []string{"atlas"},
	takes:   isFlyway,
	prepare: prepareFlyway,
	parse:   parseFlyway,
	deep:    true,
	first:   "1",
	file: func(version, name string) (up, down string) {
		return "V" + version + "__" + name + ".sql", ""
	},
}

// A flywayName is what the name of a file says.
type flywayName struct {
	kind    byte   // V, U, R or B
	version string // as written; empty for R
	rest    string // as written
}

// parseFlywayName reads a name; ok is false for one that Flyway passes over.
func parseFlywayName(base string) (n flywayName, ok bool) {
	const suffix = ".sql"
	if len(base) <= len(suffix) || !strings.EqualFold(base[len(base)-len(suffix):], suffix) || strings.IndexByte("VURB", base[0]) < 0 {
		return n, false
	}
	version, rest, found := strings.Cut(base[1:len(base)-len(suffix)], "__")
	n = flywayName{base[0], version, rest}
	if n.kind == 'R' {
		return n, found && version == "" && rest != ""
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(version, "_", "."), ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return n, false
		}
	}
	return n, true
}

func isFlyway(name string) bool {
	_, ok := parseFlywayName(path.Base(name))
	return ok
}

// flywayCallbacks are the scripts that Flyway runs around a migration.
var flywayCallbacks = []string{
	"beforeConnect", "afterConnect", "createSchema", "beforeCreateSchema", "beforeValidate", "afterValidate",
	"beforeMigrate", "beforeEachMigrate", "beforeEachMigrateStatement", "afterEachMigrateStatement", "afterEachMigrate",
	"beforeRepeatables", "afterVersioned", "afterMigrateApplied", "afterMigrate", "afterMigrateOperationFinish",
}

// flywayScripts are the endings of migrations that are no SQL.
// (resolver/script/ScriptMigrationResolver.java)
var flywayScripts = []string{".cmd", ".bat", ".ps1", ".py", ".sh", ".bash"}

// prepareFlyway refuses callbacks and reads what lies beside the files.
func prepareFlyway(d *folder, files []*file, _ LoadOptions) []*file {
	for _, e := range d.entries {
		event, _, _ := strings.Cut(strings.TrimSuffix(e.Name(), path.Ext(e.Name())), "__")
		if !e.IsDir() && strings.EqualFold(path.Ext(e.Name()), ".sql") && slices.Contains(flywayCallbacks, event) {
			d.problems.add(e.path, &SyntaxError{Path: e.path, Reason: "is a callback of Flyway's, which is not run here",
				Hint: "move it out of the folder if the migrations can do without it"})
		}
	}
	for _, e := range d.entries {
		ext := path.Ext(e.Name())
		if !e.IsDir() && slices.Contains(flywayScripts, strings.ToLower(ext)) && isFlyway(strings.TrimSuffix(e.Name(), ext)+".sql") {
			d.problems.add(e.path, &SyntaxError{Path: e.path, Reason: "is a migration of Flyway's that another program runs, which is not run here",
				Hint: "move it out of the folder if it has run wherever dbmend is to run"})
		}
	}
	for _, f := range files {
		if about, ok := d.beside(f.path + ".conf"); ok {
			d.problems.add(about.path, about.settings(f))
		}
	}
	return files
}

// settings obeys the settings for a migration.
func (f *file) settings(about *file) error {
	for l := range lines(f.source) {
		text := strings.TrimSpace(l.text)
		if text == "" || text[0] == '#' || text[0] == '!' {
			continue
		}
		key, value, _ := strings.Cut(text, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		yes, no := strings.EqualFold(value, "true"), strings.EqualFold(value, "false")
		switch {
		case key == "encoding" && (strings.EqualFold(value, "UTF-8") || strings.EqualFold(value, "US-ASCII")):
		case key == "encoding":
			return f.errorAt(l.number, "the migration is not in UTF-8", "save it as UTF-8, and say so here")
		case key != "executeInTransaction" && key != "placeholderReplacement" && key != "shouldExecute":
			return f.errorAt(l.number, "Flyway knows no such setting of a script", "")
		case !yes && !no:
			return f.errorAt(l.number, key+" is neither true nor false", "expressions are not read")
		case key == "executeInTransaction":
			about.noTransaction, about.noTransactionDown = no, no
		case key == "placeholderReplacement":
			about.verbatim = no
		case no:
			about.left, about.hint = true, about.path+" is left out: "+f.path+" says so"
		}
	}
	return nil
}

func parseFlyway(f *file, options LoadOptions) error {
	n, _ := parseFlywayName(f.base())
	f.version, f.name = Version(strings.ReplaceAll(n.version, "_", ".")), n.rest
	f.key, f.description = string(f.version), strings.ReplaceAll(n.rest, "_", " ")
	text := f.source
	if !f.verbatim {
		var err error
		if text, err = flywayPlaceholders(f, options).fill(f, text, 1); err != nil {
			return err
		}
	}
	section := splitter{delimiter: semicolon, commands: true, mysql: isMySQL(options.Database)}.split(text, 1)
	switch n.kind {
	case 'U':
		f.down, f.revert = section, true
		return nil
	case 'R':
		// Flyway puts them in the order of their descriptions.
		f.version, f.name, f.rerun, f.text = Version("R__"+f.description), "", OnChange, text
	case 'B':
		f.baseline = true
	}
	f.up = section
	return nil
}

// flywayPlaceholders are those that were given, and the one that depends on the
// file. Their names are the same in letters of any case.
func flywayPlaceholders(f *file, options LoadOptions) placeholders {
	return placeholders{strict: true, value: func(name string) (string, bool) {
		for key, value := range options.Placeholders {
			if strings.EqualFold(key, name) {
				return value, true
			}
		}
		return f.base(), strings.EqualFold(name, "flyway:filename")
	}}
}

// FlywayChecksum returns what Flyway keeps as the checksum of a migration that
// [Load] returned: a CRC-32 of its lines without their ends, of a repeatable one
// with the placeholders put in.
// (flyway-core, internal/resolver/ChecksumCalculator.java, SqlMigrationResolver.java)
func FlywayChecksum(m *Migration) int32 {
	if m.Rerun == OnChange && m.source.text != "" {
		return crcOfLines(m.source.text)
	}
	return FlywayPlainChecksum(m)
}

// FlywayPlainChecksum returns the checksum of the file as it lies there. Of a
// repeatable migration Flyway takes it for as good as [FlywayChecksum].
func FlywayPlainChecksum(m *Migration) int32 {
	return crcOfLines(strings.TrimPrefix(m.source.raw, "\uFEFF"))
}

// crcOfLines returns the checksum of a text without its line ends.
func crcOfLines(text string) int32 {
	return int32(crc32.ChecksumIEEE([]byte(strings.NewReplacer("\r", "", "\n", "").Replace(text))))
}
