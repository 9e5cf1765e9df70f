package main

import (
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"github.com/dbmend/dbmend/internal/wording"
)

// The rules of printing. All that people read goes through this file.
//
//   - Facts go to standard output: what was asked for, and what was done.
//   - Progress, notes, hints and errors go to standard error.
//   - An error is "dbmend: message", in lower case, without a full stop. Advice is
//     on a line of its own: "hint: …".
//   - Colour says nothing that words do not say. Only the sixteen colours of the
//     terminal's own theme are used.
//   - What is not a terminal gets plain text, never wrapped: it is for grep.
//   - Foreign text goes through clean, oneLine or exact before it is printed.
//   - --json prints JSON on standard output and nothing else there.

// A screen prints for people.
type screen struct {
	w       io.Writer
	width   int // of a terminal, in columns; zero where lines are not to be wrapped
	verbose bool
	palette
}

// A palette is what the parts of the output look like.
type palette struct {
	strong, dim, good, fresh, warn, bad func(string) string
}

func (a *app) screen(w io.Writer) *screen {
	s := &screen{w: w, verbose: a.flags.verbose, palette: newPalette(a.colored(w))}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns >= 40 {
			s.width = columns
		}
	}
	return s
}

// sql returns a statement on one line of at most width columns, without what its strings
// hold, unless everything is to be shown.
func (s *screen) sql(statement string, width int) string {
	if !s.verbose {
		statement = wording.Masked(statement)
	}
	return oneLine(statement, width)
}

// colored reports whether what is written to w may be coloured.
func (a *app) colored(w io.Writer) bool {
	switch a.flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func (a *app) checkColor() error {
	switch a.flags.color {
	case "auto", "always", "never":
		return nil
	}
	return notAmong("--color", a.flags.color, []string{"auto", "always", "never"})
}

func newPalette(colored bool) palette {
	if !colored {
		plain := func(s string) string { return s }
		return palette{plain, plain, plain, plain, plain, plain}
	}
	style := func(s lipgloss.Style) func(string) string {
		return func(text string) string { return s.Render(text) }
	}
	return palette{
		strong: style(lipgloss.NewStyle().Bold(true)),
		dim:    style(lipgloss.NewStyle().Faint(true)),
		good:   style(lipgloss.NewStyle().Foreground(lipgloss.Green)),
		fresh:  style(lipgloss.NewStyle().Foreground(lipgloss.Cyan)),
		warn:   style(lipgloss.NewStyle().Foreground(lipgloss.Yellow)),
		bad:    style(lipgloss.NewStyle().Foreground(lipgloss.Red)),
	}
}

// line prints one line.
func (s *screen) line(parts ...string) {
	io.WriteString(s.w, strings.TrimRight(strings.Join(parts, ""), " ")+"\n")
}

// blank prints an empty line, between the parts of a longer text.
func (s *screen) blank() { io.WriteString(s.w, "\n") }

// head prints the heading of a part.
func (s *screen) head(text string) {
	s.blank()
	s.line(s.strong(text))
}

// prose prints a text that is indented, and wrapped to the terminal's width. The
// first line begins with lead, which stands for the same number of columns.
func (s *screen) prose(lead, text string, style func(string) string) {
	indent := lipgloss.Width(lead)
	lines := strings.Split(clean(text), "\n")
	if s.width > 0 {
		lines = wrap(clean(text), max(s.width-indent, 30))
	}
	for i, line := range lines {
		if i == 0 {
			s.line(lead, style(line))
		} else {
			s.line(strings.Repeat(" ", indent), style(line))
		}
	}
}

// hint prints advice or a note on a line of its own.
func (s *screen) hint(word, text string) {
	if text != "" {
		s.prose(s.fresh(word+":")+" ", text, func(t string) string { return t })
	}
}

// room returns how many columns are left for a text, or otherwise where lines are
// not bound.
func (s *screen) room(used, otherwise int) int {
	if s.width == 0 {
		return otherwise
	}
	return max(s.width-used, 20)
}

// indented prints every line of a text after a margin.
func (s *screen) indented(margin, text string) {
	for line := range strings.Lines(clean(text)) {
		s.line(margin, strings.TrimRight(line, "\n"))
	}
}
