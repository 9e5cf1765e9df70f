package migration

import "strings"

// golangMigrate is the format of golang-migrate: 001_name.up.sql upgrades, and
// 001_name.down.sql, which may be missing, reverts it. There is nothing to read
// in the files themselves.
var golangMigrate = &format{
	name:  "golang-migrate",
	pairs: true,
	named: isPair,
	over:  []string{"atlas"},
	parse: parseGolangMigrate,
	file:  pairOf,
}

const (
	upSuffix   = ".up.sql"
	downSuffix = ".down.sql"
)

func parseGolangMigrate(f *file, _ LoadOptions) error {
	if !f.pair(f.whole()) {
		return f.errorAt(0, "is named neither .up.sql nor .down.sql, as golang-migrate names its files",
			"rename it; or name the set's format with --format")
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
