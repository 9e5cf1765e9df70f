package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

const historyLong = `history shows what the journal says, oldest first: every run, every migration that
was recorded and how it got there, every statement that was run or skipped and
why, every answer, and the first error of a run that failed. It changes nothing,
and reads no migrations.`

func (a *app) historyCommand() *cobra.Command {
	cmd := a.command("history", "show what was done, when and why", historyLong, noArguments,
		verb{name: "history", do: a.history, loud: true})
	f := cmd.Flags()
	f.StringVar(&a.flags.run, "run", "", "only this `RUN`")
	f.StringVar(&a.flags.version, "version", "", "only what is about this `VERSION`")
	f.IntVar(&a.flags.limit, "limit", 100, "the newest `N` entries")
	return cmd
}

func (a *app) history(ctx context.Context, c *call) (*result, error) {
	if a.flags.limit < 1 {
		return nil, wrongUsage("--limit %d is less than 1", a.flags.limit)
	}
	if strings.Trim(a.flags.version, "0123456789.") != "" {
		return nil, wrongUsage("--version %q is no version: write the digits that the file's name begins with", clean(a.flags.version))
	}
	filter := journal.Filter{Run: a.flags.run, Version: migration.Version(a.flags.version), Limit: a.flags.limit}
	return c.read(ctx, func(ctx context.Context, s *session) (*result, error) {
		entries, err := s.History(ctx, filter)
		if err != nil {
			return nil, err
		}
		return &result{view: newHistoryView(entries), show: func(out *screen) { out.entries(entries) }}, nil
	})
}

// entries prints the journal: a heading for every run and a line for every entry.
func (s *screen) entries(entries []journal.Entry) {
	if len(entries) == 0 {
		s.line("the journal has nothing to say")
		return
	}
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].Run == entries[0].Run {
			n++
		}
		first := &entries[0]
		s.line(s.strong(first.At.UTC().Format("2006-01-02 15:04:05")), "  ", exact(first.Run), "  ", s.dim(exact(first.Tool)))
		t := &table{margin: "  "}
		for i := range entries[:n] {
			s.entryRow(t, &entries[i])
		}
		t.print(s)
		entries = entries[n:]
	}
}

func (s *screen) entryRow(t *table, e *journal.Entry) {
	kind := string(e.Kind)
	switch e.Kind {
	case journal.Failed:
		kind = s.bad(kind)
	case journal.Migrated, journal.Completed:
		kind = s.good(kind)
	}
	place := string(e.Version)
	if e.Statement > 0 {
		place += "/" + itoa(e.Statement)
	}
	evidence := e.Evidence
	if e.SQL != "" {
		evidence = s.sql(e.SQL, 60) + " – " + evidence
	}
	if e.Duration >= time.Millisecond && s.verbose {
		evidence += " (" + e.Duration.Round(time.Millisecond).String() + ")"
	}
	width := s.room(60, 100)
	if s.verbose {
		width = 0
	}
	t.row(kind, string(e.Outcome), exact(place), oneLine(e.Name, 40), oneLine(evidence, width))
}
