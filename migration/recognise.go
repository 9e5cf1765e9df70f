package migration

import (
	"fmt"
	"slices"
	"strings"
)

// A mark is a place in a file that speaks for a format.
type mark struct {
	format *format
	line   int // zero for the file's name
}

// mark notes, once for each format, what in the file speaks for it.
func (f *file) mark() {
	for _, format := range formats {
		if format.named != nil && format.named(f.path) {
			f.marks = append(f.marks, mark{format, 0})
		}
		if format.opens != nil && format.opens(f.source) {
			f.marks = append(f.marks, mark{format, 1})
		}
	}
	for at, comment := range comments(f.source) {
		for _, format := range formats {
			if format.marks != nil && format.marks(comment) && !f.says(format) {
				f.marks = append(f.marks, mark{format, f.lineOf(at)})
			}
		}
	}
}

// marked returns what speaks for the format, or nil.
func (f *file) marked(format *format) *mark {
	for i := range f.marks {
		if f.marks[i].format == format {
			return &f.marks[i]
		}
	}
	return nil
}

// says reports whether something in the file, and not only its name, speaks for
// the format.
func (f *file) says(format *format) bool {
	return slices.ContainsFunc(f.marks, func(m mark) bool { return m.format == format && m.line > 0 })
}

// evidence is what speaks for a format in a folder.
type evidence struct {
	mark
	file *file // where, which may have been read in part or not at all
	name bool  // it is only the name of the file
}

// maxHeads is how many files are looked into that are no migrations by their
// names in most formats.
const maxHeads = 1000

// recognise returns the one format that something in the folder speaks for, and
// plain where nothing speaks for any. What lies in folders counts only where no
// SQL lies beside them.
func (d *folder) recognise() (*format, error) {
	var (
		found []evidence
		heads int
		flat  = slices.ContainsFunc(d.entries, func(e entry) bool { return isFlatSQL(e.path) && !e.IsDir() })
	)
	for _, e := range d.entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		var f *file
		switch {
		case isNumbered(e.path):
			var err error
			if f, err = d.file(e); err != nil {
				return nil, err
			}
		case e.nested() && flat || !strings.HasSuffix(e.Name(), ".sql"):
		case heads < maxHeads:
			heads++
			f = &file{path: e.path, source: d.head(e)}
			f.mark()
		}
		found = append(found, d.evidence(e, f, e.nested() && flat)...)
	}
	return d.decide(found)
}

// evidence returns what speaks for formats in a file, which is nil where it was
// not read.
func (d *folder) evidence(e entry, f *file, aside bool) []evidence {
	var found []evidence
	at := f
	if at == nil {
		at = &file{path: e.path}
	}
	for _, format := range formats {
		switch {
		case format.keeps != nil && format.keeps(e.path):
			found = append(found, evidence{mark{format, 0}, at, format.faint})
		case !aside && f == nil && format.named != nil && format.named(e.path) && format.has(e.path):
			found = append(found, evidence{mark{format, 0}, at, true})
		}
	}
	if f != nil {
		for _, m := range f.marks {
			if m.line == 0 || m.format.parse == nil || m.format.has(f.path) {
				found = append(found, evidence{m, f, m.line == 0 || m.format.faint})
			}
		}
	}
	return found
}

// decide returns the one format for which there is evidence.
func (d *folder) decide(all []evidence) (*format, error) {
	found := slices.DeleteFunc(slices.Clone(all), func(e evidence) bool {
		return e.name && slices.ContainsFunc(all, func(other evidence) bool {
			return slices.Contains(other.format.over, e.format.name)
		})
	})
	if len(found) == 0 {
		return plain, nil
	}
	first := found[0]
	for _, e := range found {
		if e.format != first.format {
			return nil, e.file.errorAt(e.line,
				fmt.Sprintf("is of the format %s, but %s is of the format %s", e.format.name, first.file.path, first.format.name),
				"a set has one format: keep the others in a folder of their own, or name the format with --format")
		}
	}
	sure := slices.ContainsFunc(found, func(e evidence) bool { return !e.name })
	switch {
	case first.format.parse == nil:
		return nil, first.file.errorAt(first.line, "is of the format "+first.format.name+", which is not read", "")
	case first.format == prisma && !sure:
		return nil, first.file.errorAt(0, "may be of the format prisma or drizzle, which both have a folder for each migration",
			"name the format with --format; Prisma keeps a migration_lock.toml beside the folders, Drizzle a snapshot.json in each")
	}
	d.reason = first.file.path
	return first.format, nil
}

// pick returns the files that are the format's migrations, and hints at those
// that are left out. A numbered file that it does not take is left out where the
// format was named, and so does the tool whose format it is; where it was guessed,
// such a file could be what matters.
func (d *folder) pick(format *format, guessed bool) ([]*file, error) {
	if format.deep {
		if d.cut {
			return nil, fmt.Errorf("read the folder of migrations: there are more than %d files and folders below it, or more than %d folders within each other",
				maxBelow, maxDeep)
		}
		for _, p := range d.gaps.found {
			d.problems.add(p.path, p.err)
		}
	}
	if format == plain {
		d.word = d.commonWord()
	}
	var picked []*file
	for _, e := range d.entries {
		named := format.named == nil || format.takes != nil || guessed || format.named(e.path)
		switch {
		case format.inGo != nil && !e.IsDir() && format.inGo(e.path):
			d.code = append(d.code, e.path)
		case e.IsDir() || strings.HasPrefix(e.Name(), "."), !format.has(e.path) && !d.isWorded(e) || !named:
			d.leave(e, format, guessed)
		default:
			f, err := d.file(e)
			if err != nil {
				return nil, err
			}
			if f != nil {
				f.word = d.word
				picked = append(picked, f)
			}
		}
	}
	switch {
	case d.count > 0:
	case slices.ContainsFunc(d.entries, func(e entry) bool { return startsWithDigit(e.path) && strings.HasSuffix(e.path, ".rb") }):
		d.hints.add("no migrations here but those of Rails, which only Rails runs; --schema db/structure.sql takes the schema that it dumps")
	case format.takes == nil:
		d.hints.add("no migrations here: no file has a name that begins with digits and ends in .sql")
	default:
		d.hints.add("no migrations here: no file is named as " + format.name + " names its files")
	}
	return picked, nil
}

// leave tells of an entry that is left out.
func (d *folder) leave(e entry, format *format, guessed bool) {
	switch {
	case e.nested():
	case !e.IsDir() && isNumbered(e.path) && guessed:
		d.problems.add(e.path, (&file{path: e.path}).errorAt(0, "is not named as "+format.name+" names its files; that they are of that format says "+d.reason,
			"rename it, move it out of the folder, or name the set's format with --format"))
	case !e.IsDir() && isNumbered(e.path):
		d.hints.add(e.path + " is left out: it is not named as " + format.name + " names its files")
	case e.IsDir() && format.deep:
	default:
		d.hints.add(hintAt(e.path, e.IsDir()))
	}
}
