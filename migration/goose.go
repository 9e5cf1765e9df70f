package migration

import "strings"

// goose is the format of goose: one file with sections headed by -- +goose Up
// and -- +goose Down.
//
// goose ends a statement at a line that ends in a semicolon, unless StatementBegin
// and StatementEnd are around it; here the engine's cutter decides, which is the
// same wherever goose gets it right.
var goose = &format{
	name:      "goose",
	marks:     func(comment string) bool { return hasPrefixFold(comment, gooseMark) },
	parse:     parseGoose,
	timestamp: true,
	template:  "-- +goose Up\n\n\n-- +goose Down\n\n",
}

const gooseMark = "+goose"

// A gooseParser walks through a file, line by line.
type gooseParser struct {
	file    *file
	source  string   // the file's text, with variables put in
	section *[]chunk // the section we are in; nil ahead of the first
	from    int      // where the present chunk begins
	line    int      // and on which line
	begun   int      // the line of an open StatementBegin, or zero
	idle    line     // the first of the comments and blank lines right above; number zero for none
}

func parseGoose(f *file, options LoadOptions) error {
	if f.version.Normal() == "0" {
		return f.errorAt(0, "has the version 0, which goose keeps for itself", "")
	}
	source, err := substituteGoose(f, options.Env)
	if err != nil {
		return err
	}
	p := &gooseParser{file: f, source: source}
	for l := range lines(source) {
		if err := p.read(l); err != nil {
			return err
		}
	}
	if p.begun > 0 {
		return f.errorAt(p.begun, "StatementBegin has no StatementEnd", "")
	}
	if p.section == nil {
		return f.errorAt(0, "has no `-- +goose Up`", "")
	}
	p.flush(len(source), false)
	return nil
}

// read takes one line: an annotation, or a part of the SQL.
func (p *gooseParser) read(l line) error {
	note, ok := gooseAnnotation(l.text)
	switch {
	case !l.isIdle():
		p.idle = line{}
	case p.idle.number == 0:
		p.idle = l
	}
	if !ok {
		if p.section == nil && !l.isIdle() {
			return p.fail(l, "something stands ahead of `-- +goose Up`", "only blank lines and comments with -- may")
		}
		return p.file.stray(l)
	}
	if strings.TrimLeft(l.text, " \t") != l.text {
		return p.fail(l, "blanks ahead of an annotation, which goose refuses", "begin the line with --")
	}
	switch note {
	case "up", "down":
		return p.begin(l, note)
	case "statementbegin":
		switch {
		case p.section == nil:
			return p.fail(l, "StatementBegin ahead of `-- +goose Up`", "")
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
	case "statementend":
		if p.begun == 0 {
			return p.fail(l, "StatementEnd without StatementBegin", "")
		}
		p.flush(l.start, true)
		p.from, p.line, p.begun = l.next, l.number+1, 0
	case "no transaction":
		p.file.noTransaction, p.file.noTransactionDown = true, true
	case "envsub on", "envsub off": // done by substituteGoose
	default:
		return p.fail(l, "goose knows no such annotation",
			"goose takes every comment with "+gooseMark+" for an annotation; if it is none, word it differently")
	}
	return nil
}

// begin begins a section.
func (p *gooseParser) begin(l line, name string) error {
	f := p.file
	switch {
	case p.begun > 0:
		return p.fail(l, "a section begins inside StatementBegin and StatementEnd", "")
	case name == "up" && p.section != nil:
		return p.fail(l, "a second `-- +goose Up`", "")
	case name == "down" && p.section == nil:
		return p.fail(l, "`-- +goose Down` without `-- +goose Up` ahead of it", "")
	case name == "down" && f.down != nil:
		return p.fail(l, "a second `-- +goose Down`", "")
	}
	p.section, p.from, p.line = p.open(l, name), l.next, l.number+1
	return nil
}

// open ends the section before and returns the new one, which is there from now
// on even if it stays empty.
func (p *gooseParser) open(l line, name string) *[]chunk {
	if name == "up" {
		p.file.up = []chunk{}
		return &p.file.up
	}
	p.flush(l.start, false)
	p.file.down = []chunk{}
	return &p.file.down
}

// flush adds what lies between the present chunk's beginning and end.
func (p *gooseParser) flush(end int, body bool) {
	if text := p.source[p.from:end]; strings.TrimSpace(text) != "" {
		*p.section = append(*p.section, chunk{text: text, line: p.line, body: body})
	}
}

func (p *gooseParser) fail(l line, reason, hint string) error {
	return p.file.errorAt(l.number, reason, hint)
}

// gooseAnnotation returns what a line annotates, in lower case: any comment of its
// own with +goose in it, as goose has it.
func gooseAnnotation(text string) (string, bool) {
	s := strings.TrimSpace(text)
	if !strings.HasPrefix(s, "--") || !strings.Contains(s, gooseMark) {
		return "", false
	}
	s = strings.Replace(strings.ReplaceAll(s, "--", ""), gooseMark, "", 1)
	return strings.ToLower(strings.TrimSpace(s)), true
}
