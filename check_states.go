package dbmend

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what a check does with the databases that earlier releases can
// have left behind: each is built, given rows, and brought to the present.

// A recipe is how a database came to be.
type recipe struct {
	way    check.Way
	starts []*released // the one that it was installed with, then those that it was started with
}

// recipes returns the ways in which the releases can have made databases.
func (c *checker) recipes() []recipe {
	var all []recipe
	for i, r := range c.releases {
		if r.m == nil {
			continue
		}
		files, script := len(r.m.set.Migrations) > 0, r.m.schema != nil
		if script {
			all = append(all, recipe{check.BySchema, []*released{r}})
		}
		if files {
			all = append(all, recipe{check.ByMigrations, []*released{r}})
		}
		if files && script {
			all = append(all, recipe{check.ByStart, []*released{r}})
		}
		// Of the releases before it, the first and the last stand for all.
		for n, from := range []int{0, i - 1} {
			if from < 0 || from >= i || n == 1 && from == 0 {
				continue
			}
			chain := c.releases[from : i+1]
			if chain[0].m != nil && chain[0].m.schema != nil {
				all = append(all, recipe{check.ByUpgrade, chain})
			}
		}
	}
	return all
}

// tryStates brings every state to the present, each distinct one once.
func (c *checker) tryStates(ctx context.Context) error {
	all := c.recipes()
	seen := map[string]check.State{}
	// What happens on scratch databases is no event of the check.
	c.now.observer = nil
	defer func() { c.now.observer = c.observer }()
	for i, how := range all {
		last := how.starts[len(how.starts)-1]
		s := check.State{Release: last.Name, Way: how.way}
		if how.way == check.ByUpgrade {
			s.From = how.starts[0].Name
		}
		if c.observer != nil {
			c.observer(Checking{i, len(all), s.String()})
		}
		if err := c.tryState(ctx, how, &s, seen); errors.Is(err, errOlder) {
			continue
		} else if err != nil {
			return fmt.Errorf("check %s: %w", s.String(), err)
		}
		c.report.States = append(c.report.States, s)
		c.tellState(&s)
	}
	if c.observer != nil && len(all) > 0 {
		c.observer(Checking{len(all), len(all), ""})
	}
	return nil
}

// tryState builds one state, and brings it to the present unless an equal one has
// been.
func (c *checker) tryState(ctx context.Context, how recipe, s *check.State, seen map[string]check.State) (err error) {
	scratch, err := c.live.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	built, err := c.build(ctx, scratch, how)
	if err != nil {
		if ctx.Err() != nil || !c.tellsOfFiles(scratch, err) {
			return err
		}
		s.Outcome, s.Error = check.Unbuilt, describeFailure(err)
		return nil
	}
	s.Stopped = built.stopped
	for _, rows := range built.rows {
		if rows > 0 {
			s.Filled++
		}
	}
	identity, err := c.identify(ctx, scratch)
	if err != nil {
		return err
	}
	if same, ok := seen[identity]; ok {
		release, way, from, stopped := s.Release, s.Way, s.From, s.Stopped
		*s = same
		s.Release, s.Way, s.From, s.Stopped, s.Same = release, way, from, stopped, same.String()
		return nil
	}
	if err := c.upgrade(ctx, scratch, built, s); err != nil {
		return err
	}
	if s.Outcome == check.Healed {
		if err := c.tryOrdinary(ctx, how, built, s); err != nil {
			return err
		}
	}
	seen[identity] = *s
	return nil
}

// identify returns a text that is the same for databases with the same schema, the
// same rows and the same claims.
func (c *checker) identify(ctx context.Context, db engine.Database) (string, error) {
	s, err := c.now.look(ctx, db)
	if err != nil {
		return "", err
	}
	picture, err := portray(ctx, db, s.have, nil)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%v %v\n", picture, s.journal, s.foreign != nil && len(s.foreign.Rows) > 0)
	for _, m := range c.now.set.Migrations {
		fmt.Fprintf(sum, "%s %+v\n", m.Version, s.recorded.Of(m).Recorded)
	}
	fmt.Fprintf(sum, "%q %q", s.recorded.Unknown, s.recorded.Collisions)
	return string(sum.Sum(nil)), nil
}

// upgrade brings a built state to the present and notes what came of it.
func (c *checker) upgrade(ctx context.Context, db engine.Database, built *built, s *check.State) error {
	report := &Report{}
	err := c.now.bring(ctx, db, report)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		s.Outcome, s.Questions = check.Asked, refusal.Questions
		return nil
	}
	if err != nil {
		if ctx.Err() != nil || !c.tellsOfFiles(db, err) {
			return err
		}
		s.Outcome, s.Error = check.Failed, wording.Line(err.Error())
		if e, ok := errors.AsType[*StatementError](err); ok {
			s.Error, s.Place = wording.Line(e.Err.Error()), c.placeOf(e)
		}
		return nil
	}
	s.Run = len(report.Steps)
	s.Outcome = check.Upgraded
	if report.Healed {
		s.Outcome, s.Skipped = check.Healed, skippedBy(report)
	}
	after, err := c.now.look(ctx, db)
	if err != nil {
		return err
	}
	if s.Differences = c.compareEnd(after.have); len(s.Differences) > 0 {
		s.Outcome = check.Mistaken
		return nil
	}
	if s.Lost, err = c.lost(ctx, db, built, after.have); err != nil {
		return err
	}
	c.blame(s.Lost, report.Steps)
	again := &Report{}
	if err := c.now.bring(ctx, db, again); err != nil || !again.Nothing() {
		s.Outcome, s.Error = check.Mistaken, fmt.Sprintf("a second upgrade is not idle: %d statements (%v)", len(again.Steps), err)
	}
	return nil
}

