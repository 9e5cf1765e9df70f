package main

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// The views are what programs read. They are apart from the library's values, so
// that those may change and these stay. A list is never null.

type questionView struct {
	Name    string       `json:"name"`
	Code    string       `json:"code"`
	Place   string       `json:"place"`
	Text    string       `json:"text"`
	Facts   []string     `json:"facts"`
	Choices []choiceView `json:"choices"`
}

type choiceView struct {
	Answer string `json:"answer"`
	Means  string `json:"means"`
}

func newQuestionView(q diagnosis.Question) questionView {
	return questionView{
		Name: q.Name(), Code: string(q.Code), Place: q.Place, Text: q.Text, Facts: list(q.Facts),
		Choices: views(q.Choices, func(c diagnosis.Choice) choiceView { return choiceView{c.Answer, c.Means} }),
	}
}

type objectView struct {
	Kind        string            `json:"kind"`
	Space       string            `json:"space,omitempty"`
	Table       string            `json:"table,omitempty"`
	Name        string            `json:"name"`
	Facts       map[string]string `json:"facts"`
	Unsupported string            `json:"unsupported,omitempty"`
}

func newObjectView(o *schema.Object) *objectView {
	if o == nil {
		return nil
	}
	v := &objectView{
		Kind: string(o.Key.Kind), Space: o.Key.Space, Table: o.Key.Table, Name: o.Key.Name,
		Facts: map[string]string{}, Unsupported: o.Unsupported,
	}
	for _, f := range o.Facts {
		v.Facts[f.Name] = f.Value
	}
	return v
}

type differenceView struct {
	Text  string      `json:"text"`
	Place string      `json:"place,omitempty"`
	Why   string      `json:"why,omitempty"`
	Want  *objectView `json:"want"`
	Have  *objectView `json:"have"`
}

func newDifferenceView(d schema.Difference) differenceView {
	return differenceView{Text: d.String(), Want: newObjectView(d.Want), Have: newObjectView(d.Have)}
}

func newDriftView(d diagnosis.Drift) differenceView {
	v := newDifferenceView(d.Difference)
	v.Place, v.Why = place(d.Ref), d.Why
	return v
}

type stepView struct {
	Kind      string       `json:"kind"`
	Place     string       `json:"place,omitempty"`
	Version   string       `json:"version,omitempty"`
	Statement int          `json:"statement,omitempty"`
	Path      string       `json:"path,omitempty"`
	Line      int          `json:"line,omitempty"`
	Reverts   bool         `json:"reverts,omitempty"`
	SQL       string       `json:"sql"`
	Reason    string       `json:"reason"`
	Hazards   []hazardView `json:"hazards"`
	Rows      *int64       `json:"rows,omitempty"`
	TookUS    *int64       `json:"took_us,omitempty"`
}

type hazardView struct {
	Name  string     `json:"name"`
	Text  string     `json:"text"`
	Table string     `json:"table,omitempty"`
	Rows  *countView `json:"rows,omitempty"`
	Waits string     `json:"waits,omitempty"`
}

type countView struct {
	Count int64  `json:"count"`
	Kind  string `json:"kind"`
}

func newHazardView(h plan.Hazard) hazardView {
	v := hazardView{Name: h.Name, Text: h.Text, Waits: h.Waits}
	if h.Table.Name != "" {
		v.Table = strings.TrimPrefix(h.Table.String(), string(schema.Table)+" ")
	}
	if h.Rows != nil {
		v.Rows = &countView{h.Rows.Rows, string(h.Rows.Kind)}
	}
	return v
}

func newStepView(s plan.Step) stepView {
	return stepView{
		Kind: string(s.Kind), Place: place(s.Ref), Version: string(s.Ref.Version), Statement: s.Ref.Number,
		Path: filepath.ToSlash(s.Path), Line: s.Line, Reverts: s.Reverts, SQL: s.SQL, Reason: s.Reason,
		Hazards: views(s.Hazards, newHazardView),
	}
}

