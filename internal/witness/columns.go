package witness

import (
	"context"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Columns returns the columns by which the rows of a table are read, and put in again as
// they are, where all tables are gone through: those included that the snapshot does not
// tell ([engine.Teller]).
func Columns(ctx context.Context, db engine.Database, have *schema.Snapshot, table *schema.Object) ([]string, error) {
	columns := have.ColumnsOfRows(table)
	if len(columns) > 0 {
		return columns, nil
	}
	columns, number, err := moduleColumns(ctx, db, table)
	if number != "" {
		columns = append(columns, number)
	}
	return columns, err
}

// moduleColumns returns the columns of a table of which the snapshot tells none, and what the
// number of a row is called there.
func moduleColumns(ctx context.Context, db engine.Database, table *schema.Object) (columns []string, number string, err error) {
	if t, ok := db.(engine.Teller); ok {
		return t.Columns(ctx, table)
	}
	return nil, "", nil
}
