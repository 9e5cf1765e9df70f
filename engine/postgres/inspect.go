package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Inspect reads all schemas but the server's own in one round trip, and changes
// nothing. What belongs to an extension is left out, and so is what is temporary.
func (d *database) Inspect(ctx context.Context) (*schema.Snapshot, error) {
	s := newSurvey()
	if err := d.consult(ctx, s.questions(d.traits.Flavor, nil)...); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	return schema.NewSnapshot(s.objects()...), nil
}

// An identity is what PostgreSQL tells an object by: its catalogue and its oid.
type identity struct{ catalogue, oid string }

// A survey is the catalogue as it is being read.
type survey struct {
	relations   map[string]*relation // by oid
	sequences   []*sequenceRow
	constraints map[schema.Key]*schema.Object
	known       map[identity]*schema.Object
	public      map[*schema.Object]string // what PUBLIC may do
	defaults    map[schema.Key]*schema.Object
	list        []*schema.Object
	out         map[*schema.Object]bool           // described with something else
	on          map[*schema.Object]*schema.Object // what a comment or grant is about
	units       map[*schema.Object]string         // the relation or routine that an object goes with, as selectSums numbers it
	openness    string                            // what PUBLIC may do in a new database's schema public
	partial     bool                              // something refers to a table that was not asked for
}

func newSurvey() *survey {
	return &survey{
		relations:   map[string]*relation{},
		constraints: map[schema.Key]*schema.Object{},
		known:       map[identity]*schema.Object{},
		public:      map[*schema.Object]string{},
		defaults:    map[schema.Key]*schema.Object{},
		out:         map[*schema.Object]bool{},
		on:          map[*schema.Object]*schema.Object{},
		units:       map[*schema.Object]string{},
	}
}

// put adds an object under the name that PostgreSQL has for it.
func (s *survey) put(catalogue, oid string, o *schema.Object) {
	s.know(catalogue, oid, o)
	s.list = append(s.list, o)
}

// know notes what PostgreSQL calls an object that is there already.
func (s *survey) know(catalogue, oid string, o *schema.Object) { s.known[identity{catalogue, oid}] = o }

// add adds an object that is about another, and goes with it.
func (s *survey) add(on, o *schema.Object) {
	s.on[o] = on
	s.list = append(s.list, o)
}

// leaveOut leaves an object out, since another one tells of it, or since it is
// everywhere. What is about it is told.
func (s *survey) leaveOut(o *schema.Object) { s.out[o] = true }

// unit returns the relation or routine that an object goes with, or "".
func (s *survey) unit(o *schema.Object) string {
	for s.on[o] != nil {
		o = s.on[o]
	}
	return s.units[o]
}

// hasChildren reports whether a table inherits from another: how such a one is
// described depends on the other.
func (s *survey) hasChildren() bool {
	for _, r := range s.relations {
		if r.inherits != "" {
			return true
		}
	}
	return false
}

// A chapter is one query of a survey. Parts of tables can be asked for by table.
type chapter struct {
	query string
	only  string // the condition that a row is about some tables or routines; "" where it is about neither
	take  func(s *survey, row []string)
}

// of is the condition that an oid is one of those asked for.
func of(oid string) string { return oid + " = ANY ($1::oid[])" }

// chapters are in an order in which each finds what it refers to.
var chapters = []chapter{
	{query: selectSchemas, take: (*survey).takeSchema},
	{query: selectExtensions, take: (*survey).takeExtension},
	{query: selectTypes, take: (*survey).takeType},
	{query: selectCollations, take: (*survey).takeCollation},
	{query: selectRoutines, only: of("p.oid"), take: (*survey).takeRoutine},
	{query: selectRelations, only: of("c.oid"), take: (*survey).takeRelation},
	{query: selectSequences, only: "(" + of("d.refobjid") + " OR " + of("c.oid") + ")", take: (*survey).takeSequence},
	{query: selectColumns, only: of("a.attrelid"), take: (*survey).takeColumn},
	{query: selectConstraints, only: of("x.conrelid"), take: (*survey).takeConstraint},
	{query: selectIndexes, only: of("i.indrelid"), take: (*survey).takeIndex},
	{query: selectTriggers, only: of("g.tgrelid"), take: (*survey).takeTrigger},
	{query: selectEnforcement, only: of("g.tgrelid"), take: (*survey).takeEnforcement},
	{query: selectRules, only: of("r.ev_class"), take: (*survey).takeRule},
	{query: selectPolicies, only: of("p.polrelid"), take: (*survey).takePolicy},
	{query: selectStatistics, only: of("x.stxrelid"), take: (*survey).takeStatistics},
	{query: selectPublications, take: (*survey).takePublication},
	{query: selectEventTriggers, take: (*survey).takeEventTrigger},
	{query: selectRequirements, take: (*survey).takeRequirement},
	{query: selectComments, only: onTables, take: (*survey).takeComment},
	{query: selectTableGrants, only: of("c.oid"), take: (*survey).takeGrant},
	{query: selectRoutineGrants, only: of("p.oid"), take: (*survey).takeGrant},
	{query: selectGrants, take: (*survey).takeGrant},
	{query: selectMemberGrants, only: of("g.oid"), take: (*survey).takeMemberGrant},
	{query: selectDefaultPrivileges, take: (*survey).takeDefaultPrivileges},
	{query: selectOthers, take: (*survey).takeOther},
}

// questions returns what there is to ask: all of it, or what is about some tables,
// sequences and routines.
func (s *survey) questions(f engine.Flavor, units []string) []question {
	s.openness = openness(f)
	var list []question
	for _, c := range chapters {
		q := question{take: func(row []string) { c.take(s, row) }}
		switch {
		case units == nil:
			q.query = phrase(c.query, f, "")
		case c.only != "":
			q.query = phrase(c.query, f, " AND "+c.only)
			q.args = []string{oids(units)}
		default:
			continue
		}
		list = append(list, q)
	}
	return list
}

// objects returns what has been read.
func (s *survey) objects() []*schema.Object {
	s.settleSequences()
	s.settleInherited()
	s.settleGrants()
	for _, r := range s.relations {
		r.finish()
		for _, c := range r.columns {
			if c.object != nil && !c.inherited {
				s.units[c.object] = s.units[r.object]
				s.list = append(s.list, c.object)
			}
		}
	}
	for _, o := range s.defaults {
		if o != nil {
			s.list = append(s.list, o)
		}
	}
	return slices.DeleteFunc(s.list, func(o *schema.Object) bool {
		return s.out[o] || strings.HasPrefix(o.Key.Space, aside)
	})
}
