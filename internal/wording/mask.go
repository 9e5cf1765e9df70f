package wording

import "strings"

// Masked returns a statement without what its strings hold: that may be a password, a
// token, somebody's address, and what is said of a statement goes into logs. Strings
// of so few letters that they keep no secret are left, and what is not certain to lie
// outside of a string is left out.
//
// It knows nothing of dialects. In double quotes some have names and some have
// strings, which is told by what stands before.
func Masked(statement string) string { return read(statement).out.String() }

// Held returns what the strings of a statement hold that [Masked] does not show, as far
// as it is certain where they end.
func Held(statement string) []string { return read(statement).held }

// secretless is how many bytes a string may have to be shown.
const secretless = 3

// mask stands for what is not shown.
const mask = "…"

type masker struct {
	text   string
	at     int
	out    strings.Builder
	values bool // what stands in double quotes is a string: for one, or for all that follow
	rows   bool
	held   []string
}

// step passes one token, and reports whether to go on.
func (m *masker) step() bool {
	rest := m.text[m.at:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "--"):
		m.show(lineOf(rest))
	case strings.HasPrefix(rest, "/*"):
		if end := strings.Index(rest, "*/"); end >= 0 {
			m.show(rest[:end+2])
			return true
		}
		m.show(rest)
	case c == '#':
		// A comment to some, in which a quote is none, and an operator to others.
		if line := lineOf(rest); strings.Count(line, "'")%2 == 1 {
			m.out.WriteString(mask)
			return false
		}
		m.show("#")
	case c == '\'':
		return m.string(c)
	case c == '"' && (m.values || m.rows):
		return m.string(c)
	case c == '"' || c == '`':
		m.name(c)
	case isLetter(c):
		m.word()
	default:
		if c == '=' || c == '<' || c == '>' || c == '~' {
			m.values = true
		}
		m.show(rest[:1])
	}
	return true
}

func read(statement string) *masker {
	m := &masker{text: statement}
	for m.at < len(m.text) && m.step() {
		// on to the next token
	}
	return m
}

func (m *masker) show(text string) {
	m.out.WriteString(text)
	m.at += len(text)
}

// string passes a string. Where a backslash is in it, some end it elsewhere than
// others: nothing is shown from there on.
func (m *masker) string(quote byte) bool {
	rest := m.text[m.at:]
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			m.out.WriteString(rest[:1] + mask)
			return false
		case rest[i] != quote:
		case i+1 < len(rest) && rest[i+1] == quote:
			i++
		default:
			held := rest[1:i]
			if len(held) > secretless {
				m.held = append(m.held, held)
				held = mask
			}
			m.out.WriteString(rest[:1] + held + rest[:1])
			m.at += i + 1
			return true
		}
	}
	m.out.WriteString(rest[:1] + mask)
	return false // it does not end, or is cut off
}

// name passes a name in quotes.
func (m *masker) name(quote byte) {
	rest := m.text[m.at:]
	end := strings.IndexByte(rest[1:], quote)
	m.values = false
	if end < 0 {
		m.show(rest)
		return
	}
	m.show(rest[:end+2])
}

// before are the words behind which double quotes hold a string.
var before = map[string]bool{"default": true, "by": true, "like": true, "in": true, "password": true, "comment": true, "to": true}

func (m *masker) word() {
	rest := m.text[m.at:]
	end := 0
	for end < len(rest) && (isLetter(rest[end]) || rest[end] >= '0' && rest[end] <= '9') {
		end++
	}
	word := strings.ToLower(rest[:end])
	m.values = before[word]
	m.rows = m.rows || word == "values" || word == "value"
	m.show(rest[:end])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// lineOf returns a text up to the end of its first line.
func lineOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
