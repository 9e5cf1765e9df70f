package postgres

import (
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// Clings reports that a view keeps a table, view or column that it speaks of from being
// dropped, and a column from getting another type; and that a foreign key keeps the table that it
// refers to, and the key there, from being dropped.
func (Engine) Clings(o *schema.Object, c schema.Change) bool {
	if c.Before == nil {
		return false
	}
	switch o.Key.Kind {
	case schema.View:
		reshapes := c.After == nil && slices.Contains([]schema.Kind{schema.Table, schema.Column, schema.View}, c.Key.Kind) ||
			c.After != nil && c.Key.Kind == schema.Column && c.Before.Fact(schema.Type) != c.After.Fact(schema.Type)
		return reshapes && wording.Speaks(o.Source, c.Key.Owner().Name)
	case schema.ForeignKey:
		parent := schema.Key{Kind: schema.Table, Space: o.Key.Space, Name: o.Fact(schema.Parent)}
		switch c.Key.Kind {
		case schema.Table, schema.PrimaryKey, schema.Unique:
			return c.After == nil && c.Key.Owner() == parent && o.Key.Owner() != parent
		}
	}
	return false
}
