package journal

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// Holds reports whether [Recorded] would return entries of these migrations and of no
// others, in any order, each with its version, name and checksum. Where they were
// recorded one after the other, once each, the database says so in one value, for a third
// of what it takes to read them.
//
// Errors: those of Recorded.
func Holds(ctx context.Context, db Database, want []*migration.Migration) (bool, error) {
	if inOrder(ctx, db, want) {
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

// inOrder reports whether the migration entries are of these, one after the other, and
// leaves it to Recorded to tell what is wrong where they are not. Each is four lines, so
// that the right number of both says that no text holds the end of a line.
func inOrder(ctx context.Context, db Database, want []*migration.Migration) bool {
	t := db.Traits()
	if t.Joined == nil {
		return false
	}
	var lines strings.Builder
	for _, w := range want {
		for _, text := range [...]string{"recorded", string(w.Version), w.Name, w.Checksum} {
			lines.WriteString(text)
			lines.WriteByte('\n')
		}
	}
	column := quoter(t)
	said := fmt.Sprintf("CASE WHEN %s IN ('%s', '%s', '%s', '%s', '%s') THEN 'recorded' ELSE '' END",
		column("outcome"), Applied, Present, Healed, Baselined, Adopted)
	for _, name := range [...]string{"version", "name", "checksum"} {
		said += " || '\n' || " + column(name)
	}
	said = fmt.Sprintf("substr(%s, 1, %d) || '\n'", said, 4*(shortText+1))
	query := fmt.Sprintf("SELECT count(*), coalesce(%s, '') FROM (SELECT %s AS said FROM %s AS j WHERE %s = %s AND %s > 0 ORDER BY %[6]s LIMIT %d) AS r",
		t.Joined("said"), said, t.Quote(Table), column("kind"), literal(Migrated), column("entry"), len(want)+1)
	var n int
	var all string
	err := db.QueryRow(ctx, query).Scan(&n, &all)
	return err == nil && n == len(want) && all == lines.String() && strings.Count(all, "\n") == 4*n
}
