package schema

import "slices"

// A Change is what happened to one object between two moments: Before is nil for
// what was created, After is nil for what was dropped. What a statement does, its
// effect, is a list of changes.
type Change struct {
	Key    Key
	Before *Object
	After  *Object
}

// A Difference is one fact between the schema that should be and the one that
// is. Want is nil for what should not be there, Have for what is missing.
type Difference struct {
	Key  Key
	Want *Object
	Have *Object
}

// Missing reports that an object which should be there is not.
func (d Difference) Missing() bool { return d.Have == nil }

// Extra reports that an object is there which should not be.
func (d Difference) Extra() bool { return d.Want == nil }

// String says the difference in one line.
func (d Difference) String() string {
	switch {
	case d.Missing():
		return d.Key.String() + " is missing"
	case d.Extra():
		return d.Key.String() + " is there and should not be"
	default:
		return d.Key.String() + " is " + d.Have.Describe() + "; wanted " + d.Want.Describe()
	}
}

// Compare returns every difference between want and have, in the order of
// [Key.Compare]; none means that they are the same schema. Of an unsupported object
// it is no difference if both read the same to the letter.
func Compare(want, have *Snapshot) []Difference {
	var diff []Difference
	for k, w := range want.objects {
		if h := have.objects[k]; !w.Equal(h) && !w.unmoved(h) {
			diff = append(diff, Difference{k, w, h})
		}
	}
	for k, h := range have.objects {
		if _, ok := want.objects[k]; !ok {
			diff = append(diff, Difference{k, nil, h})
		}
	}
	slices.SortFunc(diff, func(a, b Difference) int { return a.Key.Compare(b.Key) })
	return diff
}

// Changes returns what happened between before and after, in the order of
// [Key.Compare].
func Changes(before, after *Snapshot) []Change {
	diff := Compare(after, before)
	changes := make([]Change, len(diff))
	for i, d := range diff {
		changes[i] = Change{Key: d.Key, Before: d.Have, After: d.Want}
	}
	return changes
}
