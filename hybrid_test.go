package dbmend_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/hybrid"
)

// An outcome is what came of a state.
type outcome string

const (
	healed   outcome = "healed"   // equal to what the oracle expects
	asked    outcome = "asked"    // a question where there is doubt; answered truthfully it ends right, or it can only be answered by hand
	needless outcome = "needless" // a question where there is none
	failed   outcome = "failed"   // an error that is neither, or a promise broken on the way
	wrong    outcome = "wrong"    // schema or rows are not as they should be
	lost     outcome = "lost"     // rows are gone
	blind    outcome = "blind"    // healed to what it looks like, which is not the truth: nobody can know
)

var outcomes = []outcome{healed, asked, needless, failed, wrong, lost, blind}

// A slice of states is what follows from neighbouring seeds. These are tried unless
// DBMEND_STATES or DBMEND_SEED say otherwise, side by side: what one has to wait for is
// worth more than what it needs of a processor.
var hybridSlices = []statesFrom{{1, 250}, {3000, 250}, {20000, 250}, {40000, 250}}

// shortStates is how many states of each slice are tried with -short.
const shortStates = 25

// fewNeedless says from how many states on the share of needless questions is judged.
const fewNeedless = 1000

// TestHybridStates heals generated databases whose history, schema and rows
// disagree, and holds the end against an oracle that knows what truly ran. With -v it
// says what came of each kind of damage.
//
// DBMEND_STATES=n tries n states; DBMEND_SEED=n begins with another seed, and a
// failure names its own; DBMEND_FOUND=FOLDER writes a small case for each kind of
// failure into a folder.
func TestHybridStates(t *testing.T) {
	tryStates(t, hybrid.SQLite("sqlite"), hybridSlices, func(seed uint64) bool { return seed%2 == 0 })
}

// statesFrom is a number of states from a seed on.
type statesFrom struct{ seed, states int }

// tryStates heals slices of states of an engine; foreign says of which seeds the
// connections enforce foreign keys.
func tryStates(t *testing.T, e hybrid.Engine, parts []statesFrom, foreign func(seed uint64) bool) {
	if os.Getenv("DBMEND_STATES") != "" || os.Getenv("DBMEND_SEED") != "" {
		parts = []statesFrom{{envInt("DBMEND_SEED", 1), envInt("DBMEND_STATES", 400)}}
	}
	started := time.Now()
	all := &harvest{tally: tally{}, seen: map[string]bool{}}
	t.Run("from seed", func(t *testing.T) {
		for _, s := range parts {
			if testing.Short() {
				s.states = min(s.states, shortStates)
			}
			t.Run(strconv.Itoa(s.seed), func(t *testing.T) {
				if len(parts) > 1 {
					t.Parallel()
				}
				all.gather(t, e, s, foreign)
			})
		}
	})
	t.Logf("%d states, %d of them derivable, in %s\n%s", all.tried, all.derivable, time.Since(started).Round(time.Millisecond), all.tally)
	if bad := all.tally.all(wrong) + all.tally.all(lost) + all.tally.all(failed); bad > 0 {
		t.Errorf("%d wrong, %d lost, %d failed", all.tally.all(wrong), all.tally.all(lost), all.tally.all(failed))
	}
	if n := all.tally.all(needless); all.tried >= fewNeedless && 100*n >= 3*all.derivable {
		t.Errorf("%d of %d derivable states were refused; fewer than 3 in 100 may be", n, all.derivable)
	}
}

// A harvest is what came of all states that were tried.
type harvest struct {
	sync.Mutex
	tally            tally
	tried, derivable int
	seen             map[string]bool // failures that were told, by their kind
}

