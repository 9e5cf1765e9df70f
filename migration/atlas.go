package migration

import (
	"regexp"
	"strings"
)

// atlas is the format of Atlas: VERSION_name.sql, in the order of the names, and
// beside them atlas.sum, which has a hash for each. The text ahead of the first
// blank line may direct Atlas, if it is comments and nothing else. Nothing reverts.
//
// Files of other tools may have an atlas.sum as well: they stay that tool's.
var atlas = &format{
	name:      "atlas",
	marks:     prefix("atlas:txmode", "atlas:delimiter", "atlas:checkpoint"),
	keeps:     func(path string) bool { return path == atlasSum },
	faint:     true,
	takes:     isFlatSQL,
	prepare:   prepareAtlas,
	parse:     parseAtlas,
	order:     byName,
	timestamp: true,
}

var (
	// atlasDirective is how Atlas recognises a directive in a line.
	atlasDirective = regexp.MustCompile(`^([ -~]*)atlas:(\w+)(?: +(.+))*`)
	atlasUnescape  = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t")
)

func parseAtlas(f *file, options LoadOptions) error {
	version, rest, _ := strings.Cut(strings.TrimSuffix(f.base(), ".sql"), "_")
	f.version, f.key, f.name, f.description = timeVersion(version), version, rest, rest
	if err := f.orders(); err != nil {
		return err
	}
	delimiter := semicolon
	head, mode := atlasHead(f.source), ""
	for l := range lines(f.source) {
		said := atlasDirective.FindStringSubmatch(l.text)
		if said == nil || !l.isIdle() && !strings.HasPrefix(l.text, "#") {
			continue
		}
		value, name := strings.TrimSpace(said[3]), said[2]
		about := l.number <= head && (name == "txmode" || name == "checkpoint") // whatever is ahead of it
		if !about && strings.Trim(said[1], "-#/* ") != "" {
			continue
		}
		switch {
		case name == "nolint", name == "lint", name == "sum": // of which prepare takes care, or nobody
		case name == "delimiter" && l.number == 1 && said[1] == "-- " && value != "":
			delimiter = atlasUnescape.Replace(value)
		case name == "delimiter":
			return f.errorAt(l.number, "Atlas reads atlas:delimiter only in the first line, and with a value", "")
		case name != "txmode" && name != "checkpoint":
			return f.errorAt(l.number, "the directive atlas:"+name+", which is not followed here", "")
		case l.number > head:
			return f.errorAt(l.number, "Atlas reads atlas:"+name+" only at the head of the file, with a blank line below", "")
		case name == "checkpoint":
			f.baseline = true
		case mode != "":
			return f.errorAt(l.number, "a second atlas:txmode", "")
		case value != "none" && value != "file":
			return f.errorAt(l.number, "Atlas knows no such atlas:txmode in a file", "it knows none and file")
		default:
			mode = value
		}
	}
	f.noTransaction = mode == "none"
	f.up = splitter{delimiter: delimiter, commands: true, mysql: isMySQL(options.Database)}.split(f.source, 1)
	f.text = options.Database // which decides how Atlas cuts
	return nil
}

// atlasHead returns the last line of the comments that are about the whole file:
// those that begin it and have a blank line, or nothing, below them.
func atlasHead(source string) int {
	last := 0
	for l := range lines(source) {
		switch {
		case strings.HasPrefix(l.text, "--"), strings.HasPrefix(l.text, "#"):
			last = l.number
		case strings.TrimSpace(l.text) == "":
			return last
		default:
			return 0
		}
	}
	return last
}

// AtlasHash returns what Atlas keeps as the hash of a migration that [Load]
// returned: that of atlas.sum, without "h1:", of the names and contents of all files
// up to it. It is empty for a migration of another format, and for one that
// atlas.sum is told to ignore. (sql/migrate/dir.go, NewHashFile)
func AtlasHash(m *Migration) string { return m.source.hash }
