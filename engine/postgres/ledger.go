package postgres

import (
	"context"
	"fmt"
	"strings"
)

// A ledger is what the catalogues say of a transaction that is under way.
type ledger struct {
	stamp   string
	others  string   // a hash of the rows that were there before it, but for those about some relations
	general bool     // it has written a row that is about no relation
	written []string // the relations that rows of its are about
	made    []string // of these, the ones whose own row is its
}

// selectLedger asks for it. Savepoints have numbers of their own, which are higher than that
// of their transaction: so whatever has as high a number is taken for its own, also what another
// has written that was quicker.
var selectLedger = "WITH " + fleeting + `, known AS MATERIALIZED (SELECT unnest($1::oid[]) AS oid)
SELECT ` + horizon + " || " + home + " || '-' || " + hashOf("n", "s") + ", " + home + " || '-' || " + hashOf("old_n", "old_s") + `,
	coalesce(bool_or(general), false), coalesce(string_agg(written, ','), ''), coalesce(string_agg(written, ',') FILTER (WHERE place = 0), '')
FROM (SELECT place, count(*) AS n, ` + sum + ` AS s,
	count(*) FILTER (WHERE old) AS old_n, count(a) FILTER (WHERE old) * age('3'::xid) - sum(a) FILTER (WHERE old) AS old_s,
	bool_or(own AND about = 0) AS general, string_agg(DISTINCT about::text, ',') FILTER (WHERE own) AS written
	FROM (SELECT *, NOT own AND about NOT IN (SELECT oid FROM known) AS old
		FROM (SELECT r.*, coalesce(r.a <= mine.a, false) AS own
			FROM (` + rows(true) + `) AS r, (SELECT age(pg_current_xact_id_if_assigned()::xid) AS a) AS mine) AS r) AS r
	GROUP BY place) AS c`

// ledger reads it, leaving out of the others what is about some relations, an array.
func (d *database) ledger(ctx context.Context, known string) (*ledger, error) {
	if known == "" {
		known = "{}"
	}
	l := &ledger{}
	err := d.consult(ctx, question{
		query: phrase(selectLedger, d.traits.Flavor, ""), args: []string{known},
		take: func(row []string) {
			l.stamp, l.others, l.general = row[0], row[1], row[2] == "t"
			l.written, l.made = listed(row[3]), listed(row[4])
		},
	})
	if err != nil {
		return nil, fmt.Errorf("stamp: %w", err)
	}
	return l, nil
}

// listed takes a list of numbers apart, which may be empty.
func listed(numbers string) []string {
	return strings.FieldsFunc(numbers, func(r rune) bool { return r == ',' })
}
