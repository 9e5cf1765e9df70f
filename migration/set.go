package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// ErrNoVersion: a version is asked for that the set does not have.
var ErrNoVersion = errors.New("no migration has this version")

// A Set is the ordered migrations of one directory.
type Set struct {
	Migrations []*Migration // in the order of their versions; no version twice
	Format     string       // the file format, one of [Formats]
	Word       string       // what stands ahead of the version in the names of plain files: "update" of update0001.sql; mostly ""
	Sum        string       // checksum of all names and checksums, in order: the identity of the set
	Hints      []string     // what was noticed and does no harm: files left out, a schema file that lies about

	// Baselines are migrations that make what all those up to and with their version
	// make, for databases that have none of them: the B files of Flyway, the
	// checkpoints of Atlas. They are in the order of their versions. One that nothing
	// in the set comes before is the set's first migration instead.
	Baselines []*Migration

	// Ignore is the list beside the migrations of what is to be left alone. It is no
	// part of Sum.
	Ignore []Ignore
}

// LoadOptions say how to read a folder. The zero value is right for most.
type LoadOptions struct {
	// Format is the file format, one of [Formats]; "" recognises it. A set has one
	// format: one in which files of several lie is an error either way.
	Format string
	// Env looks up a variable for files that ask for them (goose's ENVSUB ON), as
	// [os.LookupEnv] does; nil refuses such files.
	Env func(name string) (string, bool)
	// Placeholders are the values that Flyway puts in for ${name}, and Liquibase for
	// its parameters. Those that the tool knows by itself have names of their own:
	// "flyway:defaultSchema".
	Placeholders map[string]string
	// Filter chooses among the changesets of Liquibase that name contexts or
	// labels; nil refuses a set with such changesets, since the other tool may have
	// been told to leave some out.
	Filter *Filter
	// Database is the database's name in Liquibase, for changesets that are meant for
	// some databases only: "postgresql", "mariadb". "" asks the cutter for its name.
	Database string
}

// Load reads the migrations of a folder. In most formats those are the regular
// files directly in the root of fsys whose names begin with digits and end in
// .sql. Any other file is left alone, with a hint where somebody may wonder. It
// follows a symbolic link only to a file within fsys, and only where fsys is an
// [fs.ReadLinkFS]. Since it reads through fsys alone, [os.Root.FS] confines it for
// certain.
//
// An empty folder gives an empty set. A file without statements is a migration
// that does nothing. The formats are described in docs/formats/files.md.
//
// Errors: all that is wrong with files is in one error, joined, in which
// [SyntaxError] values name file and line; [fs.ErrNotExist] if there is no such
// folder.
func Load(fsys fs.FS, cutter Cutter, options LoadOptions) (*Set, error) {
	return load(fsys, cutter, options, defaultBounds)
}

func load(fsys fs.FS, cutter Cutter, options LoadOptions, limit bounds) (*Set, error) {
	l, err := List(fsys)
	if err != nil {
		return nil, err
	}
	d, err := l.read(cutter, options, limit)
	if err != nil {
		return nil, err
	}
	return d.Cut()
}

// standIn makes the newest baseline that no migration comes before the first
// migration of the set. It returns a hint where there are migrations that a
// baseline makes unnecessary only elsewhere.
func (s *Set) standIn() string {
	for i := len(s.Baselines) - 1; i >= 0; i-- {
		b := s.Baselines[i]
		if len(s.Migrations) > 0 && s.Migrations[0].Version.Compare(b.Version) <= 0 {
			continue
		}
		s.Migrations = slices.Insert(s.Migrations, 0, b)
		s.Baselines = slices.Delete(s.Baselines, i, i+1)
		break
	}
	if len(s.Baselines) == 0 {
		return ""
	}
	return s.Baselines[len(s.Baselines)-1].Path + " is run on an empty database alone: it stands for migrations that are here"
}

// Find returns the migration of this version, or nil.
func (s *Set) Find(v Version) *Migration {
	if i, ok := s.search(v); ok {
		return s.Migrations[i]
	}
	return nil
}

// search returns where the version is, or where it would be.
func (s *Set) search(v Version) (int, bool) {
	return slices.BinarySearchFunc(s.Migrations, v, func(m *Migration, v Version) int { return m.Version.Compare(v) })
}

// To returns the set up to and including the version, and with the repeatable
// migrations of Flyway's, which have none. The migrations are shared, not copied; Sum is that of the shorter set.
//
// Errors: [ErrNoVersion], with the names of the nearest versions.
func (s *Set) To(v Version) (*Set, error) {
	i, ok := s.search(v)
	if !ok {
		return nil, fmt.Errorf("version %.80q: %w%s", string(v), ErrNoVersion, s.near(i))
	}
	to := *s
	to.Migrations = s.Migrations[: i+1 : i+1]
	for _, m := range s.Migrations[i+1:] {
		if m.Rerun != Never && m.Version.rank() == ofName {
			to.Migrations = append(to.Migrations, m) // it has no version that could be later
		}
	}
	to.Baselines = slices.DeleteFunc(slices.Clone(s.Baselines), func(b *Migration) bool { return b.Version.Compare(v) > 0 })
	to.Sum = to.sum()
	return &to, nil
}

// near names the neighbours of a place between two migrations.
func (s *Set) near(i int) string {
	switch {
	case len(s.Migrations) == 0:
		return ": the set is empty"
	case i == 0:
		return "; the first is " + s.Migrations[0].ID()
	case i == len(s.Migrations):
		return "; the last is " + s.Migrations[i-1].ID()
	default:
		return "; the nearest are " + s.Migrations[i-1].ID() + " and " + s.Migrations[i].ID()
	}
}
