package migration

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds on what is put in: values within values may double with every step.
const (
	maxPlaceholder = 1000    // bytes of a name
	maxFilled      = 1 << 20 // bytes of what one line becomes longer by
)

// placeholders are names and values that are put in for ${name}.
type placeholders struct {
	value func(name string) (string, bool)
	// strict makes a name without a value an error; else it stays as it is.
	strict bool
	// again puts values into values.
	again bool
}

// errNoValue: a placeholder has none.
var errNoValue = errors.New("there is no value for the placeholder")

// valueHint says how a value is given, where there is none.
func valueHint(err error) string {
	if !errors.Is(err, errNoValue) {
		return ""
	}
	return "give it one: --placeholder NAME=VALUE, or [placeholders] in dbmend.toml"
}

// fill returns the text of a file with values put in. Every line stays on its
// line. An error names the line.
func (p placeholders) fill(f *file, text string, line int) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	var b strings.Builder
	for l := range lines(text) {
		filled, err := p.expand(l.text, 0)
		if err == nil && b.Len()+len(filled) > int(defaultBounds.file) {
			err = errors.New("with the values put in, the file is larger than " + size(defaultBounds.file))
		}
		if err != nil {
			return "", f.errorAt(line+l.number-1, err.Error(), valueHint(err))
		}
		b.WriteString(filled + text[l.start+len(l.text):l.next])
	}
	return b.String(), nil
}

// expand fills one line.
func (p placeholders) expand(text string, depth int) (string, error) {
	if depth > maxDepth {
		return "", fmt.Errorf("values lie more than %d deep within each other", maxDepth)
	}
	var b strings.Builder
	grown := len(text) + maxFilled
	for {
		ahead, rest, found := strings.Cut(text, "${")
		b.WriteString(ahead)
		if !found {
			return b.String(), nil
		}
		key, _, closed := strings.Cut(rest[:min(len(rest), maxPlaceholder)], "}")
		value, known := "", false
		if closed {
			value, known = p.value(key)
		}
		switch {
		case b.Len() > grown:
			return "", errors.New("with the values put in, the line is longer by more than " + size(maxFilled))
		case !closed && p.strict:
			return "", errors.New("a placeholder that begins with ${ is not closed on its line")
		case !known && p.strict:
			return "", fmt.Errorf("%w ${%.80s}", errNoValue, printed(key))
		case !known:
			b.WriteString("${")
			text = rest
			continue
		case strings.ContainsAny(value, "\r\n\x00") || !utf8.ValidString(value):
			return "", fmt.Errorf("the value of the placeholder ${%.80s} is not one line of text", printed(key))
		}
		if p.again {
			var err error
			if value, err = p.expand(value, depth+1); err != nil {
				return "", err
			}
		}
		b.WriteString(value)
		text = rest[len(key)+1:]
	}
}

// printed returns a foreign text fit to be printed.
func printed(s string) string { return strings.Map(printable, strings.ToValidUTF8(s, "?")) }