// compareEnd returns what an upgraded database has otherwise than the migrations
// make it. What the schema file of today makes as well, the comparison with that file
// has told of.
func (c *checker) compareEnd(have *schema.Snapshot) []schema.Difference {
	return slices.DeleteFunc(schema.Compare(c.replay.Want, have), func(d schema.Difference) bool {
		return d.Extra() && c.replay.Allowed != nil && c.replay.Allowed.Get(d.Key) != nil
	})
}

// skippedBy counts the statements of recorded migrations that were not run.
func skippedBy(r *Report) int {
	if r.Diagnosis == nil {
		return 0
	}
	ran := map[diagnosis.Ref]bool{}
	for _, step := range r.Steps {
		ran[step.Step.Ref] = true
	}
	recorded := map[*migration.Migration]bool{}
	for _, record := range r.Records {
		recorded[record.Migration] = true
	}
	n := 0
	for i := range r.Diagnosis.Migrations {
		mf := &r.Diagnosis.Migrations[i]
		for j := range mf.Findings {
			if recorded[mf.Migration] && !ran[mf.Findings[j].Ref] {
				n++
			}
		}
	}
	return n
}

// tellsOfFiles reports whether an error is about what the files say, and not about
// the machine or the connection.
func (c *checker) tellsOfFiles(db engine.Database, err error) bool {
	if e, ok := errors.AsType[*StatementError](err); ok {
		switch db.Explain(e.Err).Problem {
		case engine.Full, engine.Busy, engine.ReadOnly:
			return false
		}
		return true
	}
	if _, ok := errors.AsType[*MismatchError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*PartialError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*AheadError](err); ok {
		return true
	}
	return len(migration.SyntaxErrors(err)) > 0
}

// describeFailure puts an error on one line, with its place first.
func describeFailure(err error) string {
	if e, ok := errors.AsType[*StatementError](err); ok && e.Path != "" {
		return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, wording.Line(e.Err.Error()))
	}
	return wording.Line(err.Error())
}

// tellState makes findings of what became of a state.
func (c *checker) tellState(s *check.State) {
	if s.Same != "" && s.Outcome != check.Unbuilt {
		c.tellSame(s)
		return
	}
	add := func(rule check.Rule, place check.Place, text string, details ...string) *check.Finding {
		if place == (check.Place{}) {
			place.Path = c.Folder
		}
		c.report.Add(check.Finding{Rule: rule, Severity: rule.Severity(), Place: place, Text: text, Details: details, Releases: []string{s.String()}})
		return &c.report.Findings[len(c.report.Findings)-1]
	}
	switch s.Outcome {
	case check.Unbuilt:
		if s.Way == check.ByMigrations || s.Way == check.BySchema {
			add(check.BadRelease, check.Place{}, "the release cannot build a database in this way: "+s.Error)
		}
	case check.Asked:
		for i := range s.Questions {
			q := &s.Questions[i]
			text, facts := wording.Line(q.Text), q.Facts
			if q.Code == diagnosis.Q2 { // it tells when they were applied, which was just now
				text, facts = "databases of the release have migrations that are not here", nil
			}
			f := add(check.Asks, c.placeOfQuestion(q), q.Name()+": "+text, facts...)
			f.Question = q
		}
	case check.Failed:
		add(check.Fails, s.Place, s.Error)
	case check.Mistaken:
		var details []string
		for _, d := range s.Differences {
			details = append(details, d.String())
		}
		text := "the end is not the schema that the migrations make"
		if s.Error != "" {
			text = s.Error
		}
		add(check.Wrong, check.Place{}, text, details...)
	}
	for _, loss := range s.Lost {
		add(check.Loses, loss.Place, loss.String())
	}
}

// tellSame names a state beside the one that it is equal to.
func (c *checker) tellSame(s *check.State) {
	for i := range c.report.Findings {
		f := &c.report.Findings[i]
		if slices.Contains(f.Releases, s.Same) && !slices.Contains(f.Releases, s.String()) {
			f.Releases = append(slices.Clip(f.Releases), s.String())
		}
	}
}

// placeOfQuestion returns the statement that a question is about.
func (c *checker) placeOfQuestion(q *diagnosis.Question) check.Place {
	version, number, ok := strings.Cut(q.Place, "/")
	n := 0
	if _, err := fmt.Sscanf(number, "%d", &n); !ok || err != nil {
		return check.Place{}
	}
	return c.placeOfRef(diagnosis.Ref{Version: migration.Version(version), Number: n})
}
