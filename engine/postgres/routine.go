package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// pg_get_functiondef qualifies the routine's own name, whatever the search_path,
// and knows no aggregates. What nullif compares as a number it returns as one, and numbers of
// functions are others in another database.
var selectRoutines = `SELECT p.oid, p.prokind, nullif(n.nspname, current_schema()), p.proname, oidvectortypes(p.proargtypes),
	CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
	'CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || quote_ident(n.nspname) || '.' || quote_ident(p.proname),
	CASE WHEN p.prokind = 'a' THEN pg_get_function_arguments(p.oid) END,
	concat_ws(', ', 'sfunc = ' || a.aggtransfn, 'stype = ' || format_type(a.aggtranstype, NULL), 'sspace = ' || nullif(a.aggtransspace, 0),
		'finalfunc = ' || nullif(a.aggfinalfn::oid, 0)::regproc, CASE WHEN a.aggfinalextra THEN 'finalfunc_extra' END,
		'finalfunc_modify = ' || CASE a.aggfinalmodify WHEN 's' THEN 'shareable' WHEN 'w' THEN 'read_write' END,
		'combinefunc = ' || nullif(a.aggcombinefn::oid, 0)::regproc, 'serialfunc = ' || nullif(a.aggserialfn::oid, 0)::regproc, 'deserialfunc = ' || nullif(a.aggdeserialfn::oid, 0)::regproc,
		'initcond = ' || quote_literal(a.agginitval), 'msfunc = ' || nullif(a.aggmtransfn::oid, 0)::regproc, 'minvfunc = ' || nullif(a.aggminvtransfn::oid, 0)::regproc,
		'mstype = ' || format_type(nullif(a.aggmtranstype, 0), NULL), 'msspace = ' || nullif(a.aggmtransspace, 0),
		'mfinalfunc = ' || nullif(a.aggmfinalfn::oid, 0)::regproc, CASE WHEN a.aggmfinalextra THEN 'mfinalfunc_extra' END,
		'mfinalfunc_modify = ' || CASE a.aggmfinalmodify WHEN 's' THEN 'shareable' WHEN 'w' THEN 'read_write' END,
		'minitcond = ' || quote_literal(a.aggminitval),
		'sortop = operator(' || (SELECT quote_ident(m.nspname) || '.' || o.oprname FROM pg_operator AS o
			JOIN pg_namespace AS m ON m.oid = o.oprnamespace WHERE o.oid = a.aggsortop) || ')',
		CASE WHEN a.aggfnoid IS NOT NULL THEN 'parallel = ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END END,
		CASE WHEN a.aggkind = 'h' THEN 'hypothetical' END)
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE true` + ours + `{only}` + byHand("pg_proc", "p.oid")

// takeRoutine takes a row of selectRoutines. What is between the quotes of a body is
// the routine's own: nothing in there is brought into a normal form.
func (s *survey) takeRoutine(row []string) {
	kind := map[string]schema.Kind{"p": kindProcedure, "a": kindAggregate}[row[1]]
	if kind == "" {
		kind = kindFunction
	}
	o := &schema.Object{
		Key:  schema.Key{Kind: kind, Space: row[2], Name: row[3] + "(" + row[4] + ")"},
		Name: row[3],
	}
	definition, ok := strings.CutPrefix(row[5], row[6])
	head := strings.ToUpper(string(kind))
	if kind == kindAggregate {
		arguments := row[7]
		if arguments == "" {
			arguments = "*"
		}
		definition, ok = "("+arguments+") ("+row[8]+")", true
	}
	if !ok {
		o.Unsupported = "its definition cannot be read"
	}
	definition = strings.TrimSuffix(definition, "\n")
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: definition}}
	o.Source = "CREATE " + head + " " + qualified(row[2], row[3]) + definition
	s.put("pg_proc", row[0], o)
	s.units[o] = "-" + row[0]
}
