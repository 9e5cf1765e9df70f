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
	Format     string       // the file format: "plain", "golang-migrate", "goose", "dbmate"
	Sum        string       // checksum of all names and checksums, in order: the identity of the set
	Hints      []string     // what was noticed and does no harm: files left out, a schema file that lies about
}

// LoadOptions say how to read a folder. The zero value is right for most.
type LoadOptions struct {
	// Format is the file format, one of [Formats]; "" recognises it. A set has one
	// format: one in which files of several lie is an error either way.
	Format string
	// Env looks up a variable for files that ask for them (goose's ENVSUB ON), as
	// [os.LookupEnv] does; nil refuses such files.
	Env func(name string) (string, bool)
}

// Load reads the migrations of a folder: the regular files directly in the root
// of fsys whose names begin with digits and end in .sql. Any other file is left
// alone, with a hint where somebody may wonder. It follows a symbolic link only
// to a file within fsys, and only where fsys is an [fs.ReadLinkFS]. Since it reads
// through fsys alone, [os.Root.FS] confines it for certain.
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
	format, err := formatNamed(options.Format)
	if err != nil {
		return nil, err
	}
	problems := &problems{}
	dir, err := readFolder(fsys, limit, problems)
	if err != nil {
		return nil, err
	}
	files := dir.files
	for _, f := range files {
		f.mark()
	}
	if format == nil {
		if format, err = recognise(files); err != nil {
			problems.add("", err)
			return nil, problems.err()
		}
	} else if format.named != nil {
		files = dir.keep(format)
	}
	for _, f := range files {
		problems.add(f.path, f.sections(format, options))
	}
	s := &Set{Format: format.name, Migrations: assemble(files, cutter, problems), Hints: dir.hints.all()}
	if err := problems.err(); err != nil {
		return nil, err
	}
	s.Sum = s.sum()
	return s, nil
}

// keep leaves out the files that the format, which was named and not guessed, has
// no name for: so does the tool whose format it is.
func (d *folder) keep(format *format) []*file {
	return slices.DeleteFunc(slices.Clone(d.files), func(f *file) bool {
		if format.named(f.path) {
			return false
		}
		d.hints.add(f.path + " is left out: it is not named as " + format.name + " names its files")
		return true
	})
}

// assemble makes migrations of files, in the order of their versions.
func assemble(files []*file, cutter Cutter, problems *problems) []*Migration {
	slices.SortStableFunc(files, func(a, b *file) int {
		if c := a.version.Compare(b.version); c != 0 || a.revert == b.revert {
			return c
		}
		if a.revert {
			return 1
		}
		return -1
	})
	var (
		migrations = make([]*Migration, 0, len(files))
		up, down   *file // the last of each
	)
	for _, f := range files {
		before := up
		if f.revert {
			before = down
		}
		if before != nil && before.version.Compare(f.version) == 0 {
			problems.add(f.path, f.errorAt(0, fmt.Sprintf("has the version %s, and so has %s", f.version.Normal(), before.path),
				"a version is the digits that a name begins with, as a number; give one of the files another"))
			continue
		}
		if f.revert {
			down = f
			if up == nil || up.version.Compare(f.version) != 0 {
				problems.add(f.path, f.errorAt(0, "reverts a migration that is not there", "there is no "+upSuffix+" file of this version"))
				continue
			}
			statements, err := f.cut(cutter, f.down)
			problems.add(f.path, err)
			m := migrations[len(migrations)-1]
			m.Down, m.NoTransactionDown = statements, f.noTransactionDown
			continue
		}
		up = f
		migrations = append(migrations, f.migration(cutter, problems))
	}
	return migrations
}

// migration cuts the file's sections.
func (f *file) migration(cutter Cutter, problems *problems) *Migration {
	up, err := f.cut(cutter, f.up)
	problems.add(f.path, err)
	down, err := f.cut(cutter, f.down)
	problems.add(f.path, err)
	return &Migration{
		Version:           f.version,
		Name:              f.name,
		Path:              f.path,
		Statements:        up,
		Down:              down,
		Checksum:          f.checksum,
		Sum:               sumOf(up),
		NoTransaction:     f.noTransaction,
		NoTransactionDown: f.noTransactionDown,
	}
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

// To returns the set up to and including the version. The migrations are shared,
// not copied; Sum is that of the shorter set.
//
// Errors: [ErrNoVersion], with the names of the nearest versions.
func (s *Set) To(v Version) (*Set, error) {
	i, ok := s.search(v)
	if !ok {
		return nil, fmt.Errorf("version %.80q: %w%s", string(v), ErrNoVersion, s.near(i))
	}
	to := *s
	to.Migrations = s.Migrations[: i+1 : i+1]
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
