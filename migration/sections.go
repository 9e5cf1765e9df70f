package migration

import "strings"

// A sectionParser walks, line by line, through a file whose comments head what
// upgrades and what reverts, and enclose statements.
type sectionParser struct {
	file    *file
	up      string   // the marker that begins what upgrades
	source  string   // the file's text, with variables put in
	section *[]chunk // the section we are in; nil ahead of the first
	from    int      // where the present chunk begins
	line    int      // and on which line
	begun   int      // the line of an open StatementBegin, or zero
	idle    line     // the first of the comments and blank lines right above; number zero for none
}

// see keeps track of a line.
func (p *sectionParser) see(l line) {
	switch {
	case !l.isIdle():
		p.idle = line{}
	case p.idle.number == 0:
		p.idle = l
	}
}

// plain takes a line that is no marker.
func (p *sectionParser) plain(l line) error {
	if p.section == nil && !l.isIdle() {
		return p.fail(l, "something stands ahead of `"+p.up+"`", "only blank lines and comments with -- may")
	}
	return p.file.stray(l)
}

// open ends the present section and begins one behind a line. The section is there
// from now on even if it stays empty.
func (p *sectionParser) open(l line, section *[]chunk) error {
	if p.begun > 0 {
		return p.fail(l, "a section begins inside StatementBegin and StatementEnd", "")
	}
	if p.section != nil {
		p.flush(l.start, false)
	}
	if *section == nil {
		*section = []chunk{}
	}
	p.section, p.from, p.line = section, l.next, l.number+1
	return nil
}

// beginBody begins what is one statement.
func (p *sectionParser) beginBody(l line) error {
	switch {
	case p.section == nil:
		return p.fail(l, "StatementBegin ahead of `"+p.up+"`", "")
	case p.begun > 0:
		return p.fail(l, "StatementBegin inside another", "")
	}
	// What is said right above is about the statement, not about what was before.
	above := p.idle
	if above.start < p.from {
		above.start, above.number = p.from, p.line
	}
	p.flush(above.start, false)
	p.from, p.line, p.begun = above.start, above.number, l.number
	return nil
}

func (p *sectionParser) endBody(l line) error {
	if p.begun == 0 {
		return p.fail(l, "StatementEnd without StatementBegin", "")
	}
	p.flush(l.start, true)
	p.from, p.line, p.begun = l.next, l.number+1, 0
	return nil
}

// end ends the file.
func (p *sectionParser) end() error {
	if p.begun > 0 {
		return p.file.errorAt(p.begun, "StatementBegin has no StatementEnd", "")
	}
	if p.section == nil {
		return p.file.errorAt(0, "has no `"+p.up+"`", "")
	}
	p.flush(len(p.source), false)
	return nil
}

// flush adds what lies between the present chunk's beginning and end.
func (p *sectionParser) flush(end int, body bool) {
	if text := p.source[p.from:end]; strings.TrimSpace(text) != "" {
		*p.section = append(*p.section, chunk{text: text, line: p.line, body: body})
	}
}

func (p *sectionParser) fail(l line, reason, hint string) error {
	return p.file.errorAt(l.number, reason, hint)
}
