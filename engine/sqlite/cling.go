package sqlite

import (
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// Clings reports that a view keeps a table that it speaks of from being made anew by a
// rename, and a column from being dropped; as much goes for a view of that.
func (Engine) Clings(o *schema.Object, c schema.Change) bool {
	return o.Key.Kind == schema.View && c.Before != nil && c.After == nil &&
		slices.Contains([]schema.Kind{schema.Table, schema.Column, schema.View}, c.Key.Kind) && wording.Speaks(o.Source, c.Key.Owner().Name)
}
