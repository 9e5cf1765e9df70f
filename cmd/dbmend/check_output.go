package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
)

// outputFormats are what check can print.
var outputFormats = []string{"text", "json", "github", "junit", "sarif"}

// An output is one form in which a check is printed.
type output struct {
	format string
	path   string // "" for standard output
}

// outputs are all forms that were asked for.
type outputs struct {
	list []output
	fail check.Severity // for JUnit
}

// outputs reads the forms that were asked for. Those for programs need standard output
// or a file for themselves; GitHub picks its lines out of what people read.
func (c *call) outputs(texts []string, fail check.Severity) (*outputs, error) {
	all := &outputs{fail: fail}
	var printed []string
	for _, text := range texts {
		format, path, toFile := strings.Cut(text, "=")
		if !slices.Contains(outputFormats, format) {
			return nil, notAmong("--output", format, outputFormats)
		}
		if toFile && path == "" {
			return nil, wrongUsage("--output %s= names no file", format)
		}
		if path == "-" {
			path = ""
		}
		if path == "" {
			printed = append(printed, format)
		} else if err := c.outputPlace(path); err != nil {
			return nil, err
		}
		all.list = append(all.list, output{format, path})
	}
	if c.flags.json {
		printed = append(printed, "json")
	} else if len(printed) == 0 {
		printed = []string{"text"}
		all.list = append(all.list, output{"text", ""})
	}
	if alone := slices.ContainsFunc(printed, func(f string) bool { return f != "text" && f != "github" }); alone && len(printed) > 1 {
		return nil, &usageError{
			message: "standard output has room for one of " + strings.Join(printed, " and "),
			hint:    "put the others into files: --output " + printed[len(printed)-1] + "=FILE",
		}
	}
	return all, nil
}

// outputPlace refuses a file that is something else than an older report.
func (c *call) outputPlace(name string) error {
	for _, kept := range []string{c.schema, c.base, c.flags.config, defaultConfig} {
		if kept != "" && samePlace(name, kept) {
			return &usageError{message: "--output " + clean(name) + " is where " + clean(kept) + " belongs"}
		}
	}
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &usageError{message: "--output: " + clean(err.Error())}
	case !info.Mode().IsRegular():
		return &usageError{message: "--output " + clean(name) + " is there, and is not an ordinary file"}
	}
	old, err := os.Open(name)
	if err != nil {
		return &usageError{message: "--output: " + clean(err.Error())}
	}
	defer old.Close()
	head, err := io.ReadAll(io.LimitReader(old, 4096))
	if err != nil {
		return fmt.Errorf("read %s: %w", clean(name), err)
	}
	if len(head) > 0 && !bytes.Contains(head, []byte("dbmend")) {
		return &usageError{message: "--output " + clean(name) + " is there, and is not an output of dbmend", hint: "name another file"}
	}
	return nil
}

// write writes all files and returns how to show the rest. placed is the report with
// its paths from the top of the repository.
func (all *outputs) write(c *call, report, placed *check.Report, r *result) (show func(*screen), err error) {
	var printed []func(*screen)
	for _, o := range all.list {
		emit := func(w io.Writer) error {
			switch o.format {
			case "json":
				return newEnvelope("check", c.database, r.status, r.view, nil).write(w)
			case "github":
				return check.WriteGitHub(w, placed)
			case "junit":
				return check.WriteJUnit(w, placed, all.fail)
			case "sarif":
				return check.WriteSARIF(w, placed, dbmend.Version)
			}
			c.screen(w).check(report)
			return nil
		}
		if o.path == "" {
			printed = append(printed, func(s *screen) { _ = emit(s.w) })
			continue
		}
		var b bytes.Buffer
		if err := emit(&b); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(o.path), 0o777); err != nil {
			return nil, fmt.Errorf("write %s: %w", clean(o.path), err)
		}
		if err := putFile(o.path, b.Bytes()); err != nil {
			return nil, fmt.Errorf("write %s: %w", clean(o.path), err)
		}
	}
	return func(s *screen) {
		for _, one := range printed {
			one(s)
		}
	}, nil
}

// discreetly takes the database's secrets out of what a check has found: servers
// repeat statements, and authors write passwords into them.
func discreetly(t target, r *check.Report) {
	hide := func(texts ...*string) {
		for _, secret := range t.secrets() {
			for _, text := range texts {
				*text = conceal(*text, secret)
			}
		}
	}
	ask := func(q *diagnosis.Question) {
		hide(&q.Text)
		q.Facts = slices.Clone(q.Facts) // findings and states share them
		for i := range q.Facts {
			hide(&q.Facts[i])
		}
		q.Choices = slices.Clone(q.Choices)
		for i := range q.Choices {
			hide(&q.Choices[i].Means)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		hide(&f.Text, &f.Hint)
		if f.Question != nil {
			ask(f.Question)
		}
		for j := range f.Details {
			hide(&f.Details[j])
		}
	}
	for i := range r.States {
		s := &r.States[i]
		hide(&s.Error, &s.Stopped, &s.Conflict)
		for j := range s.Questions {
			ask(&s.Questions[j])
		}
	}
}