// gather heals one slice of states.
func (all *harvest) gather(t *testing.T, e hybrid.Engine, from statesFrom, foreign func(seed uint64) bool) {
	tried := 0
	for seed := uint64(from.seed); tried < from.states; seed++ {
		h, err := hybrid.Make(e, hybrid.Genes(rand.New(rand.NewPCG(seed, 0))), foreign(seed))
		if errors.Is(err, hybrid.ErrEmpty) {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, kind := range hybrid.Kinds {
			if i%2 == int(seed/2)%2 { // many histories are worth more than every damage to each
				continue
			}
			s, err := h.Damage(kind, seed)
			if err != nil {
				t.Fatalf("seed %d, %s: %v", seed, kind, err)
			}
			if s == nil {
				continue
			}
			got, detail := heal(t, s)
			tried++
			if all.add(s, got, detail) {
				t.Logf("seed %d: %s (%s, %s)\n%s", seed, got, kind, s.Note, detail)
				found(t, s, got, detail)
			}
		}
	}
}

// add counts a state, and reports whether its failure is the first of its kind.
func (all *harvest) add(s *hybrid.State, got outcome, detail string) (news bool) {
	all.Lock()
	defer all.Unlock()
	all.tried++
	all.tally.add(s.Kind, got)
	if s.Class == hybrid.Derivable {
		all.derivable++
	}
	failure := string(got) + string(s.Kind) + gist(detail)
	news = slices.Contains([]outcome{needless, failed, wrong, lost}, got) && !all.seen[failure]
	all.seen[failure] = true
	return news
}

// A tally counts outcomes by kind of damage.
type tally map[hybrid.Kind]map[outcome]int

func (c tally) add(k hybrid.Kind, o outcome) {
	if c[k] == nil {
		c[k] = map[outcome]int{}
	}
	c[k][o]++
}

func (c tally) all(o outcome) (n int) {
	for _, counts := range c {
		n += counts[o]
	}
	return n
}

// String returns a table: a row for each kind, a column for each outcome.
func (c tally) String() string {
	var b strings.Builder
	row := func(name string, cell func(outcome) any) {
		fmt.Fprintf(&b, "%-28s", name)
		for _, o := range outcomes {
			fmt.Fprintf(&b, "%9v", cell(o))
		}
		b.WriteByte('\n')
	}
	row("", func(o outcome) any { return o })
	for _, k := range hybrid.Kinds {
		row(string(k), func(o outcome) any { return c[k][o] })
	}
	row("all", func(o outcome) any { return c.all(o) })
	return b.String()
}

// heal runs Up over a state, answering what it asks, and judges what came of it: a
// refusal and a plan change nothing, the plan foretells what is run, and a second
// run does nothing.
func heal(t *testing.T, s *hybrid.State) (outcome, string) {
	t.Helper()
	e := s.History.Engine()
	db, err := e.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range slices.Concat(s.Live, s.Tracking()) {
		exec(t, db, statement)
	}
	files := fstest.MapFS{}
	for _, m := range s.History.Migrations {
		files[m.File()] = &fstest.MapFile{Data: []byte(m.Text())}
	}
	app, product, dump := patient(t, e, db)
	defer app.Close()
	before := dump(t, db)
	answers := diagnosis.Answers{}
	var questions []string
	for {
		m, err := dbmend.New(app, product, files, dbmend.Answer(answers))
		if err != nil {
			return failed, "new: " + err.Error()
		}
		predicted, planErr := m.Plan(t.Context())
		if dump(t, db) != before {
			return failed, "plan has changed the database"
		}
		report, err := m.Up(t.Context())
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
			if dump(t, db) != before {
				return failed, "the refusal changed the database"
			}
			more := false
			for _, q := range refusal.Questions {
				questions = append(questions, q.Name()+" "+q.Text)
				if q.Code == diagnosis.Q16 {
					questions = append(questions, q.Facts...)
				}
				if answer := truthful(s, &q); answer != "" && answers[q.Name()] == "" {
					answers[q.Name()] = answer
					more = true
				}
			}
			if more {
				continue
			}
			if s.Class == hybrid.Derivable {
				return needless, strings.Join(questions, "\n")
			}
			return asked, ""
		}
		detail := strings.Join(questions, "\n")
		if err != nil {
			return failed, "up: " + err.Error() + "\n" + detail
		}
		if planErr != nil {
			return failed, "up succeeded, plan: " + planErr.Error()
		}
		var foretold []string
		for _, step := range predicted.Steps {
			foretold = append(foretold, step.SQL)
		}
		if !slices.Equal(foretold, steps(report)) {
			return failed, fmt.Sprintf("plan foretold %q; up ran %q", foretold, steps(report))
		}
		after, err := hybrid.Look(e, db)
		if err != nil {
			t.Fatal(err)
		}
		healedDump := dump(t, db)
		fresh, _ := dbmend.New(app, product, files)
		if again, err := fresh.Up(t.Context()); err != nil || !again.Nothing() || dump(t, db) != healedDump {
			return failed, fmt.Sprintf("the second up: %v, ran %q", err, steps(again))
		}
		return judge(s, after, questions, report)
	}
}

