package tracking

// others are tools whose tables dbmend recognises and does not read, each with
// its table's usual name and some columns, in lower case, that tell it from a
// table of the application's own.
var others = []struct {
	tool, table string
	columns     []string
}{
	{"Alembic", "alembic_version", []string{"version_num"}},
	{"Atlas", "atlas_schema_revisions", []string{"version", "applied", "hash"}},
	{"bun", "bun_migrations", []string{"name", "group_id", "migrated_at"}},
	{"Diesel", "__diesel_schema_migrations", []string{"version", "run_on"}},
	{"Django", "django_migrations", []string{"app", "name", "applied"}},
	{"Drizzle", "__drizzle_migrations", []string{"hash", "created_at"}},
	{"Entity Framework", "__EFMigrationsHistory", []string{"migrationid", "productversion"}},
	{"Flyway", "flyway_schema_history", []string{"installed_rank", "version", "success"}},
	{"Flyway", "schema_version", []string{"installed_rank", "version", "success"}},
	{"graphile-migrate", "migrations", []string{"hash", "previous_hash", "filename"}},
	{"Knex", "knex_migrations", []string{"name", "batch", "migration_time"}},
	{"Laravel", "migrations", []string{"migration", "batch"}},
	{"Liquibase", "databasechangelog", []string{"id", "author", "filename", "md5sum"}},
	{"morph", "db_migrations", []string{"version", "name"}},
	{"pgroll", "migrations", []string{"migration", "parent", "done"}},
	{"Prisma", "_prisma_migrations", []string{"migration_name", "checksum", "finished_at"}},
	{"refinery", "refinery_schema_history", []string{"version", "name", "applied_on"}},
	{"River", "river_migration", []string{"version", "created_at"}},
	{"sql-migrate", "gorp_migrations", []string{"id", "applied_at"}},
	{"sqlite-migrate", "_sqlite_migrations", []string{"migration_set", "name"}},
	{"Sqitch", "changes", []string{"change_id", "script_hash", "project"}},
	{"sqlx", "_sqlx_migrations", []string{"version", "checksum", "success"}},
	{"tern", "schema_version", []string{"version"}},
	{"TypeORM", "migrations", []string{"timestamp", "name"}},
}
