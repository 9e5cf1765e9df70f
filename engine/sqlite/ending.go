package sqlite

// An ending finds the semicolon that ends a statement. The zero value is ahead
// of a statement's first token.
//
// SQLite's parser takes the first semicolon but for two kinds of statements: a
// trigger's body holds statements with semicolons of their own and is over with
// an END where a statement could begin; and among the arguments of a virtual
// table, in their parentheses, a semicolon is a token as any other. In both,
// nothing nests that could hide the end: no expression can hold a semicolon, so
// the END of a CASE never follows one, and END as a name (an alias, say) neither.
type ending struct {
	state state
	depth int  // of parentheses, in a virtual table's arguments
	begun bool // a trigger's body has begun
	fresh bool // the token before was a semicolon in a trigger's body
}

type state uint8

const (
	ahead         state = iota // nothing, or EXPLAIN QUERY PLAN
	creating                   // CREATE, CREATE TEMP
	plain                      // ends at the first semicolon
	triggering                 // a trigger
	triggered                  // a trigger, behind its last END
	virtualTabled              // a virtual table
)

// reads takes the next token and reports whether the statement ends with it.
func (e *ending) reads(t token, semicolon bool) bool {
	switch e.state {
	case plain, triggered:
		return semicolon
	case ahead:
		switch {
		case t.is("explain"), t.is("query"), t.is("plan"):
		case t.is("create"):
			e.state = creating
		default:
			e.state = plain
		}
	case creating:
		switch {
		case t.is("temp"), t.is("temporary"):
		case t.is("trigger"):
			e.state = triggering
		case t.is("virtual"):
			e.state = virtualTabled
		default:
			e.state = plain
		}
	case triggering:
		switch {
		case semicolon:
			// Ahead of BEGIN a semicolon is a mistake, which is over here.
			e.fresh = true
			return !e.begun
		case e.fresh && t.is("end"):
			e.state = triggered
		case !e.begun:
			e.begun = t.is("begin")
		}
		e.fresh = false
		return false
	case virtualTabled:
		switch {
		case t.is("("):
			e.depth++
		case t.is(")"):
			e.depth--
		}
		return semicolon && e.depth <= 0
	}
	return semicolon
}

// missing says what a statement lacks at the end of the source; "" if nothing.
func (e *ending) missing() string {
	switch {
	case e.state == triggering && e.begun:
		return "a trigger whose body is never closed by END"
	case e.state == virtualTabled && e.depth > 0:
		return "a virtual table whose parentheses are never closed"
	}
	return ""
}
