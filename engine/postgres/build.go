package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Build makes the objects of a snapshot from their sources. All of it is done or
// nothing, in the open transaction or in one of its own.
//
// Sources come in an order in which most can run; what fails is tried again behind
// the others, since a view may be on a view and a default may call a function. What
// is not supported and has no source is left out: nothing could be made of it.
//
// Bodies of functions are taken as they are, not checked against tables that
// are still to come.
func (d *database) Build(ctx context.Context, s *schema.Snapshot) error {
	_, err := d.Script(ctx, s)
	return err
}

// Script is [database.Build], and returns the statements in the order in which they
// ran.
func (d *database) Script(ctx context.Context, s *schema.Snapshot) (made []string, err error) {
	if d.guest() {
		s = s.Filter(func(o *schema.Object) bool { return !d.has(o.Key) })
	}
	phases, err := sources(s)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	if len(phases) == 0 {
		return nil, nil
	}
	if d.tx.open {
		made, err = d.build(ctx, phases)
	} else if err = d.Begin(ctx, engine.Normal); err == nil {
		defer func() { err = errors.Join(err, d.Rollback(ctx)) }()
		if made, err = d.build(ctx, phases); err == nil {
			err = d.Commit(ctx)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	return slices.Concat([]string{"SET check_function_bodies = off"}, made, []string{"RESET check_function_bodies"}), nil
}

// build runs phase after phase, with function bodies unchecked.
func (d *database) build(ctx context.Context, phases [][]*making) (made []string, err error) {
	if err := d.ready(ctx); err != nil {
		return nil, err
	}
	results, err := d.command(ctx, "SELECT current_setting('check_function_bodies'), set_config('check_function_bodies', 'off', true)")
	if err != nil {
		return nil, d.survey(ctx, err)
	}
	checked := string(results[0].Rows[0][0])
	defer func() {
		if d.status() == open {
			_, undone := d.insist(ctx, "SELECT set_config('check_function_bodies', "+literal(checked)+", true)")
			err = errors.Join(err, undone)
		}
	}()
	for _, phase := range phases {
		if err := d.create(ctx, phase, &made); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// create runs the statements of one phase, and those that fail again as long as that
// gets any further. made is what has run.
func (d *database) create(ctx context.Context, todo []*making, made *[]string) error {
	for len(todo) > 0 {
		var left []*making
		var first error
		further := false
		for _, m := range todo {
			done := len(m.statements)
			err := d.createOne(ctx, m, made)
			further = further || len(m.statements) < done
			if err == nil {
				continue
			}
			if d.status() != open || ctx.Err() != nil {
				return fmt.Errorf("%s: %w", m.object.Key, err)
			}
			left = append(left, m)
			if first == nil {
				first = fmt.Errorf("%s: %w", m.object.Key, err)
			}
		}
		if len(left) > 0 && !further {
			return first
		}
		todo = left
	}
	return nil
}

// createOne runs what is left of an object's statements up to the first that fails,
// which is undone by itself.
func (d *database) createOne(ctx context.Context, m *making, made *[]string) error {
	for len(m.statements) > 0 {
		if err := d.ready(ctx); err != nil {
			return err
		}
		if err := d.turn(ctx, d.path.home+d.behind()); err != nil {
			return err
		}
		_, err := d.guard(ctx, m.statements[0], d.found)
		if err = d.survey(ctx, err); err != nil {
			return err
		}
		*made = append(*made, m.statements[0])
		m.statements = m.statements[1:]
	}
	return nil
}

// A making is an object that is to be made, and its statements that have not run.
type making struct {
	object     *schema.Object
	statements []string
}

// phases are the kinds in the order in which they are made. The kinds of a line
// may depend on each other in any direction.
var phases = [][]schema.Kind{
	{kindNamespace},
	{kindExtension},
	{
		kindEnum, kindCollation, kindDomain, kindComposite, kindRange, kindSequence,
		kindFunction, kindProcedure, kindAggregate, schema.Table, schema.View, kindMaterialized,
	},
	{schema.PrimaryKey, schema.Unique, kindExclusion, schema.Check},
	{schema.Index},
	{schema.ForeignKey},
	{kindEnforcement},
	{kindStatistics, kindPolicy, kindRule, schema.Trigger},
	{kindTuning, kindRequirement, kindComment, kindGrant, kindDefaultPrivileges, kindPublication},
	{kindEventTrigger},
}

// sources returns the objects that have statements of their own, phase by phase.
func sources(s *schema.Snapshot) ([][]*making, error) {
	list := make([][]*making, len(phases))
	for o := range s.All() {
		switch {
		case o.Source == "" && (o.Unsupported != "" || o.Key.Kind == schema.Column || o.Key.Kind == schema.PrimaryKey):
			continue
		case o.Source == "":
			return nil, fmt.Errorf("%s: its statement is not known", o.Key)
		}
		statements := statementsOf(o)
		if statements == nil {
			return nil, fmt.Errorf("%s: its source is not what makes such an object: %.80q", o.Key, o.Source)
		}
		at := slices.IndexFunc(phases, func(kinds []schema.Kind) bool { return slices.Contains(kinds, o.Key.Kind) })
		list[at] = append(list[at], &making{o, statements})
	}
	for at, phase := range list {
		slices.SortStableFunc(phase, func(a, b *making) int {
			return slices.Index(phases[at], a.object.Key.Kind) - slices.Index(phases[at], b.object.Key.Kind)
		})
	}
	return slices.DeleteFunc(list, func(phase []*making) bool { return len(phase) == 0 }), nil
}

// makes are the words that the statements of a kind's source begin with: the first
// of a source with the first of them, or with a CREATE SEQUENCE ahead of a table.
var makes = map[schema.Kind][]string{
	kindNamespace:         {"CREATE SCHEMA "},
	kindExtension:         {"CREATE EXTENSION "},
	kindEnum:              {"CREATE TYPE "},
	kindComposite:         {"CREATE TYPE "},
	kindRange:             {"CREATE TYPE "},
	kindCollation:         {"CREATE COLLATION "},
	kindDomain:            {"CREATE DOMAIN ", "ALTER DOMAIN "},
	kindSequence:          {"CREATE SEQUENCE ", "CREATE UNLOGGED SEQUENCE ", "ALTER SEQUENCE "},
	kindFunction:          {"CREATE FUNCTION "},
	kindProcedure:         {"CREATE PROCEDURE "},
	kindAggregate:         {"CREATE AGGREGATE "},
	schema.Table:          {"CREATE TABLE ", "CREATE UNLOGGED TABLE ", "CREATE SEQUENCE ", "CREATE UNLOGGED SEQUENCE ", "ALTER SEQUENCE ", "ALTER TABLE "},
	schema.View:           {"CREATE VIEW ", "ALTER VIEW "},
	kindMaterialized:      {"CREATE MATERIALIZED VIEW ", "ALTER MATERIALIZED VIEW "},
	schema.Unique:         {"ALTER TABLE ", "ALTER INDEX "},
	kindExclusion:         {"ALTER TABLE ", "ALTER INDEX "},
	schema.Check:          {"ALTER TABLE "},
	schema.ForeignKey:     {"ALTER TABLE "},
	schema.PrimaryKey:     {"ALTER TABLE ", "ALTER INDEX "},
	schema.Index:          {"CREATE INDEX ", "CREATE UNIQUE INDEX ", "ALTER TABLE ", "ALTER MATERIALIZED VIEW "},
	kindStatistics:        {"CREATE STATISTICS ", "ALTER STATISTICS "},
	kindPolicy:            {"CREATE POLICY "},
	kindRule:              {"CREATE RULE ", "ALTER TABLE "},
	schema.Trigger:        {"CREATE TRIGGER ", "CREATE CONSTRAINT TRIGGER ", "ALTER TABLE "},
	kindEnforcement:       {"ALTER TABLE "},
	kindTuning:            {"ALTER TABLE ", "ALTER MATERIALIZED VIEW ", "ALTER INDEX "},
	kindRequirement:       {"ALTER "},
	kindComment:           {"COMMENT ON "},
	kindGrant:             {"GRANT ", "REVOKE "},
	kindDefaultPrivileges: {"ALTER DEFAULT PRIVILEGES "},
	kindPublication:       {"CREATE PUBLICATION "},
	kindEventTrigger:      {"CREATE EVENT TRIGGER ", "ALTER EVENT TRIGGER "},
}

// statementsOf cuts an object's source, and returns nil for one that does
// anything but make such an object: a file that somebody tampered with may hold
// anything in its place.
func statementsOf(o *schema.Object) []string {
	cut, err := Engine{}.Cut(o.Source)
	if err != nil || len(cut) == 0 {
		return nil
	}
	list := make([]string, len(cut))
	for i, s := range cut {
		list[i] = s.Text
		if !slices.ContainsFunc(makes[o.Key.Kind], func(words string) bool {
			return len(s.Text) >= len(words) && strings.EqualFold(s.Text[:len(words)], words)
		}) {
			return nil
		}
	}
	return list
}
