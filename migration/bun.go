package migration

import (
	"path"
	"regexp"
	"strings"
)

// bun is the format of bun: pairs 20240101000000_name.up.sql and .down.sql, or
// .tx.up.sql and .tx.down.sql, which are those that bun runs in a transaction. A
// line --bun:split stands between statements that are sent one by one.
//
// What has no .tx in its name is not taken for a wish to be run outside of a
// transaction: it is bun's default.
var bun = &format{
	name:  "bun",
	marks: func(comment string) bool { return hasPrefixFold(comment, "bun:") },
	keeps: func(name string) bool {
		return (strings.HasSuffix(name, ".tx"+upSuffix) || strings.HasSuffix(name, ".tx"+downSuffix)) && bunName.MatchString(path.Base(name))
	},
	over:      []string{"golang-migrate"},
	takes:     func(name string) bool { return isPair(name) && bunName.MatchString(path.Base(name)) },
	inGo:      func(path string) bool { return isGo(path) && bunName.MatchString(path) },
	parse:     parseBun,
	order:     byKey,
	deep:      true,
	pairs:     true,
	timestamp: true,
	file: func(version, name string) (up, down string) {
		return pairOf(version, notBun.ReplaceAllString(name, "_"))
	},
}

// bunAction is a template's action, as far as it can be told from two braces in
// SQL: bun fills templates in only where it is given data for them.
var bunAction = regexp.MustCompile(`\{\{-?\s*(\.|\$|/\*|(if|range|with|end|else|template|define|block|printf)\b)`)

var (
	bunName = regexp.MustCompile(`^(\d{1,14})_([0-9a-z_\-]+)\.`)
	notBun  = regexp.MustCompile(`[^0-9a-z]+`)
)

const bunMark = "--bun:"

func parseBun(f *file, _ LoadOptions) error {
	f.pair(nil) // says which of the two it is, even if something is wrong with it
	f.version = timeVersion(f.key)
	section := []chunk{}
	from, line := 0, 1
	for l := range lines(f.source) {
		if bunAction.MatchString(l.text) {
			return f.errorAt(l.number, "a template's action, which only bun can fill in", "write the SQL out that bun would run")
		}
		switch said, ok := strings.CutPrefix(l.text, bunMark); {
		case ok && said != "split":
			return f.errorAt(l.number, "bun knows no such directive", "the one that it knows is "+bunMark+"split, on a line of its own")
		case ok:
			section = append(section, chunk{text: f.source[from:l.start], line: line, body: true})
			from, line = l.next, l.number+1
			continue
		}
		if err := f.stray(l); err != nil {
			return err
		}
	}
	section = append(section, chunk{text: f.source[from:], line: line, body: true})
	f.pair(section)
	f.name = strings.TrimSuffix(f.name, ".tx")
	return nil
}
