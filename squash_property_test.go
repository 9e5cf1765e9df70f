package dbmend_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/internal/hybrid"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// A database that a squash file has begun cannot be told from one that the migrations
// have made: by its schema, its rows and counters, its history, by a second run and by
// the migrations that come next. The histories are generated; the squash stands for a
// part of each. What a database holds is told by the catalogue, and not by dbmend.
func TestSquashIsTheMigrations(t *testing.T) {
	for name, c := range map[string]struct {
		open      func(t *testing.T) (hybrid.Engine, error)
		histories uint64
	}{
		"sqlite":   {func(*testing.T) (hybrid.Engine, error) { return hybrid.SQLite("sqlite"), nil }, 30},
		"postgres": {func(t *testing.T) (hybrid.Engine, error) { return hybrid.NewPostgres(testserver.Postgres(t)) }, 6},
		"mysql":    {func(t *testing.T) (hybrid.Engine, error) { return hybrid.NewMariaDB(testserver.MariaDB(t)) }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := c.open(t)
			if err != nil {
				t.Fatal(err)
			}
			if server, ok := e.(interface{ Close() error }); ok {
				defer server.Close()
			}
			for seed := range c.histories {
				h, err := hybrid.Make(e, hybrid.Genes(rand.New(rand.NewPCG(seed, 29))), seed%2 == 0)
				if errors.Is(err, hybrid.ErrEmpty) {
					continue
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				(&squashing{t, e, h, seed}).compare()
			}
		})
	}
}

// A squashing compares what a squash makes with what its history makes.
type squashing struct {
	*testing.T
	engine  hybrid.Engine
	history *hybrid.History
	seed    uint64
}

func (s *squashing) compare() {
	s.Helper()
	files := fstest.MapFS{}
	for _, m := range s.history.Migrations {
		files[m.File()] = file(m.Text())
	}
	through := s.history.Migrations[int(s.seed)%len(s.history.Migrations)].Version
	db := s.open()
	defer db.Close()
	app, product, _ := patient(s.T, s.engine, db)
	defer app.Close()
	m, err := dbmend.New(app, product, files, dbmend.To(migration.Version(through)))
	if err != nil {
		s.Fatal(err)
	}
	squashed, err := m.Squash(s.Context())
	if err != nil {
		s.Fatalf("seed %d: squash to %s: %v\n%s", s.seed, through, err, told(files))
	}
	with := fstest.MapFS{squashed.Path: file(squashed.Text())}
	for name, f := range files {
		with[name] = f
	}
	for _, to := range []string{through, s.history.Migrations[len(s.history.Migrations)-1].Version} {
		want, _ := s.install(files, to)
		have, used := s.install(with, to)
		if diff := cmp.Diff(want, have); diff != "" {
			s.Errorf("seed %d: the squash to %s leads to another database at %s (-migrations +squash):\n%s\n%s\n%s", s.seed, through, to, diff, told(files), squashed.Text())
		}
		if !used {
			s.Errorf("seed %d: the squash was not used", s.seed)
		}
	}
}

// install brings an empty database to a version, and then to the end, with a run behind
// each that must find nothing to do. It returns what there is then, and whether a
// squash has begun it.
func (s *squashing) install(files fstest.MapFS, to string) (picture string, squashed bool) {
	s.Helper()
	db := s.open()
	defer db.Close()
	app, product, _ := patient(s.T, s.engine, db)
	defer app.Close()
	for i, options := range [][]dbmend.Option{{dbmend.To(migration.Version(to))}, nil} {
		m, err := dbmend.New(app, product, files, options...)
		if err != nil {
			s.Fatal(err)
		}
		report, err := m.Up(s.Context())
		if err != nil {
			s.Fatalf("seed %d: %v", s.seed, err)
		}
		if report.Healed {
			s.Errorf("seed %d: it had to heal", s.seed)
		}
		for _, step := range report.Steps {
			squashed = squashed || i == 0 && strings.HasSuffix(step.Step.Path, migration.SquashExt)
		}
		if again, err := m.Up(s.Context()); err != nil || !again.Nothing() {
			s.Errorf("seed %d: a second run finds something to do: %v", s.seed, err)
		}
		picture += recordedBy(s.T, m)
	}
	look, err := hybrid.Look(s.engine, db)
	if err != nil {
		s.Fatal(err)
	}
	maps.DeleteFunc(look.Counters, func(_ string, count int64) bool { return count == 0 }) // as if there were none
	return fmt.Sprintf("%s\n%q\n%q\n%v", picture, look.Objects, look.Rows, look.Counters), squashed
}

// recordedBy returns what the journal records of migrations and their statements.
func recordedBy(t *testing.T, m *dbmend.Migrator) string {
	t.Helper()
	entries, err := m.History(t.Context(), journal.Filter{Kinds: []journal.Kind{journal.Migrated}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		if e.Outcome != journal.Reverted {
			fmt.Fprintln(&b, e.Version, e.Name, e.Outcome, e.Checksum)
		}
	}
	return b.String()
}

func (s *squashing) open() *sql.DB {
	s.Helper()
	db, err := s.engine.Open()
	if err != nil {
		s.Fatal(err)
	}
	return db
}

// told returns files as text.
func told(files fstest.MapFS) string {
	var b strings.Builder
	for name, f := range files {
		fmt.Fprintf(&b, "%s:\n%s\n", name, f.Data)
	}
	return b.String()
}
