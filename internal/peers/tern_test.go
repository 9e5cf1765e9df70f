package peers

import (
	"context"
	"fmt"
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"
	ternmigrate "github.com/jackc/tern/v2/migrate"
)

var tern = tool{
	name:   "tern",
	format: "tern",
	table:  "schema_version",
	file: func(m step) map[string]string {
		content := script(m.up)
		if len(m.down) > 0 {
			content += "\n---- create above / drop below ----\n\n" + script(m.down)
		}
		return map[string]string{fmt.Sprintf("%03d_%s.sql", m.number, m.name): content}
	},
	open: func(t *testing.T, db database, folder fs.FS) runner {
		conn, err := pgx.Connect(t.Context(), db.address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
		m, err := ternmigrate.NewMigrator(t.Context(), conn, "public.schema_version")
		if err != nil {
			t.Fatal(err)
		}
		if err := m.LoadMigrations(folder); err != nil {
			t.Fatal(err)
		}
		return ternRunner{m}
	},
	engines: []string{"postgres"},
}

type ternRunner struct{ *ternmigrate.Migrator }

func (r ternRunner) up(t *testing.T) error { return r.Migrate(t.Context()) }

func (r ternRunner) down(t *testing.T) error {
	at, err := r.GetCurrentVersion(t.Context())
	if err != nil {
		return err
	}
	return r.MigrateTo(t.Context(), at-1)
}

func (r ternRunner) applied(t *testing.T) []bool {
	t.Helper()
	at, err := r.GetCurrentVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	applied := make([]bool, len(r.Migrations))
	for i := range applied {
		applied[i] = i < int(at)
	}
	return applied
}
