package main

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
)

// script prints a plan as SQL that can be run by hand. What is not the author's or
// ours is in comments, one line each: text from outside must not end one.
func (s *screen) script(p *plan.Plan, c *call, d dialect) {
	s.line("-- what dbmend up would do to ", exact(c.database), "; good for the schema with the fingerprint")
	s.line("-- ", p.From.String())
	if p.Empty() {
		s.line("-- nothing to do")
		return
	}
	for _, segment := range p.Segments(false, true) {
		if len(segment.Steps) > 0 {
			s.segment(&segment, c, d)
		}
		for _, r := range segment.Records {
			s.line("-- record ", exact(r.Migration.ID()), ", ", string(r.Outcome), ": ", exact(r.Reason))
		}
	}
}

func (s *screen) segment(segment *plan.Segment, c *call, d dialect) {
	s.blank()
	rests := segment.Mode == engine.Rebuild && d.rest != ""
	switch {
	case rests:
		s.line("-- tables that others refer to are made anew: a foreign key must not take rows with them")
		s.line(d.rest)
	case d.enforce != "" && slices.ContainsFunc(segment.Steps, func(s plan.Step) bool { return s.Enforce }):
		s.line("-- a migration turns foreign keys on: what refers to rows goes with them")
		s.line(d.enforce)
	}
	s.line(d.begin)
	var afterwards []*plan.Step
	for i := range segment.Steps {
		step := &segment.Steps[i]
		if step.Kind == plan.Afterwards {
			afterwards = append(afterwards, step)
			continue
		}
		s.statement(step, c, d)
	}
	if d.commit != "" {
		s.blank()
		s.line(d.commit)
	}
	if rests {
		s.line(d.resume)
	}
	for _, step := range afterwards {
		s.statement(step, c, d)
	}
}

func (s *screen) statement(step *plan.Step, c *call, d dialect) {
	s.blank()
	from := source(step, c.dir)
	if from == "" {
		from = "synthesised for " + step.Ref.String()
	}
	s.line("-- ", exact(from), ": ", exact(step.Reason))
	for _, h := range step.Hazards {
		s.line("-- hazard: ", exact(h.Name), ": ", exact(h.Text))
	}
	// The statement goes out as it is: a character changed for the terminal's sake
	// would be another statement.
	s.line(d.ended(strings.TrimRight(step.SQL, " \t\r\n")))
}

// A dialect is what a script for a database system's own client says around
// statements.
type dialect struct {
	begin, commit string                        // around a transaction
	rest, resume  string                        // around one in which foreign keys rest; empty where none have to
	enforce       string                        // ahead of one that relies on them; empty where it always may
	ended         func(statement string) string // a statement with what ends it
}

func ended(statement string) string { return statement + ";" }
