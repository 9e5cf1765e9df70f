package mysql

import (
	"slices"
	"strings"
)

// A clause is one action of an ALTER TABLE, read from its beginning.
type clause struct{ tokens []token }

// next returns the next token and moves behind it; at the end it is illegal.
func (c *clause) next() token {
	if len(c.tokens) == 0 {
		return token{kind: illegal}
	}
	t := c.tokens[0]
	c.tokens = c.tokens[1:]
	return t
}

// starts reports whether the next token is one of the words.
func (c *clause) starts(words ...string) bool {
	return len(c.tokens) > 0 && slices.ContainsFunc(words, c.tokens[0].is)
}

// skip moves behind the words if they are next, all of them.
func (c *clause) skip(words ...string) bool {
	for i, w := range words {
		if i >= len(c.tokens) || !c.tokens[i].is(w) {
			return false
		}
	}
	c.tokens = c.tokens[len(words):]
	return true
}

// either moves behind the next token and returns it as given, if it is one of
// the words; else it returns "".
func (c *clause) either(words ...string) string {
	for _, w := range words {
		if c.skip(w) {
			return w
		}
	}
	return ""
}

// has reports whether the word is anywhere in the rest.
func (c *clause) has(word string) bool {
	return slices.ContainsFunc(c.tokens, func(t token) bool { return t.is(word) })
}

// dataType returns the type that is next, without what follows its parentheses.
func (c *clause) dataType() string {
	var b strings.Builder
	for i, t := range c.tokens {
		if i > 0 && !t.is("(") && !strings.Contains(b.String(), "(") {
			break
		}
		b.WriteString(t.text)
		if t.is(")") {
			break
		}
	}
	return b.String()
}

// volatile reports whether a default calls a function other than the clock's, which
// may return another value for each row.
func (c *clause) volatile() bool {
	inDefault := false
	for i, t := range c.tokens {
		inDefault = inDefault || t.is("default")
		if inDefault && t.kind == word && i+1 < len(c.tokens) && c.tokens[i+1].is("(") && !slices.ContainsFunc(steady, t.is) {
			return true
		}
	}
	return false
}

// steady stand ahead of a parenthesis in a default, or behind it, and are the same for
// all rows of a statement.
var steady = []string{"default", "current_timestamp", "now", "localtime", "localtimestamp", "curdate", "current_date", "curtime", "current_time", "check", "comment", "references", "on"}
