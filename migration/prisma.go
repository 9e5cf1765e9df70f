package migration

import (
	"path"
	"strings"
)

// prisma is the format of Prisma Migrate: a folder for each migration with a
// migration.sql in it, and beside the folders a migration_lock.toml. Nothing
// reverts.
var prisma = &format{
	name:      "prisma",
	keeps:     func(path string) bool { return path == "migration_lock.toml" },
	named:     inFolder("migration.sql"),
	takes:     inFolder("migration.sql"),
	parse:     parseFolder,
	order:     byFolder,
	deep:      true,
	timestamp: true,
	file:      folderOf,
}

// byFolder is the order of tools that sort by the names of folders.
func byFolder(a, b *file) int { return strings.Compare(path.Dir(a.path), path.Dir(b.path)) }

// folderOf names the file of a new migration that has a folder of its own.
func folderOf(version, name string) (up, down string) {
	return version + "_" + name + "/migration.sql", ""
}

// parseFolder takes the whole file, and version and name of its folder.
func parseFolder(f *file, _ LoadOptions) error {
	f.key = path.Dir(f.path)
	named := newFile(f.key, nil)
	f.version, f.name, f.up = folderVersion(f.key, string(named.version)), named.name, f.whole()
	if f.version == "" {
		f.version, f.name = Version(f.key), ""
	}
	return f.orders()
}

// folderVersion returns the version of a folder by the digits that its name begins with,
// where whole names are compared as texts: what comes behind a date without a time, as a
// rule "_", comes after every digit, and the date counts as the end of its day.
func folderVersion(name, digits string) Version {
	v := timeVersion(digits)
	if behind := name[len(digits):]; behind != "" && behind[0] > '9' && len(v) == len(timestamp) {
		v = v[:len(digits)] + Version(strings.Repeat("9", len(timestamp)-len(digits)))
	}
	return v
}

// PrismaChecksum returns what Prisma keeps as the checksum of a migration that
// [Load] returned: the SHA-256 of its script, in hexadecimal.
// (schema-engine/connectors/schema-connector/src/checksum.rs)
func PrismaChecksum(m *Migration) string { return checksumOf([]byte(m.source.raw)) }

// IsPrismaChecksum reports whether Prisma takes a checksum for that of the
// migration: it passes over other line ends, and over zeros that an early version
// left out. (the same file, script_matches_checksum)
func IsPrismaChecksum(m *Migration, checksum string) bool {
	for _, script := range []string{
		m.source.raw,
		strings.ReplaceAll(m.source.raw, "\r\n", "\n"),
		strings.ReplaceAll(m.source.raw, "\n", "\r\n"),
	} {
		sum := checksumOf([]byte(script))
		if sum == checksum || len(checksum) != len(sum) && checksum == unpadded(sum) {
			return true
		}
	}
	return false
}

// unpadded returns the hexadecimal of bytes without a zero that begins a byte.
func unpadded(sum string) string {
	var b strings.Builder
	for i := 0; i+1 < len(sum); i += 2 {
		b.WriteString(strings.TrimPrefix(sum[i:i+1], "0") + sum[i+1:i+2])
	}
	return b.String()
}
