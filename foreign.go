package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains how the tracking table of another runner is found, and what is
// asked where there are several, or one that cannot be read.

// findForeign looks for the tracking table of another runner.
func (m *Migrator) findForeign(ctx context.Context, db engine.Database, s *survey) error {
	hint := tracking.Hint{Format: m.set.Format, Adds: m.adds}
	tool := m.handedTo()
	if m.history != "" && tool == nil {
		hint.Table = m.historyKey(db)
	}
	var readable []*tracking.History
	s.sole = m.looksSole(s.have)
	for _, c := range tracking.Detect(s.have, hint) {
		if c.Runner == nil && m.makes(c.Table) && c.Table != hint.Table {
			continue // the set's own, whatever it looks like
		}
		s.hidden[c.Table] = !m.defines(c.Table)
		for _, beside := range c.Beside {
			s.hidden[beside] = true
		}
		switch {
		case c.Runner == nil:
			s.askAboutShape(c)
			continue
		case s.adopted != nil && s.adopted.table == c.Table && s.adopted.runner == c.Runner && m.history != "":
			s.handed = true // by name
		case s.adopted != nil && s.adopted.table == c.Table && s.adopted.runner == c.Runner:
			if err := m.askAboutAdopted(ctx, db, s); err != nil {
				return err
			}
			continue
		case tool != nil && c.Runner != tool:
			continue // it is to go on elsewhere
		}
		h, err := c.Runner.Read(ctx, db, c.Table)
		if row, ok := errors.AsType[*tracking.RowError](err); ok {
			s.ask(unreadable(c, row))
			continue
		}
		if err != nil {
			return err
		}
		readable = append(readable, h)
	}
	m.rule(s, m.withoutOwn(s, readable, hint.Table), db.Traits().Space)
	// A table of another shape is none of ours where there is a history.
	settled := s.foreign != nil || s.last.Run != ""
	s.questions = slices.DeleteFunc(s.questions, func(q diagnosis.Question) bool {
		return s.shapes[q.Place] && settled || m.answers.To(&q) != ""
	})
	return nil
}

// withoutOwn leaves out the tables that look like a history, are empty and are made by
// the set itself, where there is another history or the journal has ruled so far. They
// are tables like any other.
func (m *Migrator) withoutOwn(s *survey, histories []*tracking.History, named schema.Key) []*tracking.History {
	own := func(h *tracking.History) bool { return len(h.Rows) == 0 && h.Table != named && m.makes(h.Table) }
	others := slices.DeleteFunc(slices.Clone(histories), own)
	if len(others) == 0 && (s.last.Kind == "" || s.last.Name != "") {
		return histories
	}
	for _, h := range histories {
		if own(h) {
			delete(s.hidden, h.Table)
		}
	}
	return others
}

// ask notes a question about histories.
func (s *survey) ask(q diagnosis.Question) { s.questions = append(s.questions, q) }

// askAboutShape asks about a table that may be a history and cannot be read.
func (s *survey) askAboutShape(c tracking.Candidate) {
	s.shapes[c.Table.Path()] = true
	s.ask(diagnosis.Question{
		Code: diagnosis.Q1, Place: c.Table.Path(),
		Text:    fmt.Sprintf("%s looks like a history that cannot be read: %s. Which history rules?", c.Table, c.Reason),
		Facts:   []string{"point at the right table with --history TABLE, or say that this one is none"},
		Choices: []diagnosis.Choice{{Answer: "none", Means: "it is no history: leave it alone"}},
	})
}

// unreadable asks about a table of the right shape with a row that says nothing: it
// must not be taken for a shorter history.
func unreadable(c tracking.Candidate, row *tracking.RowError) diagnosis.Question {
	return diagnosis.Question{
		Code: diagnosis.Q1, Place: c.Table.Path(),
		Text: fmt.Sprintf("%s has the columns of %s's history, and not all of its rows can be read. Mend the row, or go by what is there?", c.Table, c.Runner.Name),
		Facts: []string{
			row.Error(),
			"nothing of the table counts as long as it is so: to leave the row out could run a migration twice",
		},
		Choices: []diagnosis.Choice{{Answer: "none", Means: "it is no history: leave it alone, and find out from the schema what has run"}},
	}
}

// rule says which of several histories rules: the one that did when the last run
// ended, else the one that an answer names.
func (m *Migrator) rule(s *survey, histories []*tracking.History, space string) {
	if len(histories) == 0 {
		return
	}
	s.foreign = histories[0]
	if len(histories) == 1 {
		return
	}
	q := m.askWhichRules(histories)
	// The default schema, which paths leave out, may be named all the same.
	answer := strings.TrimPrefix(m.answers[q.Name()], space+".")
	last, err := parseRuling(s.last.Name)
	for i, h := range histories {
		if answer == q.Choices[i].Answer || answer == "" && err == nil && last.table == h.Table && last.runner == h.Runner {
			s.foreign = h
			return
		}
	}
	s.ask(q)
}

