package mysql

import (
	"slices"
	"strings"
)

// implicit reports whether a key is what the server makes by itself for a foreign
// key that no other serves: such a one is a part of the foreign key, and no object.
// The server drops it by itself as soon as another key begins with the same columns
// (FOREIGN KEY Constraints, in the manuals of both), unless somebody has asked for it,
// and tells nobody which of the two it is.
func (t *table) implicit(i int) bool {
	k := &t.keys[i]
	if k.primary || k.unique || k.using != "" && k.using != "btree" || k.hidden || k.comment != "" || k.more != "" {
		return false
	}
	columns := plainColumns(k.columns)
	return slices.ContainsFunc(t.references, func(r reference) bool {
		wanted := plainColumns(r.columns)
		if columns == nil || !slices.Equal(columns, wanted) || !r.names(t.name, k.name) {
			return false
		}
		for j := range t.keys {
			if j != i && t.keys[j].beginsWith(wanted) {
				return false
			}
		}
		return true
	})
}

// names reports whether the server calls the key of a foreign key so: as the
// constraint or, if that has no name of its own, as its first column.
func (r *reference) names(table, key string) bool {
	key, first := fold(key), fold(r.columns[0][0].name())
	if key == fold(r.name) {
		return true
	}
	_, invented := strings.CutPrefix(fold(r.name), fold(table)+"_ibfk_")
	number, numbered := strings.CutPrefix(key, first+"_")
	return invented && (key == first || numbered && number != "" && strings.Trim(number, "0123456789") == "")
}

// beginsWith reports whether the first columns of a key are these, as a whole.
func (k *key) beginsWith(columns []string) bool {
	if k.using != "" && k.using != "btree" || len(k.columns) < len(columns) {
		return false
	}
	return slices.Equal(plainColumns(k.columns[:len(columns)]), columns)
}

// plainColumns returns the folded names of columns; nil if one has a length, a
// direction or is an expression.
func plainColumns(parts [][]token) []string {
	var names []string
	for _, part := range parts {
		if len(part) != 1 || part[0].kind != quoted {
			return nil
		}
		names = append(names, fold(part[0].name()))
	}
	return names
}