type recordView struct {
	Version string `json:"version"`
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

func newRecordView(r plan.Record) recordView {
	return recordView{string(r.Migration.Version), r.Migration.Name, string(r.Outcome), r.Reason}
}

type statementView struct {
	Place    string   `json:"place"`
	Number   int      `json:"number"`
	Line     int      `json:"line"`
	SQL      string   `json:"sql"`
	Verdict  string   `json:"verdict"`
	Evidence []string `json:"evidence"`
}

func newStatementView(f diagnosis.Finding) statementView {
	return statementView{place(f.Ref), f.Ref.Number, f.Statement.Line, wording.Masked(f.Statement.Text), f.Verdict.String(), list(f.Evidence)}
}

type migrationView struct {
	Version  string `json:"version"`
	Name     string `json:"name"`
	Path     string `json:"path"`
	Standing string `json:"standing"`
	Recorded bool   `json:"recorded"`
	How      string `json:"how,omitempty"`

	// In a status:
	Done *int `json:"done,omitempty"`
	Of   *int `json:"of,omitempty"`
	// In a diagnosis:
	Begun      bool            `json:"begun,omitempty"`
	Edited     bool            `json:"edited,omitempty"`
	Statements []statementView `json:"statements,omitempty"`
}

func newMigrationView(m diagnosis.MigrationFinding) migrationView {
	return migrationView{
		Version: string(m.Migration.Version), Name: m.Migration.Name, Path: m.Migration.Path,
		Standing: m.Standing.String(), Recorded: m.Claim.Recorded, How: m.Claim.How,
		Begun: m.Claim.Begun, Edited: m.Claim.Edited, Statements: views(m.Findings, newStatementView),
	}
}

type upView struct {
	Run     string           `json:"run,omitempty"`
	Nothing bool             `json:"nothing_to_do"`
	Healed  bool             `json:"healed"`
	Steps   []stepView       `json:"steps"`
	Skipped []statementView  `json:"skipped"`
	Records []recordView     `json:"records"`
	Drift   []differenceView `json:"drift"`
	Ignored []differenceView `json:"ignored"`
	Notes   []string         `json:"notes"`
	History string           `json:"history,omitempty"`
	TookUS  int64            `json:"took_us"`
}

func newUpView(r *dbmend.Report) *upView {
	v := &upView{
		Run: r.Run, Nothing: r.Nothing(), Healed: r.Healed, Steps: []stepView{}, Skipped: []statementView{},
		Records: views(r.Records, newRecordView), Drift: views(r.Drift, newDriftView), Ignored: views(r.Ignored, newDriftView), Notes: []string{},
		TookUS: r.Took.Microseconds(), History: r.History,
	}
	ran := map[diagnosis.Ref]bool{}
	for _, s := range r.Steps {
		ran[s.Step.Ref] = true
		step := newStepView(*s.Step)
		step.SQL = wording.Masked(step.SQL) // a plan shows it
		took := s.Took.Microseconds()
		step.Rows, step.TookUS = &s.Rows, &took
		v.Steps = append(v.Steps, step)
	}
	for f := range skipped(r.Diagnosis, r.Records, ran) {
		v.Skipped = append(v.Skipped, newStatementView(*f))
	}
	if r.Diagnosis != nil {
		v.Notes = append(list(r.Diagnosis.Notes), orphanNotes(r)...)
	}
	return v
}

type statusView struct {
	Current    bool             `json:"current"`
	Agrees     bool             `json:"agrees"`
	Source     string           `json:"source"`
	Format     string           `json:"format"`
	Migrations []migrationView  `json:"migrations"`
	Unknown    []string         `json:"unknown"`
	Drift      []differenceView `json:"drift"`
	Ignored    []differenceView `json:"ignored"`
	Foreign    int              `json:"foreign"`
	Notes      []string         `json:"notes"`
	FirstError string           `json:"first_error,omitempty"`
	Questions  []questionView   `json:"questions"`
}

func newStatusView(s *dbmend.Status) *statusView {
	return &statusView{
		Current: s.Current(), Agrees: s.Agrees, Source: s.Source, Format: s.Format,
		Migrations: views(s.Migrations, func(m dbmend.MigrationStatus) migrationView {
			return migrationView{
				Version: string(m.Migration.Version), Name: m.Migration.Name, Path: m.Migration.Path,
				Standing: m.Standing.String(), Recorded: m.How != "", How: m.How, Done: &m.Done, Of: &m.Of,
			}
		}),
		Unknown: list(s.Unknown), Drift: views(s.Drift, newDriftView), Ignored: views(s.Ignored, newDriftView),
		Foreign: s.Foreign, Notes: list(s.Notes),
		FirstError: s.FirstError, Questions: views(s.Questions, newQuestionView),
	}
}

type planView struct {
	Nothing   bool           `json:"nothing_to_do"`
	Healing   bool           `json:"healing"`
	From      string         `json:"from,omitempty"`
	To        string         `json:"to,omitempty"`
	Steps     []stepView     `json:"steps"`
	Records   []recordView   `json:"records"`
	Questions []questionView `json:"questions"`
}

func newPlanView(p *plan.Plan) *planView {
	return &planView{
		Nothing: p.Empty(), Healing: p.Healing, From: p.From.String(), To: p.To.String(),
		Steps: views(p.Steps, newStepView), Records: views(p.Records, newRecordView), Questions: []questionView{},
	}
}

// redoPlanView is a plan of two halves.
type redoPlanView struct {
	Back  *planView `json:"back"`
	Again *planView `json:"again"`
}

func newRefusedPlanView(r *dbmend.Refusal) *planView {
	return &planView{Steps: []stepView{}, Records: []recordView{}, Questions: views(r.Questions, newQuestionView)}
}

type diagnosisView struct {
	Headline    string           `json:"headline"`
	Agrees      bool             `json:"agrees"`
	Source      string           `json:"source"`
	FirstError  string           `json:"first_error,omitempty"`
	Unknown     []string         `json:"unknown"`
	Collisions  []string         `json:"collisions"`
	Migrations  []migrationView  `json:"migrations"`
	Differences []differenceView `json:"differences"`
	Ignored     []differenceView `json:"ignored"`
	Foreign     []*objectView    `json:"foreign"`
	Questions   []questionView   `json:"questions"`
	Answered    []questionView   `json:"answered"`
	Notes       []string         `json:"notes"`
	Plan        *planView        `json:"plan"`
	Obstacles   []problemView    `json:"obstacles"`
}

func newDiagnosisView(e *explanation) *diagnosisView {
	d := e.diagnosis
	v := &diagnosisView{
		Headline: headline(d, e.plan), Agrees: d.Agrees, Source: d.Recorded.Source, FirstError: d.Recorded.FirstError,
		Unknown: list(d.Recorded.Unknown), Collisions: list(d.Recorded.Collisions),
		Migrations: views(d.Migrations, newMigrationView), Differences: views(e.differences(), newDriftView),
		Ignored: views(d.Ignored, newDriftView), Foreign: views(d.Foreign, newObjectView), Questions: views(d.Questions, newQuestionView),
		Answered: views(d.Answered, newQuestionView), Notes: list(d.Notes), Obstacles: []problemView{},
	}
	if e.plan != nil {
		v.Plan = newPlanView(e.plan)
	}
	if e.obstacle != nil {
		v.Obstacles = views(problems(e.obstacle, e.folder, false, e.scripts...), newProblemView)
	}
	return v
}

type adoptView struct {
	Run    string   `json:"run,omitempty"`
	Table  string   `json:"table"`
	Runner string   `json:"runner"`
	Rules  string   `json:"rules"`
	Taken  []string `json:"taken"`
}

func newAdoptView(a *dbmend.Adoption, undo bool) *adoptView {
	v := &adoptView{Run: a.Run, Table: a.Table, Runner: a.Runner, Rules: journal.Table, Taken: list(a.Took)}
	if undo {
		v.Rules = a.Table
	}
	return v
}

type entryView struct {
	Entry      int64  `json:"entry"`
	Run        string `json:"run"`
	At         string `json:"at"`
	Kind       string `json:"kind"`
	Outcome    string `json:"outcome,omitempty"`
	Version    string `json:"version,omitempty"`
	Name       string `json:"name,omitempty"`
	Statement  int    `json:"statement,omitempty"`
	SQL        string `json:"sql,omitempty"`
	Checksum   string `json:"checksum,omitempty"`
	Evidence   string `json:"evidence,omitempty"`
	DurationUS int64  `json:"duration_us"`
	Before     string `json:"before,omitempty"`
	After      string `json:"after,omitempty"`
	Tool       string `json:"tool"`
}

type historyView struct {
	Entries []entryView `json:"entries"`
}

func newHistoryView(entries []journal.Entry) *historyView {
	return &historyView{views(entries, func(e journal.Entry) entryView {
		return entryView{
			Entry: e.Number, Run: e.Run, At: e.At.UTC().Format(time.RFC3339Nano), Kind: string(e.Kind), Outcome: string(e.Outcome),
			Version: string(e.Version), Name: e.Name, Statement: e.Statement, SQL: e.SQL, Checksum: e.Checksum,
			Evidence: e.Evidence, DurationUS: e.Duration.Microseconds(), Before: e.Before, After: e.After, Tool: e.Tool,
		}
	})}
}

type squashView struct {
	Path       string `json:"path"`
	Written    bool   `json:"written"`
	Through    string `json:"through"`
	Migrations int    `json:"migrations"`
	LeadsTo    string `json:"leads_to"`
	Checksum   string `json:"checksum"`
}

func newSquashView(s *migration.Squash, path string, written bool) *squashView {
	return &squashView{
		Path: path, Written: written, Through: s.Through().ID, Migrations: len(s.Replaces), LeadsTo: s.LeadsTo, Checksum: s.Checksum,
	}
}

type snapshotView struct {
	Objects     []*objectView `json:"objects"`
	Fingerprint string        `json:"fingerprint"`
}

func newSnapshotView(s *schema.Snapshot) *snapshotView {
	v := &snapshotView{Objects: []*objectView{}, Fingerprint: s.Fingerprint().String()}
	for o := range s.All() {
		v.Objects = append(v.Objects, newObjectView(o))
	}
	return v
}

type newView struct {
	Version string   `json:"version"`
	Paths   []string `json:"paths"`
}

type versionView struct {
	Version  string       `json:"version"`
	SQLite   string       `json:"sqlite"`
	Engines  []engineView `json:"engines"`
	Go       string       `json:"go"`
	Platform string       `json:"platform"`
}

type engineView struct {
	Name          string `json:"name"`
	Servers       string `json:"servers"`
	Driver        string `json:"driver"`
	DriverVersion string `json:"driver_version,omitempty"`
}

type problemView struct {
	Kind        string           `json:"kind"`
	Message     string           `json:"message"`
	Hint        string           `json:"hint,omitempty"`
	Path        string           `json:"path,omitempty"`
	Line        int              `json:"line,omitempty"`
	Questions   []questionView   `json:"questions,omitempty"`
	Differences []differenceView `json:"differences,omitempty"`
	Rows        []string         `json:"rows,omitempty"`
	Diagnosis   *diagnosisView   `json:"diagnosis,omitempty"`
}

func newProblemView(p problem) problemView {
	v := problemView{
		Kind: p.kind, Message: p.message, Hint: p.hint, Path: filepath.ToSlash(p.path), Line: p.line, Rows: p.rows,
		Questions: views(p.questions, newQuestionView), Differences: views(p.differences, newDifferenceView),
	}
	if p.diagnosis != nil {
		v.Diagnosis = newDiagnosisView(&explanation{diagnosis: p.diagnosis})
	}
	return v
}

// place returns how a statement is referred to, and "" for none.
func place(r diagnosis.Ref) string {
	if r == (diagnosis.Ref{}) {
		return ""
	}
	return r.String()
}

// list returns the texts, and an empty list for nil.
func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// views returns a view of every value.
func views[T, V any](values []T, view func(T) V) []V {
	all := make([]V, len(values))
	for i, v := range values {
		all[i] = view(v)
	}
	return all
}
