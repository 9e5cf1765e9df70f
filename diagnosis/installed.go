package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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
	if r.Recorded.Any() || r.cut == nil {
		return false
	}
	for e := r.cut.to; e < len(r.touches); e++ {
		if len(r.touches[e]) > 0 {
			return false
		}
	}
	return true
}

// lastName returns the name that a table has at the end of the set.
func (r *reasoner) lastName(e int, table schema.Key) schema.Key {
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		s := r.Replay.Effects[i].Statement
		if s.Verb == "alter table rename" && s.Table() == table {
			table = s.Renamed()
		}
	}
	return table
}

// liveName returns the name under which a table is there, of those that it has from a
// statement on; its last one where it is under none.
func (r *reasoner) liveName(e int, table schema.Key) schema.Key {
	for i := e + 1; i < len(r.Replay.Effects) && r.absent(table); i++ {
		s := r.Replay.Effects[i].Statement
		if s.Verb == "alter table rename" && s.Table() == table {
			table = s.Renamed()
		}
	}
	return table
}

// withoutNumbers leaves out a key that the statement gives no value for: the numbers
// that a replay gives to rows say nothing of those that they have elsewhere.
func (r *reasoner) withoutNumbers(table schema.Key, rows TableRows, s *migration.Statement) TableRows {
	key := r.Have.Get(schema.Key{Kind: schema.PrimaryKey, Space: table.Space, Table: table.Name}).Fact(schema.Columns)
	given, ok := r.Witness.Given(s)
	at := slices.Index(rows.Columns, key)
	if !ok || given == nil || at < 0 || slices.Contains(given, key) {
		return rows
	}
	// In the order of their numbers, so that they get the same where none was given yet.
	rows.Rows = slices.Clone(rows.Rows)
	slices.SortStableFunc(rows.Rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(a[at]), len(b[at])), cmp.Compare(a[at], b[at]))
	})
	without := TableRows{Columns: slices.Delete(slices.Clone(rows.Columns), at, at+1)}
	for _, row := range rows.Rows {
		without.Rows = append(without.Rows, slices.Delete(slices.Clone(row), at, at+1))
	}
	return without
}

// judgeInstalled judges a statement that puts rows in by looking for what the set
// leaves behind in its table; it reports whether that settled it.
func (r *reasoner) judgeInstalled(ctx context.Context, e int, f *Finding) (bool, error) {
	table := r.lastName(e, f.Statement.Table())
	rows, seeded := r.Replay.Rows[table]
	if !seeded || f.Statement.Verb != "insert" && f.Statement.Verb != "replace" {
		return false, nil
	}
	live := r.Have.Get(table)
	if live == nil {
		return false, nil
	}
	if slices.ContainsFunc(r.d.Seeded, func(s Seeding) bool { return s.Table == live }) {
		f.is(Superseded, fmt.Sprintf("its rows are put into %s in the form that they have later", table))
		return true, nil
	}
	rows = r.withoutNumbers(table, rows, f.Statement)
	seeds, err := r.Witness.Present(ctx, table, rows)
	if err != nil {
		return false, err
	}
	seed := func(which []int) {
		chosen := TableRows{Columns: rows.Columns}
		for _, n := range which {
			chosen.Rows = append(chosen.Rows, rows.Rows[n])
		}
		r.d.Seeded = append(r.d.Seeded, Seeding{Table: live, TableRows: chosen, Ref: f.Ref})
	}
	switch {
	case seeds.Wanted == 0:
		f.is(Superseded, fmt.Sprintf("the set leaves no row of its own in %s", table))
		return true, nil
	case seeds.Present == seeds.Wanted:
		f.is(Done, fmt.Sprintf("all %s that the set leaves in %s are there", wording.Count(int64(seeds.Wanted), "row"), table))
		return true, nil
	case seeds.Present == 0 && seeds.Others == 0:
		seed(seeds.Absent)
		f.is(Superseded, fmt.Sprintf("%s is empty: the rows that the set leaves in it are put in, in the form that they have later", table))
		return true, nil
	}
	switch r.ask(Question{
		Code:  Q7,
		Place: table.Path(),
		Text: fmt.Sprintf("%d of the %s that the migrations leave in %s are there, beside %s. Were the others removed on purpose, or never inserted?",
			seeds.Present, wording.Count(int64(seeds.Wanted), "row"), table, wording.Count(seeds.Others, "other row")),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{
			{"removed", "leave the table as it is"},
			{"insert", "put in the rows that are missing, in the form that the migrations leave them in"},
		},
	}) {
	case "removed":
		f.is(Done, "its missing rows were removed on purpose, by answer")
	case "insert":
		seed(seeds.Absent)
		f.is(Superseded, "its missing rows are put in, by answer")
	default:
		f.is(Ambiguous, fmt.Sprintf("%d of the %d rows that the set leaves in %s are there", seeds.Present, seeds.Wanted, table))
	}
	return true, nil
}
