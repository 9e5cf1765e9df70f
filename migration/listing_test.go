package migration_test

import (
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend/migration"
)

// Names tell whether there may be more than has run, before any file is read.
func TestListingBeyond(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		than   migration.Version
		beyond bool
	}{
		"a later number":              {"0010_more.sql", "9", true},
		"the same number":             {"0010_more.sql", "10", false},
		"an earlier number":           {"0009_more.sql", "10", false},
		"a number behind a letter":    {"V1.10__more.sql", "1.9", true},
		"the same behind a letter":    {"V1.9__more.sql", "1.9", false},
		"a number ahead of a dot":     {"11.up.sql", "11", false},
		"a folder of its own":         {"20260301_more/migration.sql", "20260228", true},
		"none":                        {"more.sql", "1", false},
		"one that is no migration":    {"2026.md", "10", true},
		"one behind a version's name": {"0010_more.sql", "R__view", false},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := migration.List(fstest.MapFS{c.file: {}})
			if err != nil {
				t.Fatal(err)
			}
			if l.Beyond(c.than) != c.beyond {
				t.Errorf("%s is beyond %s: %v", c.file, c.than, !c.beyond)
			}
		})
	}
}
