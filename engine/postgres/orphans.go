package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// Orphans returns the rows that break a foreign key which rows can break: one that
// is NOT VALID, which was never checked against the rows that were there; one whose
// triggers are disabled; and every one where this session fires none. To look
// through the rows of all others would take hours, to find none.
func (d *database) Orphans(ctx context.Context, limit int) ([]engine.Orphan, error) {
	if limit <= 0 {
		return nil, nil
	}
	keys, err := d.unchecked(ctx)
	if err != nil {
		return nil, fmt.Errorf("orphans: %w", err)
	}
	var found []engine.Orphan
	for _, k := range keys {
		if found, err = d.orphansOf(ctx, k, found, limit); err != nil {
			return nil, fmt.Errorf("orphans: %w", err)
		}
		if len(found) == limit {
			break
		}
	}
	return found, nil
}

// An uncheckedKey is a foreign key that rows may break, and the names as queries
// have them.
type uncheckedKey struct {
	table, parent         string // as keys have them
	from, to              string // likewise, qualified and quoted
	columns, others, rows []string
	full                  bool
}

// selectUnchecked asks for these keys.
const selectUnchecked = `SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END || c.relname,
	CASE WHEN m.nspname = current_schema() THEN '' ELSE m.nspname || '.' END || p.relname,
	quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(m.nspname) || '.' || quote_ident(p.relname), x.confmatchtype = 'f',
	array_to_string(ARRAY(SELECT quote_ident(a.attname) FROM unnest(x.conkey) WITH ORDINALITY AS k(n, i)
		JOIN pg_attribute AS a ON a.attrelid = x.conrelid AND a.attnum = k.n ORDER BY k.i), ', '),
	array_to_string(ARRAY(SELECT quote_ident(a.attname) FROM unnest(x.confkey) WITH ORDINALITY AS k(n, i)
		JOIN pg_attribute AS a ON a.attrelid = x.confrelid AND a.attnum = k.n ORDER BY k.i), ', '),
	array_to_string(ARRAY(SELECT quote_ident(a.attname) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
		WHERE i.indrelid = x.conrelid AND i.indisprimary ORDER BY a.attnum), ', ')
FROM pg_constraint AS x JOIN pg_class AS c ON c.oid = x.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS p ON p.oid = x.confrelid JOIN pg_namespace AS m ON m.oid = p.relnamespace
WHERE x.contype = 'f' AND x.conparentid = 0 AND (NOT x.convalidated OR current_setting('session_replication_role') = 'replica'
	OR EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgconstraint = x.oid AND g.tgenabled IN ('D', 'R')))
ORDER BY 1, x.conname`

func (d *database) unchecked(ctx context.Context) ([]uncheckedKey, error) {
	rows, err := d.Query(ctx, selectUnchecked)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []uncheckedKey
	for rows.Next() {
		var k uncheckedKey
		var columns, others, key string
		if err := rows.Scan(&k.table, &k.parent, &k.from, &k.to, &k.full, &columns, &others, &key); err != nil {
			return nil, err
		}
		k.columns, k.others = elements(columns), elements(others)
		if key != "" {
			k.rows = elements(key)
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

// orphansOf adds the rows that break one foreign key.
func (d *database) orphansOf(ctx context.Context, k uncheckedKey, found []engine.Orphan, limit int) ([]engine.Orphan, error) {
	rows, err := d.Query(ctx, k.query(limit-len(found)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		o := engine.Orphan{Table: k.table, Parent: k.parent}
		if err := rows.Scan(&o.Row); err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, rows.Err()
}

// query asks for the rows whose columns are not NULL (with MATCH FULL: not all of
// them) and mean no row of the parent.
func (k uncheckedKey) query(limit int) string {
	same, filled := make([]string, len(k.columns)), make([]string, len(k.columns))
	for i, c := range k.columns {
		same[i] = "p." + k.others[i] + " = c." + c
		filled[i] = "c." + c + " IS NOT NULL"
	}
	all := " AND "
	if k.full {
		all = " OR "
	}
	row := "''"
	if len(k.rows) > 0 {
		texts := make([]string, len(k.rows))
		for i, c := range k.rows {
			texts[i] = "c." + c + "::text"
		}
		row = "concat_ws(', ', " + strings.Join(texts, ", ") + ")"
	}
	return fmt.Sprintf("SELECT %s FROM %s AS c WHERE (%s) AND NOT EXISTS (SELECT FROM %s AS p WHERE %s) LIMIT %d",
		row, k.from, strings.Join(filled, all), k.to, strings.Join(same, " AND "), limit)
}
