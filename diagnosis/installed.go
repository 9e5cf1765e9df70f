package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how the rows of the set itself are judged where the schema is
// complete and no history says how it came to be: a script of the whole schema has
// made it, or the history was lost. The statements that put those rows in were
// written for earlier forms of the tables, so their rows are looked for in the form
// that they have at the end of the replay.

// installed reports that all of the schema is there and nothing is recorded.
func (r *reasoner) installed() bool {
	return !r.Recorded.Any() && r.explained.at != nil && !r.touched(r.explained.at.to, len(r.touches))
}

// stoppedAhead reports that the set has begun, and stopped ahead of a statement: the history
// has not come to it, or there is none, and all that explains the schema says so.
func (r *reasoner) stoppedAhead(e int) bool {
	if r.Recorded.Any() {
		return !r.recorded(e)
	}
	return !slices.ContainsFunc(r.explained.fitting, func(s span) bool { return s.from == 0 || s.to > e })
}

// settled reports that no statement which is still to run is about the table of a
// statement or about its rows: what is in there is what the set leaves in it. A view or an index
// changes neither.
func (r *reasoner) settled(e int) bool {
	if r.explained.at == nil {
		return false
	}
	table := r.Replay.Effects[e].Statement.Table()
	for i := e; i < len(r.touches); i++ {
		s := r.Replay.Effects[i].Statement
		if len(r.touches[i]) > 0 && !r.deep(i) {
			continue
		}
		if !r.explained.past(i) && (wording.Speaks(s.Text, table.Name) || slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table })) {
			return false
		}
		if s.Verb == "alter table rename" && s.Table() == table {
			table = s.Renamed()
		}
	}
	return true
}

// numbered divides the rows that the set leaves in a table by whether a statement
// gives their key: a number that the table gave to a row of a replay says nothing of
// the one that it has elsewhere, and is left out. The rows come in the order of their
// numbers, so that they get theirs in the same order.
func (r *reasoner) numbered(table schema.Key, rows TableRows) []TableRows {
	key := r.Have.Get(schema.Key{Kind: schema.PrimaryKey, Space: table.Space, Table: table.Name}).Fact(schema.Columns)
	at := slices.Index(rows.Columns, key)
	given, all := r.numbersGiven(table, key)
	if at < 0 || all {
		return []TableRows{rows}
	}
	ordered := slices.Clone(rows.Rows)
	slices.SortStableFunc(ordered, func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(a[at]), len(b[at])), cmp.Compare(a[at], b[at]))
	})
	var groups []TableRows
	last := false
	for i, row := range ordered {
		keep := given[bare(row[at])]
		if i == 0 || keep != last {
			columns := slices.Clone(rows.Columns)
			if !keep {
				columns = slices.Delete(columns, at, at+1)
			}
			groups, last = append(groups, TableRows{Columns: columns}), keep
		}
		if !keep {
			row = slices.Delete(slices.Clone(row), at, at+1)
		}
		group := &groups[len(groups)-1]
		group.Rows = append(group.Rows, row)
	}
	return groups
}

// intoEmpty is numbered for a table that holds no row: there they get the numbers that
// they have in a replay, by which other rows of the set may refer to them. Only what an
// expression numbers of which no more is known does not: that may give the same again.
func (r *reasoner) intoEmpty(table schema.Key, rows TableRows) []TableRows {
	key := r.Replay.Want.Get(schema.Key{Kind: schema.PrimaryKey, Space: table.Space, Table: table.Name}).Fact(schema.Columns)
	column := r.Replay.Want.Get(table.Column(key))
	if column.Fact(schema.Identity) == "" && varies(column.Fact(schema.Default)) {
		return r.numbered(table, rows)
	}
	return []TableRows{rows}
}

// numbersGiven returns the keys that INSERTs of literals give to rows of a table; all
// says that none of them leaves its keys to the table.
func (r *reasoner) numbersGiven(table schema.Key, key string) (given map[string]bool, all bool) {
	given, all = map[string]bool{}, true
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if s.Verb != "insert" && s.Verb != "replace" || r.lastName(i, s.Table()) != table {
			continue
		}
		rows, ok := r.Witness.Given(s)
		if !ok {
			all = all && wording.Speaks(s.Text, key)
			continue
		}
		at := slices.Index(rows.Columns, key)
		all = all && (at >= 0 || rows.Columns == nil)
		for _, row := range rows.Rows {
			switch {
			case at >= 0 && at < len(row):
				given[bare(row[at])] = true
			case rows.Columns == nil:
				for _, value := range row {
					given[bare(value)] = true // its key is one of them
				}
			}
		}
	}
	return given, all
}

// bare returns a literal without quotes: an engine may read a number from a table as a text,
// which a statement gives as a number.
func bare(literal string) string { return strings.Trim(literal, "'") }

