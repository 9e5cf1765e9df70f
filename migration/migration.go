package migration

// A Migration is one file of the set, one folder where the format gives each a
// folder, or one changeset of a file of Liquibase's.
type Migration struct {
	Version       Version
	Name          string      // the rest of the file's name, without extension: "add_orders"
	Path          string      // the file within the set's file system
	Statements    []Statement // the part that upgrades, in order; may be empty
	Down          []Statement // the part that reverts, in order; nil where the file has none
	Checksum      string      // SHA-256 of the bytes of the file, or of the changeset, in hexadecimal
	Sum           string      // SHA-256 of the statements' tokens: what the file means
	NoTransaction bool        // the author asks for no transaction around the upgrade

	// NoTransactionDown says the same of the part that reverts.
	NoTransactionDown bool

	// Key is what the format's tool calls the migration in its own table: a version,
	// or the name of its file or folder; empty where it is known by something else
	// (a repeatable migration of Flyway's, a changeset, an older one of Drizzle's).
	Key string
	// Description is the name as the format's tool records it, "add orders" in
	// Flyway and sqlx; empty where the tool records none.
	Description string
	// Rerun says when it is to be run again after it has been.
	Rerun Rerun
	// Baseline says that it makes what all migrations up to its version make:
	// see [Set.Baselines].
	Baseline bool
	// Changeset is what Liquibase knows the migration by; nil in other formats.
	Changeset *Changeset
	// Made is when Drizzle says that the migration was made, in milliseconds of
	// Unix, by which it knows it; zero in other formats.
	Made int64

	source source
}

// A source is what the checksums of other tools are computed from.
type source struct {
	raw  string // the bytes of the file
	text string // the part of it that counts, with placeholders put in
	hash string // what a file beside it says, or would say
}

// String returns the file's base name without extension, "002_add_orders".
func (m *Migration) String() string { return m.ID() }

// ID returns the file's base name without extension, "002_add_orders": what
// people call the migration. Of names with marks of their own around the version
// (V2__add_orders.sql), it is the version and the name.
func (m *Migration) ID() string {
	if m.Name == "" {
		return string(m.Version)
	}
	return string(m.Version) + "_" + m.Name
}

// Rerun says when a migration that has been run is to be run again.
type Rerun int

// When a migration is run again.
const (
	// Never is what nearly all migrations are.
	Never Rerun = iota
	// OnChange is when its content is another than the one that was run.
	OnChange
	// Always is each time that migrations are run.
	Always
)

// String returns "never", "on change" or "always".
func (r Rerun) String() string {
	switch r {
	case OnChange:
		return "on change"
	case Always:
		return "always"
	default:
		return "never"
	}
}
