package tracking

import (
	"context"
	"crypto/rand"
	"fmt"
	"path"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// prisma keeps a row for each try to run a migration, by the name of its folder. A
// row without finished_at is of a try that failed, or is still going on, unless it was
// declared to be rolled back; as long as there is one, Prisma runs nothing.
// (schema-engine: sql_migration_persistence.rs, apply_migrations.rs, mark_migration_applied.rs)
var prisma = &Runner{
	Name: "Prisma",
	Columns: []string{
		"id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at", "applied_steps_count",
	},
	Tables:  []string{"_prisma_migrations"},
	Formats: []string{"prisma"},
	Query: func(t Table) string {
		return selecting(t, []string{text(t, "id"), text(t, "migration_name"), text(t, "checksum"), isSet(t, "finished_at"), isSet(t, "rolled_back_at")},
			"started_at", "migration_name", "id")
	},
	Parse: parsePrisma,
	Key:   folderOf,
	Compare: func(m *migration.Migration, row Row) Content {
		if migration.IsPrismaChecksum(m, row.Checksum) {
			return Same
		}
		return Other
	},
	Record: recordPrisma,
	Forget: forgetPrisma,
	Create: creating(dialect{`CREATE TABLE %s (
		"id"                    TEXT PRIMARY KEY NOT NULL,
		"checksum"              TEXT NOT NULL,
		"finished_at"           DATETIME,
		"migration_name"        TEXT NOT NULL,
		"logs"                  TEXT,
		"rolled_back_at"        DATETIME,
		"started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
		"applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
	)`, `CREATE TABLE %s (
		id                      VARCHAR(36) PRIMARY KEY NOT NULL,
		checksum                VARCHAR(64) NOT NULL,
		finished_at             TIMESTAMPTZ,
		migration_name          VARCHAR(255) NOT NULL,
		logs                    TEXT,
		rolled_back_at          TIMESTAMPTZ,
		started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
		applied_steps_count     INTEGER NOT NULL DEFAULT 0
	)`, `CREATE TABLE %s (
		id                      VARCHAR(36) PRIMARY KEY NOT NULL,
		checksum                VARCHAR(64) NOT NULL,
		finished_at             DATETIME(3),
		migration_name          VARCHAR(255) NOT NULL,
		logs                    TEXT,
		rolled_back_at          DATETIME(3),
		started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
		applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
	) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`}),
}

// prismaNow is the present as Prisma writes it: on SQLite in milliseconds of Unix.
var prismaNow = dialect{
	"CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", "clock_timestamp()", "UTC_TIMESTAMP(3)",
}

// folderOf returns the name of the migration's folder, or of its file where it has
// none.
func folderOf(m *migration.Migration) string {
	if dir := path.Dir(m.Path); dir != "." {
		return path.Base(dir)
	}
	return strings.TrimSuffix(fileOf(m), ".sql")
}

func parsePrisma(cells [][]Cell) ([]Row, error) {
	doubted := map[string]bool{} // names with a try that is not finished
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if c[1].String == "" {
			return nil, &RowError{Row: i + 1, Column: "migration_name", Reason: "is empty"}
		}
		finished, rolledBack := c[3].String == "1", c[4].String == "1"
		if rolledBack {
			continue
		}
		name := shorten(c[1].String)
		row := Row{Version: version(name), Name: name, Key: name, Checksum: c[2].String, ID: c[0].String, Text: "migration " + show(name)}
		if row.Begun = !finished; row.Begun {
			doubted[name] = true
			row.Text += ", not finished"
		}
		rows = append(rows, row)
	}
	kept := rows[:0]
	for _, row := range rows {
		if row.Begun || !doubted[row.Key] {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// recordPrisma declares unfinished tries rolled back and inserts finished ones, as
// prisma migrate resolve does.
func recordPrisma(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	for _, n := range t.begun {
		if err := rollBackPrisma(ctx, db, h, n.row.Key, "AND "+h.table(db).Column("finished_at")+" IS NULL "); err != nil {
			return err
		}
		t.fresh = append(t.fresh, n.Migration)
	}
	for _, n := range t.stale {
		set := []cell{{"checksum", migration.PrismaChecksum(n.Migration)}}
		if err := update(ctx, db, h, set, []cell{{"id", n.row.ID}}); err != nil {
			return err
		}
	}
	now := expression(prismaNow.of(db.Traits()))
	var rows [][]any
	for _, m := range inOrder(applied, t.fresh) {
		rows = append(rows, []any{uuid(), migration.PrismaChecksum(m), now, folderOf(m), now, int64(1)})
	}
	return insert(ctx, db, h, []string{"id", "checksum", "finished_at", "migration_name", "started_at", "applied_steps_count"}, rows)
}

// forgetPrisma declares all tries rolled back: then Prisma runs the migration again.
func forgetPrisma(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error {
	rows, err := h.reverting(all, reverted)
	if err != nil {
		return err
	}
	for _, n := range rows {
		if err := rollBackPrisma(ctx, db, h, n.row.Key, ""); err != nil {
			return err
		}
	}
	return nil
}

// rollBackPrisma declares tries of a migration rolled back.
func rollBackPrisma(ctx context.Context, db Database, h *History, name, which string) error {
	t := h.table(db)
	statement := "UPDATE " + t.Name() + " SET " + t.Column("rolled_back_at") + " = " + prismaNow.of(t.Traits) +
		" WHERE " + t.Column("rolled_back_at") + " IS NULL " + which + "AND " + t.Column("migration_name") + " = " + t.Traits.Placeholder(1)
	if _, err := db.Exec(ctx, statement, name); err != nil {
		return h.failed(err)
	}
	return nil
}

// uuid returns a new random identifier, of version 4.
func uuid() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
