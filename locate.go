package dbmend

import (
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what names without a schema mean in a migration that has set the
// session to look for them in others than the default one.

// searchPath is what such a statement sets (PostgreSQL).
const searchPath = "search_path"

// locate writes down the schema of the table that a statement was about on scratch,
// where its name alone does not tell: path is what the migration has set last.
func (r *replayer) locate(effect *diagnosis.Effect, path *migration.Statement) {
	s := effect.Statement
	if path == nil || s.Space != "" || s.Target == "" || s.Class == migration.Session {
		return
	}
	there := map[string]bool{}
	for o := range r.watch.Snapshot().All() {
		if o.Key.Kind == schema.Table && o.Key.Name == s.Target {
			there[o.Key.Space] = true
		}
	}
	for _, c := range effect.Changes { // also what is gone by now
		if c.Key.Kind == schema.Table && c.Key.Name == s.Target {
			there[c.Key.Space] = true
		}
	}
	first := -1
	for space := range there {
		at := strings.Index(strings.ToLower(path.Text), strings.ToLower(space))
		if space == "" {
			at = strings.Index(path.Text, r.scratch.Traits().Space)
		}
		if at < 0 { // it is not named: the last of all
			at = len(path.Text)
		}
		if first < 0 || at < first || at == first && space < s.Space {
			s.Space, first = space, at
		}
	}
}
