package mysql

import (
	"errors"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Objects that belong to no table, and triggers. Who made an object (DEFINER), and
// over which connection (its character set), is left out of what they are: a replay
// is made by whoever runs it.

// A header is the beginning of a CREATE VIEW, PROCEDURE… up to the name.
type header struct {
	algorithm string
	invoker   bool // SQL SECURITY INVOKER
	words     []token
	name      string
	rest      []token // what follows the name
	raw       string  // the same as it is stored
}

// readHeader reads it. kind is the words that stand ahead of the name.
func readHeader(source, database string, m mode, kind schema.Kind) (h header, err error) {
	c := cursor{tokens: local(printedTokens(source, m), database)}
	if !c.take("create") {
		return h, errors.New("the server does not print it as it does others")
	}
	for !c.take(strings.Fields(string(kind))...) {
		switch {
		case c.done():
			return h, errors.New("the server does not print it as it does others")
		case c.take("algorithm", "="):
			h.algorithm = fold(c.next().text)
		case c.take("definer", "="):
			c.next()
			if c.peek().kind == variable || c.peek().is("@") { // the host
				c.next()
			}
		case c.take("sql", "security"):
			h.invoker = c.take("invoker") || !c.take("definer")
		default:
			h.words = append(h.words, c.next())
		}
	}
	var ok bool
	if h.name, ok = c.name(); !ok {
		return h, errors.New("its text has no name")
	}
	h.raw = source[c.tokens[c.at-1].end():]
	h.rest = c.rest()
	return h, nil
}

// source returns the statement without the name of who made it. A view is stored as
// the server understands it, all else as its author wrote it.
func (h *header) source(kind schema.Kind) string {
	words := []string{"CREATE"}
	if h.algorithm != "" {
		words = append(words, "ALGORITHM="+strings.ToUpper(h.algorithm))
	}
	if h.invoker {
		words = append(words, "SQL SECURITY INVOKER")
	}
	if len(h.words) > 0 {
		words = append(words, spelled(h.words))
	}
	words = append(words, strings.ToUpper(string(kind)))
	if kind == schema.View {
		return strings.Join(append(words, quote(h.name), spelled(h.rest)), " ")
	}
	return strings.Join(append(words, quote(h.name)), " ") + h.raw
}

// standalone returns a view, a sequence, a routine, a package or an event.
func (l *listing) standalone(p printed, database string, foldTable func(string) string) *schema.Object {
	o := &schema.Object{Key: schema.Key{Kind: l.kind, Name: fold(l.name)}, Name: l.name}
	if l.kind == schema.View || l.kind == Sequence {
		o.Key.Name = foldTable(l.name)
	}
	h, err := readHeader(p.text, database, modeOf(p.mode), l.kind)
	if err != nil {
		o.Unsupported = err.Error()
		return o
	}
	add := func(name, value string) {
		if value != "" {
			o.Facts = append(o.Facts, schema.Fact{Name: name, Value: value})
		}
	}
	if h.algorithm != "undefined" {
		add(algorithm, h.algorithm)
	}
	if h.invoker {
		add(security, "invoker")
	}
	add(readIn, readingModes(p.mode))
	definition := h.rest
	if l.kind == Event {
		add(timeZone, p.zone)
		definition = withoutTimes(definition)
	}
	add(schema.Definition, strings.TrimSpace(spelled(h.words)+" "+spelled(definition)))
	o.Source = h.source(l.kind)
	return o
}

// withoutTimes leaves out of an event's schedule the moments that the server fills
// in where the author gave none or a span: two that make the same event have
// different ones.
func withoutTimes(tokens []token) []token {
	end := slices.IndexFunc(tokens, func(t token) bool { return t.is("do") })
	var kept []token
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if i < end && (t.is("starts") || t.is("ends") || t.is("at")) && i+1 < len(tokens) && tokens[i+1].kind == text {
			if !t.is("starts") {
				kept = append(kept, t)
			}
			i++
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// trigger returns a trigger, of which the lists have told everything.
func (l *listing) trigger(foldTable func(string) string) *schema.Object {
	o := &schema.Object{
		Key:  schema.Key{Kind: schema.Trigger, Table: foldTable(l.table), Name: foldTable(l.name)},
		Name: l.name,
		Facts: []schema.Fact{
			{Name: timing, Value: l.event},
			{Name: order, Value: l.order},
		},
		Source: "CREATE TRIGGER " + quote(l.name) + " " + strings.ToUpper(l.event) + " ON " + quote(l.table) + " FOR EACH ROW " + l.body,
	}
	if modes := readingModes(l.mode); modes != "" {
		o.Facts = append(o.Facts, schema.Fact{Name: readIn, Value: modes})
	}
	o.Facts = append(o.Facts, schema.Fact{Name: schema.Definition, Value: spelled(bodyTokens(l.body, modeOf(l.mode)))})
	return o
}

// bodyTokens returns the tokens of a text that an author wrote. The ends of
// conditional comments are among them.
func bodyTokens(body string, m mode) []token {
	l := newLexer(body)
	l.mode = m
	var tokens []token
	for t, ok := l.next(false); ok; t, ok = l.next(false) {
		tokens = append(tokens, t)
	}
	return tokens
}
