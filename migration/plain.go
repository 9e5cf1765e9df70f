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
	if version, length := plainVersion(f.base()); length > 0 {
		rest := strings.TrimSuffix(f.base()[length:], ".sql")
		f.version, f.key, f.name = version, string(version), strings.TrimLeft(rest, "_-. ")
	}
	f.up = []chunk{{text: f.source, line: 1}}
	return nil
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
