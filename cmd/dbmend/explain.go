package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// An explanation is a diagnosis and what follows from it.
type explanation struct {
	diagnosis *diagnosis.Diagnosis
	plan      *plan.Plan // nil while questions are open, or if obstacle is set
	obstacle  error      // why no plan leads to the schema that is wanted
	folder    string
	scripts   []string // files that are not in it
}

// explain prints an explanation for somebody who is in the middle of an outage:
// what matters most comes first, and each part stands by itself.
func (s *screen) explain(v *explanation) {
	d := v.diagnosis
	s.prose("", headline(d, v.plan), s.strong)
	s.recorded(d)
	if len(d.Migrations) > 0 {
		s.head("migrations")
		s.findings(d)
	}
	s.objects(v)
	if len(d.Questions) > 0 {
		s.head("questions")
		s.questions(d.Questions, "up")
	}
	s.decision(v)
}

// recorded prints what the history claims.
func (s *screen) recorded(d *diagnosis.Diagnosis) {
	r := d.Recorded
	s.head("history")
	claimed, begun := 0, 0
	last := ""
	for i := range d.Migrations {
		c := &d.Migrations[i].Claim
		switch {
		case c.Begun:
			begun++
		case c.Recorded:
			claimed++
			last = d.Migrations[i].Migration.ID()
		}
	}
	source := "no tracking table: nothing is recorded"
	if r.Source != "" {
		source = exact(r.Source) + " rules; it records "
		switch claimed {
		case 0:
			source += "none of the migrations"
		case len(d.Migrations):
			source += "all " + plural(claimed, "migration")
		default:
			source += fmt.Sprintf("%d of %s, the last %s", claimed, plural(len(d.Migrations), "migration"), clean(last))
		}
	}
	s.prose("  ", source, func(t string) string { return t })
	t := &table{margin: "  "}
	for i := range d.Migrations {
		m := &d.Migrations[i]
		word := "recorded"
		switch {
		case m.Claim.Begun:
			word = s.warn("begun")
		case m.Claim.Edited:
			word = s.warn("recorded with another content")
		case !m.Claim.Recorded:
			continue
		case !s.verbose && claimed > fewClaims:
			continue
		}
		t.row(word, clean(m.Migration.ID()), s.dim(oneLine(how(m.Migration, m.Claim.How), 0)))
	}
	for _, name := range r.Unknown {
		t.row(s.warn("unknown"), exact(name), s.dim("recorded, and not among the migrations"))
	}
	for _, name := range r.Collisions {
		t.row(s.warn("collides"), exact(name), s.dim("recorded for another file of this version"))
	}
	t.print(s)
	if r.FirstError != "" {
		s.prose("  "+s.bad("first error")+"  ", r.FirstError, func(t string) string { return t })
	}
}

// fewClaims is how many rows of a history are shown one by one without --verbose.
const fewClaims = 6

// findings prints the migrations: those that need no attention on a line, runs of
// them together, and the others statement by statement.
func (s *screen) findings(d *diagnosis.Diagnosis) {
	for i := 0; i < len(d.Migrations); {
		m := &d.Migrations[i]
		if s.verbose || !calm(m) {
			s.finding(m)
			i++
			continue
		}
		n := 1
		for i+n < len(d.Migrations) && calm(&d.Migrations[i+n]) && d.Migrations[i+n].Standing == m.Standing {
			n++
		}
		s.collapsed(d.Migrations[i : i+n])
		i += n
	}
}

// calm reports whether a migration can be told in a word.
func calm(m *diagnosis.MigrationFinding) bool {
	return m.Standing == diagnosis.Applied || m.Standing == diagnosis.Pending && m.Plain
}

