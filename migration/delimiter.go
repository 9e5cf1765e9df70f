package migration

import (
	"regexp"
	"strings"
)

// A splitter cuts a text where a delimiter of the author's choice stands, which
// is not the semicolon that the engine's cutter looks for. Of SQL it reads where
// strings, comments and parentheses begin and end, and no more: each piece goes to
// the cutter, which judges it.
type splitter struct {
	delimiter string // ";" leaves all to the cutter
	alone     bool   // the delimiter counts only on a line of its own, in letters of any case
	commands  bool   // a line DELIMITER x gives another delimiter, as in MySQL's client
	mysql     bool   // strings and comments are those of MySQL
}

const (
	semicolon        = ";"
	delimiterCommand = "delimiter"
)

var dollarQuote = regexp.MustCompile(`\A\$([A-Za-z_][A-Za-z_0-9]*)?\$`)

// isMySQL reports whether a database, by the name of an engine or in Liquibase,
// is of MySQL's family.
func isMySQL(database string) bool { return database == "mysql" || database == "mariadb" }

// A splitting is the work of a splitter on one text.
type splitting struct {
	splitter
	source string
	at     int // how far we are
	from   int // where the present piece begins
	line   int // and on which line
	depth  int // of parentheses
	begun  bool
	pieces []chunk
}

// split returns the pieces of a text that begins on the given line.
func (s splitter) split(source string, line int) []chunk {
	p := &splitting{splitter: s, source: source, line: line, pieces: []chunk{}}
	for p.at < len(source) {
		rest := source[p.at:]
		switch c := rest[0]; {
		case p.commands && !p.begun && p.command(rest):
		case c == '\'' || c == '"' || c == '`':
			p.begun = true
			p.at += quoted(rest, s.mysql && c != '`')
		case p.ends(rest):
			p.cut(p.at, p.at+len(p.delimiter))
		case c == '$' && !s.mysql && dollarQuote.MatchString(rest):
			p.begun = true
			tag := dollarQuote.FindString(rest)
			p.at += len(tag) + behind(rest[len(tag):], tag)
		case strings.HasPrefix(rest, "--"), c == '#' && s.mysql:
			p.at += behind(rest, "\n")
			if strings.HasSuffix(p.source[:p.at], "\n") {
				p.at-- // which may be a part of a delimiter
			}
		case strings.HasPrefix(rest, "/*"):
			p.at += 2 + behind(rest[2:], "*/")
		default:
			p.step(c)
		}
	}
	p.cut(len(source), len(source))
	return p.pieces
}

// step passes over one byte.
func (p *splitting) step(c byte) {
	p.at++
	switch c {
	case ' ', '\t', '\r', '\n':
		return
	case '(':
		p.depth++
	case ')':
		p.depth = max(0, p.depth-1)
	case ';':
		if p.delimiter == semicolon && p.depth == 0 {
			p.begun = false
			return
		}
	}
	p.begun = true
}

// ends reports whether a delimiter stands here that the cutter would not see.
func (p *splitting) ends(rest string) bool {
	if p.delimiter == semicolon || p.depth > 0 || len(rest) < len(p.delimiter) {
		return false
	}
	if !p.alone || !hasPrefixFold(rest, strings.ToLower(p.delimiter)) {
		return !p.alone && strings.HasPrefix(rest, p.delimiter)
	}
	ahead := p.source[strings.LastIndexByte(p.source[:p.at], '\n')+1 : p.at]
	after, _, _ := strings.Cut(rest[len(p.delimiter):], "\n")
	return strings.TrimSpace(ahead) == "" && strings.TrimSpace(after) == ""
}

// command obeys a command of MySQL's client, if one stands here.
func (p *splitting) command(rest string) bool {
	if !hasPrefixFold(rest, delimiterCommand) {
		return false
	}
	ahead := p.source[strings.LastIndexByte(p.source[:p.at], '\n')+1 : p.at]
	line, _, _ := strings.Cut(rest, "\n")
	said := line[len(delimiterCommand):]
	delimiter := strings.Trim(strings.TrimSpace(said), `'"`)
	if strings.TrimSpace(ahead) != "" || delimiter == "" || said[0] != ' ' && said[0] != '\t' {
		return false
	}
	p.cut(p.at, p.at+len(line))
	p.delimiter = delimiter
	return true
}

// cut ends a piece and begins another.
func (p *splitting) cut(end, next int) {
	if text := p.source[p.from:end]; strings.TrimSpace(text) != "" {
		p.pieces = append(p.pieces, chunk{text: text, line: p.line, body: p.delimiter != semicolon})
	}
	p.line += strings.Count(p.source[p.from:next], "\n")
	p.at, p.from, p.depth, p.begun = next, next, 0, false
}

// quoted returns the length of what is between quotes, with them. A doubled quote
// ends one string and begins another, which comes to the same.
func quoted(s string, backslash bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && backslash:
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}
