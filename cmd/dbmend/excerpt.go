package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"github.com/dbmend/dbmend/internal/wording"
)

// An excerpt is the lines of a statement around the place where something is
// wrong. The zero value is empty.
type excerpt struct {
	lines []string
	first int // the number of the first line; zero where there are no numbers
	mark  int // the index of the line with the mark; -1 for none
	from  int // the byte in that line that the mark begins under
	width int // of the mark, in bytes
}

// around is how many lines are shown on either side of the mark.
const around = 2

// most is how many lines are shown of a statement in which nothing is marked.
const most = 5

// newExcerpt returns an excerpt of a statement that begins on the given line of
// its file, marked where the error tells a place.
func newExcerpt(sql string, line int, err error) excerpt {
	e := excerpt{lines: strings.Split(clean(strings.ReplaceAll(sql, "\r\n", "\n")), "\n"), first: line, mark: -1}
	for i := range e.lines {
		e.lines[i] = strings.ReplaceAll(e.lines[i], "\t", "    ")
	}
	if culprit := culprit(err); culprit != "" {
		for i, text := range e.lines {
			at := wording.Find(text, culprit)
			if at < 0 {
				continue
			}
			if e.mark >= 0 { // it is there twice: which one is meant, nobody knows
				e.mark = -1
				break
			}
			e.mark, e.from, e.width = i, at, len(culprit)
			if again := wording.Find(text[at+len(culprit):], culprit); again >= 0 {
				e.mark = -1
				break
			}
		}
	}
	from, to := 0, min(most, len(e.lines))
	if e.mark >= 0 {
		from, to = max(0, e.mark-around), min(len(e.lines), e.mark+around+1)
		e.mark -= from
	}
	e.lines = e.lines[from:to]
	if e.first > 0 {
		e.first += from
	}
	e.narrow()
	return e
}

// widest is how many columns are shown of a line, and ahead how many bytes of them lie
// before the mark: a dump may be one line of megabytes.
const widest, ahead = 200, 100

// narrow leaves out what is far from the mark, or from the beginning of a line.
func (e *excerpt) narrow() {
	if e.mark >= 0 && e.from > ahead {
		line, cut := e.lines[e.mark], e.from-ahead
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		const left = "…"
		e.lines[e.mark], e.from = left+line[cut:], e.from-cut+len(left)
	}
	for i, line := range e.lines {
		e.lines[i] = truncate(line, widest)
	}
	if e.mark >= 0 {
		e.width = min(e.width, len(e.lines[e.mark])-e.from)
	}
}

// blamed matches how database systems name the word that they stumbled over: SQLite
// and PostgreSQL; SQLite; PostgreSQL; MariaDB and MySQL, which quote all that follows.
var blamed = regexp.MustCompile(`near "([^"]+)"` +
	`|no such (?:table|column|index|view|trigger|function): ([^\s()]+)` +
	`|(?:relation|column|type|function|schema|constraint|index) "([^"]+)" (?:of relation "[^"]+" )?(?:does not exist|already exists)` +
	`|(?:near|Unknown column|Unknown table|Duplicate column name|Duplicate key name) '([\w$.]+)`)

// culprit returns the word that an error names; "" where it names none.
func culprit(err error) string {
	if err == nil {
		return ""
	}
	if m := blamed.FindStringSubmatch(err.Error()); m != nil {
		return strings.Join(m[1:], "") // one of them
	}
	return ""
}

func (e excerpt) print(s *screen) {
	if len(e.lines) == 0 {
		return
	}
	margin := len(strconv.Itoa(e.first + len(e.lines)))
	for i, text := range e.lines {
		number := ""
		if e.first > 0 {
			number = strconv.Itoa(e.first + i)
		}
		s.line(s.dim(fmt.Sprintf("  %*s | ", margin, number)), text)
		if i == e.mark {
			blanks := strings.Repeat(" ", lipgloss.Width(text[:e.from]))
			s.line(s.dim(fmt.Sprintf("  %*s | ", margin, "")), blanks, s.bad(strings.Repeat("^", max(1, lipgloss.Width(text[e.from:e.from+e.width])))))
		}
	}
}
