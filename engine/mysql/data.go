package mysql

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// Seed reads an INSERT, or a REPLACE, of values that tell by themselves what is
// stored: literals and constant expressions of them. Each value is SQL that gives
// it anywhere, without comments; "" stands for one that is another at every run or
// in another table, such as CURRENT_TIMESTAMP and DEFAULT.
//
// What the server makes of a value is not looked at: NULL and 0 in a column that
// numbers itself are given as they are written. Strings are taken for those of the
// default sql_mode, and told in single quotes.
//
// It is false whenever there is a doubt: for variables, subqueries, names, stored
// functions, conditional comments, a database's name, partitions, ON DUPLICATE KEY
// UPDATE with anything but a = a, RETURNING, and what the server would refuse.
func (Engine) Seed(statement string) (engine.Seed, bool) {
	s, ok := readSeed(statement)
	if !ok {
		return engine.Seed{}, false
	}
	return engine.Seed{Table: s.table, Columns: s.columns, Rows: s.rows}, true
}

// A seed is an INSERT of literals, and where in the text its rows are.
type seed struct {
	table   string
	columns []string
	rows    [][]string
	places  [][2]int // from each row's beginning to behind its end; none for INSERT … SET
}

func readSeed(text string) (s seed, ok bool) {
	p := newPhrase(text)
	if s.table, ok = p.insertInto(true); !ok {
		return seed{}, false
	}
	switch {
	case p.skip("set"):
		row, ok := p.settings(&s.columns)
		if !ok {
			return seed{}, false
		}
		s.rows = [][]string{row}
	default:
		if p.token.is("(") {
			if s.columns = p.list(); len(s.columns) == 0 {
				return seed{}, false
			}
		}
		if p.either("values", "value") == "" || !p.rows(&s) {
			return seed{}, false
		}
	}
	if p.skip("on", "duplicate", "key", "update") && !p.keeps() || !p.done() || p.cond {
		return seed{}, false
	}
	return s, true
}

// insertInto reads the beginning of an INSERT or a REPLACE up to the table, which
// must be one of the database that is connected to.
func (p *phrase) insertInto(replace bool) (table string, ok bool) {
	switch {
	case p.skip("insert"):
		p.any("low_priority", "delayed", "high_priority", "ignore")
	case replace && p.skip("replace"):
		p.any("low_priority", "delayed")
	default:
		return "", false
	}
	p.skip("into")
	space, table := p.name()
	return foldTable(table), space == "" && table != ""
}

// list reads names in parentheses, folded; it is empty and not nil if they are
// anything else.
func (p *phrase) list() []string {
	names := []string{}
	for p.either("(", ",") != "" {
		if !p.token.isName() {
			return []string{}
		}
		names = append(names, fold(p.next().name()))
	}
	if !p.skip(")") {
		return []string{}
	}
	return names
}

// rows reads rows in parentheses.
func (p *phrase) rows(s *seed) bool {
	for more := true; more; more = p.skip(",") {
		from := p.token.pos
		if !p.skip("(") {
			return false
		}
		var row []string
		for more := true; more; more = p.skip(",") {
			v, ok := p.value()
			if !ok {
				return false
			}
			row = append(row, v)
		}
		to := p.token.end()
		if !p.skip(")") || len(s.rows) > 0 && len(row) != len(s.rows[0]) || s.columns != nil && len(row) != len(s.columns) {
			return false
		}
		s.rows, s.places = append(s.rows, row), append(s.places, [2]int{from, to})
	}
	return true
}

// settings reads the a = 1, b = 2 of an INSERT … SET.
func (p *phrase) settings(columns *[]string) (row []string, ok bool) {
	for more := true; more; more = p.skip(",") {
		if !p.token.isName() {
			return nil, false
		}
		*columns = append(*columns, fold(p.next().name()))
		if p.either("=", ":=") == "" {
			return nil, false
		}
		v, ok := p.value()
		if !ok {
			return nil, false
		}
		row = append(row, v)
	}
	return row, true
}

// keeps reads the assignments behind ON DUPLICATE KEY UPDATE and reports whether
// each is of a column to itself: then a row that is there stays as it is.
func (p *phrase) keeps() bool {
	for more := true; more; more = p.skip(",") {
		if !p.token.isName() {
			return false
		}
		name := fold(p.next().name())
		if !p.skip("=") || !p.token.isName() || fold(p.next().name()) != name {
			return false
		}
	}
	return true
}

