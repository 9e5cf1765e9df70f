package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// What an owner may do to his own, and what the role of this connection may, is no
// fact: on a scratch database both are one, and everything is theirs. Privileges that
// PUBLIC has of itself (EXECUTE, USAGE of types) are told where it has lost them.
var (
	selectTableGrants = granted(`SELECT 'pg_class', c.oid, NULL::name, c.relowner, c.relacl FROM pg_class AS c
		WHERE c.relacl IS NOT NULL AND c.oid >= 16384{only}
	UNION ALL SELECT 'pg_class', c.oid, a.attname, c.relowner, a.attacl FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
		WHERE a.attacl IS NOT NULL AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped{only}`)
	selectRoutineGrants = granted(`SELECT 'pg_proc', p.oid, NULL, p.proowner, p.proacl FROM pg_proc AS p
		WHERE p.proacl IS NOT NULL AND p.oid >= 16384{only}`)
	selectGrants = granted(`SELECT 'pg_type', t.oid, NULL, t.typowner, t.typacl FROM pg_type AS t WHERE t.typacl IS NOT NULL AND t.oid >= 16384
	UNION ALL SELECT 'pg_namespace', n.oid, NULL, n.nspowner, n.nspacl FROM pg_namespace AS n
		WHERE n.nspacl IS NOT NULL AND (n.oid >= 16384 OR n.oid = ` + public + `)`)
)

// granted asks what is in some access control lists, for each role that has some.
func granted(lists string) string {
	return `SELECT g.class, g.oid, g.column_name, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
	string_agg(x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY x.privilege_type),
	x.grantee IN (g.owner, m.me)
FROM (` + lists + `) AS g(class, oid, column_name, owner, acl)
CROSS JOIN (SELECT r.oid AS me FROM pg_roles AS r WHERE r.rolname = current_user) AS m CROSS JOIN LATERAL aclexplode(g.acl) AS x
GROUP BY 1, 2, 3, x.grantee, g.owner, m.me`
}

// takeGrant takes a row of selectGrants.
func (s *survey) takeGrant(row []string) {
	on := s.known[identity{row[0], row[1]}]
	if on == nil {
		return
	}
	g := s.grant(on)
	g.column = row[2]
	if g.usual != "" && s.public[on] == "" {
		s.public[on] = "none"
	}
	switch {
	case isSo(row[5]):
	case row[3] == "PUBLIC" && g.usual != "":
		s.public[on] = row[4]
	default:
		g.role, g.privileges = row[3], row[4]
		s.add(on, g.object())
	}
}

// settleGrants tells where PUBLIC has other privileges than it has of itself.
func (s *survey) settleGrants() {
	for on, privileges := range s.public {
		if g := s.grant(on); privileges != g.usual {
			g.role, g.privileges = "PUBLIC", privileges
			s.add(on, g.object())
		}
	}
}

// A grant is what one role may do with one object.
type grant struct {
	on         *schema.Object
	column     string
	role       string // as statements have it
	privileges string // sorted; "none" where PUBLIC has lost what it has of itself
	usual      string // what PUBLIC has of itself; "" for nothing
}

// openness is what PUBLIC may do in a new database's schema public.
func openness(f engine.Flavor) string {
	if f.AtLeast(15, 0) {
		return "USAGE"
	}
	return "CREATE, USAGE"
}

// grant returns a grant on an object, to nobody yet.
func (s *survey) grant(on *schema.Object) grant {
	g := grant{on: on}
	switch on.Key.Kind {
	case kindFunction, kindProcedure, kindAggregate:
		g.usual = "EXECUTE"
	case kindEnum, kindDomain, kindComposite, kindRange:
		g.usual = "USAGE"
	case kindNamespace:
		if on.Spelling() == "public" {
			g.usual = s.openness
		}
	}
	return g
}

