package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// Squash returns a squash file for the set ([To] shortens it): a script that makes on
// an empty database what its migrations make, for [migration.Squash] to lie beside
// them. Up begins an empty database with it as long as it stands for them.
//
// It is proven on scratch databases, which the one behind db tells how to make: nothing
// of that one is read or changed. The migrations are run twice, some time apart, and the
// file once, as Up runs them; schema, columns in their order, rows, counters and history
// must come out equal.
//
// Errors: *[SquashError] for what cannot be squashed; *[StatementError].
func (m *Migrator) Squash(ctx context.Context) (file *migration.Squash, err error) {
	if err := m.squashable(); err != nil {
		return nil, err
	}
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	plain := m.fresh(nil)
	once, err := plain.install(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := volatile(once); err != nil {
		return nil, err
	}
	if err := once.later(ctx); err != nil {
		return nil, err
	}
	twice, err := plain.install(ctx, db)
	if err != nil {
		return nil, err
	}
	if diff := once.differences(twice); len(diff) > 0 {
		return nil, &SquashError{
			Reason: "the migrations do not lead to the same database each time: " + strings.Join(diff, "; "),
			Hint:   "write values that depend on the time or on chance out in the migrations, or squash up to the version before them with --to",
		}
	}
	statements, sum, err := m.scriptOf(ctx, db, once)
	if err != nil {
		return nil, err
	}
	if file, err = m.file(ctx, db, once, statements, sum); err != nil {
		return nil, err
	}
	sq, err := m.standing(file)
	if err != nil {
		return nil, fmt.Errorf("squash: %w", err)
	}
	with := m.fresh(sq)
	made, err := with.install(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("squash: run the file: %w", err)
	}
	if !slices.ContainsFunc(made.report.Records, func(r plan.Record) bool { return r.Migration == sq.script }) {
		return nil, errors.New("squash: the file was not used on an empty database: " + with.mistrust)
	}
	if diff := once.differences(made); len(diff) > 0 {
		return nil, &SquashError{Reason: "the file would make another database than the migrations: " + strings.Join(diff, "; ")}
	}
	return file, nil
}

// A SquashError says why migrations cannot be squashed.
type SquashError struct {
	Path   string // the file that is in the way; empty where none is
	Line   int    // the statement's line in it; zero where none is meant
	Reason string
	Hint   string // what to do about it; may be empty
}

// Error returns "path:line: reason".
func (e *SquashError) Error() string {
	switch {
	case e.Path == "":
		return "squash: " + e.Reason
	case e.Line == 0:
		return fmt.Sprintf("squash: %s: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("squash: %s:%d: %s", e.Path, e.Line, e.Reason)
}

// squashable finds out what can be told from the files.
//
// Errors: *[SquashError].
func (m *Migrator) squashable() error {
	const before = "squash up to the version before it with --to"
	switch {
	case len(m.set.Migrations) == 0:
		return &SquashError{Reason: "there are no migrations"}
	case m.schema != nil:
		return &SquashError{Path: m.schema.name, Reason: "it makes the whole schema already", Hint: "leave --schema away to have what the migrations make squashed"}
	case len(m.set.Baselines) > 0:
		return &SquashError{Path: m.set.Baselines[0].Path, Reason: "it begins an empty database already"}
	}
	for _, mig := range m.set.Migrations {
		if mig.Rerun == migration.Always {
			return &SquashError{Path: mig.Path, Reason: "it is to be run each time: no file can stand for that"}
		}
		if strings.ContainsAny(mig.ID(), "\r\n") {
			return &SquashError{Path: mig.Path, Reason: "its name has several lines"}
		}
		for i := range mig.Statements {
			st := &mig.Statements[i]
			switch {
			case st.Class == migration.Code:
				return &SquashError{Path: mig.Path, Reason: "it is written in Go, and what it does to rows is not known", Hint: before}
			case st.Class == migration.Outside && !within(st):
				return &SquashError{Path: mig.Path, Line: st.Line, Reason: "the effect of this statement leaves the database: " + wording.Quote(st.Text), Hint: before}
			}
		}
	}
	return nil
}

// within reports whether a statement that no transaction bears stays in the database all
// the same.
func within(st *migration.Statement) bool {
	switch word, _, _ := strings.Cut(st.Verb, " "); word {
	case "vacuum", "analyze", "reindex", "optimize", "checkpoint":
		return true
	}
	return st.Concurrent()
}

// fresh returns a Migrator for scratch databases: with a squash, which may be nil, and
// without what is about a live database.
func (m *Migrator) fresh(sq *squash) *Migrator {
	o := m.options
	o.observer, o.answers, o.beforeHealed, o.history, o.each = nil, nil, nil, "", false
	return &Migrator{
		db: m.db, engine: m.engine, set: m.set, sum: m.sum, traits: m.traits, options: o,
		ignored: m.ignored, asked: m.asked, functions: m.functions, squashed: sq,
	}
}

// scriptOf returns statements that make what an installation has, which have run on a
// scratch database, and the digest of its catalogue.
func (m *Migrator) scriptOf(ctx context.Context, db engine.Database, in *installation) (_ []string, sum string, err error) {
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	with := m.fresh(nil)
	with.replay = &replayed{Replay: &diagnosis.Replay{Want: in.have, Rows: in.rows}, numbers: in.numbers}
	d := &dump{Migrator: with, scratch: scratch, survey: &survey{have: in.have, hidden: map[schema.Key]bool{}}}
	for _, part := range []func(context.Context) error{d.schema, d.rows, d.late} {
		if err := part(ctx); err != nil {
			return nil, "", &SquashError{Reason: err.Error()}
		}
	}
	sum, err = digest(ctx, scratch, nil)
	return d.statements, sum, err
}

// file puts statements into a squash file, from which they are read again just as they
// are.
func (m *Migrator) file(ctx context.Context, db engine.Database, in *installation, statements []string, sum string) (*migration.Squash, error) {
	conditions, err := conditions(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &migration.Squash{
		Path: m.engine.Name() + migration.SquashExt, Conditions: conditions, With: m.goesWith(),
		LeadsTo: in.have.Fingerprint().String(), Digest: sum,
	}
	for _, mig := range m.set.Migrations {
		s.Replaces = append(s.Replaces, migration.Replaced{Checksum: mig.Checksum, ID: mig.ID()})
	}
	var b strings.Builder
	for _, sql := range statements {
		text, ok := m.framed(strings.TrimSpace(sql))
		if !ok {
			return nil, &SquashError{Reason: "no script can hold this statement: " + wording.Quote(sql)}
		}
		b.WriteString(text + "\n")
	}
	s.Script = b.String()
	return migration.ParseSquash(s.Path, []byte(s.Text()))
}

// framed returns a statement with what ends it, so that it is cut again as it is.
func (m *Migrator) framed(sql string) (text string, ok bool) {
	mark := "$$"
	for strings.Contains(sql, mark) {
		mark += "$"
	}
	for _, text := range []string{sql + ";", "DELIMITER " + mark + "\n" + sql + "\n" + mark + "\nDELIMITER ;"} {
		cut, err := m.engine.Cut(text)
		if err == nil && len(cut) == 1 && cut[0].Text == sql && cut[0].Class != migration.Forbidden {
			return text, true
		}
	}
	return "", false
}
