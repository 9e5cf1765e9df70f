package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Those that belong to constraints are made with these, and so are those of a partition
// that its parent's trigger has made: they are told where they fire at other times.
var selectTriggers = `SELECT g.oid, g.tgrelid, g.tgname, g.tgenabled, pg_get_triggerdef(g.oid),
	quote_ident(g.tgname), quote_ident(n.nspname) || '.' || quote_ident(c.relname), p.oid IS NOT NULL
FROM pg_trigger AS g LEFT JOIN pg_trigger AS p ON p.oid = g.tgparentid AND NOT p.tgisinternal JOIN pg_class AS c ON c.oid = g.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE (NOT g.tgisinternal AND g.tgparentid = 0 OR p.tgenabled <> g.tgenabled)` + ours + `{only}`

// takeTrigger takes a row of selectTriggers.
func (s *survey) takeTrigger(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(schema.Trigger, row[2]), Name: row[2]}
	s.units[o] = row[1]
	if isSo(row[7]) {
		o.Facts = facts{{Name: factEnabled, Value: enabledWord[row[3]]}}
		o.Source = r.enable("TRIGGER", row[2], row[3])
		s.put("pg_trigger", row[0], o)
		return
	}
	head, kind := "CREATE TRIGGER ", ""
	body, ok := strings.CutPrefix(row[4], head+row[5]+" ")
	if !ok {
		head, kind = "CREATE CONSTRAINT TRIGGER ", "constraint "
		body, ok = strings.CutPrefix(row[4], head+row[5]+" ")
	}
	events, action, found := cutAt(body, " ON "+row[6])
	if !ok || !found {
		o.Unsupported = "its definition cannot be read"
	}
	var f facts
	f.add(schema.Definition, kind+events+arrays(action))
	f.add(factEnabled, enabledWord[row[3]])
	o.Facts = f
	o.Source = script(head+quote(row[2])+" "+events+" ON "+r.called()+action, r.enable("TRIGGER", row[2], row[3]))
	s.put("pg_trigger", row[0], o)
}

// A constraint that triggers hold rows to is not enforced while they are disabled, as
// DISABLE TRIGGER ALL leaves them.
var selectEnforcement = `SELECT g.tgrelid, bool_and(g.tgenabled = 'D'), string_agg(DISTINCT quote_ident(x.conname), ', ')
	FILTER (WHERE g.tgenabled <> 'O')
FROM pg_trigger AS g JOIN pg_constraint AS x ON x.oid = g.tgconstraint AND x.contype <> 't'
JOIN pg_class AS c ON c.oid = g.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE true` + ours + `{only}
GROUP BY g.tgrelid HAVING bool_or(g.tgenabled <> 'O')`

// takeEnforcement takes a row of selectEnforcement.
func (s *survey) takeEnforcement(row []string) {
	r := s.relations[row[0]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(kindEnforcement, "of constraints"), Facts: facts{{Name: factEnabled, Value: "no"}}}
	if isSo(row[1]) {
		o.Source = r.alter() + " DISABLE TRIGGER ALL"
	} else {
		o.Facts[0].Value = "not of " + row[2]
		o.Unsupported = "some of a table's constraints are enforced, and some not"
	}
	s.add(r.object, o)
}

var selectEventTriggers = `SELECT t.oid, t.evtname, t.evtenabled, t.evtevent,
	(SELECT string_agg(quote_literal(tag), ', ' ORDER BY tag) FROM unnest(t.evttags) AS tag), t.evtfoid::regproc
FROM pg_event_trigger AS t WHERE true` + notOfExtension("pg_event_trigger", "t.oid")

// takeEventTrigger takes a row of selectEventTriggers.
func (s *survey) takeEventTrigger(row []string) {
	o := &schema.Object{Key: schema.Key{Kind: kindEventTrigger, Name: row[1]}, Name: row[1]}
	definition := "ON " + row[3]
	if row[4] != "" {
		definition += " WHEN TAG IN (" + row[4] + ")"
	}
	definition += " EXECUTE FUNCTION " + row[5] + "()"
	var f facts
	f.add(schema.Definition, definition)
	f.add(factEnabled, enabledWord[row[2]])
	o.Facts = f
	state := map[string]string{"D": "DISABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}[row[2]]
	if state != "" {
		state = "ALTER EVENT TRIGGER " + quote(row[1]) + " " + state
	}
	o.Source = script("CREATE EVENT TRIGGER "+quote(row[1])+" "+definition, state)
	s.put("pg_event_trigger", row[0], o)
}
