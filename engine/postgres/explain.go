package postgres

import (
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Explain says what an error of PostgreSQL's means, by its code, which is the same
// in every language. Names are read from the message, which is not: from one that
// is not in English only the problem is known.
func (d *database) Explain(err error) engine.Complaint {
	c := explain(err)
	if c.Key.Space == d.home {
		c.Key.Space = ""
	}
	return c
}

func explain(err error) engine.Complaint {
	e, ok := asServerError(err)
	if !ok {
		return engine.Complaint{}
	}
	c := engine.Complaint{Problem: problem(e.Code)}
	switch {
	case c.Problem == engine.Missing || c.Problem == engine.Exists:
		c.Key = named(e)
	case c.Problem == engine.Violated && e.ColumnName != "":
		c.Key = schema.Key{Kind: schema.Column, Space: e.SchemaName, Table: e.TableName, Name: e.ColumnName}
	case c.Problem == engine.Violated && e.TableName != "":
		c.Key = schema.Key{Kind: schema.Table, Space: e.SchemaName, Name: e.TableName}
	}
	return c
}

// problems are the codes (Appendix A of PostgreSQL's manual) that the core can act
// on.
var problems = map[string]engine.Problem{
	"42P01": engine.Missing,  // undefined_table
	"42703": engine.Missing,  // undefined_column
	"42704": engine.Missing,  // undefined_object
	"42883": engine.Missing,  // undefined_function
	"3F000": engine.Missing,  // invalid_schema_name
	"42P07": engine.Exists,   // duplicate_table
	"42701": engine.Exists,   // duplicate_column
	"42710": engine.Exists,   // duplicate_object
	"42723": engine.Exists,   // duplicate_function
	"42P06": engine.Exists,   // duplicate_schema
	"40001": engine.Busy,     // serialization_failure
	"40P01": engine.Busy,     // deadlock_detected
	"55P03": engine.Busy,     // lock_not_available
	"55006": engine.Busy,     // object_in_use
	"53300": engine.Busy,     // too_many_connections
	"57014": engine.Busy,     // query_canceled: statement_timeout, or somebody's request
	"53100": engine.Full,     // disk_full
	"22001": engine.Violated, // string_data_right_truncation
	"22003": engine.Violated, // numeric_value_out_of_range
	"22P02": engine.Violated, // invalid_text_representation: a value that the type cannot hold
	"25006": engine.ReadOnly, // read_only_sql_transaction
	"42601": engine.Syntax,   // syntax_error
}

func problem(code string) engine.Problem {
	if p, ok := problems[code]; ok {
		return p
	}
	if len(code) != 5 || code == "42501" { // insufficient_privilege is about who asks
		return engine.Unknown
	}
	switch code[:2] {
	case "23": // integrity constraint violation
		return engine.Violated
	case "0A", "21", "22", "2B", "2F", "38", "39", "42", "44", "54", "P0":
		// What a statement asks for, the values it meets, what depends on an object, what
		// a function raises.
		return engine.Rejected
	}
	return engine.Unknown
}

// A saying is one of PostgreSQL's messages: of which kind of object the group
// "name" is the name. The group "table" is the table that it belongs to.
type saying struct {
	text *regexp.Regexp
	kind schema.Kind
}

// sayings are the messages behind the codes above. What is called a relation may be
// a table, a view, a sequence or an index.
var sayings = []saying{
	{says(`column "(?P<name>.+)" of relation "(?P<table>.+)" (?:does not exist|already exists)`), schema.Column},
	{says(`column "(?P<name>.+)" (?:does not exist|named in key does not exist|referenced in foreign key constraint does not exist)`), schema.Column},
	{says(`column (?:.+\.)?(?P<name>.+) does not exist`), schema.Column},
	{says(`constraint "(?P<name>.+)" (?:of|for) (?:relation|table) "(?P<table>.+)" (?:does not exist|already exists)`), "constraint"},
	{says(`trigger "(?P<name>.+)" for (?:relation|table) "(?P<table>.+)" (?:does not exist|already exists)`), schema.Trigger},
	{says(`policy "(?P<name>.+)" for (?:relation|table) "(?P<table>.+)" (?:does not exist|already exists)`), kindPolicy},
	{says(`rule "(?P<name>.+)" for (?:relation|table) "(?P<table>.+)" (?:does not exist|already exists)`), kindRule},
	{says(`(?:relation|table) "(?P<name>.+)" (?:does not exist|already exists)`), schema.Table},
	{says(`index "(?P<name>.+)" does not exist`), schema.Index},
	{says(`view "(?P<name>.+)" does not exist`), schema.View},
	{says(`materialized view "(?P<name>.+)" does not exist`), kindMaterialized},
	{says(`sequence "(?P<name>.+)" does not exist`), kindSequence},
	{says(`type "(?P<name>.+)" (?:does not exist|already exists)`), kindEnum},
	{says(`schema "(?P<name>.+)" (?:does not exist|already exists)`), kindNamespace},
	{says(`extension "(?P<name>.+)" (?:does not exist|already exists)`), kindExtension},
	{says(`collation "(?P<name>.+)" (?:for encoding ".+" )?(?:does not exist|already exists)`), kindCollation},
	{says(`statistics object "(?P<name>.+)" (?:does not exist|already exists)`), kindStatistics},
	{says(`publication "(?P<name>.+)" (?:does not exist|already exists)`), kindPublication},
	{says(`event trigger "(?P<name>.+)" (?:does not exist|already exists)`), kindEventTrigger},
	{says(`function (?P<name>.+\(.*\)) does not exist`), kindFunction},
	{says(`function "(?P<name>.+)" already exists with same argument types`), kindFunction},
	{says(`procedure (?P<name>.+\(.*\)) does not exist`), kindProcedure},
	{says(`aggregate (?P<name>.+\(.*\)) does not exist`), kindAggregate},
}

// says returns the expression of a whole message; names hold any character.
func says(s string) *regexp.Regexp { return regexp.MustCompile(`(?s)^(?:` + s + `)$`) }

// named returns what a message names.
func named(e *pgconn.PgError) schema.Key {
	for _, s := range sayings {
		m := s.text.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		k := schema.Key{Kind: s.kind, Name: m[s.text.SubexpIndex("name")]}
		if at := s.text.SubexpIndex("table"); at > 0 {
			k.Table = m[at]
		}
		// The server calls all relations by one word when it makes them, but indexes are
		// made in a place of their own.
		if e.Routine == "index_create" {
			k.Kind = schema.Index
		}
		// A name is written as the statement had it, with its schema or without. That a
		// name has a dot itself is rarer.
		if space, name, ok := strings.Cut(k.Name, "."); ok && k.Table == "" && k.Kind != schema.Column {
			k.Space, k.Name = space, name
		}
		return k
	}
	return schema.Key{}
}

// asServerError returns the server's own error within another.
func asServerError(err error) (*pgconn.PgError, bool) {
	var e *pgconn.PgError
	ok := errors.As(err, &e)
	return e, ok
}
