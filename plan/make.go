package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Make plans what a diagnosis without open questions leaves to do.
//
// Errors: *[SynthesisError] where a statement would have to be written that the
// engine has no form for; *[migration.SyntaxError] where an author's statement is
// one that dbmend does not run.
func Make(d *diagnosis.Diagnosis, synth engine.Synthesizer) (*Plan, error) {
	m := &maker{d: d, synth: synth, anew: map[schema.Key]bool{}, plan: &Plan{
		Diagnosis: d,
		From:      d.Have.Fingerprint(),
		To:        d.Target.Fingerprint(),
	}}
	if err := m.dropAside(); err != nil {
		return nil, err
	}
	if err := m.addAll(diagnosis.Ref{}, d.Restore, "it should be there and is not"); err != nil {
		return nil, err
	}
	m.early = m.standEarly()
	for i := range d.Migrations {
		if err := m.migration(&d.Migrations[i]); err != nil {
			return nil, err
		}
	}
	if _, err := m.seed(diagnosis.Ref{}); err != nil {
		return nil, err
	}
	if err := m.keepForeign(); err != nil {
		return nil, err
	}
	m.markForeignKeys()
	m.afterwards()
	return m.plan, nil
}

// A SynthesisError is a repair that the engine has no statement for.
type SynthesisError struct {
	Ref    diagnosis.Ref
	Object *schema.Object
	Action string // "add", "drop"
}

// Error says what cannot be written.
func (e *SynthesisError) Error() string {
	return fmt.Sprintf("%s: no statement of this engine can %s %s (%s)", e.Ref, e.Action, e.Object.Key, e.Object.Describe())
}

type maker struct {
	d     *diagnosis.Diagnosis
	synth engine.Synthesizer
	plan  *Plan
	anew  map[schema.Key]bool // tables that a synthesised rebuild makes anew
	early early
	// turned is how the migration which is being planned has turned foreign keys, "on" or
	// "off"; empty where it has not.
	turned string
}

// migration plans one migration: as it is written where it is plainly pending,
// statement by statement otherwise.
func (m *maker) migration(mf *diagnosis.MigrationFinding) error {
	ran, skipped := 0, 0
	rests := resting(mf.Findings, func(i int) bool {
		f := &mf.Findings[i]
		return !f.Left && f.Verdict == diagnosis.NotDone && f.Seeds == nil &&
			f.Statement.Class != migration.Session && f.Statement.Class != migration.Transaction
	})
	m.turned = ""
	for i := range mf.Findings {
		f := &mf.Findings[i]
		if f.Statement.Class == migration.Session && f.Statement.Target == "foreign_keys" && f.Statement.Note != "" {
			m.turned = f.Statement.Note
		}
		seeded, err := m.seed(f.Ref)
		if err != nil {
			return err
		} else if seeded {
			ran++
		}
		switch {
		case f.Left:
			skipped++
		case rests[i] && !mf.Plain:
			if err := m.step(mf, f, "what runs besides may rest on it"); err != nil {
				return err
			}
			if f.Verdict == diagnosis.NotDone {
				ran++
			}
		case f.Statement.Class == migration.Session && !mf.Plain:
			skipped++ // nothing runs that could rest on it
		case f.Verdict == diagnosis.Partly:
			if err := m.complete(f); err != nil {
				return err
			}
			ran++
			skipped++
		case f.Verdict == diagnosis.NotDone:
			if err := m.run(mf, f); err != nil {
				return err
			}
			ran++
		case mf.Plain && f.Statement.Class != migration.Transaction:
			if err := m.step(mf, f, "part of a migration that is plainly pending"); err != nil {
				return err
			}
			ran++
		default:
			again, err := m.makeAgain(mf, f)
			if err != nil {
				return err
			}
			if again {
				ran++
			} else {
				skipped++
			}
		}
	}
	if mf.Claim.Recorded && !mf.Claim.Begun && ran == 0 && !mf.Claim.Edited && mf.Due == "" && mf.Claim.Baseline == "" {
		return nil
	}
	record := Record{Migration: mf.Migration}
	switch {
	case mf.Claim.Baseline != "" && ran == 0:
		record.Outcome, record.Reason = journal.Baselined, mf.Claim.How
	case mf.Claim.Baseline != "":
		record.Outcome, record.Reason = journal.Healed, mf.Claim.Baseline+" does not make all that it makes"
		m.plan.Healing = true
	case mf.Due != "":
		record.Outcome, record.Reason = journal.Applied, mf.Due
		// One that nobody has touched makes good what somebody else has.
		m.plan.Healing = m.plan.Healing || mf.Claim.Begun || mf.Claim.Recorded && !mf.Claim.Due(mf.Migration)
	case mf.Claim.Recorded && !mf.Claim.Begun && ran > 0:
		record.Outcome, record.Reason = journal.Healed, "recorded before, and what was missing of it is made again"
		m.plan.Healing = true
	case mf.Claim.Recorded && mf.Claim.Edited:
		record.Outcome, record.Reason = journal.Present, "its file reads differently and means what is there"
	case mf.Plain:
		record.Outcome, record.Reason = journal.Applied, "pending"
	case ran == 0:
		record.Outcome, record.Reason = journal.Present, "all of it is there"
		m.plan.Healing = true
	default:
		record.Outcome, record.Reason = journal.Healed, fmt.Sprintf("%d of its statements needed no run", skipped)
		m.plan.Healing = true
	}
	m.plan.Records = append(m.plan.Records, record)
	return nil
}

