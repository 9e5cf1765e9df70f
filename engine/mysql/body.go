package mysql

// A body is what is open in the body of a routine, a trigger or an event.
type body struct {
	open    []frame
	fresh   bool        // a statement could begin here
	label   bool        // the last token could be a label, if a colon follows
	order   bool        // a trigger's FOLLOWS or PRECEDES was read
	until   bool        // behind the UNTIL of a REPEAT
	handler handlerPart // of a DECLARE … HANDLER FOR
}

// A frame is something that an END closes.
type frame uint8

const (
	frameBlock    frame = iota // BEGIN
	frameBranches              // IF and CASE, where statements follow THEN and ELSE
	frameLoop                  // LOOP and REPEAT
	frameLoopHead              // WHILE and FOR, where they follow DO
	frameChoice                // CASE in an expression
)

// A handlerPart is how far the declaration of a handler is read.
type handlerPart uint8

const (
	noHandler      handlerPart = iota
	handlerDeclare             // DECLARE
	handlerNamed               // HANDLER
	handlerFor                 // FOR or a comma: a condition follows
	handlerReady               // a condition: a comma or the handler's statement follows
)

func (b *body) push(f frame) { b.open = append(b.open, f) }

func (b *body) pop() {
	if len(b.open) > 0 {
		b.open = b.open[:len(b.open)-1]
	}
}

// closed reports whether a statement could end here. A CASE that is still open in an
// expression is a mistake, and over: no expression holds a semicolon.
func (b *body) closed() bool {
	for b.in(frameChoice) {
		b.pop()
	}
	return len(b.open) == 0
}

// in reports whether the innermost frame is of the kind.
func (b *body) in(f frame) bool { return len(b.open) > 0 && b.open[len(b.open)-1] == f }

// reads takes the next token, and the one before it, and reports whether it is the
// semicolon behind the whole body.
func (b *body) reads(t, last token) bool {
	if t.is(";") {
		*b = body{open: b.open, fresh: true}
		return b.closed()
	}
	fresh, label := b.fresh, b.label
	b.fresh, b.label = false, false
	switch {
	case b.handler == handlerReady && !t.is(","):
		b.handler = noHandler
		b.begin(t, last)
	case fresh:
		b.begin(t, last)
	case label && t.is(":"):
		b.fresh = true
	case b.order:
		b.order, b.fresh = false, true // behind the other trigger's name
	default:
		b.within(t, last)
	}
	return false
}

// begin reads the first word of a statement.
func (b *body) begin(t, last token) {
	switch {
	case t.is("begin"):
		b.push(frameBlock)
		b.fresh = true
	case t.is("not") && last.is("begin"), t.is("atomic") && last.is("not"), t.is("else"):
		b.fresh = true
	case t.is("if"), t.is("case"):
		b.push(frameBranches)
	case t.is("loop"), t.is("repeat"):
		b.push(frameLoop)
		b.fresh = true
	case t.is("while"), t.is("for"):
		b.push(frameLoopHead)
	case t.is("end"):
		b.pop()
	case t.is("until"):
		b.until = true
	case t.is("declare"):
		b.handler = handlerDeclare
	case len(b.open) == 0 && (t.is("follows") || t.is("precedes")):
		b.order = true
	default:
		b.label = t.isName()
	}
}

// within reads any other token of a statement.
func (b *body) within(t, last token) {
	switch {
	case b.handler == handlerDeclare && t.is("handler"):
		b.handler = handlerNamed
	case b.handler == handlerNamed && t.is("for"), b.handler == handlerReady && t.is(","):
		b.handler = handlerFor
	case b.handler == handlerFor:
		if !t.is("sqlstate") && !t.is("value") && !t.is("not") {
			b.handler = handlerReady
		}
	case t.is("case") && !last.is("end") && !last.is("."):
		b.push(frameChoice)
	case t.is("end") && b.in(frameChoice):
		if endsOperand(last) {
			b.pop()
		}
	case t.is("repeat") && b.until && last.is("end"):
		b.pop()
		b.until = false
	case t.is("then") && b.in(frameBranches):
		b.fresh = true
	case t.is("do") && b.in(frameLoopHead):
		b.open[len(b.open)-1] = frameLoop
		b.fresh = true
	}
}

// endsOperand reports whether an operand may end with the token, so that an END
// behind it is no operand itself.
func endsOperand(t token) bool {
	if t.kind == mark {
		return t.text == ")"
	}
	for _, w := range [...]string{"case", "when", "then", "else", "and", "or", "not", "xor", "in", "is", "like", "between", "div", "mod", "binary", "regexp", "rlike"} {
		if t.is(w) {
			return false
		}
	}
	return true
}
