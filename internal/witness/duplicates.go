package witness

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Duplicates counts what a unique index would refuse: see [diagnosis.Witness].
func (w *Witness) Duplicates(ctx context.Context, index *schema.Object) (groups int64, told bool, err error) {
	columns := index.Fact(schema.Columns)
	where := index.Fact(schema.Where)
	for _, term := range terms(columns) {
		where += " AND (" + term + ") IS NOT NULL"
	}
	query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1) AS t",
		w.Name(index.Key.Owner()), strings.TrimPrefix(where, " AND "), columns)
	if err = w.scalar(ctx, query, &groups); err != nil && TellsOfSchema(w.db.Explain(err).Problem) {
		return 0, false, nil // its columns are more than expressions
	}
	return groups, err == nil, err
}

// terms divides a list at its commas, other than those inside parentheses.
func terms(list string) []string {
	var found []string
	depth, from := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			found, from = append(found, strings.TrimSpace(list[from:i])), i+1
		}
	}
	return append(found, strings.TrimSpace(list[from:]))
}

// Repeated shows rows that share what a unique index is to keep apart. It is
// advice: what cannot be read is left out.
func (w *Witness) Repeated(ctx context.Context, o *schema.Object) []string {
	list := o.KeyColumns()
	if list == "" || o.Key.Kind == schema.PrimaryKey || o.Fact(schema.Where) != "" {
		return nil
	}
	var quoted []string
	for name := range strings.SplitSeq(list, ", ") {
		if w.have.Get(o.Key.Owner().Column(name)) == nil {
			return nil // an expression, or a direction: not worth reading
		}
		quoted = append(quoted, w.quote(name))
	}
	columns := strings.Join(quoted, ", ")
	query := fmt.Sprintf("SELECT %s, count(*) FROM %s GROUP BY %s HAVING count(*) > 1 LIMIT 10", columns, w.Name(o.Key.Owner()), columns)
	rows, err := w.db.Query(ctx, query)
	if err != nil {
		return nil
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil
	}
	var facts []string
	for rows.Next() {
		values, err := scan(rows, len(names))
		if err != nil {
			return facts
		}
		last := len(names) - 1
		facts = append(facts, fmt.Sprintf("%s occurs %v times", assigned(names[:last], values), values[last]))
	}
	return facts
}
