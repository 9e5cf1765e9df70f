package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A watch observes the schema of a database.
//
// For each table, with all that the catalogues have about it, and for each routine a
// sum is kept of the versions of its rows there: what has another sum than before is
// read again, together with what mentions it (a view is written anew with the new
// name of a column). A change of anything else, such as a type, may change how
// PostgreSQL writes whatever uses it, and makes everything be read again.
type watch struct {
	d        *database
	snapshot *schema.Snapshot
	sums     map[string]string           // of relations and routines, as selectSums numbers them
	units    map[string][]*schema.Object // the objects that go with each
}

var _ engine.Watch = (*watch)(nil)

// Watch reads the whole schema and observes it from there.
func (d *database) Watch(ctx context.Context) (engine.Watch, error) {
	w := &watch{d: d, snapshot: &schema.Snapshot{}}
	sums, err := w.look(ctx)
	if err == nil {
		w.sums = sums
		_, err = w.reload(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return w, nil
}

// Snapshot returns the schema as of the last call of Changes.
func (w *watch) Snapshot() *schema.Snapshot { return w.snapshot }

// Changes returns what has happened since the last call, whatever has run: a
// statement may do anything, and the catalogues tell. After an error the watch is of
// no more use.
func (w *watch) Changes(ctx context.Context, _ migration.Statement) ([]schema.Change, error) {
	stale, err := w.stale(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	changes, told, err := w.refresh(ctx, stale)
	if err != nil || told {
		return changes, err
	}
	return w.reload(ctx)
}

// stale returns what has another sum than at the last call.
func (w *watch) stale(ctx context.Context) (oids []string, err error) {
	sums, err := w.look(ctx)
	if err != nil {
		return nil, err
	}
	before := w.sums
	w.sums = sums
	for oid, sum := range sums {
		if before[oid] != sum {
			oids = append(oids, oid)
		}
	}
	for oid := range before {
		if _, ok := sums[oid]; !ok {
			oids = append(oids, oid)
		}
	}
	return oids, nil
}

// everything is the place of the sum of all that is about no table.
const everything = "0"

// look returns the sums as of now.
func (w *watch) look(ctx context.Context) (map[string]string, error) {
	sums := make(map[string]string, len(w.sums)+1)
	err := w.d.consult(ctx, question{
		query: phrase(selectSums, w.d.traits.Flavor, ""),
		take:  func(row []string) { sums[row[0]] = row[1] },
	})
	return sums, err
}

// refresh reads what is about stale tables and sequences, and what mentions them; told is
// false where that is not enough.
func (w *watch) refresh(ctx context.Context, stale []string) (list []schema.Change, told bool, err error) {
	if len(stale) == 0 || slices.Contains(stale, everything) {
		return nil, len(stale) == 0, nil
	}
	mentioning, err := w.mentions(ctx, stale)
	if err != nil || slices.Contains(mentioning, everything) {
		return nil, false, err
	}
	stale = append(stale, mentioning...)
	slices.Sort(stale)
	return w.replace(ctx, slices.Compact(stale))
}

// mentions returns what mentions some tables and routines.
func (w *watch) mentions(ctx context.Context, units []string) (mentioning []string, err error) {
	err = w.d.consult(ctx, question{
		query: selectMentions, args: []string{oids(units)},
		take: func(row []string) { mentioning = append(mentioning, row[0]) },
	})
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return mentioning, nil
}

// replace reads all that is about stale tables and routines, and has it in the place of what it was.
func (w *watch) replace(ctx context.Context, stale []string) (list []schema.Change, told bool, err error) {
	var before []*schema.Object
	for _, unit := range stale {
		before = append(before, w.units[unit]...)
		delete(w.units, unit)
	}
	after, told, err := w.about(ctx, stale)
	if err != nil || !told || w.overloads(before, after) {
		return nil, false, err
	}
	return w.snapshot.Replace(before, after), true, nil
}

// about reads all that is about some tables and routines, and keeps it; told is false where there may be
// more to it. With it go other questions.
func (w *watch) about(ctx context.Context, units []string, others ...question) (list []*schema.Object, told bool, err error) {
	s := newSurvey()
	if err := w.d.consult(ctx, append(s.questions(w.d.traits.Flavor, units), others...)...); err != nil {
		return nil, false, fmt.Errorf("watch: %w", err)
	}
	if s.partial || s.hasChildren() {
		return nil, false, nil
	}
	// The sequences of a table are read with it, whether they are stale or not.
	asked := union(units)
	list = slices.DeleteFunc(s.objects(), func(o *schema.Object) bool { return !asked[s.unit(o)] })
	w.keep(s, list)
	return list, true, nil
}

// overloads reports whether a routine has come or gone while there is another of
// its name. PostgreSQL then writes calls of that one in another way, if they could be
// taken for calls of this one.
func (w *watch) overloads(before, after []*schema.Object) bool {
	type name struct{ space, name string }
	moved := map[name]bool{}
	keys := map[schema.Key]bool{}
	for _, o := range before {
		keys[o.Key] = true
	}
	for _, o := range after {
		if routineWord(o.Key.Kind) != "" && !keys[o.Key] {
			moved[name{o.Key.Space, o.Name}] = true
		}
		delete(keys, o.Key)
	}
	for key := range keys {
		if routineWord(key.Kind) != "" {
			moved[name{key.Space, w.snapshot.Get(key).Spelling()}] = true
		}
	}
	if len(moved) == 0 {
		return false
	}
	for o := range w.snapshot.All() {
		if routineWord(o.Key.Kind) != "" && !keys[o.Key] && moved[name{o.Key.Space, o.Name}] {
			return true
		}
	}
	return false
}

// reload reads everything.
func (w *watch) reload(ctx context.Context) ([]schema.Change, error) {
	s := newSurvey()
	if err := w.d.consult(ctx, s.questions(w.d.traits.Flavor, nil)...); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	after := s.objects()
	w.units = map[string][]*schema.Object{}
	w.keep(s, after)
	return w.snapshot.Replace(slices.Collect(w.snapshot.All()), after), nil
}

// keep notes which objects go with which relation.
func (w *watch) keep(s *survey, objects []*schema.Object) {
	for _, o := range objects {
		if unit := s.unit(o); unit != "" {
			w.units[unit] = append(w.units[unit], o)
		}
	}
}

// union returns what is in any of some lists.
func union(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, s := range list {
			set[s] = true
		}
	}
	return set
}

// oids writes a list of relations and routines as an array of PostgreSQL's.
func oids(units []string) string {
	return "{" + strings.ReplaceAll(strings.Join(units, ","), "-", "") + "}"
}