// askWhichRules asks which of several histories rules, and tells in what they
// disagree.
func (m *Migrator) askWhichRules(histories []*tracking.History) diagnosis.Question {
	q := diagnosis.Question{Code: diagnosis.Q1}
	var names []string
	said := make([]map[*migration.Migration]string, len(histories))
	for i, h := range histories {
		name := h.Table.Path()
		names = append(names, fmt.Sprintf("%s (%s, %s)", name, h.Runner.Name, wording.Count(int64(len(h.Rows)), "row")))
		q.Choices = append(q.Choices, diagnosis.Choice{Answer: name, Means: "the history of " + h.Runner.Name})
		said[i] = map[*migration.Migration]string{}
		matched := tracking.Match(h, m.set)
		for _, c := range matched.Applied {
			said[i][c.Migration] = "applied"
		}
		for _, c := range matched.Begun {
			said[i][c.Migration] = "begun"
		}
		for _, u := range matched.Unknown {
			q.Facts = append(q.Facts, fmt.Sprintf("%s alone knows %s, which is not in this set", name, u.Row.Text))
		}
	}
	q.Facts = append(m.disagreements(q.Choices, said), q.Facts...)
	if len(q.Facts) == 0 {
		q.Facts = []string{"they say the same of every migration: the one that rules is written from now on, and the other is left as it is"}
	}
	if len(q.Facts) > 20 {
		q.Facts = append(q.Facts[:20:20], fmt.Sprintf("and %d more", len(q.Facts)-20))
	}
	q.Text = "There are several histories: " + strings.Join(names, ", ") + ". Which one rules?"
	return q
}

// disagreements says of which migrations histories do not say the same.
func (m *Migrator) disagreements(names []diagnosis.Choice, said []map[*migration.Migration]string) []string {
	var facts []string
	for _, mig := range m.set.Migrations {
		words := make([]string, len(said))
		same := true
		for i := range said {
			word := said[i][mig]
			if word == "" {
				word = "not applied"
			}
			words[i] = names[i].Answer + " says " + word
			same = same && said[i][mig] == said[0][mig]
		}
		if !same {
			facts = append(facts, mig.ID()+": "+strings.Join(words, ", "))
		}
	}
	return facts
}

// makes reports whether a migration makes the table.
func (m *Migrator) makes(table schema.Key) bool {
	for _, mig := range m.set.Migrations {
		for i := range mig.Statements {
			if s := &mig.Statements[i]; s.Verb == "create table" && s.Table() == table {
				return true
			}
		}
	}
	return false
}

// defines reports whether the set makes a table or changes its form, and does not drop it
// in the end: then it is judged like any other, though it is a history.
func (m *Migrator) defines(table schema.Key) (so bool) {
	for _, mig := range m.set.Migrations {
		for i := range mig.Statements {
			if s := &mig.Statements[i]; s.Class == migration.Schema && s.Table() == table {
				so = s.Verb != "drop table"
			}
		}
	}
	return so
}

// adds reports whether the set has a statement that alters a table and speaks of a column:
// it may have added it, and may drop it again.
func (m *Migrator) adds(table schema.Key, column string) bool {
	for _, mig := range m.set.Migrations {
		for i := range mig.Statements {
			if s := &mig.Statements[i]; s.Table() == table && strings.HasPrefix(s.Verb, "alter table") && wording.Speaks(s.Text, column) {
				return true
			}
		}
	}
	return false
}

// handedTo returns the runner that [History] names, or nil where it names a table
// or nothing.
func (m *Migrator) handedTo() *tracking.Runner {
	for _, r := range tracking.Runners() {
		if m.history != "" && strings.EqualFold(r.Name, m.history) {
			return r
		}
	}
	if slices.Contains(migration.Formats(), m.history) && m.history != "plain" {
		return tracking.OfFormat(m.history)
	}
	return nil
}

// historyKey returns the key of the table that the user named, or of the one that
// the tool which he named keeps.
func (m *Migrator) historyKey(db tracking.Database) schema.Key {
	if tool := m.handedTo(); tool != nil {
		return tool.Home(db.Traits())
	}
	space, name, qualified := strings.Cut(m.history, ".")
	if !qualified {
		space, name = "", m.history
	}
	fold := db.Traits().Fold
	if space = fold(space); space == db.Traits().Space {
		space = "" // as keys have it
	}
	return schema.Key{Kind: schema.Table, Space: space, Name: fold(name)}
}

// readAgain reads the history again where a step speaks of it: the set may keep it itself,
// by a statement in each of its files, and what that has written is not written again.
func (r *run) readAgain(ctx context.Context, p *prepared, s *plan.Segment) error {
	if !slices.ContainsFunc(s.Steps, func(step plan.Step) bool { return wording.Speaks(step.SQL, p.foreign.Table.Name) }) {
		return nil
	}
	h, err := p.foreign.Runner.Read(ctx, r.db, p.foreign.Table)
	if err != nil {
		return fmt.Errorf("read %s again: %w", p.foreign.Table, err)
	}
	p.foreign = h
	return nil
}
