package sqlite

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// compose returns the statement that makes a table as want has it, and what it says;
// nil where there is none.
//
// That is the source of want's own table, letter by letter, if it makes just this.
// It need not: what nobody knows and the live table has is in want too, and a source
// may be older than a later ALTER TABLE. Then the body is put together from pieces,
// whole columns and constraints as somebody wrote them: the author's come first,
// then those of the live table, then columns that are written from their facts.
func compose(have, want *schema.Snapshot, table schema.Key) (string, *definition) {
	source := want.Get(table).Source
	if !creates(source) {
		return "", nil
	}
	should := formOf(want, table)
	if d, is := read(source, want); d != nil && len(schema.Compare(should, is)) == 0 {
		return source, d
	}
	authors, live := readPieces(source), readPieces(have.Get(table).Source)
	if authors == nil || live == nil {
		return "", nil
	}
	g := &gathering{want: want, should: should, pieces: pieces{head: authors.head, tail: authors.tail}, missing: should.Len()}
	for _, columns := range [][]string{slices.Concat(authors.columns, live.columns), columnTexts(should)} {
		for before := 0; before != g.missing; { // a piece may make sense behind another only
			before = g.missing
			g.take(&g.columns, columns)
			g.take(&g.constraints, slices.Concat(authors.constraints, live.constraints))
		}
	}
	if g.missing > 0 {
		return "", nil
	}
	d, _ := read(g.String(), want)
	return g.String(), d
}

// read returns what the text of a table says, as definition and as snapshot; nil if
// it cannot be read. Others are where the tables that it refers to are found.
func read(source string, others *schema.Snapshot) (*definition, *schema.Snapshot) {
	d, err := readTable(source)
	if err != nil || d.using != "" {
		return nil, nil
	}
	return d, schema.NewSnapshot(d.objects(source, func(table string) []string {
		parent := d
		if table != fold(d.name) {
			o := others.Get(schema.Key{Kind: schema.Table, Name: table})
			if o == nil {
				return nil
			}
			if parent, err = readTable(o.Source); err != nil {
				return nil
			}
		}
		return parent.primary()
	})...)
}

// columnTexts writes the columns of a table that can be written from their facts.
func columnTexts(table *schema.Snapshot) (texts []string) {
	for o := range table.All() {
		if o.Key.Kind == schema.Column && o.Unsupported == "" {
			if text := columnText(o); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// pieces are the text of a table, cut at the commas of its body.
type pieces struct {
	head        string // up to the opening parenthesis, and with it
	columns     []string
	constraints []string // of the table
	tail        string   // from the closing parenthesis on
}

// readPieces cuts the text of a table; it returns nil if that cannot be read.
func readPieces(source string) *pieces {
	r, err := newReader(source)
	if err != nil || !r.take("create", "table") {
		return nil
	}
	if _, err := r.heading(); err != nil {
		return nil
	}
	open := r.peek()
	parts, err := r.list()
	if err != nil {
		return nil
	}
	p := &pieces{head: source[:open.end()], tail: source[r.tokens[r.next-1].pos:]}
	for _, part := range parts {
		if len(part) == 0 {
			return nil
		}
		text := source[part[0].pos:part[len(part)-1].end()]
		if (&reader{tokens: part}).atConstraint() {
			p.constraints = append(p.constraints, text)
		} else {
			p.columns = append(p.columns, text)
		}
	}
	return p
}

// String joins the pieces to a text of a table.
func (p *pieces) String() string {
	return p.head + strings.Join(slices.Concat(p.columns, p.constraints), ", ") + p.tail
}

// A gathering is a table's text that grows piece by piece.
type gathering struct {
	pieces
	want    *schema.Snapshot
	should  *schema.Snapshot // the table that is to come out
	missing int              // how much of it is not there yet
}

// take adds to the columns or to the constraints each of the pieces which brings the
// text nearer to the table, and makes nothing that the table has not.
func (g *gathering) take(to *[]string, from []string) {
	for _, piece := range from {
		*to = append(*to, piece)
		if missing, ok := g.lacks(); ok && missing < g.missing {
			g.missing = missing
		} else {
			*to = (*to)[:len(*to)-1]
		}
	}
}

// lacks returns how much of the table the text does not make; it is not ok if it
// makes anything else.
func (g *gathering) lacks() (missing int, ok bool) {
	d, is := read(g.String(), g.want)
	if d == nil {
		return 0, false
	}
	diff := schema.Compare(g.should, is)
	return len(diff), !slices.ContainsFunc(diff, func(d schema.Difference) bool { return !d.Missing() })
}
