package diagnosis_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// This file reads schemas and what happens to them from text.

// kinds are those of the core, so that a slip of the pen is told.
var kinds = []schema.Kind{
	schema.Table, schema.Column, schema.PrimaryKey, schema.Unique, schema.ForeignKey,
	schema.Check, schema.Index, schema.View, schema.Trigger,
}

// fact matches the beginning of the first fact behind a key.
var fact = regexp.MustCompile(` [a-z]+=`)

// readObject reads "column notes.slug type=TEXT null=no": a key as
// [schema.Key.String] writes it, and its facts. Values with blanks are quoted;
// "unsupported=" is why the engine cannot vouch for the rest.
func readObject(line string) (*schema.Object, error) {
	key, facts := line, ""
	if at := fact.FindStringIndex(line); at != nil {
		key, facts = line[:at[0]], line[at[0]:]
	}
	o := &schema.Object{}
	var err error
	if o.Key, err = readKey(key); err != nil {
		return nil, err
	}
	o.Facts, err = readFacts(facts)
	o.Facts = slices.DeleteFunc(o.Facts, func(f schema.Fact) bool {
		if f.Name == "unsupported" {
			o.Unsupported = f.Value
		}
		return f.Name == "unsupported"
	})
	if o.Key.Kind == schema.Table || o.Key.Kind == schema.Index || o.Key.Kind == schema.View || o.Key.Kind == schema.Trigger {
		o.Source = source(o)
	}
	return o, err
}

// source stands for the statement that the database keeps of an object.
func source(o *schema.Object) string {
	words := "CREATE " + strings.ToUpper(string(o.Key.Kind)) + " " + o.Key.Name
	if o.Key.Table != "" {
		words += " ON " + o.Key.Table
	}
	if columns := o.Fact(schema.Columns); columns != "" {
		words += " (" + columns + ")"
	}
	return words
}

func readKey(text string) (k schema.Key, err error) {
	rest := ""
	for _, kind := range kinds {
		if r, ok := strings.CutPrefix(text, string(kind)+" "); ok {
			k.Kind, rest = kind, r
		}
	}
	ok := true
	switch k.Kind {
	case schema.Table, schema.View:
		k.Name = rest
	case schema.Column:
		k.Table, k.Name, ok = strings.Cut(rest, ".")
	case schema.PrimaryKey:
		k.Table, ok = strings.CutPrefix(rest, "of ")
	default:
		at := strings.LastIndex(rest, " on ")
		if ok = at > 0; ok {
			k.Name, k.Table = rest[:at], rest[at+len(" on "):]
		}
	}
	if !ok || k.Kind == "" || k.String() != text {
		return k, fmt.Errorf("%q is no object", text)
	}
	return k, nil
}

func readFacts(text string) (facts []schema.Fact, err error) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name, rest, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no fact", text)
		}
		value, rest := rest, ""
		if strings.HasPrefix(value, `"`) {
			quoted, err := strconv.QuotedPrefix(value)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", text, err)
			}
			rest = value[len(quoted):]
			value, _ = strconv.Unquote(quoted)
		} else {
			value, rest, _ = strings.Cut(value, " ")
		}
		facts, text = append(facts, schema.Fact{Name: name, Value: value}), rest
	}
	return facts, nil
}

// isEvent reports whether a line tells what happens to an object.
func isEvent(line string) bool {
	return len(line) > 1 && strings.IndexByte("+-~>", line[0]) >= 0 && line[1] == ' '
}

// happen changes the schema as a line says, and refuses what cannot happen to it:
//
//   - column notes.slug type=TEXT                    made
//   - index by_slug on notes                         dropped, a table with its parts
//     ~ column notes.slug type=TEXT -> type=INTEGER    made another
//     > table notes_new -> notes                       renamed, a table with its parts
func happen(s *schema.Snapshot, line string) error {
	what := line[2:]
	switch line[0] {
	case '+':
		o, err := readObject(what)
		if err == nil && s.Get(o.Key) != nil {
			err = fmt.Errorf("%s is there already", o.Key)
		}
		if err == nil {
			s.Put(o)
		}
		return err
	case '-':
		k, err := readKey(what)
		if err == nil && s.Get(k) == nil {
			err = fmt.Errorf("%s is not there", k)
		}
		for _, part := range parts(s, k) {
			s.Delete(part.Key)
		}
		s.Delete(k)
		return err
	}
	at := strings.LastIndex(what, " -> ")
	if at < 0 {
		return fmt.Errorf("%q leads to nothing", line)
	}
	from, to := what[:at], what[at+len(" -> "):]
	before, err := readObject(from)
	if err != nil {
		return err
	}
	was := s.Get(before.Key)
	if was == nil || line[0] == '~' && !before.Equal(was) {
		return fmt.Errorf("%s is %s", before.Key, was.Describe())
	}
	if line[0] == '>' {
		return rename(s, was, to)
	}
	after := &schema.Object{Key: was.Key}
	if after.Facts, err = readFacts(to); err != nil {
		return err
	}
	if was.Source != "" {
		after.Source = source(after)
	}
	s.Put(after)
	return nil
}

func rename(s *schema.Snapshot, was *schema.Object, name string) error {
	moved := append([]*schema.Object{was}, parts(s, was.Key)...)
	for _, o := range moved {
		s.Delete(o.Key)
	}
	for _, o := range moved {
		after := *o
		if o == was {
			after.Key.Name = name
		} else {
			after.Key.Table = name
		}
		if o.Source != "" {
			after.Source = source(&after)
		}
		if s.Get(after.Key) != nil {
			return fmt.Errorf("%s is there already", after.Key)
		}
		s.Put(&after)
	}
	return nil
}

// parts returns what goes with a table; nothing for a key of another kind.
func parts(s *schema.Snapshot, k schema.Key) []*schema.Object {
	if k.Kind != schema.Table {
		return nil
	}
	return s.Parts(k)
}
