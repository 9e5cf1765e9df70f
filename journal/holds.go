package journal

import (
	"context"

	"github.com/dbmend/dbmend/migration"
)

// Holds reports whether [Recorded] would return entries of these migrations and of no
// others, in any order, each with its version, name and checksum. Where they were
// recorded one after the other, once each, the [Roll] says so.
//
// Errors: those of Recorded.
func Holds(ctx context.Context, db Database, want []*migration.Migration) (bool, error) {
	if roll, err := CallRoll(ctx, db, len(want)); err == nil && roll.Lists(want) {
		return true, nil
	}
	entries, err := Recorded(ctx, db)
	if err != nil || len(entries) != len(want) {
		return false, err
	}
	recorded := make(map[string]Entry, len(entries))
	for _, e := range entries {
		recorded[e.Version.Normal()] = e
	}
	for _, w := range want {
		if e, ok := recorded[w.Version.Normal()]; !ok || e.Name != w.Name || e.Checksum != w.Checksum {
			return false, nil
		}
	}
	return true, nil
}
