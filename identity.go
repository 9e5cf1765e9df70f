package dbmend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// identify puts the identity of a set together: that of its files, of what goes with
// them, and of the ignore list, which in another order, or with other comments, is the
// same.
func (m *Migrator) identify(sum string, beside []migration.Ignore) error {
	more, err := migration.ParseIgnore("Ignore", strings.Join(m.ignore, "\n"))
	if err != nil {
		return fmt.Errorf("read the ignore list: %w", err)
	}
	m.ignored = slices.Concat(beside, more)
	m.sum = m.identity(sum)
	return nil
}

// identity returns what files with this Sum have for an identity, or would have.
func (m *Migrator) identity(sum string) string {
	sum = m.with(sum)
	if len(m.ignored) == 0 {
		return sum
	}
	names := make([]string, len(m.ignored))
	for i, line := range m.ignored {
		names[i] = line.Text
	}
	slices.Sort(names)
	return sumWith(sum, "\n"+strings.Join(slices.Compact(names), "\n"))
}

// sumTo returns the Sum of the files up to a version; "" where there is none such.
func (m *Migrator) sumTo(v migration.Version) string {
	set, err := m.set.To(v)
	if err != nil {
		return ""
	}
	return set.Sum
}

// with returns the identity of files together with that of what is put into them or
// leaves some of them out, and of the scripts that go with them.
func (m *Migrator) with(sum string) string {
	for i, values := range []map[string]string{m.load.Placeholders, m.asked} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			sum = sumWith(sum, fmt.Sprintf(" value %d %q %q", i, name, values[name]))
		}
	}
	if f := m.load.Filter; f != nil {
		sum = sumWith(sum, fmt.Sprintf(" filter %q %q", f.Contexts, f.Labels))
	}
	if m.load.Database != "" {
		sum = sumWith(sum, fmt.Sprintf(" for %q", m.load.Database))
	}
	for i, s := range []*script{m.base, m.schema} {
		if s != nil {
			sum = sumWith(sum, fmt.Sprintf(" %d %d %s", i, len(s.source), s.source))
		}
	}
	return sum
}

// goesWith returns the identity of what goes with the files, whatever these are.
func (m *Migrator) goesWith() string { return sumWith(m.with(""), "") }

func sumWith(sum, what string) string {
	whole := sha256.Sum256([]byte(sum + what))
	return hex.EncodeToString(whole[:])
}

// noteVariables notes which variables the files ask for: with other values, they are
// other files.
func (m *Migrator) noteVariables() {
	lookup := m.load.Env
	if lookup == nil {
		return
	}
	m.asked = map[string]string{}
	m.load.Env = func(name string) (string, bool) {
		value, ok := lookup(name)
		m.asked[name] = fmt.Sprint(ok, value)
		return value, ok
	}
}