// run plans a statement that is not done, behind what must go first.
func (m *maker) run(mf *diagnosis.MigrationFinding, f *diagnosis.Finding) error {
	if err := m.goAhead(f); err != nil {
		return err
	}
	for _, o := range f.Instead {
		if err := m.replace(f.Ref, o); err != nil {
			return err
		}
	}
	if f.Twin != nil {
		if err := m.drop(f.Ref, f.Twin, "it holds nothing, and stands where the rename goes"); err != nil {
			return err
		}
		if f.Twin.Key.Kind == schema.Table {
			m.plan.Steps[len(m.plan.Steps)-1].Table = schema.Key{} // it is meant to go
		}
	}
	if f.Clear != nil {
		if err := m.synthesise(f.Ref, f.Clear, "empty", m.synth.Empty(f.Clear), "it holds nothing but copies"); err != nil {
			return err
		}
		m.plan.Steps[len(m.plan.Steps)-1].Table = schema.Key{} // it is meant to lose its rows
	}
	if f.Seeds != nil {
		m.plan.Healing = true
		picked := m.synth.Pick(f.Statement.Text, f.Seeds)
		if picked == nil {
			return &SynthesisError{f.Ref, &schema.Object{Key: f.Statement.Table()}, "fill"}
		}
		for _, sql := range picked {
			m.plan.Steps = append(m.plan.Steps, Step{Kind: Synthesised, Ref: f.Ref, SQL: sql, Reason: strings.Join(f.Evidence, "; ")})
		}
		return nil
	}
	return m.step(mf, f, strings.Join(f.Evidence, "; "))
}

// seed plans the rows of the set that are put in ahead of a statement; without one, those
// that go in at the end. It reports whether there are any.
func (m *maker) seed(ahead diagnosis.Ref) (found bool, err error) {
	for _, s := range m.d.Seeded {
		if s.Ahead != ahead {
			continue
		}
		inserts := m.synth.Insert(s.Table, s.Columns, s.Rows)
		if inserts == nil {
			return false, &SynthesisError{s.Ref, s.Table, "fill"}
		}
		found = true
		for _, sql := range inserts {
			m.plan.Steps = append(m.plan.Steps, Step{
				Kind: Synthesised, Ref: s.Ref, SQL: sql,
				Reason: s.Table.Key.String() + " lacks these rows, which the migrations leave in it",
			})
			m.plan.Healing = true
		}
		for _, name := range s.Columns {
			for _, sql := range m.synth.Renumber(m.d.Target.Get(s.Table.Key.Column(name))) {
				m.plan.Steps = append(m.plan.Steps, Step{
					Kind: Synthesised, Ref: s.Ref, SQL: sql,
					Reason: name + " of " + s.Table.Key.String() + " is numbered on behind these rows",
				})
			}
		}
	}
	return found, nil
}

// complete plans what is missing of a statement that must not be run as it stands.
func (m *maker) complete(f *diagnosis.Finding) error {
	if f.Twin != nil {
		return m.drop(f.Ref, f.Twin, "it holds nothing, and its data is under the new name already")
	}
	missing := make([]*schema.Object, len(f.Missing))
	for i, c := range f.Missing {
		missing[i] = c.After
	}
	return m.addAll(f.Ref, missing, "missing from what "+f.Ref.String()+" makes")
}

