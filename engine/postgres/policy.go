package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

var selectPolicies = `SELECT p.oid, p.polrelid, p.polname, p.polpermissive,
	CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
	(SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY pg_get_userbyid(role))
		FROM unnest(p.polroles) AS role),
	pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE true` + ours + `{only}`

// takePolicy takes a row of selectPolicies.
func (s *survey) takePolicy(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(kindPolicy, row[2]), Name: row[2]}
	describe := func(spell func(string) string) string {
		var b strings.Builder
		if !isSo(row[3]) {
			b.WriteString("AS RESTRICTIVE ")
		}
		b.WriteString("FOR " + row[4] + " TO " + row[5])
		if row[6] != "" {
			b.WriteString(" USING (" + spell(row[6]) + ")")
		}
		if row[7] != "" {
			b.WriteString(" WITH CHECK (" + spell(row[7]) + ")")
		}
		return b.String()
	}
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: describe(canonical)}}
	o.Source = "CREATE POLICY " + quote(row[2]) + " ON " + r.called() + " " + describe(func(s string) string { return s })
	s.put("pg_policy", row[0], o)
	s.units[o] = row[1]
}

var selectStatistics = `SELECT x.oid, x.stxrelid, x.stxname, pg_get_statisticsobjdef(x.oid),
	'CREATE STATISTICS ' || quote_ident(m.nspname) || '.' || quote_ident(x.stxname) || ' ',
	nullif(m.nspname, current_schema()), CASE WHEN x.stxstattarget >= 0 THEN x.stxstattarget END
FROM pg_statistic_ext AS x JOIN pg_namespace AS m ON m.oid = x.stxnamespace
JOIN pg_class AS c ON c.oid = x.stxrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE true` + ours + `{only}`

// takeStatistics takes a row of selectStatistics. A text that names no kinds has
// them all.
func (s *survey) takeStatistics(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(kindStatistics, row[2]), Name: row[2]}
	body, ok := strings.CutPrefix(row[3], row[4])
	if !ok {
		// Without kinds, PostgreSQL writes no blank behind the name but a blank ahead of ON.
		o.Unsupported = "its definition cannot be read"
	}
	what, _, _ := cutAt(body, " FROM ")
	var f facts
	f.add(schema.Definition, arrays(what))
	f.add(factInSchema, row[5])
	f.add(factTarget, row[6])
	o.Facts = f
	target := ""
	if row[6] != "" {
		target = "ALTER STATISTICS " + qualified(row[5], row[2]) + " SET STATISTICS " + row[6]
	}
	o.Source = script("CREATE STATISTICS "+qualified(row[5], row[2])+" "+body, target)
	s.put("pg_statistic_ext", row[0], o)
	s.units[o] = row[1]
}
