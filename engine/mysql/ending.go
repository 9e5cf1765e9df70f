package mysql

// An ending finds the semicolon that ends a statement as the server's parser does,
// which the client cannot: it knows of no bodies, and needs DELIMITER lines for
// them. The zero value is ahead of a statement's first token.
//
// Semicolons lie in the body of a routine, a trigger or an event, and in what
// MariaDB runs outside of them (BEGIN NOT ATOMIC, IF, LOOP). A statement of
// the body begins behind a semicolon and behind certain words; only there do BEGIN,
// IF or END mean what they say here, and are no function, alias or column.
type ending struct {
	part  part
	last  token
	kind  string // what CREATE makes, if it has a body
	depth int    // of parentheses, ahead of a body

	charset bool // the name of a character set follows

	body
}

// A part is how far a statement is read.
type part uint8

const (
	partAhead   part = iota // nothing
	partFirst               // one word, which may be a label or the BEGIN of a block
	partHeading             // CREATE or ALTER
	partNaming              // the kind of what has a body
	partNamed               // its name
	partBody                // the body has begun
	partPlain               // no body
	partOpaque              // a body in the style of Oracle, which only a delimiter ends
)

// reads takes the next token and reports whether it is the semicolon that ends the
// statement.
func (e *ending) reads(t token) bool {
	if t.kind == condition {
		return false
	}
	over := e.step(t)
	e.last = t
	return over
}

func (e *ending) step(t token) bool {
	semicolon := t.is(";")
	switch e.part {
	case partBody:
		return e.body.reads(t, e.last)
	case partOpaque:
		return false
	case partPlain:
		return semicolon
	}
	if semicolon {
		return true
	}
	switch e.part {
	case partAhead:
		e.begin(t)
	case partFirst:
		switch {
		case t.is(":"):
			e.part, e.body.fresh = partBody, true
		case t.is("not") && e.last.is("begin"):
			e.part, e.body.fresh = partBody, true
			e.body.push(frameBlock)
		default:
			e.part = partPlain
		}
	case partHeading:
		e.head(t)
	case partNaming:
		if !t.is("if") && !t.is("not") && !t.is("exists") {
			e.part = partNamed
		}
	case partNamed:
		e.lead(t)
	}
	return false
}

// begin reads a statement's first token.
func (e *ending) begin(t token) {
	switch {
	case t.is("create"), t.is("alter"):
		e.part = partHeading
	case t.is("if"), t.is("case"), t.is("loop"), t.is("repeat"), t.is("while"), t.is("for"):
		e.part, e.body.fresh = partBody, true
		e.body.reads(t, e.last)
	case t.isName():
		e.part = partFirst
	default:
		e.part = partPlain
	}
}

// head reads what is between CREATE and what it creates.
func (e *ending) head(t token) {
	switch {
	case t.is("procedure"), t.is("function"), t.is("trigger"), t.is("event"):
		e.part, e.kind = partNaming, fold(t.text)
	case t.is("package"):
		e.part = partOpaque
	case t.kind != word || e.last.is("="), modifies(t):
	default:
		e.part = partPlain
	}
}

// modifies reports whether the word may stand between CREATE and a kind.
func modifies(t token) bool {
	for _, w := range [...]string{"or", "replace", "definer", "current_user", "current_role", "aggregate", "sql", "security", "invoker"} {
		if t.is(w) {
			return true
		}
	}
	return false
}

// lead reads what is between the name of what has a body and the body.
func (e *ending) lead(t token) {
	switch {
	case t.is("("):
		e.depth++
	case t.is(")"):
		e.depth--
	case e.depth > 0 || e.last.is(".") || t.kind != word:
	case e.kind == "trigger":
		if t.is("row") && e.last.is("each") {
			e.part, e.body.fresh = partBody, true
		}
	case e.kind == "event":
		if t.is("do") {
			e.part, e.body.fresh = partBody, true
		}
	case e.last.is("returns"), e.last.is("collate"), e.last.is("charset"), e.charset:
		e.charset = false // a type or its character set, which may be called as a statement is
	case t.is("set") && e.last.is("character"):
		e.charset = true
	case t.is("as"), t.is("is"):
		e.part = partOpaque
	case t.is("soname"):
		e.part = partPlain
	case !describes(t):
		e.part, e.body.fresh = partBody, true
		e.body.reads(t, e.last)
	}
}

// describes reports whether the word may stand between a routine's parameters and
// its body.
func describes(t token) bool {
	for _, w := range [...]string{
		"comment", "language", "sql", "not", "deterministic", "contains", "no", "reads", "modifies", "data", "security",
		"definer", "invoker", "aggregate", "returns", "unsigned", "signed", "zerofill", "charset", "character", "collate",
		"precision", "varying", "varchar", "varbinary", "binary", "ascii", "unicode", "byte",
	} {
		if t.is(w) {
			return true
		}
	}
	return false
}

// missing says what a statement lacks where it is cut off; "" if nothing.
func (e *ending) missing(delimited bool) string {
	switch {
	case e.part == partBody && !e.body.closed():
		return "a body that is never closed by END"
	case e.part == partOpaque && !delimited:
		return "a body in the style of Oracle, whose end only a delimiter tells"
	}
	return ""
}
