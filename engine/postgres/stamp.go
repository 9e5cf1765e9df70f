package postgres

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// home tells one database from all others.
const home = `(SELECT system_identifier FROM pg_catalog.pg_control_system()) || '-' || (SELECT oid FROM pg_catalog.pg_database
	WHERE datname = pg_catalog.current_database())`

// horizon is the identity of the database and the number of the next transaction that
// will be known to have ended, wherever it ends, if that is told by this one; then "/",
// which is not in it.
//
// Who changes anything in a cluster has a number. None has changed anything since an
// earlier look if the next one to end is the same by then, and if all with lower numbers
// had ended at that look. Of those, the snapshot names the ones that have not, below its
// own end; from there on it knows only of this transaction. So nothing is told where
// another is under way, or where there may be one between that end and this transaction.
// What commits with this transaction is seen by it, and its number is passed by.
const horizon = `coalesce((SELECT ` + home + ` || '-' || greatest(ahead, own + 1)
	FROM (SELECT pg_catalog.pg_snapshot_xmax(now)::text::bigint AS ahead, now,
		pg_catalog.pg_current_xact_id_if_assigned()::text::bigint AS own
		FROM pg_catalog.pg_current_snapshot() AS now) AS snapshot
	WHERE coalesce(own, 0) <= ahead AND NOT EXISTS (SELECT FROM pg_catalog.pg_snapshot_xip(now))), '') || '/'`

// stamp is the horizon; then the identity again, and for each catalogue that statements
// on the schema write to the number of its rows and the sum of the numbers of the
// transactions that wrote them.
//
// PostgreSQL has no counter of schema changes. But every change of a row is a new
// row, written by a transaction whose number is higher than all before it. If as
// many rows are there as before, as many have come as have gone, and the sum is
// higher; so it is the same only if nothing has happened, or if all that has come
// is gone again. (Numbers wrap around after four thousand million transactions; then the
// stamp changes by itself once, which costs a look and no more. What changes again
// within one transaction has the same stamp.)
//
// Temporary tables come and go all the time, and are left out.
var stamp = "WITH " + fleeting + "\nSELECT " + horizon + " || " + home + " || '-' || " + hashOf("n", "s") +
	"\nFROM (SELECT place, pg_catalog.count(*) AS n, " + sum + " AS s FROM (" + rows(false) + ") AS r GROUP BY place) AS c"

const fleeting = `fleeting AS MATERIALIZED (SELECT oid FROM pg_catalog.pg_class WHERE relpersistence = 't')`

// hashOf is the one of all counts and sums: of the catalogues that have something to count.
func hashOf(n, s string) string {
	return "coalesce(pg_catalog.md5(pg_catalog.string_agg(place || ':' || " + n + " || '.' || coalesce(" + s + ", 0), '-' ORDER BY place) FILTER (WHERE " + n + " > 0)), '')"
}

// ledgers are the catalogues, each with the rows that count there. Those of the
// server itself have numbers below 16384.
var ledgers = [...]struct {
	catalogue, rows string
	about           string // the relation that a row is about, or 0; empty where it is about none
}{
	{"pg_class", "oid >= 16384 AND relpersistence <> 't' AND relkind <> 't'", "oid"},
	{"pg_attribute", "attrelid >= 16384 AND attnum > 0 AND " + lasting("attrelid"), "attrelid"},
	{"pg_attrdef", lasting("adrelid"), "adrelid"},
	{"pg_constraint", "oid >= 16384 AND " + lasting("conrelid"), "conrelid"},
	{"pg_index", "indrelid >= 16384 AND " + lasting("indrelid"), "indrelid"},
	{"pg_trigger", lasting("tgrelid"), "tgrelid"},
	{"pg_rewrite", "oid >= 16384 AND " + lasting("ev_class"), "ev_class"},
	{"pg_policy", "true", "polrelid"},
	{"pg_inherits", lasting("inhrelid"), "inhrelid"},
	{"pg_sequence", lasting("seqrelid"), "seqrelid"},
	{"pg_statistic_ext", "true", "stxrelid"},
	{"pg_description", described("objoid"), "CASE WHEN classoid = 'pg_catalog.pg_class'::regclass THEN objoid ELSE 0 END"},
	{"pg_proc", "oid >= 16384", ""},
	{"pg_aggregate", "aggfnoid::oid >= 16384", ""},
	{"pg_type", "oid >= 16384 AND typrelid = 0 AND typelem = 0", ""},
	{"pg_enum", "oid >= 16384", ""},
	{"pg_range", "rngtypid >= 16384", ""},
	{"pg_namespace", "nspname !~ '^pg_'", ""},
	{"pg_extension", "true", ""},
	{"pg_depend", "refclassid = 'pg_catalog.pg_extension'::regclass", ""},
	{"pg_collation", "oid >= 16384", ""},
	{"pg_default_acl", "true", ""},
	{"pg_publication", "true", ""},
	{"pg_publication_rel", "true", ""},
	{"{since 15: pg_publication_namespace | pg_publication}", "true", ""},
	{"pg_event_trigger", "true", ""},
	{"pg_operator", "oid >= 16384", ""},
	{"pg_opclass", "oid >= 16384", ""},
	{"pg_cast", "oid >= 16384", ""},
	{"pg_ts_config", "oid >= 16384", ""},
	{"pg_ts_config_map", "mapcfg >= 16384", ""},
	{"pg_ts_dict", "oid >= 16384", ""},
	{"pg_foreign_data_wrapper", "true", ""},
	{"pg_foreign_server", "true", ""},
	{"pg_foreign_table", "true", ""},
	{"pg_opfamily", "oid >= 16384", ""},
	{"pg_conversion", "oid >= 16384", ""},
	{"pg_ts_parser", "oid >= 16384", ""},
	{"pg_ts_template", "oid >= 16384", ""},
	{"pg_language", "oid >= 16384", ""},
	{"pg_am", "oid >= 16384", ""},
	{"pg_transform", "oid >= 16384", ""},
}

