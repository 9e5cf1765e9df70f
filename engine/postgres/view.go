package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// finishView describes a view or a materialized view. Whether the latter has been
// filled is about its rows, and no fact.
func (r *relation) finishView() {
	var f facts
	f.add(schema.Definition, arrays(r.definition))
	f.add(factAccessMethod, r.method)
	head := "CREATE VIEW "
	behind := ""
	if r.kind == 'v' {
		f = append(f, withParameters(r.options)...)
		if r.options != "" {
			behind = "\nWITH (" + parameters(r.options) + ")"
		}
	} else {
		head = "CREATE MATERIALIZED VIEW "
		if r.method != "" {
			behind = "\nUSING " + quote(r.method)
		}
	}
	source := head + r.called() + behind + " AS\n" + r.definition
	if r.kind == 'm' && !r.populated {
		source += "\nWITH NO DATA"
	}
	statements := []string{source}
	var defaults []string
	for _, c := range r.columns {
		defaults = append(defaults, quote(c.name)+" "+defaultValue(c.value, c.kind))
		statements = append(statements, "ALTER VIEW "+r.called()+" ALTER COLUMN "+quote(c.name)+" SET DEFAULT "+c.value)
	}
	f.add(schema.Default, strings.Join(defaults, ", "))
	r.object.Facts, r.object.Source = f, script(statements...)
}

var selectRules = `SELECT r.oid, r.ev_class, r.rulename, r.ev_enabled, pg_get_ruledef(r.oid),
	quote_ident(r.rulename), quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN'` + ours + `{only}`

// takeRule takes a row of selectRules.
func (s *survey) takeRule(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(kindRule, row[2]), Name: row[2]}
	body := strings.TrimSuffix(strings.TrimPrefix(row[4], "CREATE RULE "+row[5]+" AS\n"), ";")
	event, action, ok := cutAt(body, " TO "+row[6])
	if !ok {
		o.Unsupported = "its definition cannot be read"
	}
	var f facts
	f.add(schema.Definition, arrays(strings.TrimSpace(event)+action))
	f.add(factEnabled, enabledWord[row[3]])
	o.Facts = f
	o.Source = script("CREATE RULE "+quote(row[2])+" AS\n"+event+" TO "+r.called()+action,
		r.enable("RULE", row[2], row[3]))
	s.put("pg_rewrite", row[0], o)
	s.units[o] = row[1]
}

// enabledWord says what pg_trigger.tgenabled and pg_rewrite.ev_enabled mean, where that
// is unusual.
var enabledWord = map[string]string{"D": "no", "A": "always", "R": "replica"}

// enable returns the statement that sets a trigger's or rule's state, and "" for
// the usual one.
func (r *relation) enable(what, name, state string) string {
	words := map[string]string{"D": "DISABLE ", "A": "ENABLE ALWAYS ", "R": "ENABLE REPLICA "}[state]
	if words == "" {
		return ""
	}
	return "ALTER TABLE " + r.called() + " " + words + what + " " + quote(name)
}
