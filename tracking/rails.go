package tracking

import (
	"context"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// rails is dbmate's table with another one beside it, which says for what
// environment the database is. Rails takes versions for numbers: it writes them
// without zeros ahead. (activerecord/lib/active_record/{schema_migration,internal_metadata}.rb)
var rails = &Runner{
	Name:        "Rails",
	Columns:     dbmate.Columns,
	Texts:       dbmate.Texts,
	Tables:      dbmate.Tables,
	Plain:       true,
	Companions:  []string{"ar_internal_metadata"},
	Accompanied: true,
	Query:       dbmate.Query,
	Parse:       dbmate.Parse,
	Record:      recordRails,
	Forget:      dbmate.Forget,
	Create:      createRails,
}

// recordRails inserts the versions as Rails writes them.
func recordRails(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	var rows [][]any
	for _, m := range unclaimed(h, all, applied) {
		rows = append(rows, []any{migration.Version(digitsOf(m)).Normal()})
	}
	return insert(ctx, db, h, []string{"version"}, rows)
}

// createRails makes both tables. The environment is left to Rails, which writes it
// when it runs the next time.
func createRails(t engine.Traits, table schema.Key) []string {
	text := dialect{"varchar", "character varying", "varchar(255)"}.of(t)
	time := dialect{"datetime(6)", "timestamp(6) without time zone", "datetime(6)"}.of(t)
	beside := Table{Key: table, Traits: t}.In("ar_internal_metadata")
	return []string{
		"CREATE TABLE " + quote(t, table) + " (" + t.Quote("version") + " " + text + " NOT NULL PRIMARY KEY)",
		"CREATE TABLE " + beside + " (" + t.Quote("key") + " " + text + " NOT NULL PRIMARY KEY, " + t.Quote("value") + " " + text +
			", " + t.Quote("created_at") + " " + time + " NOT NULL, " + t.Quote("updated_at") + " " + time + " NOT NULL)",
	}
}
