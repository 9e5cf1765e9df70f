package schema

import "testing"

// All parts of a table are found, of whatever kind, also where the order of the objects is
// known already.
func TestPartsOfEveryKind(t *testing.T) {
	table := Key{Kind: Table, Name: "notes"}
	s := NewSnapshot(
		&Object{Key: table},
		&Object{Key: Key{Kind: Column, Table: "notes", Name: "body"}},
		&Object{Key: Key{Kind: "comment", Table: "notes", Name: "column body"}},
		&Object{Key: Key{Kind: "tuning", Table: "notes", Name: "table"}},
		&Object{Key: Key{Kind: Table, Name: "aside"}},
		&Object{Key: Key{Kind: "comment", Table: "aside", Name: "table"}},
	)
	for _, when := range []string{"before they are put in order", "behind that"} {
		if n := len(s.Parts(table)); n != 3 {
			t.Errorf("%s: %d parts", when, n)
		}
		s.Keys()
		for range s.All() {
			continue
		}
	}
}
