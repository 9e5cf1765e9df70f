package check

import (
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// A Comparison is the schema that the migrations make beside the one that the
// schema file makes.
type Comparison struct {
	Want *schema.Snapshot     // what the migrations make, of the base too
	Have *schema.Snapshot     // what the schema file makes
	File string               // the path of the schema file
	Made map[schema.Key]Place // where the migrations give an object its last form
	Put  map[schema.Key]Place // where the schema file does
	// Known are objects that the schema file makes and no migration: they are from
	// before the first migration, as far as anybody can tell.
	Known map[schema.Key]bool
	// Doubtful says that nobody can tell whether there was anything before the first
	// migration: what only the schema file makes is then a warning.
	Doubtful bool
}

// Disagreements finds what the schema file and the migrations do not both make, or
// make differently. Of a table that one of them lacks, the parts are not told.
func Disagreements(c Comparison) []Finding {
	var found []Finding
	differences := schema.Compare(c.Want, c.Have)
	lone := map[schema.Key]bool{}
	for _, d := range differences {
		if d.Key.Kind == schema.Table && (d.Missing() || d.Extra()) {
			lone[d.Key] = true
		}
	}
	for _, d := range differences {
		if d.Key.IsPart() && lone[d.Key.Owner()] || c.Known[d.Key] {
			continue
		}
		made, put := c.place(c.Made, d.Key), c.place(c.Put, d.Key)
		var f Finding
		switch {
		case d.Missing():
			if made == (Place{}) { // of the base
				made = Place{c.File, 0}
			}
			f = Lacks.at(made, c.File+" lacks "+d.Key.String()+", which the migrations make")
			f.Details, f.Related = details(d.Want, nil), put
			f.Hint = "add it to " + c.File
		case d.Extra():
			f = Extra.at(put, c.File+" makes "+d.Key.String()+", and no migration does")
			f.Details = details(nil, d.Have)
			f.Hint = "add a migration that makes it: databases that are upgraded do not run " + c.File
			if c.Doubtful {
				f.Severity = Warning
				f.Hint += "; if it is from before the first migration, say so with a base"
			}
		default:
			f = Differs.at(put, c.File+" and the migrations make "+d.Key.String()+" differently")
			f.Details, f.Related = details(d.Want, d.Have), made
		}
		if f.Place == (Place{}) {
			f.Place = Place{c.File, 0}
		}
		found = append(found, f)
	}
	return found
}

// place returns where an object is made; of one that is made with its table, where
// that is.
func (c *Comparison) place(places map[schema.Key]Place, key schema.Key) Place {
	if p, ok := places[key]; ok {
		return p
	}
	return places[key.Owner()]
}

func details(want, have *schema.Object) []string {
	var lines []string
	if want != nil && len(want.Facts) > 0 {
		lines = append(lines, "by the migrations: "+want.Describe())
	}
	if have != nil && len(have.Facts) > 0 {
		lines = append(lines, "by the schema file: "+have.Describe())
	}
	return slices.Clip(lines)
}
