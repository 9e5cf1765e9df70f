package dbmend

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what taking migrations back loses, in figures.

// losses notes as hazards what the steps take away, with figures, and returns it by
// migration.
func (d *descent) losses(ctx context.Context, db engine.Database, p *prepared) (map[migration.Version][]string, error) {
	w := witness.New(db, d.engine, p.have)
	lost := map[migration.Version][]string{}
	note := func(step *plan.Step, name string, table schema.Key, text string) {
		step.Hazards = slices.DeleteFunc(step.Hazards, func(h plan.Hazard) bool { return h.Name == name && h.Table == (schema.Key{}) })
		step.Hazards = append(step.Hazards, plan.Hazard{Name: name, Table: table, Text: text})
		lost[step.Ref.Version] = append(lost[step.Ref.Version], text)
	}
	gone := map[schema.Key]bool{}
	bystanders := p.plan.Bystanders()
	var elsewhere []string
	for _, loss := range p.plan.Losses() {
		step, o := &p.plan.Steps[loss.Step], loss.Object
		if o.Key.Kind == schema.Table {
			gone[o.Key] = true
			rows, err := w.Rows(ctx, o.Key, 0)
			if err != nil {
				return nil, err
			}
			if rows > 0 {
				note(step, engine.DropsTable, o.Key, fmt.Sprintf("%s goes with %s", o.Key, wording.Count(rows, "row")))
			}
			continue
		}
		values, err := w.Filled(ctx, o)
		if err != nil {
			return nil, err
		}
		if values > 0 {
			note(step, engine.DropsColumn, o.Key.Owner(), fmt.Sprintf("%s goes with its values in %s", o.Key, wording.Count(values, "row")))
		}
	}
	if err := d.conversions(ctx, w, p.plan, note); err != nil {
		return nil, err
	}
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		table := schema.Key{Kind: schema.Table, Space: s.Source.Space, Name: s.Source.Target}
		if s.Source.Class == migration.Code {
			note(s, "runs code", schema.Key{}, "Go code runs, and what it does to rows is not told beforehand")
			continue
		}
		name := takes[s.Source.Verb]
		if name == "" || gone[table] || p.have.Get(table) == nil {
			continue
		}
		rows, beside, err := taken(ctx, w, s.Source, table, bystanders)
		if err != nil {
			return nil, err
		}
		for _, other := range beside {
			elsewhere = append(elsewhere, fmt.Sprintf("%s: rows of %s go or change with those of %s", wording.Quote(s.SQL), other, table))
		}
		if rows > 0 {
			verb, _, _ := strings.Cut(name, " ")
			note(s, name, table, fmt.Sprintf("%s %s of %s", verb, wording.Count(rows, "row"), table))
		}
	}
	if len(elsewhere) > 0 {
		return nil, &Refusal{Questions: []diagnosis.Question{*noReturn(p.plan, elsewhere...)}, Diagnosis: p.plan.Diagnosis}
	}
	return lost, nil
}

// conversions notes the columns with values that get another type on the way back, where
// it is not seen on a copy that every value is then what it was.
func (d *descent) conversions(ctx context.Context, w *witness.Witness, p *plan.Plan, note func(*plan.Step, string, schema.Key, string)) error {
	var statements []*migration.Statement
	for i := range p.Steps {
		if s := p.Steps[i].Source; s.Class != migration.Code && p.Steps[i].Kind != plan.Afterwards {
			statements = append(statements, s)
		}
	}
	kept := map[schema.Key]bool{}
	for _, c := range p.Converted() {
		column := c.Object
		table := column.Key.Owner()
		values, err := w.Filled(ctx, column)
		if err != nil {
			return err
		}
		if values == 0 {
			continue
		}
		if _, known := kept[table]; !known {
			if kept[table], err = w.Keeps(ctx, table, statements...); err != nil {
				return err
			}
		}
		if !kept[table] {
			note(&p.Steps[c.Step], changesRows, table, fmt.Sprintf("%s gets another type, and its values in %s may be others then", column.Key, wording.Count(values, "row")))
		}
	}
	return nil
}

// changesRows is the hazard of an UPDATE on the way back: nothing keeps what was there.
const changesRows = "changes rows"

// takes names what statements on rows do to those that are there.
var takes = map[string]string{
	"delete": engine.DeletesRows, "truncate": engine.DeletesRows, "truncate table": engine.DeletesRows, "update": changesRows,
}

// taken returns how many rows of a table a statement deletes or changes: as many as
// there are, where it cannot be tried; and which other tables it reaches beside it.
func taken(ctx context.Context, w *witness.Witness, s *migration.Statement, table schema.Key, bystanders []schema.Key) (rows int64, beside []schema.Key, err error) {
	if s.Verb == "delete" || s.Verb == "update" {
		trial, err := w.Try(ctx, s)
		if err != nil {
			return 0, nil, err
		}
		if trial.Err == nil {
			beside, err = w.Reaches(ctx, s, bystanders)
			return trial.First, beside, err
		}
	}
	rows, err = w.Rows(ctx, table, 0)
	return rows, nil, err
}
