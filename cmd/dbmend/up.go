package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/plan"
)

const upLong = `up brings the database to the newest version, healing it on the way: it runs what
is proven to be missing, records what is there, and refuses the rest with exact
questions. On a healthy database it is an ordinary migration runner; with nothing
to do it reads a row or two. A database that is not there is made.

On a terminal it asks its questions at once; elsewhere, and with --no-input, they
are shown with the commands that answer them.`

func (a *app) upCommand() *cobra.Command {
	cmd := a.command("up", "bring the database to the newest version, healing on the way", upLong, noArguments,
		verb{name: "up", do: a.up})
	f := cmd.Flags()
	f.StringVar(&a.flags.transaction, "transaction", "all", "one transaction for `all|each` of the migrations")
	f.BoolVar(&a.flags.dryRun, "dry-run", false, "change nothing and show the plan, as dbmend plan does")
	f.StringVar(&a.flags.backup, "backup", "", "copy the database to a new `FILE` before it is healed")
	f.StringVar(&a.flags.dump, "dump", "", "write SQL that makes a new database like this one to a `FILE`, afterwards")
	f.StringVar(&a.flags.before, "before", "", "run a `COMMAND` of the shell first; if it fails, nothing is done")
	f.StringVar(&a.flags.after, "after", "", "run a `COMMAND` of the shell when up has succeeded")
	f.BoolVar(&a.flags.noInput, "no-input", false, "ask nothing on the terminal")
	a.addExitCode(cmd)
	return cmd
}

func (a *app) up(ctx context.Context, c *call) (*result, error) {
	var more []dbmend.Option
	switch a.flags.transaction {
	case "all":
	case "each":
		more = append(more, dbmend.TransactionEach())
	default:
		return nil, notAmong("--transaction", a.flags.transaction, []string{"all", "each"})
	}
	if a.flags.dryRun {
		return a.plan(ctx, c)
	}
	if a.flags.exitCode {
		return nil, wrongUsage("--exit-code is for up --dry-run: up itself leaves no difference")
	}
	if a.flags.backup != "" {
		t, err := c.target()
		if err != nil {
			return nil, err
		}
		backup, err := newBackup(t, a.flags.backup)
		if err != nil {
			return nil, err
		}
		more = append(more, dbmend.BeforeHealing(func() error { return backup.take(ctx) }))
	}
	if a.flags.dump != "" {
		if err := checkDump(a.flags.dump); err != nil {
			return nil, err
		}
	}
	if err := c.hook(ctx, "before", c.before, ""); err != nil {
		return nil, err
	}
	for {
		r, err := c.upOrRefuse(ctx, more)
		if answers, again := a.ask(err); again {
			for name, answer := range answers {
				c.answers[name] = answer
			}
			continue
		}
		if err != nil {
			return r, err
		}
		return r, c.hook(ctx, "after", c.after, map[bool]string{true: "nothing", false: "done"}[r.idle])
	}
}

// upOrRefuse is one try. Where there is no file yet, an empty database in memory is
// asked first: a refusal changes nothing, and a file would be something.
func (c *call) upOrRefuse(ctx context.Context, more []dbmend.Option) (*result, error) {
	if t, err := c.target(); err == nil {
		if there, err := t.exists(); err == nil && !there {
			_, err := c.with(ctx, explains, func(ctx context.Context, s *session) (*result, error) {
				_, err := s.Plan(ctx)
				return nil, err
			})
			if is[*dbmend.Refusal](err) {
				return nil, err
			}
		}
	}
	return c.with(ctx, creates, c.upOnce, more...)
}

// upOnce is one try, with the answers that there are.
func (c *call) upOnce(ctx context.Context, s *session) (*result, error) {
	report, err := s.Up(ctx)
	if err != nil && report.Nothing() {
		return nil, err
	}
	r := &result{view: newUpView(report), idle: report.Nothing()}
	stopped := err != nil
	r.show = func(out *screen) { out.report(report, stopped) }
	if report.Diagnosis != nil {
		r.notes = report.Diagnosis.Notes
	}
	if report.History != "" {
		r.notes = append(slices.Clone(r.notes), clean(report.History)+" rules from now on, and knows everything that is recorded")
	}
	if err == nil && c.flags.dump != "" {
		err = c.writeDump(ctx, s)
	}
	return r, err
}

