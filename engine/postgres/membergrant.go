package postgres

import "github.com/dbmend/dbmend/schema"

// What belongs to an extension is not described, but what somebody may do with it can
// be the migrations' word: it is told where it is not what the extension has granted
// itself, which PostgreSQL keeps.
var selectMemberGrants = `SELECT g.unit, o.type, o.identity, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
	string_agg(x.privilege, ', ' ORDER BY x.privilege) FILTER (WHERE x.now)
FROM (SELECT 'pg_class'::regclass, c.oid, c.oid::bigint, c.relowner, c.relnamespace, c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)
		FROM pg_class AS c WHERE c.relacl IS NOT NULL AND c.oid >= 16384
	UNION ALL SELECT 'pg_proc'::regclass, p.oid, -p.oid::bigint, p.proowner, p.pronamespace, p.proacl, acldefault('f', p.proowner)
		FROM pg_proc AS p WHERE p.proacl IS NOT NULL AND p.oid >= 16384
	) AS g(class, oid, unit, owner, space, now, first)
JOIN pg_namespace AS n ON n.oid = g.space
JOIN pg_depend AS e ON e.classid = g.class AND e.objid = g.oid AND e.deptype = 'e'
LEFT JOIN pg_init_privs AS i ON i.classoid = g.class AND i.objoid = g.oid AND i.objsubid = 0
CROSS JOIN (SELECT r.oid AS me FROM pg_roles AS r WHERE r.rolname = current_user) AS m
CROSS JOIN LATERAL pg_identify_object(g.class, g.oid, 0) AS o
CROSS JOIN LATERAL (
	SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, true FROM aclexplode(g.now) AS a
	UNION ALL SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, false
		FROM aclexplode(coalesce(i.initprivs, g.first)) AS a) AS x(grantee, privilege, now)
WHERE x.grantee NOT IN (g.owner, m.me)` + ours + `{only}
GROUP BY g.unit, o.type, o.identity, x.grantee
HAVING string_agg(x.privilege, ', ' ORDER BY x.privilege) FILTER (WHERE x.now)
	IS DISTINCT FROM string_agg(x.privilege, ', ' ORDER BY x.privilege) FILTER (WHERE NOT x.now)`

// takeMemberGrant takes a row of selectMemberGrants.
func (s *survey) takeMemberGrant(row []string) {
	g := grant{role: row[3], privileges: row[4]}
	what := map[string]string{"function": "FUNCTION ", "procedure": "PROCEDURE ", "aggregate": "FUNCTION ", "sequence": "SEQUENCE "}[row[1]]
	if what == "" {
		what = "TABLE "
	}
	list := []string{"REVOKE ALL ON " + what + row[2] + " FROM " + g.role}
	if g.privileges == "" {
		g.privileges = "none"
	} else {
		list = append(list, g.statements("ON "+what+row[2])...)
	}
	o := &schema.Object{
		Key:    schema.Key{Kind: kindGrant, Name: row[1] + " " + row[2] + " to " + g.role},
		Facts:  facts{{Name: factPrivileges, Value: g.privileges}},
		Source: script(list...),
	}
	s.units[o] = row[0]
	s.list = append(s.list, o)
}
