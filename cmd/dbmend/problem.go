package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// A problem is an error in the words that people and programs get.
type problem struct {
	kind    string // a stable word for programs: docs/formats/json.md lists them
	message string // on one line
	hint    string
	path    string // the file, as it can be opened from here; empty where none is meant
	line    int
	excerpt excerpt
	// about says that the message is about the database and does not name it.
	about bool

	questions   []diagnosis.Question
	diagnosis   *diagnosis.Diagnosis
	differences []schema.Difference
	rows        []string
}

// problems puts an error into words: one problem, or several where several files
// are wrong at once. folder is that of the migrations, and scripts are files that are
// not in it. What the strings of a statement hold is told if frank.
func problems(err error, folder string, frank bool, scripts ...string) []problem {
	if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
		return []problem{{
			kind: "refused", message: refused(refusal), questions: refusal.Questions, diagnosis: refusal.Diagnosis,
			hint: "dbmend diagnose explains the whole database",
		}}
	}
	if files := migration.SyntaxErrors(err); len(files) > 0 {
		var all []problem
		for _, e := range files {
			all = append(all, syntaxProblem(e, folder, frank, scripts))
		}
		return all
	}
	p := problem{kind: "failed", about: true, message: oneLine(lines.Replace(err.Error()), 0), hint: advice(err)}
	if e, ok := errors.AsType[*dbmend.StatementError](err); ok {
		p.kind, p.path, p.line = "statement", e.Path, e.Line
		// What is at fault is said by its place; when it happened, by the hint.
		p.message = oneLine(e.Err.Error(), 0)
		if e.Path == "" {
			p.message = e.Error()
		} else if e.Migration != nil || isMigration(e.Path, scripts) {
			p.path = filepath.Join(folder, e.Path)
		}
		if e.Hint != "" {
			p.hint = e.Hint
		} else if p.hint == "" && e.During == "replay" {
			p.hint = "this happened on an empty scratch database: nothing was changed"
		}
		shown := e.SQL
		if !frank {
			shown, p.message = wording.Masked(e.SQL), withoutStrings(p.message, e.SQL)
		}
		p.excerpt = newExcerpt(shown, e.Line, e.Err)
	}
	if e, ok := errors.AsType[*dbmend.MismatchError](err); ok {
		p.kind, p.differences, p.rows = "mismatch", e.Differences, e.Rows
		p.message = e.During + " did not lead to the schema that is wanted; " + kept(e)
	}
	if e, ok := errors.AsType[*tracking.RowError](err); ok {
		p.kind, p.message = "history", oneLine(e.Error(), 0)
	}
	switch {
	case is[*usageError](err):
		e, _ := errors.AsType[*usageError](err)
		p.kind, p.message, p.hint, p.about = "usage", e.message, e.hint, false
	case is[*failure](err):
		e, _ := errors.AsType[*failure](err)
		p.message, p.about = e.message, false
		if e.hint != "" {
			p.hint = e.hint
		}
	case is[*dbmend.SquashError](err):
		e, _ := errors.AsType[*dbmend.SquashError](err)
		p.kind, p.message, p.hint, p.line, p.about = "squash", oneLine(e.Reason, 0), e.Hint, e.Line, false
		if e.Path != "" {
			p.path = filepath.Join(folder, e.Path)
		}
	case is[*dbmend.AheadError](err):
		e, _ := errors.AsType[*dbmend.AheadError](err)
		p.kind = "ahead"
		p.message = "the database is past version " + string(e.To) + " already: recorded are " + oneLine(strings.Join(e.Recorded, ", "), 0)
		p.hint = "leave --to away, or go on all the same with --ahead allow"
	case errors.Is(err, engine.ErrLocked):
		p.kind, p.message = "locked", engine.ErrLocked.Error()
	case errors.Is(err, engine.ErrNotADatabase):
		_, what, _ := strings.Cut(p.message, engine.ErrNotADatabase.Error())
		p.message = engine.ErrNotADatabase.Error()
		if e, ok := errors.AsType[*saying](err); ok && len(e.target.files()) == 0 {
			p.message += what // which server it is instead
		}
	case errors.Is(err, engine.ErrUnreadable):
		p.message = engine.ErrUnreadable.Error()
		p.hint = "restore it from a backup, or recover what is left with the tools of the database system"
	case is[*journal.ShapeError](err) || is[*journal.EntryError](err):
		p.kind = "journal"
	}
	return []problem{p}
}

