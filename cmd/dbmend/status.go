package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

const statusLong = `status shows where every migration stands: whether it is recorded, and whether
what it does is there. It changes nothing.`

func (a *app) statusCommand() *cobra.Command {
	cmd := a.command("status", "show where every migration stands", statusLong, noArguments,
		verb{name: "status", do: a.statusVerb, loud: true})
	a.addExitCode(cmd)
	return cmd
}

func (a *app) statusVerb(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, explains, func(ctx context.Context, s *session) (*result, error) {
		st, err := s.Status(ctx)
		if err != nil {
			return nil, err
		}
		if st.Foreign > 0 {
			// A status counts every part of a table; people count tables.
			d, err := s.Diagnose(ctx)
			if err != nil {
				return nil, err
			}
			st.Foreign = len(topmost(d.Foreign))
		}
		r := &result{view: newStatusView(st), notes: st.Notes, show: func(out *screen) { out.migrations(st) }}
		if a.flags.exitCode {
			r.status = verdictStatus(st.Questions, st.Current())
		}
		return r, nil
	})
}

// verdictStatus is the exit status of a verb that only looks, with --exit-code.
func verdictStatus(questions []diagnosis.Question, current bool) int {
	switch {
	case len(questions) > 0:
		return exitQuestions
	case !current:
		return exitDifferences
	}
	return exitDone
}

// migrations prints a status as a table, and what does not fit into it below.
func (s *screen) migrations(st *dbmend.Status) {
	t := &table{}
	if len(st.Migrations) > 0 {
		t.row(s.dim("version"), s.dim("name"), s.dim("standing"), s.dim("statements"), s.dim("recorded"))
	}
	counts := map[diagnosis.Standing]int{}
	for i := range st.Migrations {
		m := &st.Migrations[i]
		counts[m.Standing]++
		done := ""
		if m.Of > 0 {
			done = fmt.Sprintf("%d of %d", m.Done, m.Of)
		}
		t.row(clean(string(m.Migration.Version)), clean(m.Migration.Name), s.standing(m.Standing), done, oneLine(how(m.Migration, m.How), s.room(60, 0)))
	}
	t.print(s)
	for _, name := range st.Unknown {
		s.line(s.warn("unknown"), "  ", exact(name), s.dim("  recorded, and not among the migrations"))
	}
	s.drift(st.Drift)
	s.ignored(st.Ignored)
	if st.FirstError != "" {
		s.prose(s.bad("first error")+"  ", st.FirstError, func(t string) string { return t })
	}
	if st.Foreign > 0 {
		s.line(s.dim(plural(st.Foreign, "object") + " unknown to the migrations, left alone"))
	}
	if len(st.Migrations) > 0 {
		s.line(s.dim(kindOf(st)))
	}
	s.line(s.strong(statusHeadline(st, counts)))
}

// kindOf says how the files are read and which table tells what has run.
func kindOf(st *dbmend.Status) string {
	if st.Source == "" {
		return st.Format + " files, and no history"
	}
	return st.Format + " files, recorded in " + clean(st.Source)
}

// how returns how a migration was recorded, without its own name ahead: it stands
// in a line that begins with that.
func how(m *migration.Migration, text string) string {
	return strings.TrimPrefix(text, m.ID()+" ")
}

// statusHeadline sums a status up in a line.
func statusHeadline(st *dbmend.Status, counts map[diagnosis.Standing]int) string {
	if st.Current() {
		if len(st.Migrations) == 0 {
			return "nothing to do"
		}
		return "up to date: " + all(len(st.Migrations)) + " applied"
	}
	var parts []string
	for standing := range diagnosis.Unclear + 1 {
		if n := counts[standing]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, standing))
		}
	}
	if n := len(st.Unknown); n > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n))
	}
	if n := len(st.Drift); n > 0 {
		parts = append(parts, plural(n, "difference"))
	}
	if n := len(st.Questions); n > 0 {
		parts = append(parts, plural(n, "question")+" open (dbmend diagnose shows them)")
	}
	return strings.Join(parts, ", ")
}

// standing returns the word for a standing, coloured.
func (s *screen) standing(st diagnosis.Standing) string {
	switch st {
	case diagnosis.Applied:
		return s.good(st.String())
	case diagnosis.Pending, diagnosis.Present:
		return s.fresh(st.String())
	case diagnosis.Unclear:
		return s.bad(st.String())
	}
	return s.warn(st.String())
}
