package mysql

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// undoable returns [engine.ErrUntried] for a statement that a rollback would not undo.
func (d *database) undoable(ctx context.Context, statement string) error {
	if !isPlain(statement) {
		return fmt.Errorf("%s: %w", strings.ToUpper(opening(statement)), engine.ErrUntried)
	}
	switch opening(statement) {
	case "select", "show", "explain", "describe", "desc", "values", "table":
		return nil
	}
	tables, err := d.unprotected(ctx)
	if err != nil || len(tables) == 0 {
		return err
	}
	for _, table := range tables {
		if containsFold(statement, strings.ToLower(table)) {
			return fmt.Errorf("the storage engine of table %s has no transactions: %w", table, engine.ErrUntried)
		}
	}
	return d.unreached(ctx, tables)
}

// unprotected returns the tables whose storage engine has no transactions.
func (d *database) unprotected(ctx context.Context) ([]string, error) {
	return d.texts(ctx, `SELECT t.TABLE_NAME FROM information_schema.TABLES AS t JOIN information_schema.ENGINES AS e ON e.ENGINE = t.ENGINE
WHERE t.TABLE_SCHEMA = DATABASE() AND coalesce(e.TRANSACTIONS, 'NO') <> 'YES'`)
}

// unreached returns an error if a view, a trigger or a routine speaks of one of
// the tables: through it a statement may write there that does not name it.
func (d *database) unreached(ctx context.Context, tables []string) error {
	bodies, err := d.texts(ctx, `SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()
UNION ALL SELECT coalesce(ROUTINE_DEFINITION, '') FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()`)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		for _, table := range tables {
			if containsFold(body, strings.ToLower(table)) {
				return fmt.Errorf("a view, trigger or routine may write to table %s, whose storage engine has no transactions: %w", table, engine.ErrUntried)
			}
		}
	}
	return nil
}

// texts returns the only column of a query of ours.
func (d *database) texts(ctx context.Context, query string, args ...any) (list []string, err error) {
	err = d.reading(ctx, func() error {
		list = nil
		rows, err := d.conn.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			list = append(list, s)
		}
		return rows.Err()
	})
	return list, err
}
