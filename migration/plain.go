package migration

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// plain is SQL and nothing else: the whole file upgrades, and nothing reverts.
var plain = &format{
	name:  "plain",
	parse: parsePlain,
}

// parsePlain takes the whole file, unless something says that a part of it, or
// all of it, is meant to revert.
func parsePlain(f *file, _ LoadOptions) error {
	stem := strings.TrimSuffix(f.path, ".sql")
	if ext := strings.ToLower(strings.TrimPrefix(path.Ext(stem), ".")); slices.Contains(downWords, ext) {
		return f.errorAt(0, "is named as a script that reverts, and would be run as one that upgrades",
			"move it out of the folder, or name the set's format with --format")
	}
	if line := downHeading(f.source); line > 0 {
		return f.errorAt(line, "what follows this heading seems to revert, and would be run as part of the upgrade",
			"move it out of the file, or word the comment differently: comments do not count as a change of a migration")
	}
	base := strings.TrimPrefix(f.base(), f.word)
	version, length := plainVersion(base)
	if length == 0 {
		length = len(base) - len(strings.TrimLeft(base, "0123456789"))
		version = Version(base[:length])
	}
	f.version, f.key = version, string(version)
	f.name = strings.TrimLeft(strings.TrimSuffix(base[length:], ".sql"), "_-. ")
	f.up = []chunk{{text: f.source, line: 1}}
	return nil
}

// upWords stand ahead of the numbers of migrations in applications that run them
// themselves. Others may be of seeds, of queries, or of what reverts.
var upWords = []string{"m", "migrate", "migration", "v", "version", "up", "update", "upgrade", "patch", "delta", "schema"}

// commonWord returns the word that the names of plain files have ahead of their numbers,
// with what divides the two: "schema-" of schema-12.sql. It is "" unless two files have it,
// no two have another one, and no name begins with a number.
func (d *folder) commonWord() (word string) {
	files := map[string]int{}
	for _, e := range d.entries {
		if e.IsDir() || !isFlatSQL(e.path) {
			continue
		}
		at := strings.IndexAny(e.path, "0123456789")
		if at == 0 {
			return ""
		}
		if at > 0 && slices.Contains(upWords, strings.ToLower(strings.TrimRight(e.path[:at], "_-. "))) {
			files[e.path[:at]]++
		}
	}
	for common, n := range files {
		switch {
		case n < 2:
		case word != "":
			return ""
		default:
			word = common
		}
	}
	return word
}

// isWorded reports whether an entry is a migration by the common word and its number.
func (d *folder) isWorded(e entry) bool {
	return d.word != "" && isFlatSQL(e.path) && strings.HasPrefix(e.path, d.word) && startsWithDigit(e.path[len(d.word):])
}

var (
	dated    = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[-_. ]([0-9]+))?`)
	released = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+){2,}`)
)

// plainVersion reads a version that is more than the digits which a name begins with: a date
// with hyphens in it, with the number of the day's migration or its time behind it; or the
// three numbers of a release, or more. It returns how long it is in the name, and zero for
// any other.
func plainVersion(base string) (v Version, length int) {
	if rest := strings.TrimLeft(base, "0123456789"); rest == "" || rest[0] != '.' && rest[0] != '-' {
		return "", 0 // neither expression would match, and most names end here
	}
	if at := released.FindString(base); at != "" {
		return Version(at), len(at)
	}
	m := dated.FindStringSubmatch(base)
	if m == nil {
		return "", 0
	}
	at, err := time.Parse(time.DateOnly, m[1])
	if err != nil || at.Year() < 1990 || at.Year() >= 2100 || startsWithDigit(base[len(m[1]):]) {
		return "", 0
	}
	v = Version(at.Format("20060102"))
	if m[2] == "" || startsWithLetter(base[len(m[0]):]) { // a word may begin with a digit
		return v, len(m[1])
	}
	return v + "." + Version(m[2]), len(m[0])
}

// downWords head, in files written for no tool or for a home-made one, the part
// that reverts.
var downWords = []string{"down", "undo", "rollback", "revert"}

// downHeading returns the line of a comment that is nothing but a heading for
// statements that revert, and zero if there is none. Where only comments follow
// it, they are instructions for people.
func downHeading(source string) int {
	heading := 0
	for l := range lines(source) {
		if heading > 0 && !l.isIdle() {
			return heading
		}
		if heading == 0 && strings.HasPrefix(l.text, "--") {
			said := strings.ToLower(strings.Trim(l.text, "-=+*#@:! \t"))
			said = strings.TrimSuffix(strings.TrimPrefix(said, "migrate "), " migration")
			if slices.Contains(downWords, strings.TrimPrefix(said, "migration ")) {
				heading = l.number
			}
		}
	}
	return 0
}
