package main

import "github.com/dbmend/dbmend/check"

type checkView struct {
	Format   string        `json:"format"`
	Schema   string        `json:"schema,omitempty"`
	Since    string        `json:"since,omitempty"`
	Files    []fileView    `json:"files"`
	Findings []findingView `json:"findings"`
	States   []stateView   `json:"states"`
	Counts   countsView    `json:"counts"`
	TookUS   int64         `json:"took_us"`
}

type fileView struct {
	Path       string `json:"path"`
	Version    string `json:"version"`
	Statements int    `json:"statements"`
	Pending    bool   `json:"pending"`
}

type findingView struct {
	Rule     string        `json:"rule"`
	Severity string        `json:"severity"`
	Path     string        `json:"path,omitempty"`
	Line     int           `json:"line,omitempty"`
	Text     string        `json:"text"`
	Details  []string      `json:"details"`
	Hint     string        `json:"hint,omitempty"`
	Related  *placeView    `json:"related,omitempty"`
	Releases []string      `json:"releases"`
	Question *questionView `json:"question,omitempty"`
}

type placeView struct {
	Path string `json:"path"`
	Line int    `json:"line,omitempty"`
}

type stateView struct {
	Release     string           `json:"release"`
	Way         string           `json:"way"`
	From        string           `json:"from,omitempty"`
	Same        string           `json:"same,omitempty"`
	Stopped     string           `json:"stopped,omitempty"`
	Filled      int              `json:"filled"`
	Outcome     string           `json:"outcome"`
	Run         int              `json:"run"`
	Skipped     int              `json:"skipped"`
	Questions   []questionView   `json:"questions"`
	Differences []differenceView `json:"differences"`
	Lost        []lossView       `json:"lost"`
	Error       string           `json:"error,omitempty"`
	Path        string           `json:"path,omitempty"`
	Line        int              `json:"line,omitempty"`
	Conflict    string           `json:"conflict,omitempty"`
}

type lossView struct {
	Table string `json:"table"`
	Had   int64  `json:"had"`
	Has   int64  `json:"has"`
}

func newLossView(l check.Loss) lossView { return lossView{l.Table.String(), l.Had, l.Has} }

type countsView struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
}

func newCheckView(r *check.Report) *checkView {
	return &checkView{
		Format: r.Format, Schema: r.Schema, Since: r.Since,
		Files:    views(r.Files, func(f check.File) fileView { return fileView(f) }),
		Findings: views(r.Findings, newFindingView), States: views(r.States, newStateView),
		Counts: countsView{r.Count(check.Error), r.Count(check.Warning), r.Count(check.Note)},
		TookUS: r.Took.Microseconds(),
	}
}

func newFindingView(f check.Finding) findingView {
	v := findingView{
		Rule: string(f.Rule), Severity: f.Severity.String(), Path: f.Place.Path, Line: f.Place.Line, Text: f.Text,
		Details: list(f.Details), Hint: f.Hint, Releases: list(f.Releases),
	}
	if f.Related != (check.Place{}) {
		v.Related = &placeView{f.Related.Path, f.Related.Line}
	}
	if f.Question != nil {
		q := newQuestionView(*f.Question)
		v.Question = &q
	}
	return v
}

func newStateView(s check.State) stateView {
	return stateView{
		Release: s.Release, Way: string(s.Way), From: s.From, Same: s.Same, Stopped: s.Stopped, Filled: s.Filled,
		Outcome: string(s.Outcome), Run: s.Run, Skipped: s.Skipped, Questions: views(s.Questions, newQuestionView),
		Differences: views(s.Differences, newDifferenceView), Lost: views(s.Lost, newLossView), Error: s.Error, Path: s.Place.Path, Line: s.Place.Line, Conflict: s.Conflict,
	}
}
