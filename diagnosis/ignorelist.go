package diagnosis

import (
	"strings"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// An ignoreList tells which objects are to be left alone.
type ignoreList struct {
	lines []migration.Ignore
	space string         // the default schema, which keys leave out
	plain map[string]int // lines without a star
	globs []int          // lines with one
	used  []bool         // by line: it names something
}

func newIgnoreList(lines []migration.Ignore, space string) *ignoreList {
	l := &ignoreList{lines: lines, space: space, plain: map[string]int{}, used: make([]bool, len(lines))}
	for i, line := range lines {
		if strings.Contains(line.Text, "*") {
			l.globs = append(l.globs, i)
			continue
		}
		// As it is written, or in lower case, as most engines have names without quotes.
		for _, text := range []string{line.Text, strings.ToLower(line.Text)} {
			if _, taken := l.plain[text]; !taken {
				l.plain[text] = i
			}
		}
	}
	return l
}

// find returns the line that names an object, by itself or with the table or view
// that it is a part of; -1 where none does.
func (l *ignoreList) find(key schema.Key) int {
	if len(l.lines) == 0 {
		return -1
	}
	names := []schema.Key{key}
	if key.IsPart() {
		owner := key.Owner()
		view := owner
		view.Kind = schema.View
		names = append(names, owner, view)
	}
	found := -1
	take := func(line int) {
		l.used[line] = true
		if found < 0 {
			found = line
		}
	}
	for _, name := range names {
		l.named(name.String(), take)
		if name.Space == "" && l.space != "" {
			name.Space = l.space
			l.named(name.String(), take)
		}
	}
	return found
}

// named calls take with the lines that a name matches.
func (l *ignoreList) named(name string, take func(line int)) {
	if line, ok := l.plain[name]; ok {
		take(line)
	}
	for _, line := range l.globs {
		if pattern := l.lines[line].Text; matches(pattern, name) || matches(strings.ToLower(pattern), name) {
			take(line)
		}
	}
}

// matches reports whether a text is what a pattern says, in which a star stands for
// any characters.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return text == pattern
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// unused returns a note for every line that has named nothing.
func (l *ignoreList) unused() []string {
	var notes []string
	for i, line := range l.lines {
		if first, plain := l.plain[line.Text]; !l.used[i] && !(plain && l.used[first]) { // it may be there twice
			notes = append(notes, line.Place()+" names nothing that is there or that the migrations make: "+line.Text)
		}
	}
	return notes
}
