package migration

// A Migration is one file of the set.
type Migration struct {
	Version       Version
	Name          string      // the rest of the file's name, without extension: "add_orders"
	Path          string      // the file within the set's file system
	Statements    []Statement // the part that upgrades, in order; may be empty
	Down          []Statement // the part that reverts, in order; nil where the file has none
	Checksum      string      // SHA-256 of the bytes of the file, in hexadecimal
	Sum           string      // SHA-256 of the statements' tokens: what the file means
	NoTransaction bool        // the author asks for no transaction around the upgrade

	// NoTransactionDown says the same of the part that reverts.
	NoTransactionDown bool
}

// String returns the file's base name without extension, "002_add_orders".
func (m *Migration) String() string { return m.ID() }

// ID returns the file's base name without extension, "002_add_orders": what
// people call the migration.
func (m *Migration) ID() string {
	if m.Name == "" {
		return string(m.Version)
	}
	return string(m.Version) + "_" + m.Name
}
