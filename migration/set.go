package migration

// A Set is the ordered migrations of one directory.
type Set struct {
	Migrations []*Migration // in the order of their versions; no version twice
	Format     string       // the file format: "plain", "golang-migrate", "goose", "dbmate"
	Sum        string       // checksum of all names and checksums, in order: the identity of the set
	Hints      []string     // what was noticed and does no harm: files left out, a schema file that lies about
}

// Find returns the migration of this version, or nil.
func (s *Set) Find(v Version) *Migration {
	for _, m := range s.Migrations {
		if m.Version.Compare(v) == 0 {
			return m
		}
	}
	return nil
}
