package migration

import (
	"crypto/sha512"
	"strings"
)

// sqlx is the format of sqlx, the library for Rust: 1_name.sql, or a pair
// 1_name.up.sql and 1_name.down.sql. Where a file does not begin with
// -- no-transaction, nothing tells it from a plain one, or from one of
// golang-migrate's, and it means the same.
var sqlx = &format{
	name:      "sqlx",
	opens:     func(source string) bool { return strings.HasPrefix(source, sqlxNoTransaction) },
	over:      []string{"golang-migrate"},
	takes:     isSqlx,
	parse:     parseSqlx,
	pairs:     true,
	timestamp: true,
}

// sqlxNoTransaction are the first bytes of a file that sqlx runs outside of a
// transaction; what is behind them on the line does not matter to it.
const sqlxNoTransaction = "-- no-transaction"

// isSqlx reports whether a name has a number, an underscore, and .sql at its end.
func isSqlx(path string) bool {
	version, _, found := strings.Cut(path, "_")
	return found && isNumbered(path) && strings.Trim(version, "0123456789") == ""
}

func parseSqlx(f *file, _ LoadOptions) error {
	if !f.pair(f.whole()) {
		f.up = f.whole()
	}
	f.noTransaction = strings.HasPrefix(f.raw, sqlxNoTransaction)
	f.noTransactionDown = f.noTransaction
	_, rest, _ := strings.Cut(f.base(), "_")
	for _, suffix := range []string{upSuffix, downSuffix, ".sql"} {
		if s, ok := strings.CutSuffix(rest, suffix); ok {
			f.description = strings.ReplaceAll(s, "_", " ")
			break
		}
	}
	return nil
}

// SqlxChecksum returns what sqlx keeps as the checksum of a migration that [Load]
// returned: the SHA-384 of the bytes of its file, of a pair of the one that
// upgrades. (sqlx-core/src/migrate/migration.rs, checksum)
func SqlxChecksum(m *Migration) [sha512.Size384]byte {
	return sha512.Sum384([]byte(m.source.raw))
}
