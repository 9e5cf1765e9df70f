package tracking

// others are tools whose tables dbmend recognises and does not read, each with
// its table's usual name and some columns, in lower case, that tell it from a
// table of the application's own.
var others = []struct {
	tool, table string
	columns     []string
}{
	{"Alembic", "alembic_version", []string{"version_num"}},
	{"Django", "django_migrations", []string{"app", "name", "applied"}},
	{"Entity Framework", "__EFMigrationsHistory", []string{"migrationid", "productversion"}},
	{"graphile-migrate", "migrations", []string{"hash", "previous_hash", "filename"}},
	{"Knex", "knex_migrations", []string{"name", "batch", "migration_time"}},
	{"Laravel", "migrations", []string{"migration", "batch"}},
	{"pgroll", "migrations", []string{"migration", "parent", "done"}},
	{"refinery", "refinery_schema_history", []string{"version", "name", "applied_on"}},
	{"River", "river_migration", []string{"version", "created_at"}},
	{"sqlite-migrate", "_sqlite_migrations", []string{"migration_set", "name"}},
	{"Sqitch", "changes", []string{"change_id", "script_hash", "project"}},
	{"TypeORM", "migrations", []string{"timestamp", "name"}},
}
