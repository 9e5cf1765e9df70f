package migration

import (
	"regexp"
	"strings"
)

// golangMigrate is the format of golang-migrate: 001_name.up.sql upgrades, and
// 001_name.down.sql, which may be missing, reverts it. There is nothing to read
// in the files themselves.
//
// golang-migrate looks for a number, an underscore, and .up. or .down. with anything
// behind it. A name without underscore, which it passes over, is what runners of
// their own have.
var golangMigrate = &format{
	name:  "golang-migrate",
	pairs: true,
	named: isPair,
	over:  []string{"atlas"},
	takes: func(path string) bool {
		return golangMigrateName.MatchString(path) || isNumbered(path) && isPair(path)
	},
	parse: parseGolangMigrate,
	file:  pairOf,
}

// golangMigrateName is how golang-migrate reads a name. (source/parse.go)
var golangMigrateName = regexp.MustCompile(`\A[0-9]+_([^/]*)\.(down|up)\.[^/]*\z`)

const (
	upSuffix   = ".up.sql"
	downSuffix = ".down.sql"
)

func parseGolangMigrate(f *file, _ LoadOptions) error {
	said := golangMigrateName.FindStringSubmatch(f.path)
	if said == nil {
		f.pair(f.whole())
		return nil
	}
	f.name, f.revert = said[1], said[2] == "down"
	if f.revert {
		f.down = f.whole()
	} else {
		f.up = f.whole()
	}
	return nil
}

// pair makes a section what upgrades or what reverts, as the name of its file
// says, and reports whether the name says either.
func (f *file) pair(section []chunk) bool {
	switch {
	case strings.HasSuffix(f.path, upSuffix):
		f.name, f.up = trimDirection(f.name, "up"), section
	case strings.HasSuffix(f.path, downSuffix):
		f.name, f.down, f.revert = trimDirection(f.name, "down"), section, true
	default:
		return false
	}
	return true
}

// isPair reports whether a file is named as one of a pair.
func isPair(name string) bool {
	return strings.HasSuffix(name, upSuffix) || strings.HasSuffix(name, downSuffix)
}

// pairOf names the files of a new pair.
func pairOf(version, name string) (up, down string) {
	base := version + "_" + name
	return base + upSuffix, base + downSuffix
}

// trimDirection takes the direction off a name: "add_orders.up", or just "up"
// where the file is 001.up.sql.
func trimDirection(name, direction string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, direction), ".")
}
