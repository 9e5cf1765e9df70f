package diagnosis_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A situation is one variant of one file of testdata: testdata/README.md
// describes the format.
type situation struct {
	input  diagnosis.Input
	expect string
}

// shared is the name of the variant whose sections every other one starts from.
const shared = ""

// sections are the sections of a file by variant, then by name.
type sections map[string]map[string]string

// readSections returns the sections, and the variants in order: the shared one
// alone where there are no others.
func readSections(archive *txtar.Archive) (all sections, variants []string) {
	all = sections{shared: {}}
	for _, f := range archive.Files {
		variant, name := split(f.Name)
		if all[variant] == nil {
			all[variant] = map[string]string{}
			variants = append(variants, variant)
		}
		all[variant][name] = string(f.Data)
	}
	if variants == nil {
		variants = []string{shared}
	}
	return all, variants
}

// split takes a section's name apart: "both filled/rows" is of a variant.
func split(section string) (variant, name string) {
	if i := strings.LastIndexByte(section, '/'); i >= 0 {
		return section[:i], section[i+1:]
	}
	return shared, section
}

// situation reads one variant. What is wrong with the file ends the test.
func (all sections) situation(t *testing.T, variant string) *situation {
	t.Helper()
	own := maps.Clone(all[shared])
	maps.Copy(own, all[variant])
	s := &situation{expect: own["expect"]}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	replay, stages, err := readSet(own)
	must(err)
	must(readLeft(own["left"], replay))
	have, err := readSchema(own["live"], stages)
	must(err)
	recorded, err := readHistory(own, replay.Set)
	must(err)
	s.input = diagnosis.Input{
		Replay: replay, Have: have, Recorded: recorded,
		Witness: &witness{replay: replay, have: have, rows: lines(own["rows"])},
		Answers: diagnosis.Answers{},
	}
	s.input.Ignore, err = migration.ParseIgnore(migration.IgnoreFile, own["ignore"])
	must(err)
	for _, option := range lines(own["options"]) {
		must(s.option(option))
	}
	for name := range own {
		if !slices.Contains([]string{"base", "presumed", "known", "left", "live", "history", "rows", "ignore", "options", "expect"}, name) && !strings.HasSuffix(name, ".sql") {
			t.Fatalf("unknown section %s", name)
		}
	}
	return s
}

func (s *situation) option(line string) error {
	answered, isAnswer := strings.CutPrefix(line, "answer ")
	switch name, answer, _ := strings.Cut(answered, "="); {
	case isAnswer && answer != "":
		s.input.Answers[name] = answer
	case line == "drift report":
		s.input.Drift = diagnosis.ReportDrift
	case line == "drift refuse":
		s.input.Drift = diagnosis.RefuseDrift
	case strings.HasPrefix(line, "space "):
		s.input.Space = strings.TrimPrefix(line, "space ")
	case line == "ahead allow":
		s.input.Ahead = true
	default:
		return fmt.Errorf("unknown option %q", line)
	}
	return nil
}

// lines returns the lines of a section that say something.
func lines(text string) []string {
	var said []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			said = append(said, line)
		}
	}
	return said
}

// readSet reads the base and the migrations, and returns the schema after each
// statement by its name; "base" is the schema before the first.
func readSet(own map[string]string) (*diagnosis.Replay, map[string]*schema.Snapshot, error) {
	r := &diagnosis.Replay{Presumed: map[schema.Key]bool{}}
	var err error
	if r.Base, err = readSchema(own["base"], nil); err != nil {
		return nil, nil, err
	}
	presumed, err := readSchema(own["presumed"], nil)
	if err != nil {
		return nil, nil, err
	}
	for o := range presumed.All() {
		r.Base.Put(o)
		r.Presumed[o.Key] = true
	}
	if known, ok := own["known"]; ok {
		if r.Allowed, err = readSchema(known, nil); err != nil {
			return nil, nil, err
		}
	}
	files, events := fstest.MapFS{}, map[string][][]string{}
	for name, text := range own {
		if strings.HasSuffix(name, ".sql") {
			sql, happened := tell(text)
			files[name], events[name] = &fstest.MapFile{Data: []byte(sql)}, happened
		}
	}
	if r.Set, err = migration.Load(files, sqlite.Engine{}, migration.LoadOptions{Format: "plain"}); err != nil {
		return nil, nil, err
	}
	now := r.Base.Clone()
	stages := map[string]*schema.Snapshot{"base": r.Base}
	for _, m := range r.Set.Migrations {
		if len(events[m.Path]) != len(m.Statements) {
			return nil, nil, fmt.Errorf("%s: %d lines end in a semicolon, and there are %d statements", m.Path, len(events[m.Path]), len(m.Statements))
		}
		for i := range m.Statements {
			before := now.Clone()
			for _, event := range events[m.Path][i] {
				if err := happen(now, event); err != nil {
					return nil, nil, fmt.Errorf("%s: %s: %w", m.Path, event, err)
				}
			}
			e := diagnosis.Effect{Migration: m, Statement: &m.Statements[i], Changes: schema.Changes(before, now)}
			r.Effects = append(r.Effects, e)
			stages[e.Ref().String()] = now.Clone()
		}
	}
	r.Want = now
	return r, stages, nil
}

