package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// selectOthers finds what this engine cannot describe, so that nobody takes it for
// absent.
var selectOthers = others("pg_operator", "pg_opclass", "pg_opfamily", "pg_cast", "pg_conversion", "pg_ts_config", "pg_ts_dict",
	"pg_ts_parser", "pg_ts_template", "pg_language", "pg_foreign_data_wrapper", "pg_foreign_server", "pg_am", "pg_transform")

// others selects what somebody has made of some catalogues.
func others(catalogues ...string) string {
	list := make([]string, len(catalogues))
	for i, c := range catalogues {
		list[i] = "SELECT i.type, i.identity FROM " + c + " AS o CROSS JOIN LATERAL pg_identify_object('" + c +
			"'::regclass, o.oid, 0) AS i WHERE o.oid >= 16384" + byHand(c, "o.oid")
	}
	list = append(list, `SELECT 'subscription', s.subname FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid
	WHERE d.datname = current_database()`)
	return strings.Join(list, "\nUNION ALL ")
}

// takeOther takes a row of selectOthers.
func (s *survey) takeOther(row []string) {
	s.list = append(s.list, &schema.Object{
		Key:         schema.Key{Kind: schema.Kind(row[0]), Name: row[1]},
		Unsupported: "this engine does not know what it says",
	})
}
