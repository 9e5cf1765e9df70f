package migration

import "strings"

// golangMigrate is the format of golang-migrate: 001_name.up.sql upgrades, and
// 001_name.down.sql, which may be missing, reverts it. There is nothing to read
// in the files themselves.
var golangMigrate = &format{
	name:  "golang-migrate",
	pairs: true,
	named: func(name string) bool {
		return strings.HasSuffix(name, upSuffix) || strings.HasSuffix(name, downSuffix)
	},
	parse: parseGolangMigrate,
}

const (
	upSuffix   = ".up.sql"
	downSuffix = ".down.sql"
)

func parseGolangMigrate(f *file, _ LoadOptions) error {
	whole := []chunk{{text: f.source, line: 1}}
	switch {
	case strings.HasSuffix(f.path, upSuffix):
		f.name, f.up = trimDirection(f.name, "up"), whole
	case strings.HasSuffix(f.path, downSuffix):
		f.name, f.down, f.revert = trimDirection(f.name, "down"), whole, true
	default:
		return f.errorAt(0, "is named neither .up.sql nor .down.sql, as golang-migrate names its files",
			"rename it; or name the set's format with --format")
	}
	return nil
}

// trimDirection takes the direction off a name: "add_orders.up", or just "up"
// where the file is 001.up.sql.
func trimDirection(name, direction string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, direction), ".")
}
