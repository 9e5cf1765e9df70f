package mysql

import "slices"

// A phrase reads a statement token by token from its beginning, and looks through
// the ends of conditional comments at what is in them. It is a value: a copy is a
// place to come back to.
type phrase struct {
	lexer lexer
	token token // the next one; illegal and without text at the end
	cond  bool  // an end of a conditional comment was passed
}

func newPhrase(text string) *phrase { return newPhraseIn(text, mode{}) }

func newPhraseIn(text string, m mode) *phrase {
	p := &phrase{lexer: *newLexer(text)}
	p.lexer.mode = m
	p.next()
	return p
}

// next returns the next token and moves behind it.
func (p *phrase) next() token {
	t := p.token
	for {
		var ok bool
		if p.token, ok = p.lexer.next(false); !ok {
			p.token = token{kind: illegal, pos: len(p.lexer.src)}
		}
		if p.token.kind != condition {
			return t
		}
		p.cond = true
	}
}

// done reports whether all was read.
func (p *phrase) done() bool { return p.token.text == "" }

// skip moves behind the words if they are next, all of them.
func (p *phrase) skip(words ...string) bool {
	q := *p
	for _, w := range words {
		if !q.token.is(w) {
			return false
		}
		q.next()
	}
	*p = q
	return true
}

// either moves behind the next token and returns it as given, if it is one of
// the words; else it returns "".
func (p *phrase) either(words ...string) string {
	if i := slices.IndexFunc(words, p.token.is); i >= 0 {
		p.next()
		return words[i]
	}
	return ""
}

// any moves behind as many of the words as are next, in any order.
func (p *phrase) any(words ...string) {
	for p.either(words...) != "" {
	}
}

// name reads "name" or "database.name", as written and without quotes; name is
// "" if there is none.
func (p *phrase) name() (space, name string) {
	if !p.token.isName() {
		return "", ""
	}
	name = p.next().name()
	if p.skip(".") {
		space, name = name, ""
		if p.token.isName() {
			name = p.next().name()
		}
	}
	return space, name
}

// group moves behind the parenthesis that closes the one that is next; it
// reports whether there are both.
func (p *phrase) group() bool {
	if !p.token.is("(") {
		return false
	}
	for depth := 0; !p.done(); {
		switch t := p.next(); {
		case t.is("("):
			depth++
		case t.is(")"):
			if depth--; depth == 0 {
				return true
			}
		}
	}
	return false
}

// expression moves to the next comma outside of parentheses, or to the end, and
// returns the tokens up to there.
func (p *phrase) expression() (tokens []token) {
	for depth := 0; !p.done() && (depth > 0 || !p.token.is(",")); {
		t := p.next()
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// find moves behind the next of the words outside of parentheses and returns it;
// "" at the end.
func (p *phrase) find(words ...string) string {
	for !p.done() {
		if p.token.is("(") {
			if !p.group() {
				return ""
			}
			continue
		}
		if w := p.either(words...); w != "" {
			return w
		}
		p.next()
	}
	return ""
}