// value reads one value, up to what follows it.
func (p *phrase) value() (sql string, ok bool) {
	var b strings.Builder
	parts, stable := 0, true
	var last token
	for depth := 0; depth > 0 || !p.endsValue(); parts++ {
		t := p.next()
		spelled := t.text
		switch t.kind {
		case number, blob:
		case text:
			spelled = singleQuoted(spelled)
		case mark:
			switch t.text {
			case "(":
				depth++
			case ")":
				depth--
			case ";", ".", "{", "}", "@", ":=":
				return "", false
			}
		case word:
			w := fold(t.text)
			switch calls := p.token.is("("); {
			case calls && slices.Contains(pure, w):
			case calls && slices.Contains(fickle, w), !calls && slices.Contains(clocks, w):
				stable = false
			case calls || !slices.Contains(constants, w) && !(p.token.kind == text && slices.Contains(introducers, w)):
				return "", false
			}
		default: // a name, a variable, nonsense or the end
			return "", false
		}
		// Between a function's name and its parenthesis a blank means something.
		if parts > 0 && last.end() < t.pos {
			b.WriteByte(' ')
		}
		b.WriteString(spelled)
		last = t
	}
	sql = b.String()
	switch {
	case parts == 0:
		return "", false
	case !stable:
		return "", true
	case strings.EqualFold(sql, "true"):
		return "1", true
	case strings.EqualFold(sql, "false"):
		return "0", true
	case strings.EqualFold(sql, `\N`):
		return "NULL", true
	case parts == 1:
		return sql, true
	case parts == 2 && (sql[0] == '-' || sql[0] == '+') && last.kind == number:
		return sql[:1] + last.text, true
	}
	return "(" + sql + ")", true
}

// endsValue reports whether a value is over, outside of parentheses.
func (p *phrase) endsValue() bool {
	return p.done() || p.token.is(",") || p.token.is(")") || p.token.is("on")
}

// singleQuoted returns a string in single quotes, in which it is one in every
// sql_mode.
func singleQuoted(s string) string {
	if s[0] != '"' {
		return s
	}
	var b strings.Builder
	b.WriteByte('\'')
	for s = s[1 : len(s)-1]; s != ""; {
		switch {
		case strings.HasPrefix(s, `""`):
			b.WriteByte('"')
			s = s[2:]
			continue
		case s[0] == '\\':
			b.WriteString(s[:2])
			s = s[2:]
			continue
		case s[0] == '\'':
			b.WriteByte('\'')
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	b.WriteByte('\'')
	return b.String()
}

// Words that may stand in a constant expression.
var (
	constants = []string{
		"null", `\n`, "true", "false", "not", "and", "or", "xor", "case", "when", "then", "else", "end", "div", "mod", "is", "in", "between",
		"interval", "microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year",
	}
	introducers = []string{"_utf8", "_utf8mb3", "_utf8mb4", "_latin1", "_ascii", "_binary", "date", "time", "timestamp"}
	clocks      = []string{
		"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "utc_timestamp", "utc_date", "utc_time",
		"current_user", "current_role", "default",
	}
	// Functions of the server's own whose result depends on their arguments alone.
	pure = []string{
		"abs", "bin", "ceil", "ceiling", "char_length", "coalesce", "concat", "concat_ws", "elt", "field", "floor", "from_base64",
		"greatest", "hex", "if", "ifnull", "inet_aton", "inet6_aton", "instr", "json_array", "json_object", "json_quote", "lcase", "least",
		"left", "length", "lower", "lpad", "ltrim", "md5", "mid", "mod", "nullif", "ord", "pow", "power", "quote", "repeat", "replace",
		"reverse", "right", "round", "rpad", "rtrim", "sha", "sha1", "sha2", "sign", "space", "strcmp", "substr", "substring", "to_base64",
		"trim", "truncate", "ucase", "unhex", "upper", "uuid_to_bin", "bin_to_uuid",
	}
	// Functions that may give something else each time, or in another session.
	fickle = []string{
		"now", "sysdate", "current_timestamp", "current_date", "current_time", "curdate", "curtime", "localtime", "localtimestamp",
		"utc_timestamp", "utc_date", "utc_time", "unix_timestamp", "from_unixtime", "date", "time", "timestamp", "date_add", "date_sub",
		"adddate", "subdate", "addtime", "subtime", "date_format", "str_to_date", "year", "month", "day", "last_day", "timestampadd",
		"rand", "uuid", "uuid_short", "random_bytes", "last_insert_id", "row_count", "found_rows", "connection_id", "database", "schema",
		"user", "current_user", "session_user", "system_user", "version", "default",
	}
)
