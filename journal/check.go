package journal

import "fmt"

// An EntryError says that an entry cannot be read, or may not be written. A
// journal with such an entry is an error and never a shorter journal: leaving the
// row out could make a migration run twice.
type EntryError struct {
	Number int64  // the entry's number; zero where it has none, or none that can be read
	Column string // the column in question
	Reason string // what is wrong with it
}

// Error names the entry and the column.
func (e *EntryError) Error() string {
	if e.Number == 0 {
		return fmt.Sprintf("journal entry: %s %s", e.Column, e.Reason)
	}
	return fmt.Sprintf("journal entry %d: %s %s", e.Number, e.Column, e.Reason)
}

// check says what keeps the entry from being one of a journal. Kinds and
// outcomes that are not known here are let through: a later dbmend may have
// written them, and whoever acts on an entry looks at both.
func (e *Entry) check() error {
	wrong := func(column, reason string) error { return &EntryError{e.Number, column, reason} }
	switch {
	case e.Run == "":
		return wrong("run", "is empty")
	case e.Kind == "":
		return wrong("kind", "is empty")
	case e.Kind == Migrated && e.Version == "":
		return wrong("version", "is empty, and the entry records a migration")
	case e.Statement < 0:
		return wrong("statement", "is negative")
	case e.Duration < 0:
		return wrong("duration_us", "is negative")
	}
	return nil
}

// recorded reports whether a migration entry says that its version is recorded.
// An outcome of which this dbmend does not know what it means is an error: either
// answer could be the wrong one.
func (e *Entry) recorded() (bool, error) {
	switch e.Outcome {
	case Applied, Present, Healed, Baselined, Adopted:
		return true, nil
	case Reverted:
		return false, nil
	default:
		return false, &EntryError{e.Number, "outcome", fmt.Sprintf("is %.40q, which no migration of this dbmend's has", e.Outcome)}
	}
}