// tell parts the SQL of a migration from what its statements do. A statement ends
// with the line that ends in a semicolon.
func tell(text string) (sql string, events [][]string) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		said := strings.TrimSpace(line)
		if last := len(events) - 1; isEvent(said) && last >= 0 {
			events[last] = append(events[last], said)
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(said, ";") {
			events = append(events, nil)
		}
	}
	return b.String(), events
}

// readSchema reads objects, one a line, or what became of an earlier stage.
func readSchema(text string, stages map[string]*schema.Snapshot) (*schema.Snapshot, error) {
	s := schema.NewSnapshot()
	for _, line := range lines(text) {
		if stage, ok := strings.CutPrefix(line, "as after "); ok {
			if stages[stage] == nil {
				return nil, fmt.Errorf("%s is no stage", stage)
			}
			s = stages[stage].Clone()
			continue
		}
		if !isEvent(line) {
			line = "+ " + line
		}
		if err := happen(s, line); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
	}
	return s, nil
}

// readLeft reads the rows that the set leaves behind: "table roles (name, rank):
// 'admin', 1", one a line.
func readLeft(text string, r *diagnosis.Replay) error {
	for _, line := range lines(text) {
		head, values, ok := strings.Cut(line, "): ")
		name, columns, open := strings.Cut(head, " (")
		key, err := readKey(name)
		if err != nil || !ok || !open {
			return fmt.Errorf("left: %q is no row: %w", line, err)
		}
		if r.Rows == nil {
			r.Rows = map[schema.Key]diagnosis.TableRows{}
		}
		rows := r.Rows[key]
		rows.Columns = strings.Split(columns, ", ")
		rows.Rows = append(rows.Rows, strings.Split(values, ", "))
		r.Rows[key] = rows
	}
	return nil
}

// readHistory reads what is claimed: "002 recorded", "003 begun", "003 edited,
// kept 1 2, changed 3", "unknown 009_future". No such
// section means that there is no tracking table.
func readHistory(own map[string]string, set *migration.Set) (*diagnosis.Recorded, error) {
	text, exists := own["history"]
	r := &diagnosis.Recorded{Exists: exists, Claims: map[migration.Version]diagnosis.Claim{}}
	for _, line := range lines(text) {
		subject, rest, _ := strings.Cut(line, " ")
		if subject == "unknown" {
			r.Unknown = append(r.Unknown, rest)
			continue
		}
		m := set.Find(migration.Version(subject))
		if m == nil {
			return nil, fmt.Errorf("history: no migration %s", subject)
		}
		c, err := readClaim(rest, m)
		if err != nil {
			return nil, fmt.Errorf("history: %s: %w", line, err)
		}
		r.Claims[migration.Version(m.Version.Normal())] = c
	}
	return r, nil
}

func readClaim(text string, m *migration.Migration) (c diagnosis.Claim, err error) {
	keep := func(n string, sum func(*migration.Statement) string) {
		i := slices.IndexFunc(m.Statements, func(s migration.Statement) bool { return fmt.Sprint(s.Number) == n })
		if i < 0 {
			err = cmp.Or(err, fmt.Errorf("no statement %s", n))
			return
		}
		if c.Statements == nil {
			c.Statements = map[int]string{}
		}
		c.Statements[m.Statements[i].Number] = sum(&m.Statements[i])
	}
	for part := range strings.SplitSeq(text, ", ") {
		words := strings.Fields(part)
		switch words[0] {
		case "recorded":
			c.Recorded = true
		case "begun":
			c.Begun = true
		case "edited":
			c.Recorded, c.Edited = true, true
		case "kept":
			for _, n := range words[1:] {
				keep(n, func(s *migration.Statement) string { return s.Sum })
			}
		case "changed":
			for _, n := range words[1:] {
				keep(n, func(*migration.Statement) string { return "the checksum of another text" })
			}
		default:
			err = cmp.Or(err, fmt.Errorf("unknown claim %q", part))
		}
	}
	return c, err
}

// store writes what was found into the archive as what is expected.
func store(archive *txtar.Archive, variant, report string) {
	name, last := "expect", len(archive.Files)
	if variant != shared {
		name = variant + "/expect"
	}
	for i, f := range archive.Files {
		if f.Name == name {
			archive.Files[i].Data = []byte(report)
			return
		}
		if of, _ := split(f.Name); of == variant {
			last = i + 1
		}
	}
	archive.Files = slices.Insert(archive.Files, last, txtar.File{Name: name, Data: bytes.Clone([]byte(report))})
}
