package tracking_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata/scenes")

// TestScenes plays every testdata/scenes/*.txtar on every engine. What a scene is
// about comes first, with "tool = NAME", "format = NAME" and perhaps "table = NAME",
// "space = NAME" and "engines = NAME, NAME"; then the migrations; last, under "script", what happens, one
// step a line, each with what comes of it, in lines that begin with "> ":
//
//	create           makes the table as the tool does
//	sql STATEMENT    runs a statement, in which ! stands for the table, and !lock for
//	                 one beside it whose name ends so; names may be between backticks
//	detect           says whose tables there are
//	read             says what the table claims of the migrations
//	record 1, 2      records these migrations, by version, in a transaction
//	forget 2         takes them back, in a transaction
//	show a, b        shows columns of all rows, in the order of those that have a +; after
//	                 a colon comes how a value is shown
func TestScenes(t *testing.T) {
	paths, err := filepath.Glob("testdata/scenes/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenes: %v", err)
	}
	played := map[string]bool{}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			text, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			played[option(text.Comment, "tool")] = true
			i := slices.IndexFunc(text.Files, func(f txtar.File) bool { return f.Name == "script" })
			if i < 0 {
				t.Fatal("it has no script")
			}
			script := string(text.Files[i].Data)
			onEveryEngine(t, option(text.Comment, "engines"), func(t *testing.T, db live) {
				now := newScene(t, db, text).play(t, script)
				if *update {
					text.Files[i].Data = []byte(now)
					if err := os.WriteFile(path, txtar.Format(text), 0o644); err != nil {
						t.Fatal(err)
					}
				} else if diff := gocmp.Diff(script, now); diff != "" {
					t.Errorf("not as expected (-want +got):\n%s", diff)
				}
			})
		})
	}
	for _, r := range tracking.Runners() {
		if !played[r.Name] {
			t.Errorf("there is no scene of %s", r.Name)
		}
	}
}

// option returns the value of "name = value" in a text.
func option(text []byte, name string) string {
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" = "); ok {
			return value
		}
	}
	return ""
}

// A scene is a database, a set of migrations, and the table of the tool that ran them.
type scene struct {
	db     live
	runner *tracking.Runner
	set    *migration.Set
	table  schema.Key
}

