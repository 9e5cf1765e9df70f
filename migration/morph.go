package migration

import (
	"path"
	"strings"
)

// morph is the format of mattermost/morph: pairs 000001_name.up.sql and
// 000001_name.down.sql. Where no file begins with -- morph:nontransactional,
// nothing tells them from golang-migrate's, and they mean the same.
var morph = &format{
	name:  "morph",
	opens: func(source string) bool { return strings.HasPrefix(source, morphNoTransaction) },
	over:  []string{"golang-migrate"},
	takes: isMorph,
	parse: parseMorph,
	deep:  true,
	pairs: true,
	first: "000001",
	file:  pairOf,
}

// morphNoTransaction are the first bytes of a file that morph runs outside of a
// transaction.
const morphNoTransaction = "-- morph:nontransactional"

// isMorph reports whether a file in the folder or below it is one of a pair. morph
// itself takes the names of other files for mistakes.
func isMorph(name string) bool {
	base := path.Base(name)
	return isPair(base) && isSqlx(base)
}

func parseMorph(f *file, _ LoadOptions) error {
	f.pair(f.whole())
	f.noTransaction = strings.HasPrefix(f.raw, morphNoTransaction)
	f.noTransactionDown = f.noTransaction
	return nil
}
