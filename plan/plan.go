package plan

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Kind says whose statement a step runs.
type Kind string

// The kinds of steps.
const (
	Authored    Kind = "run"         // a statement of a migration, as it is written
	Scripted    Kind = "schema"      // a statement of the base or schema file, on an empty database
	Synthesised Kind = "synthesised" // a statement that dbmend wrote, since none of the author's fits
	Afterwards  Kind = "afterwards"  // a statement of a migration that no transaction bears, run after it
)

// A Step is one statement that a run will execute.
type Step struct {
	Kind    Kind
	Ref     diagnosis.Ref        // the statement that it is, or on whose behalf it was written
	Line    int                  // where the statement is in its file; zero for what was synthesised
	Path    string               // the file; empty for what was synthesised
	SQL     string               // what is executed
	Reason  string               // why, in a sentence
	Hazards []Hazard             // what can hurt
	Reverts bool                 // it belongs to the part of its migration that takes it back
	Rebuild bool                 // foreign keys must rest while it runs, or rows of other tables would go
	Enforce bool                 // its migration turns foreign keys on for it: rows that refer are to go along
	Source  *migration.Statement // the author's statement; nil for what was synthesised
	Anew    bool                 // part of a synthesised rebuild of Table: every row stays as it is
	Table   schema.Key           // the table that a synthesised statement works on: it keeps all its rows

	changes []schema.Change // what it did on scratch
	stays   bool            // no transaction bears it, and what follows it in its own would be upset by another order
	turned  string          // how its migration has turned foreign keys ahead of it
}

// Makes returns the objects that the step makes or changes, as far as a replay
// has shown.
func (s *Step) Makes() []*schema.Object {
	var objects []*schema.Object
	for _, c := range s.changes {
		if c.After != nil {
			objects = append(objects, c.After)
		}
	}
	return objects
}

// Touches reports whether the step makes, changes or drops an object, as far as a
// replay has shown.
func (s *Step) Touches(key schema.Key) bool {
	return slices.ContainsFunc(s.changes, func(c schema.Change) bool { return c.Key == key })
}

// Divides reports whether the step changes the schema outside of a transaction, so that
// the transaction of what follows begins behind it.
func (s *Step) Divides() bool {
	return s.Kind == Afterwards && (len(s.changes) > 0 || s.Source.Concurrent())
}

// A Hazard is a named danger of a step. Until [Plan.Weigh] it has a name and a text.
type Hazard struct {
	Name  string     // "drops table", "builds index"
	Text  string     // one sentence, with the figure if there is one
	Table schema.Key // the table whose rows it is about; zero for none
	Rows  *Count     // how many that table has; nil where nobody has counted
	Waits string     // who waits meanwhile, and until when; empty for nobody
}

// A Record is a migration that will be recorded, and how it got there.
type Record struct {
	Migration *migration.Migration
	Outcome   journal.Outcome // applied, present, healed or reverted
	Reason    string          // in a sentence
}

// A Plan is what a run will do. It is good for the schema that it was made for,
// and for no other.
type Plan struct {
	Diagnosis *diagnosis.Diagnosis
	Steps     []Step
	Records   []Record           // in the order of the set
	From      schema.Fingerprint // of the schema that it was made for
	To        schema.Fingerprint // of the schema that it leads to
	Healing   bool               // something is done that a plain runner would not do
	Back      bool               // it takes migrations back, the newest first
}

// Segments divides the steps into runs that can share a transaction: one for all,
// unless each migration is to have its own, as it has where one adds a value to an enum,
// or unless the connection enforces
// foreign keys and they must rest for some migrations while others rely on them (a
// DELETE that cascades), or unless it does not and a migration turns them on for such
// steps, or unless a step that no transaction bears changes what later
// ones find. Steps of one migration stay together, unless later ones rest on what must be
// committed first: then the migration's record is with the last of them.
func (p *Plan) Segments(each, enforced bool) []Segment {
	segments := []Segment{}
	each = each || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Source.AddsValue() })
	modes, several := p.modes(enforced)
	if !each && !several && !p.divided() {
		if p.Empty() {
			return segments
		}
		return append(segments, Segment{Steps: p.Steps, Records: p.Records, Mode: together(modes)})
	}
	add := func(s Segment) {
		n := len(segments)
		if n > 0 && !each && (!several || segments[n-1].Mode == s.Mode) && !slices.ContainsFunc(segments[n-1].Steps, divides) {
			last := &segments[n-1]
			last.Steps = append(last.Steps, s.Steps...)
			last.Records = append(last.Records, s.Records...)
			last.Mode, last.Open = max(last.Mode, s.Mode), s.Open
			return
		}
		segments = append(segments, s)
	}
	steps, records := p.Steps, p.Records
	for len(steps) > 0 || len(records) > 0 {
		var s Segment
		switch {
		case len(steps) == 0:
			s.Records, records = records[:1:1], records[1:]
		case len(records) == 0:
			s.Steps, steps = steps, nil
		default:
			v := records[0].Migration.Version
			// In their order: rows that are put in at last come last.
			n := slices.IndexFunc(steps, func(s Step) bool {
				after := s.Ref.Version.Compare(v)
				return s.Ref.Version != "" && (after > 0 && !p.Back || after < 0 && p.Back)
			})
			if n < 0 {
				n = len(steps)
			}
			s.Steps, steps = steps[:n:n], steps[n:]
			s.Records, records = records[:1:1], records[1:]
		}
		for i := range s.Steps {
			s.Mode = max(s.Mode, modes[s.Steps[i].Ref.Version])
		}
		for n := endsBehind(s.Steps); n > 0; n = endsBehind(s.Steps) {
			part := Segment{Steps: s.Steps[:n:n], Mode: s.Mode, GoesOn: s.GoesOn}
			if len(s.Records) > 0 {
				s.GoesOn = s.Records[0].Migration
				part.Open = s.GoesOn
			}
			add(part)
			s.Steps = s.Steps[n:]
		}
		add(s)
	}
	return segments
}

// divided reports whether steps of a transaction follow one that no transaction bears
// and that changes the schema.
func (p *Plan) divided() bool {
	first := slices.IndexFunc(p.Steps, divides)
	return first >= 0 && slices.ContainsFunc(p.Steps[first:], func(s Step) bool { return s.Kind != Afterwards })
}

func divides(s Step) bool { return s.stays || s.Divides() }

// endsBehind returns behind how many of a migration's steps its transaction must end for the
// rest to run, since that speaks of a value which they add, or rests on one that no
// transaction bears; 0 where it need not.
func endsBehind(steps []Step) int {
	for i, s := range steps {
		if s.stays && i+1 < len(steps) {
			return i + 1
		}
		if !s.Source.AddsValue() {
			continue
		}
		_, rest, _ := strings.Cut(s.SQL, "'")
		value, _, _ := strings.Cut(rest, "'")
		if slices.ContainsFunc(steps[i+1:], func(s Step) bool {
			return !s.Source.AddsValue() && strings.Contains(s.SQL, "'"+value+"'")
		}) {
			return i + 1
		}
	}
	return 0
}

// A Segment is what one transaction holds.
type Segment struct {
	Steps   []Step
	Records []Record
	Mode    engine.TxMode        // what becomes of foreign keys
	GoesOn  *migration.Migration // its first steps are of this one, and earlier ones are in the segment ahead; nil for most
	Open    *migration.Migration // its last steps are of this one, and more are in the next segment; nil for most
}

// Empty reports that there is nothing to do and nothing to record.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 && len(p.Records) == 0 }
