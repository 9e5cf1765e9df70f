package tracking

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmend/dbmend/migration"
)

// A summit is the version that a table of one row has to be at, and what the row
// says now. It is for tools whose one row stands for all versions up to its own.
type summit struct {
	version migration.Version // "" for none
	there   bool              // the row says so already, or is ahead of the set
}

// climb returns where the row has to be when the migrations are applied.
//
// One row cannot say everything: it is an error if a migration before that one is not
// applied, or if the row says that another one was begun.
func (h *History) climb(all, applied []*migration.Migration) (summit, error) {
	done := h.done(all)
	for _, m := range applied {
		done[m.Version.Normal()] = m.Version
	}
	top := highestOf(done)
	for _, row := range h.Rows {
		if row.Version == "" {
			continue
		}
		if _, ok := done[row.Version.Normal()]; row.Begun && !ok {
			return summit{}, h.failed(fmt.Errorf("%s: what was begun there is not among what is recorded now", row.Text))
		}
		if !row.Begun && row.Version.Compare(top) >= 0 {
			return summit{row.Version, true}, nil
		}
	}
	return summit{version: top}, h.gapless(all, done, top)
}

// descend returns where the row has to be when the migrations are not applied any
// more. It is an error if one row cannot say that, or if the row says that a
// migration was begun which is not among them.
func (h *History) descend(all, reverted []*migration.Migration) (summit, error) {
	done := h.done(all)
	begun := false
	taken := false
	for _, row := range h.Rows {
		begun = begun || row.Begun
	}
	for _, m := range reverted {
		_, applied := done[m.Version.Normal()]
		for _, row := range h.Rows {
			// Without a version, it is the step down from the first one.
			if row.Begun && (row.Version == "" && m == all[0] || row.Version != "" && row.Version.Compare(m.Version) == 0) {
				begun, taken = false, true
			}
		}
		taken = taken || applied
		delete(done, m.Version.Normal())
	}
	switch {
	case begun:
		return summit{}, h.failed(fmt.Errorf("%s: what was begun there is not among what is taken back", h.Rows[0].Text))
	case !taken:
		return summit{there: true}, nil
	}
	top := highestOf(done)
	return summit{version: top}, h.gapless(all, done, top)
}

// done returns the versions that the history claims, in their normal form.
func (h *History) done(all []*migration.Migration) map[string]migration.Version {
	done := map[string]migration.Version{}
	for _, c := range Match(h, &migration.Set{Migrations: all}).Applied {
		done[c.Migration.Version.Normal()] = c.Migration.Version
	}
	return done
}

// gapless returns an error if a migration before the version is not done.
func (h *History) gapless(all []*migration.Migration, done map[string]migration.Version, top migration.Version) error {
	for _, m := range all {
		if _, ok := done[m.Version.Normal()]; !ok && m.Version.Compare(top) < 0 {
			return h.failed(fmt.Errorf("its one row cannot say that %s is applied and %s is not", top, m))
		}
	}
	return nil
}

func highestOf(done map[string]migration.Version) migration.Version {
	var top migration.Version
	for _, v := range done {
		if top == "" || v.Compare(top) > 0 {
			top = v
		}
	}
	return top
}

// put makes the table's one row say this version; no row if it is none. What else the row
// has, in columns that the set has added, stays.
func (h *History) put(ctx context.Context, db Database, at migration.Version, columns []string, rest ...any) error {
	if at == "" {
		return remove(ctx, db, h)
	}
	n, err := h.number(at)
	if err != nil {
		return err
	}
	if len(h.Rows) == 1 && h.Rows[0].Version != "" {
		was, err := h.number(h.Rows[0].Version)
		if err != nil {
			return err
		}
		cells := []cell{{columns[0], n}}
		for i, value := range rest {
			cells = append(cells, cell{columns[i+1], value})
		}
		return update(ctx, db, h, cells, []cell{{columns[0], was}})
	}
	if err := remove(ctx, db, h); err != nil {
		return err
	}
	return insert(ctx, db, h, columns, [][]any{append([]any{n}, rest...)})
}

// number returns a version as the number that a column of 64 bits holds.
func (h *History) number(v migration.Version) (int64, error) {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0, h.failed(fmt.Errorf("version %.40q does not fit its column", v))
	}
	return n, nil
}
