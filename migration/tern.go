package migration

import (
	"fmt"
	"regexp"
	"strings"
)

// tern is the format of tern: one file, in which a line ---- create above / drop
// below ---- stands between what upgrades and what reverts. A file without it has
// only the first. Versions go up from 1 without a gap.
//
// To tern, each file is a template of Go's. What is put in here are the files of folders
// that an action names, word for word ({{ template "shared/a.sql" . }}): what any other
// action puts in is known to tern alone. (jackc/tern, migrate/migrate.go)
var tern = &format{
	name:    "tern",
	marks:   prefix("create above / drop below", "tern:"),
	keeps:   func(path string) bool { return path == "tern.conf" },
	takes:   ternName.MatchString,
	prepare: prepareTern,
	parse:   parseTern,
	divides: true,
	template: "-- Write your migrate up statements here\n\n\n" + ternDivider + "\n\n" +
		"-- Write your migrate down statements here. If this migration is irreversible\n" +
		"-- Then delete the separator line above.\n",
}

const (
	ternDivider = "---- create above / drop below ----"
	ternNoTx    = "---- tern: disable-tx ----"
)

var ternName = regexp.MustCompile(`\A\d+_.+\.sql\z`)

// prepareTern finds gaps, which tern refuses, and reads the files that templates name:
// those of folders, by their paths.
func prepareTern(d *folder, files []*file, _ LoadOptions) []*file {
	shared := map[string]string{}
	for _, f := range files {
		if !ternAction.MatchString(f.source) {
			continue
		}
		f.shared = shared
		if len(shared) > 0 {
			continue
		}
		for _, e := range d.entries {
			if !e.nested() || !strings.HasSuffix(e.path, ".sql") || e.IsDir() {
				continue
			}
			if text, ok := d.beside(e.path); ok {
				shared[e.path] = text.source
			}
		}
	}
	there := map[string]bool{}
	for _, f := range files {
		there[f.version.Normal()] = true
	}
	for i := range files {
		if n := fmt.Sprint(i + 1); !there[n] {
			d.problems.add(files[0].path, files[0].errorAt(0,
				"is of a set that lacks the migration "+n+", without which tern runs none", "tern numbers from 1, without a gap"))
			break
		}
	}
	return files
}

func parseTern(f *file, _ LoadOptions) error {
	filled, err := fillTern(f)
	if err != nil {
		return err
	}
	source, from := filled.text.String(), []int(nil)
	if len(filled.shared) > 0 {
		f.checksum = checksumOf([]byte(f.raw + "\x00" + strings.Join(filled.shared, "\x00")))
		from = filled.lines
	}
	up, down, reverts := strings.Cut(source, ternDivider)
	f.up = []chunk{{text: up, line: 1, from: from}}
	f.noTransaction = hasLine(up, ternNoTx)
	if reverts {
		// What is behind the marker on its line is SQL to tern.
		first := strings.Count(up, "\n")
		f.down = []chunk{{text: down, line: first + 1}}
		if from != nil {
			f.down[0].from = from[first:]
		}
		f.noTransactionDown = hasLine(down, ternNoTx)
	}
	dividers := 0
	for l := range lines(source) {
		if dividers += strings.Count(l.text, ternDivider); dividers > 1 {
			return f.errorAt(filled.lines[l.number-1], "a second `"+ternDivider+"`", "")
		}
		if l.text == ternNoTx {
			continue
		}
		for _, said := range comments(strings.Replace(l.text, ternDivider, "", 1)) {
			if f.format.marks(said) {
				return f.errorAt(filled.lines[l.number-1], "tern does not read this as one of its markers",
					"they are `"+ternDivider+"`, once, and `"+ternNoTx+"` on a line of its own; if it is none, word the comment differently")
			}
		}
	}
	return nil
}

// hasLine reports whether a line of the text is just this one.
func hasLine(text, want string) bool {
	for l := range lines(text) {
		if l.text == want {
			return true
		}
	}
	return false
}
