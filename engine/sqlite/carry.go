package sqlite

import (
	"slices"
	"strings"
)

// This file says which values a rebuild can carry from the old table to the new one.

// carried returns the columns that both tables store, as the new one spells them. It
// is not ok where a value would be lost, made up, or turned into another one:
//
//   - a column that the new table lacks, or computes;
//   - one that the old table lacks, if it is part of the primary key or refuses NULL
//     and has no default;
//   - one whose affinity stores the same value differently, which is how '007'
//     becomes 7.
func carried(old, made *definition) (columns []string, ok bool) {
	for i := range old.columns {
		c := &old.columns[i]
		at, ok := made.places[c.folded]
		if !ok {
			return nil, false
		}
		n := &made.columns[at]
		if n.generated != nil {
			if c.generated == nil {
				return nil, false
			}
			continue
		}
		if !keeps(affinityOf(c.declared, old.strict), affinityOf(n.declared, made.strict)) {
			return nil, false
		}
		columns = append(columns, n.name)
	}
	primary := made.primary()
	for i := range made.columns {
		n := &made.columns[i]
		if _, ok := old.places[n.folded]; ok || n.generated != nil {
			continue
		}
		if n.notNull && normalDefault(n.value) == "" || slices.Contains(primary, n.folded) {
			return nil, false
		}
	}
	return columns, true
}

// rowidNames are the names of the rowid, as far as no column takes them.
var rowidNames = []string{"rowid", "_rowid_", "oid"}

// keptRowid returns a name of the rowid that is hidden in both tables or becomes so:
// whatever refers to rows by it, as full-text indexes do, must find them again. It is
// "" where the new table takes its rowids from a column, or has none; and where
// columns take all of its names, so that nobody can know it.
func keptRowid(old, made *definition) string {
	if old.withoutRowid || made.withoutRowid || made.alias() != "" {
		return ""
	}
	for _, name := range rowidNames {
		_, before := old.places[name]
		if _, after := made.places[name]; !before && !after {
			return name
		}
	}
	return ""
}

// alias returns the folded name of the column that is the rowid, or "".
func (d *definition) alias() string {
	for _, k := range d.keys {
		if d.isRowid(k) {
			return d.primary()[0]
		}
	}
	return ""
}

// An affinity is what kind of value a column turns others into, where it can
// (datatype3.html, section 3).
type affinity int

const (
	blobAffinity    affinity = iota // takes every value as it is
	textAffinity                    // makes texts of numbers
	numericAffinity                 // makes numbers of texts, integers where possible; INTEGER stores the same
	realAffinity                    // makes numbers of texts, and none of them an integer
)

// affinityOf returns that of a declared type, by SQLite's rules in their order. In a
// STRICT table ANY means what it says.
func affinityOf(declared string, strict bool) affinity {
	declared = upper(declared)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(declared, p) })
	}
	switch {
	case has("INT"):
		return numericAffinity
	case has("CHAR", "CLOB", "TEXT"):
		return textAffinity
	case declared == "", has("BLOB"), strict && declared == "ANY":
		return blobAffinity
	case has("REAL", "FLOA", "DOUB"):
		return realAffinity
	}
	return numericAffinity
}

// keeps reports whether what was stored under one affinity is the same under another.
func keeps(from, to affinity) bool { return from == to || to == blobAffinity }

// stored returns an expression for what a column of a declared type makes of the value of
// another expression: a comparison of two queries takes values as they are, and an integer
// is not the text that a column has made of it. A number that is written as no number of
// SQLite's is ('007') is left as the text that it is.
func stored(expression, declared string) string {
	switch affinityOf(declared, false) {
	case textAffinity:
		return "CASE WHEN typeof(" + expression + ") IN ('integer', 'real') THEN CAST(" + expression + " AS TEXT) ELSE " + expression + " END"
	case numericAffinity, realAffinity:
		number := "CAST(" + expression + " AS NUMERIC)"
		return "CASE WHEN typeof(" + expression + ") = 'text' AND " + expression + " = CAST(" + number + " AS TEXT) THEN " + number + " ELSE " + expression + " END"
	}
	return expression
}
