package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A sequenceRow is a sequence. One that numbers the column it belongs to (serial,
// identity) is described with the column; all others are objects.
type sequenceRow struct {
	space, name string
	text        string // its name as regclass writes it
	kind        string // the type of its numbers
	start, step string
	least, most string
	cache       string
	cycle       bool
	unlogged    bool
	table       *relation // that it belongs to, or nil
	column      string    // the number of the column
	belongs     string    // "notes.id", as PostgreSQL writes names
	object      *schema.Object
}

var selectSequences = `SELECT c.oid, nullif(n.nspname, current_schema()), c.relname, c.oid::regclass, format_type(q.seqtypid, NULL),
	q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle, c.relpersistence = 'u',
	d.refobjid, d.refobjsubid, d.refobjid::regclass || '.' || quote_ident(a.attname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_sequence AS q ON q.seqrelid = c.oid
LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
	AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relkind = 'S' AND c.relpersistence <> 't'` + ours + `{only}` + notOfExtension("pg_class", "c.oid")

// takeSequence takes a row of selectSequences.
func (s *survey) takeSequence(row []string) {
	q := &sequenceRow{
		space: row[1], name: row[2], text: row[3], kind: row[4], start: row[5], step: row[6], least: row[7], most: row[8],
		cache: row[9], cycle: isSo(row[10]), unlogged: isSo(row[11]),
		column: row[13], belongs: row[14],
	}
	q.table = s.relations[row[12]]
	if q.table != nil {
		q.table.sequences = append(q.table.sequences, q)
	}
	q.object = &schema.Object{Key: schema.Key{Kind: kindSequence, Space: q.space, Name: q.name}, Name: q.name}
	s.sequences = append(s.sequences, q)
	s.put("pg_class", row[0], q.object)
	s.units[q.object] = row[0]
	s.partial = s.partial || row[12] != "" && q.table == nil
}

// settleSequences leaves to the columns what is described with them. What is said of such
// a sequence, and granted on it, is the column's too: the name, which the server has
// invented, means nothing.
func (s *survey) settleSequences() {
	numbering := map[*schema.Object]*sequenceRow{}
	for _, q := range s.sequences {
		var c *column
		if q.table != nil {
			c = q.table.column(q.column)
		}
		switch {
		case c == nil || c.sequence != q:
			q.finish()
		case c.identity == "":
			q.table.serials = append(q.table.serials, q)
			fallthrough
		default:
			s.leaveOut(q.object)
			numbering[q.object] = q
			s.units[q.object] = s.units[q.table.object]
		}
	}
	for o, on := range s.on {
		if q := numbering[on]; q != nil {
			rest := strings.TrimPrefix(o.Key.Name, label(on))
			o.Key = q.table.part(o.Key.Kind, "sequence of "+q.table.column(q.column).name+rest)
		}
	}
}

// column returns the column of a number, or nil.
func (r *relation) column(number string) *column {
	for _, c := range r.columns {
		if c.number == number {
			return c
		}
	}
	return nil
}

func (q *sequenceRow) finish() {
	var f facts
	f.flag(factUnlogged, q.unlogged)
	f.add(schema.Type, q.kind)
	f.add(factNumbers, strings.TrimSpace(q.words("bigint")))
	f.add(factOwnedBy, q.belongs)
	q.object.Facts = f
	q.object.Source = q.create()
	if q.belongs != "" {
		q.object.Source = script(q.create(), q.own())
	}
}

// isDefault reports whether a default takes its values from this sequence.
func (q *sequenceRow) isDefault(value string) bool {
	return value == "nextval("+literal(q.text)+"::regclass)"
}

// create returns the statement that makes the sequence.
func (q *sequenceRow) create() string {
	unlogged := ""
	if q.unlogged {
		unlogged = "UNLOGGED "
	}
	return "CREATE " + unlogged + "SEQUENCE " + qualified(q.space, q.name) + " AS " + q.kind + strings.ToUpper(q.words(q.kind))
}

// own returns the statement that gives the sequence to its column.
func (q *sequenceRow) own() string {
	return "ALTER SEQUENCE " + qualified(q.space, q.name) + " OWNED BY " + q.belongs
}

// options returns what is unusual about the sequence of a column, in parentheses.
func (q *sequenceRow) options(kind string) string {
	if q == nil {
		return ""
	}
	words := q.words(q.kind)
	if q.kind != kind {
		words = " as " + q.kind + words
	}
	if words == "" {
		return ""
	}
	return " (" + words[1:] + ")"
}

// identity is options as GENERATED … AS IDENTITY takes them. The type is the
// column's there; the name is given, since it may be called by it.
func (q *sequenceRow) identity(kind string) string {
	if q == nil {
		return ""
	}
	return " (SEQUENCE NAME " + qualified(q.space, q.name) + strings.ToUpper(q.words(kind)) + ")"
}

// words returns how the sequence differs from the one that CREATE SEQUENCE makes
// of this type, a blank ahead of each word.
func (q *sequenceRow) words(kind string) string {
	limits := map[string][2]string{
		"smallint": {"-32768", "32767"},
		"integer":  {"-2147483648", "2147483647"},
		"bigint":   {"-9223372036854775808", "9223372036854775807"},
	}[kind]
	least, most := "1", limits[1]
	start := q.least
	if strings.HasPrefix(q.step, "-") {
		least, most, start = limits[0], "-1", q.most
	}
	var b strings.Builder
	add := func(word, value, usual string) {
		if value != usual {
			b.WriteString(" " + word + " " + value)
		}
	}
	add("start", q.start, start)
	add("increment", q.step, "1")
	add("minvalue", q.least, least)
	add("maxvalue", q.most, most)
	add("cache", q.cache, "1")
	if q.cycle {
		b.WriteString(" cycle")
	}
	return b.String()
}
