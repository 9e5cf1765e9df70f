package migration

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds how deeply the defaults of variables lie within each other.
const maxDepth = 20

// substituteGoose returns the text of a file with variables put in where
// -- +goose ENVSUB ON asks for it. Every line stays on its line. Annotations and
// comments that have a line to themselves stay as they are.
func substituteGoose(f *file, env func(string) (string, bool)) (string, error) {
	var (
		b          strings.Builder
		on, anyOne bool
	)
	for l := range lines(f.source) {
		switch note, _ := gooseAnnotation(l.text); note {
		case "envsub on":
			if env == nil {
				return "", f.errorAt(l.number, "ENVSUB ON asks for variables of the environment, which is not read unless that is allowed", "")
			}
			if !anyOne {
				b.WriteString(f.source[:l.start])
			}
			on, anyOne = true, true
		case "envsub off":
			on = false
		}
		switch {
		case !anyOne:
		case !on || l.isIdle():
			b.WriteString(f.source[l.start:l.next])
		default:
			e := expander{rest: l.text, env: env, room: int(defaultBounds.file) - b.Len()}
			text, err := e.until(0, 0)
			if err != nil {
				return "", f.errorAt(l.number, err.Error(), "")
			}
			b.WriteString(text)
			b.WriteString(f.source[l.start+len(l.text) : l.next])
		}
	}
	if !anyOne {
		return f.source, nil
	}
	return b.String(), nil
}

// An expander puts variables into one line: $NAME, ${NAME}, ${NAME:-default} (for
// one not set or empty), ${NAME-default} (for one not set) and ${NAME?message}
// (an error for one not set); $$ and \$ stand for a dollar. A variable that is
// not set is empty, as in goose.
type expander struct {
	rest string
	env  func(string) (string, bool)
	room int // how much longer the file may become
}

// until expands up to the byte stop, which it passes over, or to the end of the
// line for zero.
func (e *expander) until(stop byte, depth int) (string, error) {
	if depth > maxDepth {
		return "", fmt.Errorf("variables lie more than %d deep within each other", maxDepth)
	}
	var b strings.Builder
	for e.rest != "" {
		if b.Len() > e.room {
			return "", errors.New("with the variables put in, the file is larger than " + size(defaultBounds.file))
		}
		c := e.rest[0]
		switch {
		case c == stop && stop != 0:
			e.rest = e.rest[1:]
			return b.String(), nil
		case strings.HasPrefix(e.rest, `\\`), strings.HasPrefix(e.rest, "$("):
			b.WriteString(e.rest[:2])
			e.rest = e.rest[2:]
		case strings.HasPrefix(e.rest, `\$`), strings.HasPrefix(e.rest, "$$"):
			b.WriteByte('$')
			e.rest = e.rest[2:]
		case c == '$' && len(e.rest) > 1:
			e.rest = e.rest[1:]
			value, err := e.variable(depth)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
		default:
			b.WriteByte(c)
			e.rest = e.rest[1:]
		}
	}
	if stop != 0 {
		return "", errors.New("a variable in ${} is not closed on its line")
	}
	return b.String(), nil
}

// variable expands what follows a dollar.
func (e *expander) variable(depth int) (string, error) {
	braces := strings.HasPrefix(e.rest, "{")
	if braces {
		e.rest = e.rest[1:]
	}
	name := e.name()
	if name == "" {
		return "", errors.New("a dollar without the name of a variable behind it; write $$ for a dollar")
	}
	value, set := e.env(name)
	if strings.ContainsAny(value, "\r\n\x00") || !utf8.ValidString(value) {
		return "", fmt.Errorf("the value of %s is not one line of text", name)
	}
	if !braces {
		return value, nil
	}
	for _, op := range [...]string{"}", ":-", "-", "?"} {
		if !strings.HasPrefix(e.rest, op) {
			continue
		}
		e.rest = e.rest[len(op):]
		if op == "}" {
			return value, nil
		}
		other, err := e.until('}', depth+1)
		switch {
		case err != nil:
			return "", err
		case op == ":-" && value == "", op == "-" && !set:
			return other, nil
		case op == "?" && !set:
			return "", fmt.Errorf("the variable %s is not set: %s", name, other)
		}
		return value, nil
	}
	return "", fmt.Errorf("of the forms of a variable in ${}, %s has none that is read: ${%[1]s}, ${%[1]s:-x}, ${%[1]s-x}, ${%[1]s?x}", name)
}

// name takes the name of a variable: a letter, then letters, digits and _.
func (e *expander) name() string {
	n := 0
	for n < len(e.rest) {
		r, width := utf8.DecodeRuneInString(e.rest[n:])
		if !unicode.IsLetter(r) && (n == 0 || r != '_' && !unicode.IsNumber(r)) {
			break
		}
		n += width
	}
	name := e.rest[:n]
	e.rest = e.rest[n:]
	return name
}
