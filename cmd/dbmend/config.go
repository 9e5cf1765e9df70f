package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// defaultConfig is read where it lies, without being named.
const defaultConfig = "dbmend.toml"

// A config is what a configuration file says. Paths in it start from the folder
// that it lies in, wherever dbmend is called.
type config struct {
	DB          string            `toml:"db"`
	Scratch     string            `toml:"scratch"`
	Dir         string            `toml:"dir"`
	Base        string            `toml:"base"`
	Schema      string            `toml:"schema"`
	History     string            `toml:"history"`
	Format      string            `toml:"format"`
	Drift       string            `toml:"drift"`
	Ahead       string            `toml:"ahead"`
	LockTimeout *time.Duration    `toml:"lock-timeout"`
	Contexts    *string           `toml:"contexts"`
	Labels      *string           `toml:"labels"`
	DBMS        string            `toml:"dbms"`
	Values      map[string]string `toml:"placeholders"`
	Answers     map[string]string `toml:"answers"`
	Hooks       struct {
		Before string `toml:"before"`
		After  string `toml:"after"`
	} `toml:"hooks"`
	Check struct {
		Released []string `toml:"released"`
		Since    string   `toml:"since"`
		FailOn   string   `toml:"fail-on"`
	} `toml:"check"`

	path   string // as errors call it
	folder string
}

// readConfig reads the named file, or the default one if it is there. A key that
// nobody knows is an error: a setting that is misspelt must not pass for set.
func readConfig(name string) (*config, error) {
	c := &config{path: name}
	if name == "" {
		c.path = defaultConfig
	}
	text, err := os.ReadFile(c.path)
	if name == "" && errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, &usageError{message: fmt.Sprintf("read the configuration: %v", err)}
	}
	known, err := toml.Decode(string(text), c)
	if err != nil {
		return nil, wrongUsage("%s", tomlError(c.path, err))
	}
	for _, key := range known.Undecoded() {
		return nil, &usageError{
			message: fmt.Sprintf("%s:%d: unknown key %q", c.path, lineOfKey(string(text), key), key.String()),
			hint:    "the keys are db, scratch, dir, base, schema, history, format, contexts, labels, dbms, drift, ahead, lock-timeout and the tables [placeholders], [answers], [hooks] (before, after) and [check] (released, since, fail-on)",
		}
	}
	c.folder = filepath.Dir(c.path)
	for _, path := range []*string{&c.Dir, &c.Base, &c.Schema} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(c.folder, *path)
		}
	}
	return c, nil
}

// placed matches an error of the decoder that says where it is in its own words.
var placed = regexp.MustCompile(`^toml: line (\d+)(?: \(last key [^)]*\))?: (.*)`)

// tomlError says an error of the decoder as errors are said here: path:line: what.
func tomlError(path string, err error) string {
	if parse, ok := errors.AsType[toml.ParseError](err); ok && parse.Message != "" {
		return fmt.Sprintf("%s:%d: %s", path, parse.Position.Line, clean(parse.Message))
	}
	if m := placed.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Sprintf("%s:%s: %s", path, m[1], clean(m[2]))
	}
	return path + ": " + clean(strings.TrimPrefix(err.Error(), "toml: "))
}

// lineOfKey returns the line on which a key stands, counted from 1. The parser
// does not tell it, so that it is looked for: in the table that the key is in.
func lineOfKey(text string, key toml.Key) int {
	table := ""
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if inside, ok := strings.CutPrefix(line, "["); ok {
			inside, _, _ = strings.Cut(strings.TrimPrefix(inside, "["), "]")
			table = strings.TrimSpace(inside)
			if table == key.String() {
				return number
			}
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if table != "" {
			name = table + "." + name
		}
		if ok && (name == key.String() || strings.ReplaceAll(name, `"`, "") == strings.ReplaceAll(key.String(), `"`, "")) {
			return number
		}
	}
	return 1
}
