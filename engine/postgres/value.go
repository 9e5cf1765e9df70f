package postgres

import "strings"

// An expression is what is read of a value.
type expression struct {
	parts  []string
	strung bool // the last part is a string, which another one goes on with
	fickle bool // only running tells it
	null   bool // NULL is in it
	more   bool // something else than NULL and its casts
}

// value reads one value, up to the comma or parenthesis behind it.
func (r *reader) value() (sql string, ok bool) {
	if r.skip("default") {
		return "", r.token.is(",") || r.token.is(")")
	}
	var e expression
	for depth := 0; depth > 0 || !r.token.is(",") && !r.token.is(")"); {
		switch {
		case r.token.is("("), r.token.is("["):
			depth++
		case r.token.is(")"), r.token.is("]"):
			depth--
		}
		if depth < 0 || !r.part(&e) {
			return "", false
		}
	}
	return e.sql()
}

// part reads the next part of an expression; ok is false for one that leaves a
// doubt.
func (r *reader) part(e *expression) (ok bool) {
	t := r.token
	switch t.kind {
	case number, bits:
	case text, escaped, unicodeText, dollar:
		if v, plain := t.value(); plain && isMoment(v) {
			e.fickle = true
		}
		if e.strung && t.text[0] == '\'' {
			e.parts[len(e.parts)-1] += "\n" + t.text
			r.next()
			return true
		}
	case mark:
		switch t.text {
		case "::":
			r.next()
			return r.cast(e)
		case ";", ".", ":", "..", ":=":
			return false
		}
	case word, quoted, unicodeName:
		return r.named(e)
	default: // a parameter, nonsense or the end
		return false
	}
	e.add(t.text)
	e.strung, e.more = t.isString() || t.kind == bits, e.more || t.text != "(" && t.text != ")"
	r.next()
	return true
}

// named reads what begins with a word: a constant, an operator's word, a string of
// a named type, or a call.
func (r *reader) named(e *expression) bool {
	t, behind := r.token, r.second()
	w := lower(t.text)
	switch {
	case behind.is("(") && t.kind == word && isOneOf(operators, w):
	case t.kind == word && w == "cast" && behind.is("("):
		return r.castCall(e)
	case behind.is("("), behind.is("."):
		return r.call(e)
	case t.kind == word && isOneOf(clocks, w):
		e.fickle = true
	case t.kind == word && w == "null":
		e.null = true
		e.add("NULL")
		r.next()
		return true
	case t.kind == word && isOneOf(operators, w):
	case t.kind == word && isOneOf(typed, w) && behind.isString():
		// date '…'; the string is the next part
	case t.kind == word && (w == "timestamp" || w == "time") && (behind.is("with") || behind.is("without")):
		r.next()
		if !r.skip("with", "time", "zone") && !r.skip("without", "time", "zone") || !r.token.isString() {
			return false
		}
		e.add(w, lower(behind.text), "time zone")
		e.more = true
		return true
	default: // a name
		return false
	}
	e.add(t.text)
	e.more = true
	r.next()
	return true
}

// call passes over the call of a function: what it gives only running tells. Its
// arguments must be values too, in so far as they must not be queries.
func (r *reader) call(e *expression) bool {
	r.path()
	from := *r
	if !r.group() {
		return false
	}
	for from.read < r.read {
		switch t := from.next(); {
		case t.kind == param, t.kind == illegal, t.kind == unclosed, t.is(";"), t.is("select"), t.is("values"), t.is("table"):
			return false
		}
	}
	e.add("()")
	e.fickle, e.more = true, true
	return true
}

// castCall reads CAST(value AS type), of a value without parentheses and without
// another CAST.
func (r *reader) castCall(e *expression) bool {
	r.skip("cast", "(")
	var inner expression
	for !r.token.is("as") {
		if r.token.is(",") || r.token.is(")") || r.token.is("(") || r.token.is("cast") || !r.part(&inner) {
			return false
		}
	}
	if r.next(); !r.cast(&inner) || !r.skip(")") {
		return false
	}
	e.fickle, e.null, e.more = e.fickle || inner.fickle, e.null || inner.null, e.more || inner.more
	e.add("(")
	e.add(inner.parts...)
	e.add(")")
	return true
}

// cast reads the type that a value is cast to, and adds both.
func (r *reader) cast(e *expression) bool {
	name := ""
	for r.token.isName() {
		name += r.next().text
		if !r.token.is(".") {
			break
		}
		name += r.next().text
	}
	if name == "" || len(e.parts) == 0 {
		return false
	}
	length := func() bool {
		if !r.token.is("(") {
			return true
		}
		from := r.token.pos
		if !r.group() {
			return false
		}
		name += r.lexer.src[from:r.read]
		return true
	}
	for w := r.either("precision", "varying"); w != ""; w = "" {
		name += " " + w
	}
	if !length() {
		return false
	}
	switch {
	case r.skip("with", "time", "zone"):
		name += " with time zone"
	case r.skip("without", "time", "zone"):
		name += " without time zone"
	}
	for r.token.is("[") {
		name += "[]"
		if !r.group() {
			return false
		}
	}
	e.add("::" + name)
	return true
}

func (e *expression) add(parts ...string) {
	e.parts = append(e.parts, parts...)
	e.strung = false
}

// sql spells the value. An expression with NULL in it may be NULL as a whole, which
// equals nothing: only running tells.
func (e *expression) sql() (string, bool) {
	switch {
	case len(e.parts) == 0:
		return "", false
	case e.fickle, e.null && e.more:
		return "", true
	case e.null:
		return "NULL", true
	case len(e.parts) == 1:
		return e.parts[0], true
	case len(e.parts) == 2 && (e.parts[0] == "-" || e.parts[0] == "+"):
		return strings.Join(e.parts, ""), true
	}
	return "(" + strings.Join(e.parts, " ") + ")", true
}

// isMoment reports whether a string means another time at every run where it is
// taken for a time.
func isMoment(s string) bool {
	switch lower(strings.TrimSpace(s)) {
	case "now", "today", "tomorrow", "yesterday":
		return true
	}
	return false
}

var (
	// operators are words that may stand in a constant expression.
	operators = setOf("true false not and or is case when then else end array row at time zone between in")
	// clocks are words that give something else each time, or to everybody.
	clocks = setOf(`
		current_timestamp current_date current_time localtimestamp localtime current_user session_user user current_role
		current_catalog current_schema`)
	// typed are types whose name may stand ahead of a string.
	typed = setOf(`
		date time timetz timestamp timestamptz interval json jsonb uuid inet cidr macaddr bytea text varchar point numeric
		bool boolean xml bit int int2 int4 int8 integer bigint smallint real float float4 float8 money tsvector tsquery`)
)
