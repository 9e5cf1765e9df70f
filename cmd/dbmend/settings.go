package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

// settings are what flags, environment and configuration file come to.
type settings struct {
	db      string // as it was written: it may hold a password, and is never shown
	dbIn    string // the folder that a relative path in db starts from; empty for the working one
	dbFrom  string // who said it: a flag, a variable or a file; empty for nobody
	scratch target // where scratch databases are made; nil: on the live database's server
	dir     string
	dirSaid bool // somebody named the folder
	base    string
	schema  string
	history string
	format  string
	to      migration.Version
	drift   diagnosis.DriftMode
	ahead   bool
	wait    time.Duration
	answers diagnosis.Answers
	files   migration.LoadOptions // how the files are read, but for the format
	before  string                // a command of the shell
	after   string                // the same
	checks  checkFlags            // of check alone
}

// resolve puts the settings together: a flag goes before the environment, that
// before the configuration file, and that before the default. said tells whether
// a flag was given.
func (a *app) resolve(said func(flag string) bool) (*settings, error) {
	f := &a.flags
	file, err := readConfig(f.config)
	if err != nil {
		return nil, err
	}
	s := &settings{wait: f.lockTimeout, to: migration.Version(f.to)}
	// pick returns the first source that has a value, for the name of a flag.
	pick := func(name, flag, variable, configured string) (value, source string) {
		if said(name) {
			return flag, "--" + name
		}
		if variable != "" {
			if value, ok := os.LookupEnv(variable); ok && value != "" {
				return value, variable
			}
		}
		if configured != "" {
			return configured, file.path + ": " + name
		}
		return flag, ""
	}
	var source string
	if s.db, s.dbFrom = pick("db", f.db, "DATABASE_URL", file.DB); strings.HasPrefix(s.dbFrom, file.path+":") {
		s.dbIn = file.folder
	}
	if s.scratch, err = scratchTarget(pick("scratch", f.scratch, "DBMEND_SCRATCH", file.Scratch)); err != nil {
		return nil, err
	}
	s.dir, source = pick("dir", f.dir, "DBMEND_DIR", file.Dir)
	s.dirSaid = source != ""
	s.base, _ = pick("base", f.base, "", file.Base)
	s.schema, _ = pick("schema", f.schema, "", file.Schema)
	s.history, _ = pick("history", f.history, "", file.History)
	if s.format, source = pick("format", f.format, "", file.Format); s.format != "" && !slices.Contains(migration.Formats(), s.format) {
		return nil, notAmong(source, s.format, migration.Formats())
	}
	s.before, _ = pick("before", f.before, "", file.Hooks.Before)
	s.after, _ = pick("after", f.after, "", file.Hooks.After)
	s.checks = f.check
	if !said("released") {
		s.checks.released = file.Check.Released
	}
	s.checks.since, _ = pick("since", f.check.since, "", file.Check.Since)
	if s.checks.failOn, source = pick("fail-on", f.check.failOn, "", file.Check.FailOn); source != "" && !slices.Contains(severities, s.checks.failOn) {
		return nil, notAmong(source, s.checks.failOn, severities)
	}
	drift, source := pick("drift", f.drift, "", file.Drift)
	modes := map[string]diagnosis.DriftMode{"heal": diagnosis.HealDrift, "report": diagnosis.ReportDrift, "refuse": diagnosis.RefuseDrift}
	mode, ok := modes[drift]
	if !ok {
		return nil, notAmong(source, drift, []string{"heal", "report", "refuse"})
	}
	s.drift = mode
	ahead, source := pick("ahead", f.ahead, "", file.Ahead)
	if ahead != "refuse" && ahead != "allow" {
		return nil, notAmong(source, ahead, []string{"refuse", "allow"})
	}
	s.ahead = ahead == "allow"
	if !said("lock-timeout") && file.LockTimeout != nil {
		s.wait = *file.LockTimeout
	}
	if f.to != "" && strings.Trim(f.to, "0123456789.") != "" {
		return nil, wrongUsage("--to %q is no version: write the digits that the file's name begins with", clean(f.to))
	}
	if s.files, err = a.fileOptions(file, said); err != nil {
		return nil, err
	}
	if s.answers, err = a.gatherAnswers(file); err != nil {
		return nil, err
	}
	return s, nil
}

// fileOptions puts together how the files are to be read.
func (a *app) fileOptions(file *config, said func(flag string) bool) (migration.LoadOptions, error) {
	f := &a.flags
	o := migration.LoadOptions{Env: os.LookupEnv, Placeholders: maps.Clone(file.Values), Database: file.DBMS}
	if said("dbms") {
		o.Database = f.dbms
	}
	for _, text := range f.placeholders {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return o, &usageError{message: fmt.Sprintf("--placeholder: %q is not of the form NAME=VALUE", clean(name)), hint: "write --placeholder schema=public"}
		}
		if o.Placeholders == nil {
			o.Placeholders = map[string]string{}
		}
		o.Placeholders[name] = value
	}
	contexts, labels := file.Contexts, file.Labels
	if said("contexts") {
		contexts = &f.contexts
	}
	if said("labels") {
		labels = &f.labels
	}
	if contexts == nil && labels == nil {
		return o, nil
	}
	o.Filter = &migration.Filter{}
	if contexts != nil {
		for name := range strings.SplitSeq(*contexts, ",") {
			if name = strings.TrimSpace(name); name != "" {
				o.Filter.Contexts = append(o.Filter.Contexts, name)
			}
		}
	}
	if labels != nil {
		o.Filter.Labels = *labels
	}
	return o, nil
}

// target reads the database URL. Errors say who gave it.
func (s *settings) target() (target, error) {
	t, err := parseURL(s.db, s.dbIn)
	if e, ok := errors.AsType[*usageError](err); ok && s.dbFrom != "" {
		return nil, &usageError{message: s.dbFrom + ": " + e.message, hint: e.hint}
	}
	return t, err
}

// scratchTarget reads the URL of the server for scratch databases, which says who gave
// it where it is wrong; nil where there is none.
func scratchTarget(url, from string) (target, error) {
	if url == "" {
		return nil, nil
	}
	t, err := parseURL(url, "")
	if e, ok := errors.AsType[*usageError](err); ok {
		return nil, &usageError{message: from + ": " + e.message, hint: e.hint}
	}
	return t, err
}

func notAmong(source, value string, choices []string) error {
	return wrongUsage("%s %q is not one of %s", source, clean(value), strings.Join(choices, ", "))
}

// readScript reads a file that a setting names.
func readScript(setting, name string) (string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read the %s file: %w", setting, err)
	}
	return string(text), nil
}