// lasting is the condition that a row is not about a temporary table.
func lasting(table string) string {
	return table + " NOT IN (SELECT oid FROM fleeting)"
}

// The age of a row, and the sum of the numbers of the transactions that wrote some. Age is
// the only arithmetic that PostgreSQL offers on the number of a transaction: that of the
// first one of all is taken for the zero. Those before the first, of rows as old as the
// server, have no age but the highest there is.
const (
	age = "nullif(pg_catalog.age(xmin), 2147483647)"
	sum = "pg_catalog.count(a) * pg_catalog.age('3'::xid) - pg_catalog.sum(a)"
)

// rows returns a query for the rows of all catalogues, each with the place of its catalogue
// and its age, and with the relation that it is about. They are counted together: to plan a count for each
// catalogue takes four times as long.
func rows(about bool) string {
	list := make([]string, len(ledgers))
	for i, l := range ledgers {
		relation := ""
		if about {
			relation = ", " + cmp.Or(l.about, "0::oid") + " AS about"
		}
		list[i] = fmt.Sprintf("SELECT %d AS place, %s AS a%s FROM pg_catalog.%s WHERE %s", i, age, relation, l.catalogue, l.rows)
	}
	return strings.Join(list, "\nUNION ALL ")
}

// StampQuery returns the horizon: on a cluster where nobody writes, it tells.
func (Engine) StampQuery() string { return "(" + horizon + ")" }

// SameStamp reports whether two stamps have the same horizon, or the same rows in the
// catalogues.
func (Engine) SameStamp(a, b string) bool {
	horizonA, rowsA, _ := strings.Cut(a, "/")
	horizonB, rowsB, _ := strings.Cut(b, "/")
	return horizonA == horizonB && horizonA != "" || rowsA == rowsB && rowsA != ""
}

// Stamp returns the horizon, an identity of the database, and a hash of what its
// catalogue has. That takes a look at every row, and no more than a look. The server
// keeps the query from the second time on: a start asks it once at most.
func (d *database) Stamp(ctx context.Context) (stamped string, err error) {
	if err := d.readyToAsk(ctx); err != nil {
		return "", err
	}
	q := question{query: phrase(stamp, d.traits.Flavor, ""), take: func(row []string) { stamped = row[0] }}
	names := []string{""}
	if d.stamped {
		names, err = d.keep(ctx, []question{q})
	}
	if err == nil {
		err = d.wire(func(c *pgx.Conn) error {
			var rows *pgconn.ResultReader
			if names[0] != "" {
				rows = c.PgConn().ExecPrepared(ctx, names[0], nil, nil, nil)
			} else {
				rows = c.PgConn().ExecParams(ctx, q.query, nil, nil, nil, nil)
			}
			takeRows(rows, q.take)
			_, err := rows.Close()
			return err
		})
	}
	if err = d.survey(ctx, err); err != nil {
		return "", fmt.Errorf("stamp: %w", err)
	}
	d.stamped = true
	return stamped, nil
}