func (g grant) object() *schema.Object {
	k := schema.Key{Kind: kindGrant, Space: g.on.Key.Space}
	what, name := commented(g.on)
	switch {
	case g.column != "":
		k.Table, k.Name = g.on.Key.Name, "column "+g.column+" to "+g.role
	case isRelation(g.on.Key.Kind):
		k.Table, k.Name = g.on.Key.Name, string(g.on.Key.Kind)+" to "+g.role
	default:
		k.Name = label(g.on) + " to " + g.role
	}
	if isRelation(g.on.Key.Kind) {
		what = "TABLE"
	}
	o := &schema.Object{Key: k, Facts: []schema.Fact{{Name: factPrivileges, Value: g.privileges}}}
	var list []string
	if g.usual != "" && g.role == "PUBLIC" {
		list = append(list, "REVOKE "+g.usual+" ON "+what+" "+name+" FROM PUBLIC")
	}
	if g.privileges != "none" {
		list = append(list, g.statements("ON "+what+" "+name)...)
	}
	o.Source = script(list...)
	return o
}

// statements returns the GRANTs: one for what may be passed on, and one for the rest.
func (g grant) statements(on string) []string {
	const option = " WITH GRANT OPTION"
	column := ""
	if g.column != "" {
		column = " (" + quote(g.column) + ")"
	}
	var plain, passed []string
	for _, p := range strings.Split(g.privileges, ", ") {
		if name, ok := strings.CutSuffix(p, option); ok {
			passed = append(passed, name+column)
		} else {
			plain = append(plain, p+column)
		}
	}
	var list []string
	if plain != nil {
		list = append(list, "GRANT "+strings.Join(plain, ", ")+" "+on+" TO "+g.role)
	}
	if passed != nil {
		list = append(list, "GRANT "+strings.Join(passed, ", ")+" "+on+" TO "+g.role+option)
	}
	return list
}

// Default privileges are those of objects to come. What they take from PUBLIC is
// only told where they are for all schemas: elsewhere they can only give.
var selectDefaultPrivileges = `SELECT nullif(pg_get_userbyid(d.defaclrole), current_user), n.nspname,
	CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
		WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
	CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
	string_agg(x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY x.privilege_type),
	x.grantee = d.defaclrole, n.nspname IS NOT DISTINCT FROM current_schema()
FROM pg_default_acl AS d LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) AS x
GROUP BY 1, 2, 3, x.grantee, d.defaclrole`

// takeDefaultPrivileges takes a row of selectDefaultPrivileges.
func (s *survey) takeDefaultPrivileges(row []string) {
	g := grant{role: row[3], privileges: row[4]}
	name, head := strings.ToLower(row[2]), "ALTER DEFAULT PRIVILEGES"
	if row[0] != "" {
		name, head = name+" of "+row[0], head+" FOR ROLE "+quote(row[0])
	}
	k := schema.Key{Kind: kindDefaultPrivileges}
	if row[1] != "" {
		head += " IN SCHEMA " + quote(row[1])
		if !isSo(row[6]) {
			k.Space = row[1]
		}
	} else {
		name += " anywhere"
	}
	ofPublic := map[string]string{"FUNCTIONS": "EXECUTE", "TYPES": "USAGE"}[row[2]]
	if row[1] == "" && ofPublic != "" {
		k.Name = name + " to PUBLIC"
		if _, seen := s.defaults[k]; !seen {
			s.defaults[k] = &schema.Object{Key: k, Facts: []schema.Fact{{Name: factPrivileges, Value: "none"}},
				Source: head + " REVOKE " + ofPublic + " ON " + row[2] + " FROM PUBLIC"}
		}
		if row[3] == "PUBLIC" && row[4] == ofPublic {
			s.defaults[k] = nil
			return
		}
	}
	if isSo(row[5]) {
		return // what the owner may do
	}
	k.Name = name + " to " + row[3]
	var list []string
	for _, statement := range g.statements("ON " + row[2]) {
		list = append(list, head+" "+statement)
	}
	s.defaults[k] = &schema.Object{Key: k, Facts: []schema.Fact{{Name: factPrivileges, Value: row[4]}}, Source: script(list...)}
}
