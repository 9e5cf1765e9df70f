package migration

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A Draft is a set whose files are read and checksummed, and not yet cut into
// statements. It is what a set is recognised by that was seen before, for a
// fraction of what cutting costs.
type Draft struct {
	set      *Set
	cutter   Cutter
	limit    bounds
	uncut    []uncut
	problems problems
}

// Read reads the files of a folder as [Load] does, and leaves what is wrong with
// single files for [Draft.Cut] to tell.
//
// Errors: those of Load that are about the folder.
func Read(fsys fs.FS, cutter Cutter, options LoadOptions) (*Draft, error) {
	l, err := List(fsys)
	if err != nil {
		return nil, err
	}
	return l.Read(cutter, options)
}

// Read reads the files that are listed, as the function Read does. It is called once.
func (l *Listing) Read(cutter Cutter, options LoadOptions) (*Draft, error) {
	return l.read(cutter, options, defaultBounds)
}

func (l *Listing) read(cutter Cutter, options LoadOptions, limit bounds) (*Draft, error) {
	format, err := formatNamed(options.Format)
	if err != nil {
		return nil, err
	}
	if named, ok := cutter.(interface{ Name() string }); ok && options.Database == "" {
		options.Database = named.Name()
	}
	d := &Draft{cutter: cutter, limit: limit}
	dir := l.folder
	dir.limit, dir.problems = limit, &d.problems
	guessed := format == nil
	if guessed {
		if format, err = dir.recognise(); err != nil {
			d.problems.add("", err)
			return nil, d.problems.err()
		}
	}
	files, err := dir.pick(format, guessed)
	if err != nil {
		return nil, err
	}
	if format.prepare != nil {
		files = format.prepare(dir, files, options)
	}
	d.set = &Set{Format: format.name, Word: dir.word, Ignore: dir.ignored()}
	var parts, baselines []*file
	for _, f := range files {
		d.problems.add(f.path, f.sections(format, options))
		for _, part := range f.parts() {
			dir.hints.add(part.hint)
			switch {
			case part.left || part.version == "": // the latter is a problem already
			case part.baseline:
				baselines = append(baselines, part)
			default:
				parts = append(parts, part)
			}
		}
	}
	d.set.Migrations, d.set.Baselines = d.assemble(parts), d.assemble(baselines)
	for _, path := range dir.code {
		if err := d.put(codeOf(path)); err != nil {
			d.problems.add(path, err)
		}
	}
	dir.hints.add(d.set.standIn())
	d.set.Hints = dir.hints.all()
	return d, nil
}

// Sum returns the Sum that the set will have, up to and including a version, or as
// a whole for "". It is "" where something is wrong already, or no migration has the
// version.
func (d *Draft) Sum(to Version) string {
	if len(d.problems.found) > 0 {
		return ""
	}
	if to == "" {
		return d.whole()
	}
	set, err := d.set.To(to)
	if err != nil {
		return ""
	}
	return set.Sum
}

// whole returns the Sum of all there is, which is worked out once, and is the set's.
func (d *Draft) whole() string {
	if d.set.Sum == "" {
		d.set.Sum = d.set.sum()
	}
	return d.set.Sum
}

// Ignore returns the list beside the migrations of what is to be left alone.
func (d *Draft) Ignore() []Ignore { return d.set.Ignore }

// Cut cuts the files into statements and returns the set. It is called once; files
// are cut side by side.
//
// Errors: all that is wrong with files, as one error, as [Load] returns it.
func (d *Draft) Cut() (*Set, error) { return d.cut(d.uncut, &d.problems) }

// CutBehind cuts the migrations that come behind a version, and leaves the others in the
// set without their statements: for those who know them by their checksums. What is
// wrong with files is told as Cut does, which may follow.
func (d *Draft) CutBehind(v Version) (*Set, error) {
	var behind []uncut
	for i := range d.uncut {
		if d.uncut[i].migration.Version.Compare(v) > 0 {
			behind = append(behind, d.uncut[i])
		}
	}
	found := problems{slices.Clone(d.problems.found), d.problems.more}
	return d.cut(behind, &found)
}

func (d *Draft) cut(list []uncut, found *problems) (*Set, error) {
	var (
		next, count atomic.Int64
		workers     sync.WaitGroup
	)
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(list) && count.Load() <= d.limit.statements; i = int(next.Add(1)) - 1 {
				list[i].cut(d.cutter)
				m := list[i].migration
				count.Add(int64(len(m.Statements) + len(m.Down)))
			}
		})
	}
	workers.Wait()
	if count.Load() > d.limit.statements {
		return nil, fmt.Errorf("cut the migrations: more than %d statements in all", d.limit.statements)
	}
	for i := range list {
		for _, p := range list[i].problems {
			found.add(p.path, p.err)
		}
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	d.whole()
	return d.set, nil
}

// An uncut is a migration with the files that it comes from.
type uncut struct {
	migration *Migration
	up        *file
	down      *file // of its own; nil where there is none
	problems  []problem
}

// cut cuts the files' sections.
func (u *uncut) cut(cutter Cutter) {
	section := func(f *file, section []chunk) []Statement {
		statements, err := f.cut(cutter, section)
		if err != nil {
			u.problems = append(u.problems, problem{f.path, err})
		}
		return statements
	}
	m := u.migration
	m.Statements, m.Down = section(u.up, u.up.up), section(u.up, u.up.down)
	m.Sum = sumOf(m.Statements)
	if u.down != nil {
		m.Down = section(u.down, u.down.down)
	}
}

// assemble makes migrations of files, in the order of their versions.
func (d *Draft) assemble(files []*file) []*Migration {
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
	d.uncut = slices.Grow(d.uncut, len(files))
	for _, f := range files {
		before := up
		if f.revert {
			before = down
		}
		if before != nil && before.version.Compare(f.version) == 0 {
			d.problems.add(f.path, f.errorAt(0, fmt.Sprintf("has the version %s, and so has %s", f.version.Normal(), before.path),
				"a version is the digits that a name begins with, as a number; give one of the files another"))
			continue
		}
		if f.revert {
			down = f
			if up == nil || up.version.Compare(f.version) != 0 {
				d.problems.add(f.path, f.errorAt(0, "reverts a migration that is not there", "there is no file of this version that upgrades"))
				continue
			}
			last := &d.uncut[len(d.uncut)-1]
			last.down, last.migration.NoTransactionDown = f, f.noTransactionDown
			continue
		}
		if up != nil && f.format != nil && f.format.order != nil && f.format.order(up, f) > 0 {
			d.problems.add(f.path, f.errorAt(0, fmt.Sprintf("comes before %s in the order of %s, and after it by its version", up.path, f.format.name),
				"which of them is to run first cannot be told: rename one, so that both orders are the same"))
		}
		up = f
		m := f.migration()
		d.uncut = append(d.uncut, uncut{migration: m, up: f})
		migrations = append(migrations, m)
	}
	return migrations
}

// migration returns the file as a migration, without its statements.
func (f *file) migration() *Migration {
	return &Migration{
		Version:           f.version,
		Name:              f.name,
		Path:              f.path,
		Checksum:          f.checksum,
		NoTransaction:     f.noTransaction,
		NoTransactionDown: f.noTransactionDown,
		Key:               f.key,
		Description:       f.description,
		Rerun:             f.rerun,
		Baseline:          f.baseline,
		Changeset:         f.changeset,
		Made:              f.made,
		source:            source{f.raw, f.text, f.hash},
	}
}
