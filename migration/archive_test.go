package migration_test

import "strings"

// An archive is a txtar file: a text, then files, each under a line "-- name --".
type archive struct {
	comment string
	names   []string // in order
	files   map[string]string
}

func parseArchive(text string) archive {
	a := archive{files: map[string]string{}}
	for line := range strings.Lines(text) {
		name, isName := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		name, ends := strings.CutSuffix(name, " --")
		switch {
		case isName && ends:
			a.names = append(a.names, name)
			a.files[name] = ""
		case len(a.names) == 0:
			a.comment += line
		default:
			a.files[a.names[len(a.names)-1]] += line
		}
	}
	return a
}

func (a archive) String() string {
	var b strings.Builder
	b.WriteString(a.comment)
	for _, name := range a.names {
		b.WriteString("-- " + name + " --\n" + a.files[name])
	}
	return b.String()
}
