package sqlite

import (
	"regexp"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// explain reads SQLite's own words in an error, or in what it wraps.
//
// Drivers share no error type, but all pass on the text of sqlite3_errmsg. What
// is wrapped is read first: the innermost error is SQLite's and holds nothing of
// ours. Each form is read from its beginning, since what follows may be a name,
// and a table may be called "no such table: notes".
func explain(err error) engine.Complaint {
	var inner []error
	switch e := err.(type) {
	case nil:
		return engine.Complaint{}
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	for _, e := range inner {
		if c := explain(e); c.Problem != engine.Unknown {
			return c
		}
	}
	c := complaint(message(err.Error()))
	if c.Problem == engine.Unknown && rejected.MatchString(err.Error()) {
		c.Problem = engine.Rejected
	}
	return c
}

// rejected matches the result codes that say of the statement alone that it does not
// run (SQLITE_ERROR, SQLITE_TOOBIG, SQLITE_MISMATCH; sqlite.org/rescode.html): a value
// that is no JSON, a number too large, a column that belongs to the key.
var rejected = regexp.MustCompile(`^(?:sqlite3: )?(?:SQL logic error|string or blob too big|datatype mismatch)(?:: |$| \()`)

// meanings are the texts of result codes (sqlite3_errstr) that drivers put ahead
// of a message that says more.
var meanings = [...]string{"SQL logic error: ", "constraint failed: "}

// trailer is the result code behind the message, as modernc.org/sqlite has it.
var trailer = regexp.MustCompile(` \(\d+\)$`)

// message returns what SQLite said, without what a driver puts around it.
func message(s string) string {
	s, bare := strings.CutPrefix(s, "sqlite3: ")
	for _, m := range meanings {
		if rest, ok := strings.CutPrefix(s, m); ok {
			if bare {
				return rest
			}
			// Only together with the meaning: a table may be called "notes (1)".
			return trailer.ReplaceAllString(rest, "")
		}
	}
	return s
}

// A form is one of SQLite's messages: what it means, and of which kind of object
// the first group is the name.
type form struct {
	text    *regexp.Regexp
	problem engine.Problem
	kind    schema.Kind // "" where it names nothing, or nothing of use
}

// forms are the messages of build.c, alter.c, resolve.c, trigger.c and vdbe.c
// that are about the presence of an object or about a lock, a disk or a row.
// %T in those sources is a name as the statement had it, quotes included.
var forms = []form{
	{pattern(`no such table: (.+)`), engine.Missing, schema.Table},
	{pattern(`no such view: (.+)`), engine.Missing, schema.View},
	{pattern(`no such index: (.+)`), engine.Missing, schema.Index},
	{pattern(`no such trigger: (.+)`), engine.Missing, schema.Trigger},
	{pattern(`no such column: "(.+)" - should this be a string literal in single-quotes\?`), engine.Missing, schema.Column},
	{pattern(`no such column: "(.+)"`), engine.Missing, schema.Column},
	{pattern(`no such column: (.+)`), engine.Missing, schema.Column},
	{pattern(`unknown column "(.+)" in foreign key definition`), engine.Missing, schema.Column},
	{pattern(`duplicate column name: (.+)`), engine.Exists, schema.Column},
	{pattern(`table (.+) already exists`), engine.Exists, schema.Table},
	{pattern(`view (.+) already exists`), engine.Exists, schema.View},
	{pattern(`index (.+) already exists`), engine.Exists, schema.Index},
	{pattern(`trigger (.+) already exists`), engine.Exists, schema.Trigger},
	{pattern(`there is already a table named (.+)`), engine.Exists, schema.Table},
	{pattern(`there is already an index named (.+)`), engine.Exists, schema.Index},
	{pattern(`there is already another table or index with this name: (.+)`), engine.Exists, schema.Table},
	{pattern(`UNIQUE constraint failed: index '(.+)'`), engine.Violated, schema.Index},
	{pattern(`UNIQUE constraint failed: ([^,]+)\.[^,]*(?:, .*)?`), engine.Violated, schema.Table},
	{pattern(`(?:(?:UNIQUE|CHECK|FOREIGN KEY|PRIMARY KEY) )?constraint failed.*`), engine.Violated, ""},
	{pattern(`Cannot add a NOT NULL column with default value NULL`), engine.Violated, ""},
	{pattern(`database (?:table |schema )?is locked.*`), engine.Busy, ""},
	{pattern(`locking protocol.*`), engine.Busy, ""},
	{pattern(`database or disk is full.*`), engine.Full, ""},
	{pattern(`attempt to write a readonly database.*`), engine.ReadOnly, ""},
	{pattern(`SELECTs to the left and right of .* do not have the same number of result columns`), engine.Syntax, ""},
	{pattern(`table .* has \d+ columns but \d+ values were supplied`), engine.Syntax, ""},
	{pattern(`no such (?:function|module|collation sequence|vfs): .*`), engine.Unequipped, ""},
	{pattern(`near ".*": syntax error`), engine.Syntax, ""},
	{pattern(`unrecognized token: .*`), engine.Syntax, ""},
	{pattern(`incomplete input`), engine.Syntax, ""},
}

var (
	// within is what ALTER TABLE says of another object that it would break, or that
	// was broken before.
	within = pattern(`error in (?:table|view|trigger|index) .+?(?: after (?:rename|drop column|add column))?: (.+)`)
	// lacks and refusesNull name a column together with its table.
	lacks       = pattern(`table (.+) has no column named (.+)`)
	refusesNull = pattern(`NOT NULL constraint failed: (.+)\.(.+)`)
)

// pattern returns the expression of a whole message; names hold any character.
func pattern(s string) *regexp.Regexp { return regexp.MustCompile(`(?s)^(?:` + s + `)$`) }

// complaint reads one message of SQLite's.
func complaint(s string) engine.Complaint {
	if m := within.FindStringSubmatch(s); m != nil {
		return complaint(m[1])
	}
	if m := lacks.FindStringSubmatch(s); m != nil {
		return engine.Complaint{Problem: engine.Missing,
			Key: schema.Key{Kind: schema.Column, Table: fold(m[1]), Name: fold(m[2])}}
	}
	if m := refusesNull.FindStringSubmatch(s); m != nil {
		return engine.Complaint{Problem: engine.Violated,
			Key: schema.Key{Kind: schema.Column, Table: fold(m[1]), Name: fold(m[2])}}
	}
	for _, f := range forms {
		m := f.text.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		c := engine.Complaint{Problem: f.problem}
		if f.kind != "" {
			c.Key = schema.Key{Kind: f.kind, Name: called(f.kind, m[1])}
		}
		return c
	}
	return engine.Complaint{}
}

// called returns the name in a message as keys have it: folded, without quotes,
// without the database ahead of it. What is ahead of a column may be an alias as
// well as a table, and is dropped too.
func called(kind schema.Kind, name string) string {
	name = strings.TrimPrefix(name, "main.")
	if kind == schema.Column {
		name = name[strings.LastIndexByte(name, '.')+1:]
	}
	if list := tokenize(name); len(list) == 1 && list[0].isName() {
		name = list[0].name()
	}
	return fold(name)
}
