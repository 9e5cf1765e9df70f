package mysql

// A cursor moves along the tokens of a text that the server has printed.
type cursor struct {
	tokens []token
	at     int
}

// peek returns the next token; behind the last one that is an illegal one.
func (c *cursor) peek() token {
	if c.at < len(c.tokens) {
		return c.tokens[c.at]
	}
	return token{kind: illegal}
}

func (c *cursor) done() bool { return c.at >= len(c.tokens) }

// next returns the next token and moves behind it.
func (c *cursor) next() token {
	t := c.peek()
	c.at++
	return t
}

// take moves behind the words if they are next, all of them.
func (c *cursor) take(words ...string) bool {
	for i, w := range words {
		if c.at+i >= len(c.tokens) || !c.tokens[c.at+i].is(w) {
			return false
		}
	}
	c.at += len(words)
	return true
}

// name moves behind a name and returns it.
func (c *cursor) name() (string, bool) {
	if !c.peek().isName() {
		return "", false
	}
	return c.next().name(), true
}

// group moves behind what is in parentheses, and returns it with them; nil if no
// parenthesis is next, or it is never closed.
func (c *cursor) group() []token {
	if !c.peek().is("(") {
		return nil
	}
	for i, depth := c.at, 0; i < len(c.tokens); i++ {
		switch t := c.tokens[i]; {
		case t.is("("):
			depth++
		case t.is(")"):
			if depth--; depth == 0 {
				group := c.tokens[c.at : i+1]
				c.at = i + 1
				return group
			}
		}
	}
	return nil
}

// until moves to the first of the words outside of parentheses, or to the end, and
// returns what is ahead of it.
func (c *cursor) until(words ...string) []token {
	from := c.at
	for !c.done() {
		t := c.peek()
		for _, w := range words {
			if t.is(w) && c.at > from {
				return c.tokens[from:c.at]
			}
		}
		if c.group() == nil {
			c.at++
		}
	}
	c.at = min(c.at, len(c.tokens))
	return c.tokens[from:c.at]
}

// rest moves to the end and returns what is ahead of it.
func (c *cursor) rest() []token {
	rest := c.tokens[min(c.at, len(c.tokens)):]
	c.at = len(c.tokens)
	return rest
}

// within returns a group without its parentheses.
func within(group []token) []token {
	if len(group) < 2 {
		return nil
	}
	return group[1 : len(group)-1]
}

// commas divides tokens at the commas outside of parentheses.
func commas(tokens []token) (parts [][]token) {
	c := cursor{tokens: tokens}
	for !c.done() {
		part := c.until(",")
		if len(parts) > 0 && part[0].is(",") {
			part = part[1:]
		}
		parts = append(parts, part)
	}
	return parts
}
