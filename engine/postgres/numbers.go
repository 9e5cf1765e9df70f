package postgres

import (
	"context"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Numbers returns a statement for every sequence that this role may read, those of
// columns included. It does nothing where there is no such sequence.
func (d *database) Numbers(ctx context.Context, _ *schema.Snapshot) ([]string, error) {
	// Each gives a query for one sequence, which in turn gives its statement.
	const all = `SELECT format('SELECT format(''SELECT pg_catalog.setval(s, %%s, %%L) FROM pg_catalog.to_regclass(%%L) AS s WHERE s IS NOT NULL'', last_value, is_called, %L) FROM %s',
	c.oid::regclass::text, c.oid::regclass)
FROM pg_catalog.pg_sequence AS q JOIN pg_catalog.pg_class AS c ON c.oid = q.seqrelid
WHERE c.relpersistence <> 't' AND pg_catalog.has_sequence_privilege(q.seqrelid, 'SELECT')
ORDER BY c.oid`
	queries, err := d.texts(ctx, all)
	if err != nil || len(queries) == 0 {
		return nil, err
	}
	return d.texts(ctx, strings.Join(queries, " UNION ALL "))
}

// texts returns the only column of a query.
func (d *database) texts(ctx context.Context, query string) ([]string, error) {
	rows, err := d.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}
