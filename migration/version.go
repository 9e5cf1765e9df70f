package migration

import (
	"cmp"
	"strings"
)

// A Version is the part of a file's name that orders migrations: its leading
// digits, as they are written. Versions are compared as numbers of any length,
// so "2" comes before "10" and "007" equals "7"
// (docs/decisions/0003-order-of-versions.md).
type Version string

// Compare returns a negative number, zero or a positive number as v comes
// before, is, or comes after other.
func (v Version) Compare(other Version) int {
	a, b := v.Normal(), other.Normal()
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Normal returns the version without leading zeros: equal versions have equal
// normal forms. The normal form of zero is "0".
func (v Version) Normal() string {
	if n := strings.TrimLeft(string(v), "0"); n != "" || v == "" {
		return n
	}
	return "0"
}
