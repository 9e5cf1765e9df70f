package sqlite

import (
	"errors"
	"fmt"
)

// A reader walks through the tokens of a stored text.
type reader struct {
	source string
	tokens []token
	next   int
}

// Bounds of the texts that are read: those that SQLite itself has unless it was
// built with others (limits.html). They keep a hostile text from costing hours.
const (
	maxText  = 1_000_000 // bytes
	maxDepth = 1000      // parentheses within parentheses
)

// newReader returns a reader of the text, and an error for one beyond all bounds.
func newReader(source string) (*reader, error) {
	if len(source) > maxText {
		return nil, fmt.Errorf("its text is longer than %d bytes", maxText)
	}
	r := &reader{source: source, tokens: tokenize(source)}
	depth := 0
	for _, t := range r.tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if depth > maxDepth {
			return nil, fmt.Errorf("its text has more than %d parentheses within each other", maxDepth)
		}
	}
	return r, nil
}

func (r *reader) done() bool { return r.next >= len(r.tokens) }

// peek returns the token ahead, and an illegal one at the end.
func (r *reader) peek() token {
	if r.done() {
		return token{kind: illegal}
	}
	return r.tokens[r.next]
}

// take moves behind these words if they are ahead, and reports whether they are.
func (r *reader) take(words ...string) bool {
	if len(r.tokens)-r.next < len(words) {
		return false
	}
	for i, w := range words {
		if !r.tokens[r.next+i].is(w) {
			return false
		}
	}
	r.next += len(words)
	return true
}

// oneOf takes one of the words and returns it, or "".
func (r *reader) oneOf(words ...string) string {
	for _, w := range words {
		if r.take(w) {
			return w
		}
	}
	return ""
}

// stuck is the error of a text that goes on in an unknown way.
func (r *reader) stuck() error {
	if r.done() {
		return errors.New("its text cannot be read: it ends too early")
	}
	return fmt.Errorf("its text cannot be read at %.40q", r.peek().text)
}

// name reads an identifier and returns it without its quotes.
func (r *reader) name() (string, error) {
	t := r.peek()
	if !t.isName() {
		return "", r.stuck()
	}
	r.next++
	return t.name(), nil
}

// heading reads the name of what is created. SQLite stores it without IF NOT
// EXISTS and without a schema, but other hands may not.
func (r *reader) heading() (string, error) {
	r.take("if", "not", "exists")
	name, err := r.name()
	if err == nil && r.take(".") {
		name, err = r.name()
	}
	return name, err
}

// group reads parentheses and returns what is between them.
func (r *reader) group() ([]token, error) {
	if r.done() || !r.peek().is("(") {
		return nil, r.stuck()
	}
	end := closing(r.tokens, r.next)
	if end <= r.next+1 { // nothing that is stored has empty ones
		return nil, r.stuck()
	}
	inner := r.tokens[r.next+1 : end]
	r.next = end + 1
	return inner, nil
}

// list reads parentheses and returns what is between the commas in them.
func (r *reader) list() ([][]token, error) {
	inner, err := r.group()
	if err != nil {
		return nil, err
	}
	return split(inner), nil
}

// names reads a list of folded names in parentheses.
func (r *reader) names() ([]string, error) {
	list, err := r.list()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for i, tokens := range list {
		if len(tokens) != 1 || !tokens[0].isName() {
			return nil, r.stuck()
		}
		names[i] = fold(tokens[0].name())
	}
	return names, nil
}

// conflict reads ON CONFLICT and returns what it says, "" for abort: that is what
// happens without it.
func (r *reader) conflict() (string, error) {
	if !r.take("on", "conflict") {
		return "", nil
	}
	how := r.oneOf("rollback", "abort", "fail", "ignore", "replace")
	switch how {
	case "":
		return "", r.stuck()
	case "abort":
		return "", nil
	}
	return how, nil
}

// terms reads the elements of a key or index.
func terms(list [][]token) ([]term, error) {
	found := make([]term, len(list))
	for i, tokens := range list {
		if len(tokens) == 0 {
			return nil, errors.New("its text has an empty key")
		}
		found[i] = newTerm(tokens)
	}
	return found, nil
}

// newTerm takes apart "expression COLLATE name DESC".
func newTerm(tokens []token) term {
	var t term
	if n := len(tokens); n > 1 && (tokens[n-1].is("asc") || tokens[n-1].is("desc")) {
		t.desc = tokens[n-1].is("desc")
		tokens = tokens[:n-1]
	}
	for {
		tokens = unwrap(tokens)
		operand, name := tokens, ""
		for n := len(operand); n > 2 && operand[n-2].is("collate"); n = len(operand) {
			if name == "" {
				name = fold(operand[n-1].name())
			}
			operand = operand[:n-2]
		}
		if name == "" || !isOperand(operand) {
			break
		}
		if t.collation == "" { // the outermost rules
			t.collation = name
		}
		tokens = operand
	}
	t.tokens = tokens
	return t
}

// isOperand reports whether the tokens are one operand, so that a COLLATE behind
// them is about all of them: it binds closer than any operator.
func isOperand(tokens []token) bool {
	if len(tokens) == 1 {
		return true
	}
	open := 0
	if first := tokens[0]; first.kind == quoted || first.kind == word && !reserved[fold(first.text)] {
		open = 1 // a function's name
	}
	return tokens[open].is("(") && closing(tokens, open) == len(tokens)-1
}
