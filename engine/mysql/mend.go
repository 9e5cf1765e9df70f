package mysql

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Mend returns the statement that gives a column the default that it lacks, and a foreign key the
// index; nil where more is different: that is made anew.
func (Engine) Mend(have, want *schema.Object) []string {
	if have != nil && want != nil && have.Key.Kind == schema.ForeignKey {
		forced := *have
		forced.Facts = slices.DeleteFunc(slices.Clone(have.Facts), func(f schema.Fact) bool { return f.Name == schema.Invalid })
		if have.Fact(schema.Invalid) == "" || !forced.Equal(want) {
			return nil
		}
		return serve(have)
	}
	if have == nil || want == nil || have.Key != want.Key || have.Key.Kind != schema.Column || want.Fact(schema.Default) == "" || have.Fact(schema.Default) != "" {
		return nil
	}
	without := func(f schema.Fact) bool { return f.Name == schema.Default }
	if !slices.Equal(have.Facts, slices.DeleteFunc(slices.Clone(want.Facts), without)) {
		return nil
	}
	return one("ALTER TABLE " + quote(have.Key.Table) + " ALTER COLUMN " + quote(have.Spelling()) + " SET DEFAULT " + want.Fact(schema.Default))
}

// Leans returns the foreign keys of a table that no other of its indexes serves, and that
// keep the server from dropping this one. Once they are made again without it, the server
// makes an index for each.
func (Engine) Leans(index *schema.Object, have *schema.Snapshot) (references []*schema.Object) {
	begins := func(o *schema.Object, columns string) bool {
		list := o.Fact(schema.Columns)
		if o.Key.Kind == schema.Unique {
			list = strings.TrimSuffix(strings.TrimPrefix(o.Key.Name, "("), ")")
		}
		return strings.HasPrefix(list+",", columns+",")
	}
	parts := have.Parts(index.Key.Owner())
	for _, o := range parts {
		columns, _, _ := strings.Cut(strings.TrimPrefix(o.Key.Name, "("), ") -> ")
		if o.Key.Kind == schema.ForeignKey && begins(index, columns) && !slices.ContainsFunc(parts, func(other *schema.Object) bool {
			return other.Key != index.Key && slices.Contains([]schema.Kind{schema.Index, schema.Unique, schema.PrimaryKey}, other.Key.Kind) && begins(other, columns)
		}) {
			references = append(references, o)
		}
	}
	return references
}
