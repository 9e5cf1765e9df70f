package tracking

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// boundVariables is how many arguments one INSERT binds at most: fewer than the
// least that any supported server accepts.
const boundVariables = 500

// unclaimed returns the migrations, each once, that the history does not claim as
// applied.
func unclaimed(h *History, all, applied []*migration.Migration) []*migration.Migration {
	claimed := map[string]bool{}
	for _, c := range Match(h, &migration.Set{Migrations: all}).Applied {
		claimed[c.Migration.Version.Normal()] = true
	}
	var left []*migration.Migration
	for _, m := range applied {
		if v := m.Version.Normal(); !claimed[v] {
			claimed[v] = true
			left = append(left, m)
		}
	}
	return left
}

// insert writes rows, many at a time. A value is bound, unless it is an
// [expression].
func insert(ctx context.Context, db Database, h *History, columns []string, rows [][]any) error {
	t := db.Traits()
	quoted := make([]string, len(columns))
	for i, name := range columns {
		quoted[i] = t.Quote(name)
	}
	head := "INSERT INTO " + quote(t, h.Table) + " (" + strings.Join(quoted, ", ") + ") VALUES "
	for rest := rows; len(rest) > 0; {
		n := min(boundVariables/len(columns), len(rest))
		var args []any
		var tuples []string
		for _, row := range rest[:n] {
			values := make([]string, len(row))
			for i, value := range row {
				if e, ok := value.(expression); ok {
					values[i] = string(e)
					continue
				}
				args = append(args, value)
				values[i] = t.Placeholder(len(args))
			}
			tuples = append(tuples, "("+strings.Join(values, ", ")+")")
		}
		if _, err := db.Exec(ctx, head+strings.Join(tuples, ", "), args...); err != nil {
			return h.failed(err)
		}
		rest = rest[n:]
	}
	return nil
}

// An expression is SQL of this package's own, written where a value could be.
type expression string

// failed says what an error was about.
func (h *History) failed(err error) error {
	return fmt.Errorf("record in %s history in %s: %w", h.Runner.Name, h.Table, err)
}

// spellings returns the ways in which runners name a migration's file: the whole
// name, without ".sql", and without any extension. They may be the same.
func spellings(m *migration.Migration) [3]string {
	file := m.ID() + ".sql"
	if m.Path != "" {
		file = path.Base(m.Path)
	}
	return [3]string{file, strings.TrimSuffix(file, ".sql"), m.ID()}
}
