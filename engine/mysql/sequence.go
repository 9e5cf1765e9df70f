package mysql

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// sequences returns a statement for every sequence (MariaDB's) that has given out numbers.
//
// A server keeps some numbers of a sequence at hand, and tells nobody how many of them it has
// given out: a copy of a live database begins behind all of them. On a scratch database they
// were all given to this connection, which knows the last one.
func (d *database) sequences(ctx context.Context, s *schema.Snapshot) ([]string, error) {
	var queries []string
	for o := range s.All() {
		if o.Key.Kind != Sequence || o.Unsupported != "" {
			continue
		}
		name := quote(o.Spelling())
		next := "next_not_cached_value"
		if d.scratch != "" {
			next = "coalesce(lastval(" + name + ") + increment, " + next + ")"
		}
		queries = append(queries, fmt.Sprintf("SELECT concat('DO SETVAL(', %s, ', ', %s, ', 0)') FROM %s WHERE next_not_cached_value <> start_value", literal(name), next, name))
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return d.texts(ctx, strings.Join(queries, " UNION ALL "))
}