// present looks for rows in groups.
func (r *reasoner) present(ctx context.Context, table schema.Key, groups []TableRows) (all Seeds, absent [][]int, err error) {
	for _, group := range groups {
		seeds, err := r.Witness.Present(ctx, table, group)
		if err != nil {
			return all, nil, err
		}
		all.Wanted += seeds.Wanted
		all.Present += seeds.Present
		all.Others = seeds.Others
		absent = append(absent, seeds.Absent)
	}
	if len(groups) == 1 {
		return all, absent, nil
	}
	total, err := r.Witness.Rows(ctx, table, int64(all.Wanted)+MostOthers+1)
	all.Others = max(0, total-int64(all.Present))
	return all, absent, err
}

// judgeInstalled judges a statement that puts rows in by looking for what the set
// leaves behind in its table; it reports whether that settled it.
func (r *reasoner) judgeInstalled(ctx context.Context, e int, f *Finding) (bool, error) {
	table := r.lastName(e, f.Statement.Table())
	rows, seeded := r.Replay.Rows[table]
	if !seeded || r.crowded(table) || f.Statement.Verb != "insert" && f.Statement.Verb != "replace" {
		return false, nil
	}
	live := r.Have.Get(table)
	if live == nil {
		return false, nil
	}
	if r.isSeeded(table) {
		if moves, err := r.movesRows(ctx, e); err != nil {
			return false, err
		} else if moves {
			r.askWhetherCopied(f)
			return true, nil
		}
		f.is(Superseded, fmt.Sprintf("its rows are put into %s in the form that they have later", table))
		return true, nil
	}
	groups := r.numbered(table, rows)
	seeds, absent, err := r.present(ctx, table, groups)
	if err != nil {
		return false, err
	}
	seed := func() {
		for i, group := range groups {
			chosen := TableRows{Columns: group.Columns}
			for _, n := range absent[i] {
				chosen.Rows = append(chosen.Rows, group.Rows[n])
			}
			if len(chosen.Rows) > 0 {
				r.d.Seeded = append(r.d.Seeded, Seeding{Table: live, TableRows: chosen, Ref: f.Ref})
			}
		}
	}
	if _, literal := r.Witness.Given(f.Statement); !literal {
		return r.judgeFedBySeeds(ctx, e, f)
	}
	switch {
	case seeds.Wanted == 0:
		f.is(Superseded, fmt.Sprintf("the set leaves no row of its own in %s", table))
		return true, nil
	case seeds.Present == seeds.Wanted:
		f.is(Done, fmt.Sprintf("all %s that the set leaves in %s are there", wording.Count(int64(seeds.Wanted), "row"), table))
		return true, nil
	case seeds.Present == 0 && seeds.Others == 0:
		r.seedEmpty(live, rows, f.Ref)
		f.is(Superseded, fmt.Sprintf("%s is empty: the rows that the set leaves in it are put in, in the form that they have later", table))
		return true, nil
	case seeds.Present == 0 && r.isOverlaid(e) && r.stoppedAhead(e) && !r.carriedThrough(table):
		seed()
		f.is(Superseded, fmt.Sprintf("a script made %s ahead of its time, and the set has not come to what puts rows in: those that the set leaves in it are put in, in the form that they have later", table))
		return true, nil
	}
	switch r.ask(Question{
		Code:  Q7,
		Place: table.Path(),
		Text: fmt.Sprintf("%d of the %s that the migrations leave in %s are there, beside %s. Were the others removed on purpose, or never inserted?",
			seeds.Present, wording.Count(int64(seeds.Wanted), "row"), table, seeds.others()),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{
			{"removed", "leave the table as it is"},
			{"insert", "put in the rows that are missing, in the form that the migrations leave them in"},
		},
	}) {
	case "removed":
		f.is(Done, "its missing rows were removed on purpose, by answer")
	case "insert":
		seed()
		f.is(Superseded, "its missing rows are put in, by answer")
	default:
		f.is(Ambiguous, fmt.Sprintf("%d of the %d rows that the set leaves in %s are there", seeds.Present, seeds.Wanted, table))
	}
	return true, nil
}

// crowded reports whether the set leaves more rows in a table than are known: there are too
// many of them, or some could not be put in on scratch, for want of rows of people.
func (r *reasoner) crowded(table schema.Key) bool {
	if r.Replay.Crowded[table] {
		return true
	}
	for e := range r.Replay.Effects {
		effect := &r.Replay.Effects[e]
		if effect.Skipped != "" && effect.Statement.Class == migration.Data && r.lastName(e, effect.Statement.Table()) == table {
			return true
		}
	}
	return false
}

// judgeCrowded judges a statement that puts rows into a table in which the set leaves
// more of them than are known: by its own, if it tells them, else by asking.
func (r *reasoner) judgeCrowded(ctx context.Context, e int, f *Finding) error {
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	switch {
	case err != nil:
		return err
	case literal:
		return r.judgeSeeds(ctx, e, f, seeds, doubtful)
	}
	return r.askWhetherRun(ctx, e, f)
}
