package migration

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	// ternAction is a template's action; of those, a comment is plainly nothing, and one
	// names a file of a folder whose text it puts in.
	ternAction  = regexp.MustCompile(`(?s)\{\{.*?(\}\}|\z)`)
	ternComment = regexp.MustCompile(`(?s)\A\{\{(- )?/\*.*\*/( -)?\}\}\z`)
	ternShared  = regexp.MustCompile(`\A\{\{\s*template\s+"([^"\\]+\.sql)"(?:\s+\.)?\s*\}\}\z`)
)

// maxShared bounds how deeply shared files lie within each other.
const maxShared = 10

// A ternFiller writes the text of a file with the shared files put in that it names, and
// notes for each line of it the line of the file that it comes of.
type ternFiller struct {
	file   *file
	text   strings.Builder
	lines  []int    // the lines of the file, by line of the text
	shared []string // what was put in: names and texts
}

// fillTern returns the text of a file without the comments of its templates, and with
// shared files in the place of the actions that name them. Any other action is an error.
func fillTern(f *file) (*ternFiller, error) {
	t := &ternFiller{file: f, lines: []int{1}}
	return t, t.fill(f.source, 0, 0)
}

// fill writes a text. Of a shared one, in counts how deep it is, and line is that of the
// file on which it is named.
func (t *ternFiller) fill(source string, in, line int) error {
	at := func(offset int) int {
		if in > 0 {
			return line
		}
		return t.file.lineOf(offset)
	}
	from := 0
	for _, where := range ternAction.FindAllStringIndex(source, -1) {
		action := source[where[0]:where[1]]
		t.write(source[from:where[0]], at(from), in == 0)
		from = where[1]
		if ternComment.MatchString(action) {
			t.write(strings.Repeat("\n", strings.Count(action, "\n")), at(where[0]), in == 0)
			continue
		}
		said := ternShared.FindStringSubmatch(action)
		if said == nil {
			words := strings.Join(strings.Fields(strings.Trim(action, "{}-")), " ")
			return t.file.errorAt(at(where[0]), fmt.Sprintf("the template's action %.60q, which only tern can fill in", strings.ToValidUTF8(words, "?")),
				"write the SQL out that tern would run")
		}
		text, there := t.file.shared[said[1]]
		switch {
		case !there:
			return t.file.errorAt(at(where[0]), fmt.Sprintf("the template %.80q, and no folder here has a file of that name", said[1]), "it is the path of a file in a folder below this one, as in shared/views.sql")
		case strings.Contains(text, ternDivider):
			return t.file.errorAt(at(where[0]), fmt.Sprintf("the template %.80q holds `%s`, which tern does not read there", said[1], ternDivider), "")
		case in == maxShared:
			return t.file.errorAt(at(where[0]), fmt.Sprintf("templates lie more than %d deep within each other", maxShared), "")
		}
		t.shared = append(t.shared, said[1], text)
		if err := t.fill(text, in+1, at(where[0])); err != nil {
			return err
		}
		if t.text.Len() > int(defaultBounds.file) {
			return t.file.errorAt(at(where[0]), "with the templates put in, the file is larger than "+size(defaultBounds.file), "")
		}
	}
	t.write(source[from:], at(from), in == 0)
	return nil
}

// write adds text that begins on a line of the file, whose lines are those of the file
// where it runs on.
func (t *ternFiller) write(text string, line int, runs bool) {
	t.text.WriteString(text)
	for range strings.Count(text, "\n") {
		if runs {
			line++
		}
		t.lines = append(t.lines, line)
	}
	t.lines[len(t.lines)-1] = line
}