// report prints what a run did: a line for every statement, with a mark, and a
// summary. stopped says that an error has ended the run, and that this is what stays.
func (s *screen) report(r *dbmend.Report, stopped bool) {
	if r.Nothing() {
		s.drift(r.Drift)
		s.ignored(r.Ignored)
		s.orphans(r)
		if n := len(r.Drift); n > 0 {
			s.line(s.warn("nothing to do but what is left alone: " + plural(n, "difference")))
		} else {
			s.line(s.good("nothing to do"))
		}
		return
	}
	t := &table{}
	ran, back := map[diagnosis.Ref][]dbmend.StepReport{}, map[diagnosis.Ref][]dbmend.StepReport{}
	refs := map[diagnosis.Ref]bool{}
	for _, step := range r.Steps {
		if step.Step.Reverts {
			back[step.Step.Ref] = append(back[step.Step.Ref], step)
		} else {
			ran[step.Step.Ref] = append(ran[step.Step.Ref], step)
		}
		refs[step.Step.Ref] = true
	}
	if r.Diagnosis != nil {
		for i := range r.Diagnosis.Answered {
			t.row(s.fresh("answered"), clean(r.Diagnosis.Answered[i].Name()), oneLine(r.Diagnosis.Answered[i].Text, s.sqlWidth()))
		}
	}
	for _, step := range ran[diagnosis.Ref{}] {
		s.stepRow(t, step)
	}
	skips := map[diagnosis.Ref]*diagnosis.Finding{}
	for f := range skipped(r.Diagnosis, r.Records, refs) {
		skips[f.Ref] = f
	}
	for _, record := range r.Records {
		if record.Outcome == journal.Reverted {
			for i := range record.Migration.Down {
				ref := diagnosis.Ref{Version: record.Migration.Version, Number: record.Migration.Down[i].Number}
				for _, step := range back[ref] {
					s.stepRow(t, step)
				}
				delete(back, ref)
			}
			t.row(s.good("taken back"), clean(string(record.Migration.Version)), clean(record.Migration.ID()))
			continue
		}
		for i := range record.Migration.Statements {
			ref := diagnosis.Ref{Version: record.Migration.Version, Number: record.Migration.Statements[i].Number}
			for _, step := range ran[ref] {
				s.stepRow(t, step)
			}
			delete(ran, ref)
			if f := skips[ref]; f != nil {
				t.row(s.dim("skipped"), clean(f.Ref.String()), s.sql(f.Statement.Text, s.sqlWidth()), s.dim(s.evidence(f)))
			}
		}
		t.row(s.good("recorded"), clean(string(record.Migration.Version)), clean(record.Migration.ID()),
			s.dim(string(record.Outcome)+": "+record.Reason))
	}
	delete(ran, diagnosis.Ref{})
	for _, step := range r.Steps {
		left := ran
		if step.Step.Reverts {
			left = back
		}
		if left[step.Step.Ref] != nil { // of a migration that the run has not come to the end of
			s.stepRow(t, step)
		}
	}
	t.print(s)
	s.drift(r.Drift)
	s.ignored(r.Ignored)
	s.orphans(r)
	s.line(s.strong(summary(r, len(skips), stopped)))
}

func (s *screen) stepRow(t *table, step dbmend.StepReport) {
	mark := s.good("run")
	if step.Step.Kind == plan.Synthesised {
		mark = s.warn(string(plan.Synthesised))
	}
	place := clean(step.Step.Ref.String())
	if step.Step.Kind == plan.Scripted {
		place = clean(step.Step.Path)
	}
	t.row(mark, place, s.sql(step.Step.SQL, s.sqlWidth()), s.dim(oneLine(step.Step.Reason, s.reasonWidth())))
}

func (s *screen) evidence(f *diagnosis.Finding) string {
	text := f.Verdict.String()
	if len(f.Evidence) > 0 {
		text += ": " + f.Evidence[0]
	}
	return oneLine(text, s.reasonWidth())
}

// sqlWidth and reasonWidth divide a line of a report between the statement and the
// reason for what became of it.
func (s *screen) sqlWidth() int {
	if s.width == 0 {
		return 60
	}
	return min(60, max(24, (s.width-reportMargin)/2))
}

func (s *screen) reasonWidth() int { return s.room(reportMargin+s.sqlWidth(), 0) }

// reportMargin is what mark and place take of a line, as a rule.
const reportMargin = 24

// drift prints what was left alone.
func (s *screen) drift(left []diagnosis.Drift) {
	for i := range left {
		s.difference(left[i].Difference, left[i].Why)
	}
}

// summary says what a run did: "healed: 5 statements run, 2 migrations recorded".
func summary(r *dbmend.Report, skips int, stopped bool) string {
	text := "done: "
	switch {
	case stopped:
		text = "stopped: this is committed and stays: "
	case r.Healed:
		text = "healed: "
	}
	text += plural(len(r.Steps), "statement") + " run"
	if skips > 0 {
		text += ", " + plural(skips, "statement") + " skipped"
	}
	back := 0
	for _, record := range r.Records {
		if record.Outcome == journal.Reverted {
			back++
		}
	}
	if back > 0 {
		text += ", " + plural(back, "migration") + " taken back"
	}
	if recorded := len(r.Records) - back; recorded > 0 || back == 0 {
		text += ", " + plural(recorded, "migration") + " recorded"
	}
	return text
}

// orphans says which rows refer to nothing since the run, on a connection that
// does not enforce references.
func (s *screen) orphans(r *dbmend.Report) {
	for _, note := range orphanNotes(r) {
		s.line("note: ", note)
	}
}

func orphanNotes(r *dbmend.Report) []string {
	const most = 10
	var notes []string
	for _, o := range r.Orphans[:min(len(r.Orphans), most)] {
		notes = append(notes, "row "+o.Row+" of table "+exact(o.Table)+" refers to nothing in table "+exact(o.Parent)+" since this run")
	}
	if n := len(r.Orphans) - most; n > 0 {
		notes = append(notes, fmt.Sprintf("and %d more such rows", n))
	}
	return notes
}
