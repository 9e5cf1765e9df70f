package sqlite

import "slices"

// A phrase reads a statement token by token from its beginning. It is a value: a
// copy is a place to come back to.
type phrase struct {
	lexer lexer
	token token // the next one; illegal and without text at the end
}

func newPhrase(text string) *phrase {
	p := &phrase{lexer: *newLexer(text)}
	p.next()
	return p
}

// next returns the next token and moves behind it.
func (p *phrase) next() token {
	t := p.token
	var ok bool
	if p.token, ok = p.lexer.next(false); !ok {
		p.token = token{kind: illegal}
	}
	return t
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

// name reads "name" or "database.name", folded; name is "" if there is none.
func (p *phrase) name() (database, name string) {
	if !p.token.isName() {
		return "", ""
	}
	name = fold(p.next().name())
	if p.skip(".") {
		database, name = name, ""
		if p.token.isName() {
			name = fold(p.next().name())
		}
	}
	return database, name
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