func newScene(t *testing.T, db live, text *txtar.Archive) *scene {
	t.Helper()
	folder := fstest.MapFS{}
	for _, f := range text.Files {
		if f.Name != "script" {
			folder[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	set, err := migration.Load(folder, db.engine, migration.LoadOptions{
		Format: option(text.Comment, "format"), Filter: &migration.Filter{}, Placeholders: map[string]string{"kind": "integer"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{db: db, set: set, runner: tracking.Lookup(option(text.Comment, "tool"))}
	if s.runner == nil {
		t.Fatalf("there is no tool %q", option(text.Comment, "tool"))
	}
	s.table = s.runner.Home(db.Traits())
	if name := option(text.Comment, "table"); name != "" {
		s.table.Name = db.Traits().Fold(name)
	}
	if space := option(text.Comment, "space"); space != "" {
		s.table.Space = space
	}
	return s
}

// play runs a script, and returns it with what came of it.
func (s *scene) play(t *testing.T, script string) string {
	t.Helper()
	var played strings.Builder
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, "> ") {
			continue
		}
		played.WriteString(line)
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, said := range s.step(t, line) {
			played.WriteString("> " + said + "\n")
		}
	}
	return played.String()
}

// step does one step of a script.
func (s *scene) step(t *testing.T, line string) []string {
	t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "create":
		s.db.must(t, s.runner.Create(s.db.Traits(), s.table)...)
		return nil
	case "sql":
		rest = strings.NewReplacer("!lock", s.quoted("lock"), "!", s.quoted("")).Replace(rest)
		s.db.must(t, ticked.ReplaceAllStringFunc(rest, func(name string) string { return s.db.Traits().Quote(strings.Trim(name, "`")) }))
		return nil
	case "detect":
		return s.detect(t)
	case "read":
		return strings.Split(cmp.Or(say(tracking.Match(s.read(t), s.set)), "nothing"), "\n")
	case "record":
		return s.write(t, s.runner.Record, rest)
	case "forget":
		return s.write(t, s.runner.Forget, rest)
	case "show":
		return s.show(t, rest)
	}
	t.Fatalf("there is no step %q", line)
	return nil
}

// ticked is a name between backticks, which every engine quotes in its own way.
var ticked = regexp.MustCompile("`[^`]*`")

// quoted returns the name of the table as statements write it, or that of the one
// whose name is longer.
func (s *scene) quoted(more string) string {
	q := s.db.Traits().Quote
	name := s.table.Name + more
	if s.table.Name == strings.ToUpper(s.table.Name) {
		name = strings.ToUpper(name)
	}
	if s.table.Space != "" {
		return q(s.table.Space) + "." + q(name)
	}
	return q(name)
}

func (s *scene) detect(t *testing.T) []string {
	t.Helper()
	all, err := s.db.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range tracking.Detect(all, tracking.Hint{Format: s.set.Format}) {
		if c.Runner == nil {
			said = append(said, c.Table.Name+": "+c.Reason)
			continue
		}
		if c.Table != s.table {
			t.Errorf("found %v, want %v", c.Table, s.table)
		}
		line := c.Runner.Name
		for _, beside := range c.Beside {
			line += ", with " + strings.ToLower(beside.Name)
		}
		said = append(said, line)
	}
	return said
}

func (s *scene) read(t *testing.T) *tracking.History {
	t.Helper()
	h, err := s.runner.Read(t.Context(), s.db, s.table)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := s.runner.Digest(t.Context(), s.db, s.table)
	if err != nil || digest != h.Digest {
		t.Errorf("digest %s, %v; the history has %s", digest, err, h.Digest)
	}
	return h
}

// write records or takes back, and does so once more: what is written is not written
// again.
func (s *scene) write(t *testing.T, do func(context.Context, tracking.Database, *tracking.History, []*migration.Migration, []*migration.Migration) error, list string) []string {
	t.Helper()
	var wanted []*migration.Migration
	for v := range strings.SplitSeq(list, ", ") {
		i := slices.IndexFunc(s.set.Migrations, func(m *migration.Migration) bool { return string(m.Version) == v || m.ID() == v })
		if i < 0 {
			t.Fatalf("there is no migration %s among %v", v, s.set.Migrations)
		}
		wanted = append(wanted, s.set.Migrations[i])
	}
	var digest string
	for range 2 {
		err := s.db.within(t, func(ctx context.Context) error {
			return do(ctx, s.db, s.read(t), s.set.Migrations, wanted)
		})
		if err != nil {
			return []string{"error: " + strings.ReplaceAll(err.Error(), s.table.Name, strings.ToLower(s.table.Name))}
		}
		switch now := s.read(t).Digest; digest {
		case "":
			digest = now
		case now:
		default:
			if !slices.ContainsFunc(wanted, func(m *migration.Migration) bool { return m.Rerun == migration.Always }) {
				t.Errorf("%s: a second time, it was written again", list)
			}
		}
	}
	return nil
}

// show shows columns of the table.
func (s *scene) show(t *testing.T, list string) []string {
	t.Helper()
	var columns, order []string
	for i, name := range strings.Split(list, ", ") {
		name, ordered := strings.CutSuffix(name, "+")
		if ordered {
			order = append(order, fmt.Sprint(i+1))
		}
		columns = append(columns, s.expression(name))
	}
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + s.quoted("")
	if len(order) > 0 {
		query += " ORDER BY " + strings.Join(order, ", ")
	}
	return s.db.table(t, query)
}

// expression returns the value of a column as a text that is the same on all engines.
// After a name with a colon comes how to show it.
func (s *scene) expression(name string) string {
	name, how, _ := strings.Cut(name, ":")
	column := s.db.Traits().Quote(strings.Trim(name, "`"))
	switch how {
	case "is": // whether it is there
		return fmt.Sprintf("CASE WHEN %s IS NULL THEN 'none' ELSE 'some' END", column)
	case "truth":
		return fmt.Sprintf("CASE WHEN %s THEN 'true' ELSE 'false' END", column)
	case "hex":
		if s.db.name == "postgres" {
			return fmt.Sprintf("encode(%s, 'hex')", column)
		}
		return fmt.Sprintf("lower(hex(%s))", column)
	case "kind": // what is made up is longer than what a scene says
		return fmt.Sprintf("CASE WHEN length(%s) = 36 THEN 'new' ELSE %[1]s END", column)
	case "length":
		return fmt.Sprintf("length(%s)", column)
	case "time":
		return fmt.Sprintf("CASE WHEN %s THEN 'now' ELSE 'another time' END", s.recent(column))
	}
	return column
}

// recent returns a condition for a time that was within the last hour.
func (s *scene) recent(column string) string {
	switch s.db.name {
	case "postgres":
		return column + " BETWEEN now() - interval '1 hour' AND now() + interval '1 hour'"
	case "mariadb":
		return "least(abs(timestampdiff(MINUTE, " + column + ", now())), abs(timestampdiff(MINUTE, " + column + ", utc_timestamp()))) < 60"
	default: // a number is of milliseconds, as Prisma writes it
		return "abs(CASE typeof(" + column + ") WHEN 'integer' THEN " + column + " / 86400000.0 + 2440587.5 ELSE julianday(" + column + ") END - julianday('now')) < 1 / 24.0"
	}
}
