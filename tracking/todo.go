package tracking

import (
	"fmt"

	"github.com/dbmend/dbmend/migration"
)

// A noted is a migration and the row that the table has of it.
type noted struct {
	*migration.Migration
	row Row
}

// A todo is what there is to write of migrations that are applied from now on.
type todo struct {
	fresh []*migration.Migration // the table has no row of it
	begun []noted                // it says that it was begun
	stale []noted                // it has a checksum of other content; or it is run each time
}

// todo sorts migrations by what the table says of them, each once. It is for tools
// whose rows have keys: what the tool will look for decides, and nothing else that a
// row and a file may have in common.
func (h *History) todo(all, applied []*migration.Migration) (todo, error) {
	var t todo
	rows, seen := h.ours(all)
	for _, m := range applied {
		if seen[m] {
			continue
		}
		seen[m] = true
		if h.Runner.key(m) == "" {
			return todo{}, h.failed(fmt.Errorf("%s has no name for %s, whose file is of another format", h.Runner.Name, m))
		}
		row, ok := rows[m]
		switch {
		case !ok:
			t.fresh = append(t.fresh, m)
		case row.Begun:
			t.begun = append(t.begun, noted{m, row})
		case m.Rerun == migration.Always || h.Runner.compare(m, row) == Other:
			t.stale = append(t.stale, noted{m, row})
		}
	}
	return t, nil
}

// ours returns the rows that the tool itself takes for those of the migrations, and
// which migrations a baseline stands for.
func (h *History) ours(all []*migration.Migration) (rows map[*migration.Migration]Row, covered map[*migration.Migration]bool) {
	rows, covered = map[*migration.Migration]Row{}, map[*migration.Migration]bool{}
	matched := Match(h, &migration.Set{Migrations: all})
	for _, claims := range [][]Claim{matched.Applied, matched.Begun} {
		for _, c := range claims {
			switch {
			case c.Row.UpTo:
				covered[c.Migration] = true
			case h.means(c):
				rows[c.Migration] = c.Row
			}
		}
	}
	return rows, covered
}

// reverting returns the rows of migrations that are reverted, as the table has
// them; those that it has no row of are left out.
//
// It is an error if a baseline stands for one: nothing in the table could say that
// just this one is not applied.
func (h *History) reverting(all, reverted []*migration.Migration) ([]noted, error) {
	wanted := map[*migration.Migration]bool{}
	for _, m := range reverted {
		wanted[m] = true
	}
	matched := Match(h, &migration.Set{Migrations: all})
	var rows []noted
	for _, claims := range [][]Claim{matched.Applied, matched.Begun, matched.Repeated} {
		for _, c := range claims {
			switch {
			case !wanted[c.Migration]:
			case c.Implied || c.Row.UpTo:
				return nil, h.failed(fmt.Errorf("%s cannot be taken back alone: a row stands for others as well (%s)", c.Migration, c.Row.Text))
			case !h.means(c):
			default:
				rows = append(rows, noted{c.Migration, c.Row})
			}
		}
	}
	return rows, nil
}

// means reports whether the tool itself would take the claim's row for the migration's.
func (h *History) means(c Claim) bool {
	if h.Runner.Key == nil {
		return !c.OtherName
	}
	return c.Row.Key == "" || c.Row.Key == h.Runner.key(c.Migration)
}

// inOrder returns the migrations of a list in the order that they have in another.
func inOrder(order, list []*migration.Migration) []*migration.Migration {
	wanted := map[*migration.Migration]bool{}
	for _, m := range list {
		wanted[m] = true
	}
	var sorted []*migration.Migration
	for _, m := range order {
		if wanted[m] {
			delete(wanted, m)
			sorted = append(sorted, m)
		}
	}
	return sorted
}
