package postgres

import "slices"

// A reader reads a statement token by token from its beginning. It is a value: a
// copy is a place to come back to.
type reader struct {
	lexer lexer
	token token // the next one; illegal and without text at the end
	read  int   // the offset behind the one before it
}

func newReader(text string) *reader {
	r := &reader{lexer: *newLexer(text)}
	r.next()
	return r
}

// next returns the next token and moves behind it.
func (r *reader) next() token {
	t := r.token
	r.read = t.end()
	var ok bool
	if r.token, ok = r.lexer.next(false); !ok {
		r.token = token{kind: illegal}
	}
	return t
}

// second returns the token behind the next one.
func (r *reader) second() token {
	ahead := *r
	ahead.next()
	return ahead.token
}

// done reports whether all was read.
func (r *reader) done() bool { return r.token.text == "" }

// skip moves behind the words if they are next, all of them.
func (r *reader) skip(words ...string) bool {
	ahead := *r
	for _, w := range words {
		if !ahead.token.is(w) {
			return false
		}
		ahead.next()
	}
	*r = ahead
	return true
}

// either moves behind the next token and returns it as given, if it is one of
// the words; else it returns "".
func (r *reader) either(words ...string) string {
	if i := slices.IndexFunc(words, r.token.is); i >= 0 {
		r.next()
		return words[i]
	}
	return ""
}

// path reads a name and its qualifiers, folded; it is empty if there is none.
func (r *reader) path() (names []string) {
	for r.token.isName() {
		names = append(names, r.one())
		if !r.skip(".") {
			break
		}
	}
	return names
}

// one reads an identifier.
func (r *reader) one() string {
	t := r.next()
	if t.kind != unicodeName || !r.token.is("uescape") {
		return t.name()
	}
	r.next()
	escape, ok := r.next().value()
	if !ok || len(escape) != 1 {
		return t.name() // PostgreSQL refuses it
	}
	return fold(unescape(unquote(t.text[2:]), escape[0]))
}

// name reads "name" or "space.name", folded, and of "database.space.name" what is
// behind the database; name is "" if there is none.
func (r *reader) name() (space, name string) {
	switch names := r.path(); len(names) {
	case 0:
		return "", ""
	case 1:
		return "", names[0]
	default:
		return names[len(names)-2], names[len(names)-1]
	}
}

// group moves behind the bracket that closes the one that is next, round or
// square; it reports whether there are both.
func (r *reader) group() bool {
	if !r.token.is("(") && !r.token.is("[") {
		return false
	}
	for depth := 0; !r.done(); {
		switch t := r.next(); {
		case t.is("("), t.is("["):
			depth++
		case t.is(")"), t.is("]"):
			if depth--; depth == 0 {
				return true
			}
		}
	}
	return false
}

// pass moves behind the next token, or behind the whole group that it opens.
func (r *reader) pass() {
	if !r.group() && !r.done() {
		r.next()
	}
}

// seek moves to the first of the words outside of brackets and returns it, or to
// the end and returns "".
func (r *reader) seek(words ...string) string {
	for !r.done() {
		if i := slices.IndexFunc(words, r.token.is); i >= 0 {
			return words[i]
		}
		r.pass()
	}
	return ""
}

// phrase moves behind the first of the phrases, each a few words with blanks
// between them, that is next, and returns it; "" if none is.
func (r *reader) phrase(phrases [][]string) []string {
	for _, words := range phrases {
		if r.token.is(words[0]) && r.skip(words...) {
			return words
		}
	}
	return nil
}

// within moves to the word if it lies ahead of the offset, and reports whether it
// does.
func (r *reader) within(word string, offset int) bool {
	for !r.done() && r.token.pos < offset {
		if r.token.is(word) {
			return true
		}
		r.next()
	}
	return false
}
