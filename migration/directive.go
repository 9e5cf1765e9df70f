package migration

import (
	"fmt"
	"strings"
)

// directivePrefix begins every directive, in letters of any case so that a slip
// of the shift key is told and not ignored.
const directivePrefix = "dbmend:"

// A Comment is a comment of a script that may be a directive.
type Comment struct {
	Text  string // as written, with what marks it as a comment
	Line  int    // the line on which it begins, counted from 1
	Place Place
}

// A Place says where in a script a comment stands, and so what it can be about.
type Place int

// The places of comments.
const (
	// Head is ahead of everything but comments and blanks.
	Head Place = iota
	// Before is between two statements, on a line of its own.
	Before
	// Stray is inside a statement, behind one on its last line, or behind the last.
	Stray
)

// IsDirective reports whether the comment instructs us, rightly or wrongly.
// Cutters keep only these.
func (c Comment) IsDirective() bool {
	_, found := c.instruction()
	return found
}

// instruction returns what is behind "dbmend:".
func (c Comment) instruction() (string, bool) {
	if len(c.Text) < 2 {
		return "", false
	}
	said := strings.TrimLeft(c.Text[2:], " \t")
	if len(said) < len(directivePrefix) || !strings.EqualFold(said[:len(directivePrefix)], directivePrefix) {
		return "", false
	}
	return strings.TrimRight(said[len(directivePrefix):], " \t\r\n"), true
}

// Directives are what the author tells us in comments.
type Directives struct {
	// Probe is a query that tells whether the statement has run: see
	// [Statement.Probe]. It is as written; the engine's cutter judges it.
	Probe     string
	ProbeLine int // the line on which the probe begins; zero without one

	Rerunnable    bool // see [Statement.Rerunnable]
	NoTransaction bool // see [Migration.NoTransaction]
}

// ParseDirectives reads the comments ahead of one statement, or those at the
// head of a file, in their order, and leaves alone all that are no directives.
//
//	-- dbmend:no-transaction    about the file: only at its head
//	-- dbmend:rerunnable        about the statement that follows
//	-- dbmend:probe SELECT …    about the statement that follows; lines of probe
//	                            directly below each other are one query
//
// An unknown directive, one that says too much or too little, and one in a place
// where it is about nothing is a [SyntaxError] with its line and no excerpt: an
// instruction that is not followed must not pass in silence.
func ParseDirectives(comments []Comment) (Directives, error) {
	var d Directives
	var probe []string // its lines
	for _, c := range comments {
		said, found := c.instruction()
		if !found {
			continue
		}
		name, rest := said, ""
		if i := strings.IndexAny(said, " \t"); i >= 0 {
			name, rest = said[:i], strings.TrimLeft(said[i:], " \t")
		}
		fail := func(reason, hint string) (Directives, error) {
			return Directives{}, &SyntaxError{Line: c.Line, Reason: reason, Hint: hint}
		}
		switch name {
		case "probe", "rerunnable", "no-transaction":
		default:
			return fail(fmt.Sprintf("unknown directive %s%.40s", directivePrefix, strings.ToValidUTF8(name, "?")),
				"the directives are dbmend:probe, dbmend:rerunnable and dbmend:no-transaction")
		}
		switch name = directivePrefix + name; {
		case !strings.HasPrefix(c.Text, "--"):
			return fail(name+" in a comment of another kind", "begin the line with two dashes")
		case name == "dbmend:no-transaction" && c.Place != Head:
			return fail(name+" is not at the head of the file", "write it above the first statement")
		case c.Place == Stray:
			return fail(name+" is not directly above a statement", "write it on a line of its own, above the statement it is about")
		case name != "dbmend:probe" && rest != "":
			return fail(name+" is followed by more words", "write them as a comment of their own")
		case name == "dbmend:probe" && rest == "":
			return fail(name+" is followed by no query", "write -- dbmend:probe SELECT …")
		case name == "dbmend:probe" && len(probe) > 0 && c.Line != d.ProbeLine+len(probe):
			return fail("a second probe for one statement", "write one query, in lines directly below each other")
		case name == "dbmend:probe":
			if probe = append(probe, rest); len(probe) == 1 {
				d.ProbeLine = c.Line
			}
		case name == "dbmend:rerunnable":
			d.Rerunnable = true
		default:
			d.NoTransaction = true
		}
	}
	d.Probe = strings.Join(probe, "\n")
	return d, nil
}

// HeadComments returns the comments at the head of a file: all that stand ahead
// of anything else but blanks and a byte order mark. They are those of every
// engine, from -- to the end of the line and from /* to */.
func HeadComments(source string) []Comment {
	var found []Comment
	rest, line := strings.TrimPrefix(source, "\uFEFF"), 1
	pass := func(n int) {
		line += strings.Count(rest[:n], "\n")
		rest = rest[n:]
	}
	for {
		pass(len(rest) - len(strings.TrimLeft(rest, " \t\r\n\f\v")))
		length := 0
		switch {
		case strings.HasPrefix(rest, "--"):
			length = behind(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			length = 2 + behind(rest[2:], "*/")
		default:
			return found
		}
		found = append(found, Comment{Text: strings.TrimRight(rest[:length], "\r\n"), Line: line, Place: Head})
		pass(length)
	}
}

// behind returns the offset behind the first end in s, or the length of s.
func behind(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}
