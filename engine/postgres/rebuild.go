package postgres

import "github.com/dbmend/dbmend/schema"

// Rebuild returns nil: PostgreSQL alters tables where they stand.
func (Engine) Rebuild(_, _ *schema.Snapshot, _ schema.Key) []string { return nil }