// addAll adds objects. Where the engine has no statement that adds a part of a table,
// the table is made anew around its rows, with all of its parts.
func (m *maker) addAll(ref diagnosis.Ref, objects []*schema.Object, reason string) error {
	anew := map[schema.Key]bool{}
	mend := func(o *schema.Object) []string {
		if have := m.d.Have.Get(o.Key); have != nil {
			return m.synth.Mend(have, o)
		}
		return nil
	}
	for _, o := range objects {
		if len(mend(o)) > 0 {
			continue
		}
		inside := o.Key.IsPart() && o.Key.Kind != schema.Index && o.Key.Kind != schema.Trigger
		if inside && (m.d.Have.Get(o.Key) != nil || len(m.synth.Add(o)) == 0) {
			anew[o.Key.Owner()] = true
		}
	}
	for _, o := range objects {
		owner := o.Key.Owner()
		switch statements := mend(o); {
		case len(statements) > 0 && !anew[owner]:
			if err := m.synthesise(ref, o, "mend", statements, reason); err != nil {
				return err
			}
		case !anew[owner] || !o.Key.IsPart() || o.Key.Kind == schema.Index || o.Key.Kind == schema.Trigger:
			if err := m.add(ref, o, reason); err != nil {
				return err
			}
		case m.anew[owner]:
		default:
			m.anew[owner] = true
			if err := m.rebuild(ref, o, objects, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// rebuild makes a table anew with parts that cannot be added to it.
func (m *maker) rebuild(ref diagnosis.Ref, first *schema.Object, objects []*schema.Object, reason string) error {
	table := first.Key.Owner()
	want := m.d.Have.Clone()
	if o := cmp.Or(m.d.Target.Get(table), m.d.Forms[table]); o != nil {
		want.Put(o)
	}
	for _, o := range objects {
		if o.Key.Owner() == table {
			want.Put(o)
		}
	}
	begin := len(m.plan.Steps)
	if err := m.synthesise(ref, first, "add", m.synth.Rebuild(m.d.Have, want, table), reason+"; nothing adds it to a table that is there, so that is made anew around its rows"); err != nil {
		return err
	}
	for i := begin; i < len(m.plan.Steps); i++ {
		m.plan.Steps[i].Rebuild, m.plan.Steps[i].Anew = true, true
	}
	return nil
}

func (m *maker) step(mf *diagnosis.MigrationFinding, f *diagnosis.Finding, reason string) error {
	s := Step{
		Kind: Authored, Ref: f.Ref, Line: f.Statement.Line, Path: mf.Migration.Path,
		SQL: f.Statement.Text, Reason: reason, Source: f.Statement, changes: f.Changes, turned: m.turned,
		// Where nothing was replayed, a drop may be half of a rebuild.
		Rebuild: f.Changes == nil && f.Statement.Verb == "drop table",
	}
	switch f.Statement.Class {
	case migration.Transaction:
		return nil // the run has its own
	case migration.Session:
		if f.Statement.Target == "foreign_keys" {
			return nil // the run lets them rest, and enforces them, where that is needed
		}
	case migration.Forbidden:
		return &migration.SyntaxError{
			Path: s.Path, Line: s.Line, Excerpt: s.SQL, Reason: f.Statement.Note,
			Hint: "run it by hand where it belongs, and take it out of the migration",
		}
	case migration.Outside:
		s.Kind = Afterwards
	}
	s.Hazards = hazards(f)
	m.plan.Steps = append(m.plan.Steps, s)
	return nil
}

func (m *maker) add(ref diagnosis.Ref, o *schema.Object, reason string) error {
	return m.synthesise(ref, o, "add", m.synth.Add(o), reason)
}

// replace drops what has another definition than the migrations give it. The foreign keys
// that need an index are made again without it.
func (m *maker) replace(ref diagnosis.Ref, o *schema.Object) error {
	var leaning []*schema.Object
	if leaner, ok := m.synth.(engine.Leaner); ok && o.Key.Kind == schema.Index {
		leaning = leaner.Leans(o, m.d.Have)
	}
	for _, reference := range leaning {
		if err := m.drop(ref, reference, "it keeps the server from dropping "+o.Key.String()+", and is made again behind that"); err != nil {
			return err
		}
	}
	if err := m.drop(ref, o, "it has another definition than the migrations give it"); err != nil {
		return err
	}
	for _, reference := range leaning {
		if err := m.add(ref, reference, "it was dropped for "+o.Key.String()); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) drop(ref diagnosis.Ref, o *schema.Object, reason string) error {
	return m.synthesise(ref, o, "drop", m.synth.Drop(o), reason)
}

func (m *maker) synthesise(ref diagnosis.Ref, o *schema.Object, action string, statements []string, reason string) error {
	if len(statements) == 0 {
		return &SynthesisError{ref, o, action}
	}
	for _, sql := range statements {
		m.plan.Steps = append(m.plan.Steps, Step{
			Kind: Synthesised, Ref: ref, SQL: sql, Table: o.Key.Owner(), Reason: o.Key.String() + ": " + reason,
		})
	}
	m.plan.Healing = true
	return nil
}

// keepForeign makes again what nobody knows and what goes with a table or something else
// that the plan drops and makes anew: foreign indexes, triggers and rights stay.
func (m *maker) keepForeign() error {
	foreign := slices.Concat(m.d.Foreign, m.d.Unreported)
	made, now := m.madeAnew(foreign)
	for _, o := range foreign {
		whole, ok := m.whole(o)
		at, again := made[whole]
		if !ok || !again || o.Source == "" {
			continue
		}
		kept := *o
		if o.Key.IsPart() {
			kept.Key.Table = now[whole].Name
		}
		if m.d.Target.Get(kept.Key) == nil {
			continue
		}
		// Right behind the step, in its transaction: who else would know of it.
		behind := slices.Clone(m.plan.Steps[at+1:])
		m.plan.Steps = m.plan.Steps[: at+1 : at+1]
		if err := m.add(m.plan.Steps[at].Ref, &kept, "unknown to the migrations, and kept while its table is made anew"); err != nil {
			return err
		}
		added := len(m.plan.Steps) - at - 1
		m.plan.Steps = append(m.plan.Steps, behind...)
		for table, step := range made {
			if step > at {
				made[table] = step + added
			}
		}
	}
	return nil
}

// whole returns what an object belongs to or is said of, as [schema.Key.Whole] has it.
func (m *maker) whole(o *schema.Object) (whole schema.Key, ok bool) {
	if o.Key.IsPart() {
		return o.Key.Whole(), true
	}
	if subject := m.d.Have.Subject(o.Key); subject != nil {
		return subject.Key.Whole(), true
	}
	return schema.Key{}, false
}

// madeAnew returns the live tables, and all else that foreign objects belong to or are said
// of, which the plan drops and makes anew, by the names that they have now: the last step
// that makes or renames each, and its name by then.
func (m *maker) madeAnew(foreign []*schema.Object) (made map[schema.Key]int, now map[schema.Key]schema.Key) {
	made, now = map[schema.Key]int{}, map[schema.Key]schema.Key{}
	dropped := map[schema.Key]bool{}
	for _, o := range foreign {
		if whole, ok := m.whole(o); ok {
			now[whole] = whole
		}
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		carried := false
		if s.Source != nil && s.Source.Verb == "alter table rename" {
			for live, key := range now {
				if key != s.Source.Table() || dropped[live] {
					continue
				}
				now[live], carried = s.Source.Renamed(), true
				if _, again := made[live]; again {
					made[live] = i
				}
			}
		}
		for _, c := range s.changes {
			if c.Key.IsPart() || carried && c.After == nil {
				continue
			}
			for live, key := range now {
				switch {
				case key != c.Key.Whole():
				case c.After == nil:
					dropped[live] = true
				case dropped[live]:
					made[live], dropped[live] = i, false
				}
			}
		}
	}
	return made, now
}

// hazards names what a statement can hurt.
func hazards(f *diagnosis.Finding) []Hazard {
	var found []Hazard
	dropsColumn := func(c schema.Change) bool { return c.Key.Kind == schema.Column && c.After == nil }
	dropsTable := func(c schema.Change) bool { return c.Key.Kind == schema.Table && c.After == nil }
	renames := strings.Contains(f.Statement.Verb, "rename")
	switch {
	case renames:
		found = append(found, Hazard{Name: "renames", Text: "a program that knows the old name stops working"})
	case slices.ContainsFunc(f.Changes, dropsTable):
		found = append(found, Hazard{Name: engine.DropsTable, Text: "the rows of the table are gone afterwards"})
	case slices.ContainsFunc(f.Changes, dropsColumn):
		found = append(found, Hazard{Name: engine.DropsColumn, Text: "the values of the column are gone afterwards"})
	case f.Statement.Verb == "delete", f.Statement.Verb == "truncate":
		found = append(found, Hazard{Name: engine.DeletesRows, Text: "rows are gone afterwards"})
	case f.Statement.Verb == "create index":
		found = append(found, Hazard{Name: engine.BuildsIndex, Text: "every row of the table is read"})
	}
	return found
}
