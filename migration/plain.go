package migration

import (
	"path"
	"slices"
	"strings"
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
	f.up = []chunk{{text: f.source, line: 1}}
	return nil
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
