package migration

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A chunk is a stretch of whole lines of a file, to be cut by itself.
type chunk struct {
	text string
	line int  // the line of the file on which the text begins
	body bool // the author says that it is one statement, whatever semicolons it holds
	// from holds the line of the file of each line of the text; nil where they run on.
	from []int
}

// at returns the line of the file that a line of the text comes of.
func (c chunk) at(line int) int {
	if c.from == nil {
		return line + c.line - 1
	}
	return c.from[min(line, len(c.from))-1]
}

// cut cuts a section into statements; nil stays nil.
func (f *file) cut(cutter Cutter, section []chunk) ([]Statement, error) {
	if section == nil {
		return nil, nil
	}
	all := []Statement{}
	for _, c := range section {
		statements, err := cutter.Cut(c.text)
		if err == nil {
			err = f.misplaced(c, len(statements) == 0)
		}
		if err != nil {
			return nil, f.located(err, c.at)
		}
		if c.body {
			statements = c.join(statements)
		}
		for i := range statements {
			statements[i].Line = c.at(statements[i].Line)
			statements[i].Number = len(all) + i + 1
		}
		if len(all) == 0 && len(statements) > 0 {
			all = statements
		} else {
			all = append(all, statements...)
		}
	}
	return all, nil
}

// misplaced returns an error for a directive at the head of a chunk that is not
// at the head of the file, or that is about nothing: the cutter, which sees one
// chunk at a time, cannot know.
func (f *file) misplaced(c chunk, empty bool) error {
	comments := HeadComments(c.text)
	for i, comment := range comments {
		switch {
		case comment.Line+c.line-1 <= f.head: // of which sections takes care
			comments[i].Text = ""
		case empty:
			comments[i].Place = Stray
		default:
			comments[i].Place = Before
		}
	}
	_, err := ParseDirectives(comments)
	return err
}

// located says where in the file the error of a text is; at returns the line that one of
// the text comes of.
func (f *file) located(err error, at func(line int) int) error {
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	e := *syntax
	e.Path = f.path
	if e.Line > 0 {
		e.Line = at(e.Line)
	}
	if e.Excerpt == "" {
		e.Excerpt = f.excerpt(e.Line)
	}
	return &e
}

// join makes one statement of the pieces of a body (a trigger, a procedure) that
// the cutter had no way to see as one: those from a CREATE to the last END. Any
// other pieces are statements of their own. To run them one by one is the same,
// and each is then judged by what it does; taken as one they would be judged by
// the first, and an INSERT behind a CREATE TABLE would pass unseen.
func (c chunk) join(pieces []Statement) []Statement {
	end := len(pieces) - 1
	for end > 0 && firstWord(pieces[end].Verb) != "end" {
		end--
	}
	if end <= 0 || !hasBody(pieces[0].Verb) {
		return pieces
	}
	from, _ := c.span(pieces[0])
	_, to := c.span(pieces[end])
	whole := pieces[0]
	whole.Text = c.text[from:to]
	whole.Sum = sumOf(pieces[:end+1])
	return append([]Statement{whole}, pieces[end+1:]...)
}

// span returns where in the chunk the text of a statement begins and ends.
func (c chunk) span(s Statement) (from, to int) {
	for l := range lines(c.text) {
		if l.number == s.Line {
			if i := strings.Index(c.text[l.start:], s.Text); i >= 0 {
				return l.start + i, l.start + i + len(s.Text)
			}
		}
	}
	return 0, len(c.text)
}

// hasBody reports whether a statement that begins with these words can hold
// others, up to an END.
func hasBody(verb string) bool {
	words := strings.Fields(verb)
	return len(words) > 1 && words[0] == "create" && slices.ContainsFunc(words[1:], func(w string) bool {
		return slices.Contains([]string{"trigger", "procedure", "function", "event", "package"}, w)
	})
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}
