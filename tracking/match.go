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
	// SameContent: the row's checksum is one of this content.
	SameContent bool
	// Done is how many of the migration's statements have run, from the first on, where
	// it was begun and the content is the same; zero also where that is not told.
	Done int
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
// decides by the strongest agreement that is to be had: by what the tool itself
// knows the migration by, by checksum and version, by checksum alone, by checksum and
// description, by file name with or without extension, and last by version as a number. A
// migration is found by its checksum alone only where that is the SHA-256 of its file.
//
// In a history where one row stands for all versions up to its own, those before
// it are claimed as well, also if the set has no migration of that very version.
func Match(h *History, set *migration.Set) Matched {
	m := newMatcher(h.Runner, set)
	claims := make([]*Claim, len(h.Rows))
	for _, agree := range []func(Row) *migration.Migration{m.byKey, m.exactly, m.byContent, m.byDescription, m.byName, m.byVersion} {
		for i, row := range h.Rows {
			if claims[i] != nil {
				continue
			}
			if found := agree(row); found != nil && !m.claimed[found] {
				m.claimed[found] = true
				claims[i] = m.claim(found, row)
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
		if (h.UpTo || row.UpTo) && row.Version != "" {
			version := row.Version
			if claims[i] != nil {
				version = claims[i].Migration.Version // as the set orders it
			}
			for _, before := range set.Migrations {
				if _, ok := of[before]; !ok && before.Version.Compare(version) < 0 {
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
func (m *matcher) claim(one *migration.Migration, row Row) *Claim {
	c := &Claim{Migration: one, Row: row}
	content := m.runner.compare(one, row)
	c.OtherContent, c.SameContent = content == Other, content == Same
	if row.Begun && c.SameContent {
		c.Done = m.runner.through(one, row)
	}
	keyed := row.Key != "" && row.Key == m.runner.key(one)
	switch {
	case m.describes():
		// Another description of the same content is no other file.
		c.OtherName = !m.runner.names(one, row) && !c.SameContent
	case !keyed:
		c.OtherName = row.Name != "" && !isNamed(one, row.Name)
	}
	c.OtherVersion = !keyed && row.Version != "" && row.Version.Compare(one.Version) != 0
	return c
}

// describes reports whether the names in the rows are no names of files.
func (m *matcher) describes() bool { return m.runner != nil && m.runner.Named != nil }

// compare says what the row's checksum tells of the migration.
func (r *Runner) compare(m *migration.Migration, row Row) Content {
	switch {
	case row.Checksum == "":
		return Untold
	case r != nil && r.Compare != nil:
		return r.Compare(m, row)
	case row.Checksum == m.Checksum:
		return Same
	default:
		return Other
	}
}

// through returns how many of the migration's statements the row says to have run.
func (r *Runner) through(m *migration.Migration, row Row) int {
	if r == nil || r.Through == nil {
		return row.Done
	}
	return r.Through(m, row)
}

// names reports whether what the row has beside its key is what the tool would
// write of the migration.
func (r *Runner) names(m *migration.Migration, row Row) bool {
	return r.Named == nil || row.Name == "" || r.Named(m, row.Name)
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
	runner   *Runner // nil for rows that are nobody's
	set      []*migration.Migration
	key      map[string][]*migration.Migration
	checksum map[string][]*migration.Migration
	name     map[string]*migration.Migration
	version  map[string]*migration.Migration
	rest     map[string][]*migration.Migration // by the name after the version
	claimed  map[*migration.Migration]bool
}

func newMatcher(runner *Runner, set *migration.Set) *matcher {
	m := &matcher{
		runner:   runner,
		set:      set.Migrations,
		key:      map[string][]*migration.Migration{},
		checksum: map[string][]*migration.Migration{},
		name:     map[string]*migration.Migration{},
		version:  map[string]*migration.Migration{},
		rest:     map[string][]*migration.Migration{},
		claimed:  map[*migration.Migration]bool{},
	}
	for _, one := range set.Migrations {
		if key := runner.key(one); key != "" {
			m.key[key] = append(m.key[key], one)
		}
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

// byKey finds the migration that the tool knows by the row's key, if the rest of the
// row agrees.
func (m *matcher) byKey(row Row) *migration.Migration {
	if row.Key == "" {
		return nil
	}
	var best *migration.Migration
	for _, found := range m.key[row.Key] {
		// Of several, the one with the longest path says most.
		if !m.claimed[found] && m.runner.names(found, row) && (best == nil || len(found.Path) > len(best.Path)) {
			best = found
		}
	}
	return best
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

// byDescription finds the one migration with the row's description and, as the tool tells
// it, its content that no row claims yet: it was given another version.
func (m *matcher) byDescription(row Row) *migration.Migration {
	if !m.describes() || row.Name == "" {
		return nil
	}
	var found *migration.Migration
	for _, one := range m.alike(row) {
		switch {
		case m.claimed[one] || m.runner.compare(one, row) != Same:
		case found != nil:
			return nil
		default:
			found = one
		}
	}
	return found
}

// byName finds the migration whose file the row names.
func (m *matcher) byName(row Row) *migration.Migration {
	if m.describes() {
		return nil
	}
	return m.name[row.Name]
}

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
	if same == nil && row.Key != "" {
		same = m.keyed(row)
	}
	if same == nil && row.Name == "" {
		same = m.byVersion(row)
	}
	if same != nil {
		into.Repeated = append(into.Repeated, *m.claim(same, row))
		return
	}
	into.Unknown = append(into.Unknown, Unknown{row, m.like(row)})
}

// keyed finds a migration of the row's key and name, claimed or not.
func (m *matcher) keyed(row Row) *migration.Migration {
	for _, found := range m.key[row.Key] {
		if m.runner.names(found, row) {
			return found
		}
	}
	return nil
}

// like finds the one unclaimed migration with the row's name after the version.
func (m *matcher) like(row Row) *migration.Migration {
	if row.Version == "" || row.Name == "" {
		return nil
	}
	var found *migration.Migration
	for _, one := range m.alike(row) {
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

// alike returns the migrations with the row's name after the version.
func (m *matcher) alike(row Row) []*migration.Migration {
	if m.describes() {
		var all []*migration.Migration
		for _, one := range m.set {
			if m.runner.Named(one, row.Name) {
				all = append(all, one)
			}
		}
		return all
	}
	name, ok := strings.CutPrefix(row.Name, string(row.Version))
	if !ok {
		return nil
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".sql"), ".up")
	return m.rest[strings.TrimLeft(name, "_-.")]
}