// kept says what is left of what did not lead where it should.
func kept(e *dbmend.MismatchError) string {
	if e.Kept {
		return "what has run stays, since the server cannot undo it"
	}
	return "nothing of it is kept"
}

// withoutStrings returns what a database says of a statement without what the strings of that
// hold.
func withoutStrings(message, statement string) string {
	for _, held := range wording.Held(statement) {
		message = conceal(message, held)
	}
	return message
}

// lines puts the lines of an error's text on one.
var lines = strings.NewReplacer(":\n", ": ", "\n", "; ")

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// isMigration reports whether a path in an error is a file of the folder: those are
// named from there.
func isMigration(path string, scripts []string) bool {
	return path != "" && !filepath.IsAbs(path) && !slices.Contains(scripts, path)
}

func refused(r *dbmend.Refusal) string {
	return "refused, and nothing changed: " + plural(len(r.Questions), "question") + " open"
}

func syntaxProblem(e *migration.SyntaxError, folder string, frank bool, scripts []string) problem {
	p := problem{kind: "syntax", message: oneLine(e.Reason, 0), hint: e.Hint, path: e.Path, line: e.Line}
	if isMigration(e.Path, scripts) {
		p.path = filepath.Join(folder, e.Path)
	}
	if e.Excerpt != "" && e.Line > 0 {
		shown := e.Excerpt
		if !frank {
			shown = wording.Masked(shown)
		}
		p.excerpt = newExcerpt(shown, e.Line, nil)
	}
	return p
}

// describe returns the problems of an error for programs.
func (a *app) describe(ctx context.Context, err error, c *call) []problemView {
	if err == nil {
		return nil
	}
	if wasInterrupted(ctx) {
		return []problemView{{Kind: "interrupted", Message: interrupted(err)}}
	}
	var views []problemView
	for _, p := range problems(err, c.dir, false, c.base, c.schema) {
		views = append(views, newProblemView(p))
	}
	return views
}

// complain says to people what went wrong. c may be nil.
func (a *app) complain(err error, c *call) {
	folder, subject, verb := "", "", "up"
	var scripts []string
	if c != nil {
		folder, subject, scripts = c.dir, c.database, []string{c.base, c.schema}
		switch c.verb {
		case "baseline", "down", "redo":
			verb = c.verb
		}
	}
	s := a.screen(a.stderr)
	for _, p := range problems(err, folder, a.flags.verbose, scripts...) {
		s.problem(p, subject)
		if len(p.questions) > 0 {
			s.blank()
			s.questions(p.questions, verb)
			if c != nil {
				s.misanswered(p.questions, c.answers)
			}
		}
		if !a.flags.quiet {
			s.hint("hint", p.hint)
		}
	}
}

// problem prints one problem without its hint. subject is what the database is
// called, for problems that are about it as a whole.
func (s *screen) problem(p problem, subject string) {
	message := p.message
	switch {
	case p.path != "" && p.line > 0:
		message = clean(p.path) + ":" + strconv.Itoa(p.line) + ": " + message
	case p.path != "":
		message = clean(p.path) + ": " + message
	case subject != "" && p.about:
		message = subject + ": " + message
	}
	s.line(s.bad("dbmend:"), " ", message)
	p.excerpt.print(s)
	for _, d := range p.differences {
		s.difference(d, "")
	}
	for _, row := range p.rows {
		s.line("  ", oneLine(row, 0))
	}
}
