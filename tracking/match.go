package tracking

import (
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// Matched is what a history says of the migrations of a set.
type Matched struct {
	Applied  []Claim   // one for each migration that is claimed as applied, in the order of the set
	Begun    []Claim   // what was begun and not finished: neither applied nor not
	Unknown  []Unknown // rows that no migration of the set answers to, in the order of the table
	Repeated []Claim   // rows beyond the first that say the same of a migration
}

// A Claim is a row that speaks of a migration.
type Claim struct {
	Migration *migration.Migration
	Row       Row
	// Implied: the row speaks of a later version and stands for this one as well.
	Implied bool
	// The row agrees with the migration in something and in this not. Whether that
	// is an edited file, a renumbered one or two files that met by accident is for
	// the caller to judge.
	OtherName    bool // it names another file of this version
	OtherVersion bool // it has this content under another version
	OtherContent bool // it has another checksum
}

// An Unknown is a row without a migration.
type Unknown struct {
	Row Row
	// Like is the one migration of the set that has the row's name after another
	// version and that no row claims: perhaps the same file, renumbered. It is nil
	// where there is none, or more than one.
	Like *migration.Migration
}

// Match says which migrations of the set the history speaks of. It is pure, and
// decides by the strongest agreement that is to be had: by checksum and version,
// by checksum alone, by file name with or without extension, and last by version
// as a number. Only checksums that a [migration.Migration] has too are compared:
// those of other tools' own making agree with none.
//
// In a history where one row stands for all versions up to its own, those before
// it are claimed as well, also if the set has no migration of that very version.
func Match(h *History, set *migration.Set) Matched {
	m := newMatcher(set)
	claims := make([]*Claim, len(h.Rows))
	for _, agree := range []func(Row) *migration.Migration{m.exactly, m.byContent, m.byName, m.byVersion} {
		for i, row := range h.Rows {
			if claims[i] != nil {
				continue
			}
			if found := agree(row); found != nil && !m.claimed[found] {
				m.claimed[found] = true
				claims[i] = claim(found, row)
			}
		}
	}
	var matched Matched
	of := map[*migration.Migration]Claim{}
	for i, row := range h.Rows {
		if c := claims[i]; c != nil {
			of[c.Migration] = *c
		} else {
			m.leftover(row, &matched)
		}
		if h.UpTo && row.Version != "" {
			for _, before := range set.Migrations {
				if _, ok := of[before]; !ok && before.Version.Compare(row.Version) < 0 {
					of[before] = Claim{Migration: before, Row: row, Implied: true}
				}
			}
		}
	}
	for _, one := range set.Migrations {
		c, ok := of[one]
		switch {
		case ok && c.Row.Begun && !c.Implied:
			matched.Begun = append(matched.Begun, c)
		case ok:
			matched.Applied = append(matched.Applied, c)
		}
	}
	return matched
}

// claim says how far the row agrees with the migration.
func claim(m *migration.Migration, row Row) *Claim {
	return &Claim{
		Migration:    m,
		Row:          row,
		OtherName:    row.Name != "" && !isNamed(m, row.Name),
		OtherVersion: row.Version != "" && row.Version.Compare(m.Version) != 0,
		OtherContent: row.Checksum != "" && row.Checksum != m.Checksum,
	}
}

// isNamed reports whether the name is one of the migration's file.
func isNamed(m *migration.Migration, name string) bool {
	for _, spelled := range spellings(m) {
		if spelled == name {
			return true
		}
	}
	return false
}

// A matcher finds migrations by what rows say.
type matcher struct {
	checksum map[string][]*migration.Migration
	name     map[string]*migration.Migration
	version  map[string]*migration.Migration
	rest     map[string][]*migration.Migration // by the name after the version
	claimed  map[*migration.Migration]bool
}

func newMatcher(set *migration.Set) *matcher {
	m := &matcher{
		checksum: map[string][]*migration.Migration{},
		name:     map[string]*migration.Migration{},
		version:  map[string]*migration.Migration{},
		rest:     map[string][]*migration.Migration{},
		claimed:  map[*migration.Migration]bool{},
	}
	for _, one := range set.Migrations {
		if one.Checksum != "" {
			m.checksum[one.Checksum] = append(m.checksum[one.Checksum], one)
		}
		for _, name := range spellings(one) {
			m.name[name] = one
		}
		m.version[one.Version.Normal()] = one
		if one.Name != "" {
			m.rest[one.Name] = append(m.rest[one.Name], one)
		}
	}
	return m
}

// exactly finds the migration with the row's content and version.
func (m *matcher) exactly(row Row) *migration.Migration {
	found := m.byVersion(row)
	if row.Checksum == "" || found == nil || found.Checksum != row.Checksum {
		return nil
	}
	return found
}

// byContent finds a migration with the row's content that no row claims yet.
func (m *matcher) byContent(row Row) *migration.Migration {
	for _, found := range m.checksum[row.Checksum] {
		if !m.claimed[found] {
			return found
		}
	}
	return nil
}

func (m *matcher) byName(row Row) *migration.Migration { return m.name[row.Name] }

func (m *matcher) byVersion(row Row) *migration.Migration {
	if row.Version == "" {
		return nil
	}
	return m.version[row.Version.Normal()]
}

// leftover files a row that claims no migration: it repeats another one's claim,
// or nothing in the set answers to it.
func (m *matcher) leftover(row Row, into *Matched) {
	same := m.byName(row)
	if same == nil && row.Name == "" {
		same = m.byVersion(row)
	}
	if same != nil {
		into.Repeated = append(into.Repeated, *claim(same, row))
		return
	}
	into.Unknown = append(into.Unknown, Unknown{row, m.like(row)})
}

// like finds the one unclaimed migration with the row's name after the version.
func (m *matcher) like(row Row) *migration.Migration {
	name, ok := strings.CutPrefix(row.Name, string(row.Version))
	if !ok || row.Version == "" {
		return nil
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".sql"), ".up")
	var found *migration.Migration
	for _, one := range m.rest[strings.TrimLeft(name, "_-.")] {
		if m.claimed[one] {
			continue
		}
		if found != nil {
			return nil
		}
		found = one
	}
	return found
}
