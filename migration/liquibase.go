package migration

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// liquibase is the format of Liquibase's formatted SQL: files, perhaps in folders,
// that begin with --liquibase formatted sql and hold changesets, each of which is a
// migration. They run in the order of the files' paths, as with includeAll, and
// within a file in the order in which they stand. A changeset's version is the
// number of its file, a dot, and its own number within the file.
var liquibase = &format{
	name:    "liquibase",
	marks:   prefix("liquibase formatted"),
	over:    []string{"atlas"},
	takes:   func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".sql") },
	prepare: prepareLiquibase,
	parse:   parseLiquibase,
	deep:    true,
	divides: true,
	must:    true,
	template: "--liquibase formatted sql\n\n" +
		"-- Write here --changeset author:id, the SQL, and --rollback with what reverts it.\n",
}

// prepareLiquibase puts the files in order, numbers them, and finds changelogs that
// are not read.
func prepareLiquibase(d *folder, files []*file, options LoadOptions) []*file {
	heads := 0
	for _, e := range d.entries {
		switch strings.ToLower(path.Ext(e.path)) {
		case ".xml", ".yaml", ".yml", ".json":
			if heads++; e.IsDir() || heads > maxHeads || !strings.Contains(d.head(e), "databaseChangeLog") {
				continue
			}
			if options.Format != "" {
				d.hints.add(e.path + " is left out: of changelogs only formatted SQL is read, in the order of names")
				continue
			}
			d.problems.add(e.path, &SyntaxError{Path: e.path, Reason: "is a changelog that is not SQL, which is not read; the order of the others may be in it",
				Hint: "--format liquibase reads the formatted SQL alone, in the order of names"})
		}
	}
	slices.SortFunc(files, byName)
	shared := &parameters{given: options.Placeholders, set: map[string]string{}}
	numbered := slices.IsSortedFunc(files, func(a, b *file) int { return a.version.Compare(b.version) })
	for i, f := range files {
		numbered = numbered && f.version != "" && (i == 0 || files[i-1].version.Compare(f.version) != 0)
	}
	for i, f := range files {
		if !numbered {
			f.version = Version(fmt.Sprint(i + 1))
		}
		f.parameters = shared
	}
	return files
}

// parameters are what Liquibase puts in for ${name}: those that were given, and
// those of --property lines, the first of a name.
type parameters struct {
	given, set map[string]string
}

// with returns the parameters, and those of one file.
func (p *parameters) with(local map[string]string) placeholders {
	return placeholders{again: true, value: func(name string) (string, bool) {
		name = strings.TrimSpace(name)
		for _, known := range []map[string]string{p.given, p.set, local} {
			if value, ok := known[name]; ok {
				return value, true
			}
		}
		return "", false
	}}
}

func parseLiquibase(f *file, options LoadOptions) error {
	f.pieces = []*file{}
	p := &changelogParser{file: f, options: options, local: map[string]string{}, ids: map[string]int{}}
	for l := range lines(f.source) {
		if err := p.read(l); err != nil {
			return err
		}
	}
	if !p.header {
		return f.errorAt(1, "does not begin with `--liquibase formatted sql`, without which Liquibase runs the whole file as one", "")
	}
	if p.block != "" {
		return f.errorAt(p.opened, "a "+p.block+" is not closed", "")
	}
	return p.end(len(f.source))
}

// property takes a line that sets a parameter.
func (p *changelogParser) property(l line) error {
	said := map[string]string{}
	for _, word := range attributeWord.FindAllStringSubmatch(spaced.ReplaceAllString(l.text, ":"), -1) {
		said[strings.ToLower(word[1])] = strings.Trim(word[2], `"`)
	}
	name, value := said["name"], said["value"]
	if name == "" || value == "" {
		return p.file.errorAt(l.number, "a property without name and value", "write --property name:x value:y")
	}
	keep, err := p.wanted(attributes(said), l)
	if err != nil || keep != "" {
		return err
	}
	into := p.file.parameters.set
	if strings.EqualFold(said["global"], "false") {
		into = p.local
	}
	if _, there := into[name]; !there {
		into[name] = value
	}
	return nil
}

// wanted says why something is not meant for this database; "" if it is.
func (p *changelogParser) wanted(a attributes, l line) (string, error) {
	contexts, labels := cmp.Or(a["contextfilter"], a["context"]), a["labels"]
	if list := a["dbms"]; list != "" {
		is, ok := isFor(list, p.options.Database)
		switch {
		case p.options.Database == "" || !ok:
			return "", p.file.errorAt(l.number, "is meant for some databases only, and which one this is is not known", "")
		case !is:
			return "it is meant for " + printed(list), nil
		}
	}
	if contexts == "" && labels == "" {
		return "", nil
	}
	filter := p.options.Filter
	if filter == nil {
		return "", p.file.errorAt(l.number, "names contexts or labels, and which of them are wanted is not known", `say it with --contexts or --labels, as you say it to Liquibase; --contexts "" is all of them`)
	}
	met, err := meets(contexts, filter.Contexts)
	if err == nil && met && labels != "" {
		met, err = meets(filter.Labels, strings.FieldsFunc(labels, func(r rune) bool { return r == ',' || r == ' ' }))
	}
	switch {
	case err != nil:
		return "", p.file.errorAt(l.number, err.Error(), "")
	case !met:
		return "its contexts or labels are not wanted", nil
	}
	return "", nil
}