func (s *screen) collapsed(ms []diagnosis.MigrationFinding) {
	statements := 0
	for i := range ms {
		statements += len(ms[i].Findings)
	}
	name := clean(ms[0].Migration.ID())
	about := plural(statements, "statement")
	if n := len(ms); n > 1 {
		name += " to " + clean(ms[n-1].Migration.ID())
		about = plural(n, "migration") + ", " + about
	}
	s.line("  ", s.strong(name), "  ", s.standing(ms[0].Standing), s.dim("  "+about))
}

// finding prints one migration in full.
func (s *screen) finding(m *diagnosis.MigrationFinding) {
	claim := "not recorded"
	switch {
	case m.Claim.Begun:
		claim = "recorded as begun"
	case m.Claim.Recorded:
		claim = "recorded"
	}
	s.line("  ", s.strong(clean(m.Migration.ID())), "  ", s.standing(m.Standing), s.dim("  "+claim))
	number, verdict := 1, 0
	for i := range m.Findings {
		number = max(number, len(itoa(m.Findings[i].Ref.Number)))
		verdict = max(verdict, len(m.Findings[i].Verdict.String()))
	}
	for i := range m.Findings {
		f := &m.Findings[i]
		word := fmt.Sprintf("%-*s", verdict, f.Verdict)
		s.line(fmt.Sprintf("    %*d  ", number, f.Ref.Number), s.verdict(f.Verdict, word), "  ",
			s.sql(f.Statement.Text, s.room(number+verdict+8, 90)))
		margin := strings.Repeat(" ", number+verdict+8)
		for n, evidence := range f.Evidence {
			if n > 0 && !s.verbose && n == fewEvidence {
				s.line(margin, s.dim(fmt.Sprintf("and %d more (--verbose)", len(f.Evidence)-n)))
				break
			}
			s.prose(margin, oneLine(evidence, 0), s.dim)
		}
	}
}

// fewEvidence is how many sentences of evidence are shown without --verbose.
const fewEvidence = 3

func (s *screen) verdict(v diagnosis.Verdict, word string) string {
	switch v {
	case diagnosis.Done, diagnosis.Superseded, diagnosis.NoOp:
		return s.good(word)
	case diagnosis.NotDone:
		return s.fresh(word)
	case diagnosis.Conflict:
		return s.bad(word)
	}
	return s.warn(word)
}

// objects prints what is not as it should be, and what nobody knows.
func (s *screen) objects(v *explanation) {
	differences := v.differences()
	if len(differences) > 0 {
		s.head("objects")
		for _, d := range differences {
			s.difference(d.Difference, d.Why)
		}
	}
	if ignored := v.diagnosis.Ignored; len(ignored) > 0 {
		s.head("on the ignore list, and left alone")
		s.ignored(ignored)
	}
	foreign := topmost(v.diagnosis.Foreign)
	if len(foreign) > 0 {
		s.head("unknown to the migrations, and left alone")
		for _, o := range foreign {
			s.line("  ", exact(o.Key.String()), s.facts(o))
		}
	}
}

// topmost leaves out the parts of tables that are there themselves.
func topmost(objects []*schema.Object) []*schema.Object {
	named := map[schema.Key]bool{}
	for _, o := range objects {
		named[o.Key] = true
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o *schema.Object) bool {
		return o.Key.IsPart() && named[o.Key.Owner()]
	})
}

