package tracking

import (
	"context"
	"path"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

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

// forgetting returns a Forget that deletes the rows of a migration, which key finds.
func forgetting(key func(h *History, n noted) ([]cell, error)) func(context.Context, Database, *History, []*migration.Migration, []*migration.Migration) error {
	return func(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error {
		rows, err := h.reverting(all, reverted)
		if err != nil {
			return err
		}
		for _, n := range rows {
			where, err := key(h, n)
			if err != nil {
				return err
			}
			if err := remove(ctx, db, h, where...); err != nil {
				return err
			}
		}
		return nil
	}
}

// spellings returns the ways in which runners name a migration's file: the whole
// name, without ".sql", and without any extension. They may be the same.
func spellings(m *migration.Migration) [3]string {
	file := fileOf(m)
	return [3]string{file, strings.TrimSuffix(file, ".sql"), m.ID()}
}

// fileOf returns the name of the migration's file, without folders.
func fileOf(m *migration.Migration) string {
	if m.Path == "" {
		return m.ID() + ".sql"
	}
	return path.Base(m.Path)
}

// digitsOf returns the number that the migration's file has: as it is written, which
// the version of a time need not be.
func digitsOf(m *migration.Migration) string {
	if m.Key != "" && strings.Trim(m.Key, "0123456789") == "" {
		return m.Key
	}
	return string(m.Version)
}

// describe returns the name of a migration as tools write it for people, with blanks.
func describe(m *migration.Migration) string {
	if m.Description != "" {
		return m.Description
	}
	return strings.ReplaceAll(m.Name, "_", " ")
}
