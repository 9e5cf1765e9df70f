package check

import (
	"fmt"
	"math/big"
	"path"

	"github.com/dbmend/dbmend/migration"
)

// Gaps finds numbers that are left out. Only sets that count one by one have any:
// in others, those that are numbered by the time or in tens, a step says nothing.
func Gaps(set *migration.Set, folder string) []Finding {
	one := big.NewInt(1)
	var found []Finding
	steps, ones := 0, 0
	for i := 1; i < len(set.Migrations); i++ {
		before, after := set.Migrations[i-1], set.Migrations[i]
		a, okA := new(big.Int).SetString(before.Version.Normal(), 10)
		b, okB := new(big.Int).SetString(after.Version.Normal(), 10)
		if !okA || !okB {
			continue
		}
		steps++
		step := new(big.Int).Sub(b, a)
		if step.Cmp(one) == 0 {
			ones++
			continue
		}
		first, last := new(big.Int).Add(a, one), new(big.Int).Sub(b, one)
		missing := "number " + first.String() + " is"
		if first.Cmp(last) != 0 {
			missing = "numbers " + first.String() + " to " + last.String() + " are"
		}
		found = append(found, Gap.at(Place{path.Join(folder, after.Path), 1},
			fmt.Sprintf("%s left out between %s and %s", missing, before.ID(), after.ID())))
	}
	if ones*2 <= steps {
		return nil
	}
	return found
}

// Released compares a set with the one that a release shipped: what is released
// must be there as it was. Files that are meant to be run again when they change
// may change, and what a baseline of the set stands in for may go.
func Released(release string, then, now *migration.Set, folder string) []Finding {
	var found []Finding
	add := func(rule Rule, place Place, hint, format string, args ...any) {
		f := rule.at(place, fmt.Sprintf(format, args...))
		f.Hint, f.Releases = hint, []string{release}
		found = append(found, f)
	}
	for _, old := range then.Migrations {
		m := now.Find(old.Version)
		if m == nil {
			if !standsIn(now, old) {
				add(Removed, Place{path.Join(folder, old.Path), 0}, "put it back; what it did is undone by a new migration", "%s was released and is gone", old.ID())
			}
			continue
		}
		at := Place{path.Join(folder, m.Path), 1}
		switch {
		case old.Rerun != migration.Never || m.Baseline && !old.Baseline:
		case m.Sum != old.Sum && m.Path != old.Path:
			add(Edited, at, "give the new file a version of its own", "version %s was released as %s, and is %s now", old.Version, old.Path, m.Path)
		case m.Sum != old.Sum:
			at.Line = changed(old, m)
			add(Edited, at, "put it back as it was released, and make the change in a new migration", "%s was released with other statements", m.ID())
		case m.Path != old.Path:
			add(Renamed, at, "give it the name back under which it was released", "%s was released as %s", m.Path, old.Path)
		case m.Checksum != old.Checksum:
			add(Reformatted, at, "", "%s has other bytes than when it was released, and means the same", m.ID())
		}
	}
	return found
}

// standsIn reports whether a baseline makes what a migration made.
func standsIn(set *migration.Set, old *migration.Migration) bool {
	for _, m := range set.Migrations[:min(1, len(set.Migrations))] {
		return m.Baseline && old.Version.Compare(m.Version) <= 0
	}
	return false
}

// changed returns the line of the first statement that is another one than it was.
func changed(old, now *migration.Migration) int {
	for i := range now.Statements {
		if i >= len(old.Statements) || old.Statements[i].Sum != now.Statements[i].Sum {
			return now.Statements[i].Line
		}
	}
	return 1
}

// Pending returns the migrations that a release did not have, in their order; of
// those that are to be run again, the ones that have changed are among them.
func Pending(then, now *migration.Set) []*migration.Migration {
	var pending []*migration.Migration
	for _, m := range now.Migrations {
		old := then.Find(m.Version)
		if old == nil || m.Rerun != migration.Never && m.Sum != old.Sum {
			pending = append(pending, m)
		}
	}
	return pending
}

// Order finds new migrations that come before one that is released.
func Order(release string, then, now *migration.Set, folder string) []Finding {
	if len(then.Migrations) == 0 {
		return nil
	}
	last := then.Migrations[len(then.Migrations)-1]
	var found []Finding
	for _, m := range Pending(then, now) {
		if m.Rerun != migration.Never || m.Baseline || m.Version.Compare(last.Version) > 0 {
			continue
		}
		f := OutOfOrder.at(Place{path.Join(folder, m.Path), 1}, fmt.Sprintf("%s is new and comes before %s, which is released", m.ID(), last.ID()))
		f.Hint = "give it a version behind " + string(last.Version)
		f.Releases = []string{release}
		found = append(found, f)
	}
	return found
}

// at makes a finding of the rule.
func (r Rule) at(place Place, text string) Finding {
	return Finding{Rule: r, Severity: r.Severity(), Place: place, Text: text}
}
