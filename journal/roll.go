package journal

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// A Roll is the journal's migration entries, oldest first, as one text: for each four
// lines, of whether it records the migration, its version, name and checksum. To have
// them so takes a third of what it takes to read them. The zero value lists nothing, and
// not even no migrations.
type Roll struct {
	entries int
	lines   string
	read    bool
}

// CallRoll reads the roll, and no more of it than the first entries, of which there may
// be most and one: a journal that has more is of other migrations.
//
// Errors: what the engine says, wrapped. It is not told what is wrong with a table of
// another form, which [Recorded] tells.
func CallRoll(ctx context.Context, db Database, most int) (Roll, error) {
	t := db.Traits()
	if t.Joined == nil {
		return Roll{}, nil
	}
	column := quoter(t)
	said := fmt.Sprintf("CASE WHEN %s IN ('%s', '%s', '%s', '%s', '%s') THEN 'recorded' ELSE '' END",
		column("outcome"), Applied, Present, Healed, Baselined, Adopted)
	for _, name := range [...]string{"version", "name", "checksum"} {
		said += " || '\n' || " + column(name)
	}
	said = fmt.Sprintf("substr(%s, 1, %d) || '\n'", said, 4*(shortText+1))
	query := fmt.Sprintf("SELECT count(*), coalesce(%s, '') FROM (SELECT %s AS said FROM %s AS j WHERE %s = %s AND %s > 0 ORDER BY %[6]s LIMIT %d) AS r",
		t.Joined("said"), said, t.Quote(Table), column("kind"), literal(Migrated), column("entry"), most+1)
	r := Roll{read: true}
	if err := db.QueryRow(ctx, query).Scan(&r.entries, &r.lines); err != nil {
		return Roll{}, fmt.Errorf("read %s: %w", Table, err)
	}
	return r, nil
}

// Lists reports whether the roll is of these migrations, one after the other, and of no
// others. Where it is not, [Recorded] may still return just those.
func (r Roll) Lists(want []*migration.Migration) bool {
	// As many lines as there should be say that no text has the end of one in it.
	if !r.read || r.entries != len(want) || strings.Count(r.lines, "\n") != 4*r.entries {
		return false
	}
	rest := r.lines
	for _, w := range want {
		for _, text := range [...]string{"recorded", string(w.Version), w.Name, w.Checksum} {
			var same bool
			if rest, same = strings.CutPrefix(rest, text); !same || !strings.HasPrefix(rest, "\n") {
				return false
			}
			rest = rest[1:]
		}
	}
	return rest == ""
}
