package mysql

import "github.com/dbmend/dbmend/schema"

// Rebuild returns nil: MySQL and MariaDB alter tables where they stand.
func (Engine) Rebuild(_, _ *schema.Snapshot, _ schema.Key) []string { return nil }
