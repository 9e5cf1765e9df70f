package migration

import (
	"cmp"
	"strings"
)

// A Version is the part of a file's name that orders migrations: its leading
// digits, as they are written. Versions are compared as numbers of any length,
// so "2" comes before "10" and "007" equals "7"
// (docs/decisions/0003-order-of-versions.md).
//
// In the formats that have them, a version is several numbers with dots between
// them, compared one after the other, so that "1.9" comes before "1.10" and "1.0"
// equals "1"; or a name, where a file has no number. Names come after all numbers,
// in the order of their bytes.
type Version string

// Compare returns a negative number, zero or a positive number as v comes
// before, is, or comes after other.
func (v Version) Compare(other Version) int {
	if x, y := v.rank(), other.rank(); x != y || x != ofNumbers {
		return cmp.Or(cmp.Compare(x, y), strings.Compare(string(v), string(other)))
	}
	if len(v) == len(other) && !strings.Contains(string(v), ".") && !strings.Contains(string(other), ".") {
		return strings.Compare(string(v), string(other)) // as for most
	}
	a, b := v.Normal(), other.Normal()
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// Normal returns the version without leading zeros, and without numbers at the end
// that are zero: equal versions have equal normal forms. The normal form of zero
// is "0", and that of a name the name.
func (v Version) Normal() string {
	if v.rank() != ofNumbers {
		return string(v)
	}
	if !strings.Contains(string(v), ".") {
		return withoutZeros(string(v))
	}
	parts := strings.Split(string(v), ".")
	last := 0
	for i, p := range parts {
		if parts[i] = withoutZeros(p); parts[i] != "0" {
			last = i
		}
	}
	return strings.Join(parts[:last+1], ".")
}

// timeVersion returns the version of digits that a tool compares as texts, which for
// times of different widths is not the order of numbers: a date without a time
// counts as its midnight, what is behind the seconds is a number of its own, and a day or
// an hour that somebody wrote with one digit stays where the text has it. It returns what
// begins with no year of our time as it is.
func timeVersion(digits string) Version {
	if len(digits) < len("20060102") || strings.Trim(digits, "0123456789") != "" || digits < "1990" || digits >= "2100" {
		return Version(digits)
	}
	if len(digits) > len(timestamp) {
		return Version(digits[:len(timestamp)] + "." + digits[len(timestamp):])
	}
	return Version(digits + strings.Repeat("0", len(timestamp)-len(digits)))
}

// The kinds of versions, in their order.
const (
	absent = iota
	ofNumbers
	ofName
)

// rank says what the version is made of.
func (v Version) rank() int {
	if v == "" {
		return absent
	}
	for i := range len(v) {
		if digit := v[i] >= '0' && v[i] <= '9'; !digit && (i == 0 || v[i] != '.') {
			return ofName
		}
	}
	return ofNumbers
}

func withoutZeros(digits string) string {
	if n := strings.TrimLeft(digits, "0"); n != "" {
		return n
	}
	return "0"
}
