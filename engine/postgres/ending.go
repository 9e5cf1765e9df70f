package postgres

// An ending finds the semicolon that ends a statement: the first one outside of
// parentheses (a rule may have several statements in them) and outside of a
// routine's body in SQL. The zero value is ahead of a statement's first token.
//
// psql counts BEGIN, CASE and END in everything that begins like CREATE FUNCTION.
// This one counts from BEGIN ATOMIC on, and takes neither "AS end" nor "x.end" for
// an end: where the two differ, psql sends half a statement, and the server, whose
// grammar decides, takes the whole.
type ending struct {
	state  state
	depth  int   // of parentheses
	opened int   // the line of the outermost open one
	blocks int   // BEGIN ATOMIC, and each CASE within it, without their END
	last   token // the token before
	rows   bool  // COPY … FROM stdin: rows follow behind the semicolon
}

type state uint8

const (
	ahead    state = iota // nothing
	creating              // CREATE, CREATE OR REPLACE
	routine               // a function or procedure
	copying               // COPY
	plain                 // anything else
)

// reads takes the next token and reports whether the statement ends with it.
func (e *ending) reads(t token) bool {
	switch {
	case t.kind == mark:
		switch t.text {
		case "(":
			if e.depth == 0 {
				e.opened = t.line
			}
			e.depth++
		case ")":
			e.depth -= count(e.depth > 0)
		case ";":
			return e.depth == 0 && e.blocks == 0
		}
	case t.kind == word && e.depth == 0 && e.state != plain:
		e.keyword(t)
	}
	if e.state == ahead {
		e.state = plain
	}
	e.last = t
	return false
}

// keyword takes a bare word outside of parentheses.
func (e *ending) keyword(t token) {
	switch e.state {
	case ahead:
		switch {
		case t.is("create"):
			e.state = creating
		case t.is("copy"):
			e.state = copying
		}
	case creating:
		switch {
		case t.is("or"), t.is("replace"):
		case t.is("function"), t.is("procedure"):
			e.state = routine
		default:
			e.state = plain
		}
	case routine:
		switch {
		case e.blocks == 0:
			e.blocks = count(t.is("atomic") && e.last.is("begin"))
		case t.is("case") && !e.last.is(".") && !e.last.is("as"):
			e.blocks++
		case t.is("end") && !e.last.is(".") && !e.last.is("as"):
			if e.blocks--; e.blocks == 0 {
				e.state = plain
			}
		}
	case copying:
		// PostgreSQL takes either name for either direction.
		if e.last.is("from") && (t.is("stdin") || t.is("stdout")) {
			e.rows, e.state = true, plain
		}
	}
}

// missing says what a statement lacks at the end of the source, and on which line
// that begins, zero for its first; "" if nothing.
func (e *ending) missing() (what string, line int) {
	switch {
	case e.depth > 0:
		return "a parenthesis that is never closed", e.opened
	case e.blocks > 0:
		return "a routine whose body is never closed by END", 0
	case e.rows:
		return "COPY FROM stdin without the semicolon that its rows follow", 0
	}
	return "", 0
}