// judge compares what Up has led to with what it should lead to.
func judge(s *hybrid.State, after *hybrid.Picture, questions []string, report *dbmend.Report) (outcome, string) {
	want := s.Expected
	if slices.ContainsFunc(s.Also, after.Same) {
		want = after
	}
	want.Forget(s.Loose)
	after.Forget(s.Loose)
	differences, gone := hybrid.Difference(want, after)
	detail := strings.Join(slices.Concat(differences, questions, []string{"up ran:"}, steps(report)), "\n   ")
	switch {
	case s.Consent && len(questions) == 0:
		return lost, "unasked: " + s.Note
	case s.Consent:
		return asked, ""
	case gone:
		return lost, detail
	case len(differences) > 0:
		return wrong, detail
	case s.Class == hybrid.Blind:
		return blind, ""
	case len(questions) > 0 && s.Class == hybrid.Derivable:
		return needless, strings.Join(questions, "\n")
	case len(questions) > 0:
		return asked, ""
	}
	return healed, ""
}

// truthful answers a question as somebody who was there would; "" where the world
// has to change first.
func truthful(s *hybrid.State, q *diagnosis.Question) string {
	choice := func(answers ...string) string {
		for _, a := range answers {
			if slices.ContainsFunc(q.Choices, func(c diagnosis.Choice) bool { return c.Answer == a }) {
				return a
			}
		}
		return ""
	}
	ran, known := s.Ran(q.Place)
	switch {
	case !known || !slices.Contains([]diagnosis.Code{diagnosis.Q6, diagnosis.Q7, diagnosis.Q12}, q.Code):
		return ""
	case q.Code == diagnosis.Q12 && s.Consent:
		return choice("drop")
	case ran:
		return choice("done", "removed", "keep")
	default:
		return choice("run", "insert", "drop")
	}
}

// gist is the part of a detail that failures of one cause share: a question's code
// or the kind of difference, without names.
func gist(detail string) string {
	line, _, _ := strings.Cut(detail, "\n")
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
		return ""
	case words[0] == "rows":
		return "rows"
	case len(words) > 1 && strings.Contains(words[1], "/"):
		_, kind, _ := strings.Cut(words[1], "/")
		return words[0] + " " + kind // "missing: notes/index idx": what kind of object
	case strings.HasPrefix(words[0], "Q"):
		code, _, _ := strings.Cut(words[0], "@")
		return code
	}
	return strings.Join(words[:min(len(words), 4)], " ")
}

func envInt(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// found makes a failure small and writes it down as a case.
func found(t *testing.T, s *hybrid.State, got outcome, detail string) {
	t.Helper()
	folder := os.Getenv("DBMEND_FOUND")
	if folder == "" {
		return
	}
	tries := 400
	if _, ok := s.History.Engine().(hybrid.SQLite); !ok {
		tries = 100 // they take longer
	}
	small := hybrid.Shrink(s, tries, func(s *hybrid.State) bool {
		again, why := heal(t, s)
		return again == got && gist(why) == gist(detail)
	})
	_, detail = heal(t, small)
	about := fmt.Sprintf("%s (%s, %s): %s\n%s", got, small.Kind, small.Class, small.Note, detail)
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789", r) {
			return r
		}
		return '-'
	}, strings.ToLower(fmt.Sprintf("%s %s %.40s", got, small.Kind, gist(detail))))
	if err := os.WriteFile(filepath.Join(folder, name+".txtar"), []byte(small.Case(about)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// patient returns a pool by which the application of a database reaches it, the engine for it,
// and what tells a witness all that is there.
func patient(t *testing.T, e hybrid.Engine, db *sql.DB) (app *sql.DB, product engine.Engine, look func(testing.TB, *sql.DB) string) {
	t.Helper()
	var err error
	switch e := e.(type) {
	case *hybrid.Postgres:
		product, look = postgres.Engine{}, dumpPostgres
		app, err = e.Beside(db)
	case *hybrid.MariaDB:
		product, look = mysql.Engine{}, dumpMySQL
		app, err = e.Beside(db)
	default:
		return db, sqlite.Engine{}, dump
	}
	if err != nil {
		t.Fatal(err)
	}
	return app, product, look
}
