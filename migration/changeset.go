package migration

// A Changeset is what Liquibase knows a migration by, and what its tracking table
// keeps of it.
type Changeset struct {
	ID     string
	Author string
	// File is the file as Liquibase would name it if the folder were its root: the
	// path, or the logicalFilePath that the file or the changeset asks for. A
	// tracking table may have folders ahead of it.
	File     string
	Comment  string   // of --comment, the last one
	Contexts string   // as written, without quotes
	Labels   string   // as written, without quotes
	Valid    []string // checksums that count as this changeset's own, of --validCheckSum
}