// differences returns what the database lacks or has otherwise, each with the
// statement that it is about. What a plainly pending migration will change is not
// among it: that is no trouble.
func (v *explanation) differences() []diagnosis.Drift {
	d := v.diagnosis
	all := slices.Clone(d.Drift)
	seen := map[schema.Key]bool{}
	for i := range all {
		seen[all[i].Difference.Key] = true
	}
	for i := range d.Ignored {
		seen[d.Ignored[i].Difference.Key] = true
	}
	if d.Target == nil || d.Have == nil {
		return all
	}
	for i := range d.Migrations {
		m := &d.Migrations[i]
		if m.Plain {
			continue
		}
		for j := range m.Findings {
			f := &m.Findings[j]
			switch f.Verdict {
			case diagnosis.NotDone, diagnosis.Partly, diagnosis.Conflict, diagnosis.Ambiguous:
			default:
				continue
			}
			for _, c := range f.Changes {
				have := d.Have.Get(c.Key)
				if seen[c.Key] || c.After == nil || c.After.Equal(have) {
					continue
				}
				// A statement that has not run finds the form before it: no trouble.
				if f.Verdict != diagnosis.Conflict && (have != nil || f.Verdict == diagnosis.NotDone && remade(f, c.Key, d.Have)) {
					continue
				}
				seen[c.Key] = true
				all = append(all, diagnosis.Drift{
					Difference: schema.Difference{Key: c.Key, Want: c.After, Have: have},
					Ref:        f.Ref, Why: "made by " + f.Ref.String(),
				})
			}
		}
	}
	return withoutParts(all)
}

// remade reports whether the statement makes the table of an object, and the
// database still has that table in an older form.
func remade(f *diagnosis.Finding, key schema.Key, have *schema.Snapshot) bool {
	owner := key.Owner()
	return key.IsPart() && have.Get(owner) != nil && slices.ContainsFunc(f.Changes, func(c schema.Change) bool {
		return c.Key == owner && c.After != nil
	})
}

// withoutParts leaves out the parts of tables that are missing themselves.
func withoutParts(all []diagnosis.Drift) []diagnosis.Drift {
	missing := map[schema.Key]bool{}
	for i := range all {
		if all[i].Difference.Missing() {
			missing[all[i].Difference.Key] = true
		}
	}
	return slices.DeleteFunc(all, func(d diagnosis.Drift) bool {
		key := d.Difference.Key
		return d.Difference.Missing() && key.IsPart() && missing[key.Owner()]
	})
}

// decision prints how the explanation came about, and what follows from it.
func (s *screen) decision(v *explanation) {
	d := v.diagnosis
	s.head("decision")
	text := func(t string) string { return t }
	switch {
	case d.Have != nil && d.Have.Len() == 0:
		s.prose("  ", "the database is empty", text)
	case d.Agrees && !d.Recorded.Any():
		s.prose("  ", "nothing is recorded, and nothing of the migrations is there", text)
	case d.Agrees:
		s.prose("  ", "the database is exactly what its history says, so what is not recorded is plainly pending", text)
	default:
		s.prose("  ", "the database is not what its history says, so every statement was judged by what is there", text)
	}
	for i := range d.Answered {
		s.prose("  answered  ", d.Answered[i].Name(), text)
	}
	for _, note := range d.Notes {
		s.prose("  note  ", note, text)
	}
	switch {
	case v.obstacle != nil:
		s.prose("  ", "up would fail, and change nothing:", text)
		for _, p := range problems(v.obstacle, v.folder, s.verbose, v.scripts...) {
			s.problem(p, "")
		}
	case v.plan == nil:
		s.prose("  ", "up would refuse, and change nothing, until the questions are answered", text)
	case v.plan.Empty():
		s.prose("  ", "up would do nothing", text)
	case len(v.plan.Steps) == 0:
		s.prose("  ", "up "+intent(v.plan), text)
	default:
		s.prose("  ", "up "+intent(v.plan)+":", text)
		s.steps(v.plan)
	}
}

// steps prints the steps of a plan, a line each.
func (s *screen) steps(p *plan.Plan) {
	t := &table{margin: "    "}
	for i := range p.Steps {
		step := &p.Steps[i]
		if i == fewSteps && !s.verbose {
			t.row("…", fmt.Sprintf("and %d more (dbmend plan shows them)", len(p.Steps)-i))
			break
		}
		mark := s.fresh(string(step.Kind))
		t.row(mark, clean(step.Ref.String()), s.sql(step.SQL, s.room(30, 90)))
	}
	t.print(s)
}

// fewSteps is how many steps a diagnosis shows without --verbose.
const fewSteps = 12
