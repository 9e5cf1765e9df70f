package diagnosis

import (
	"context"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains where a statement on data takes its rows from, as far as its text
// tells: what stands behind FROM and JOIN.

// unquoted takes the quotes off names, of whatever engine.
var unquoted = strings.NewReplacer("`", "", `"`, "", "[", "", "]", "")

// reading returns what reports whether a statement takes rows from a table.
func (r *reasoner) reading(e int) func(table schema.Key) bool {
	text := wording.Line(unquoted.Replace(r.Replay.Effects[e].Statement.Text))
	speaks := func(name string) bool {
		return wording.Speaks(text, "from "+name) || wording.Speaks(text, "join "+name)
	}
	return func(table schema.Key) bool {
		return speaks(table.Path()) || table.Space == "" && r.Space != "" && speaks(r.Space+"."+table.Name)
	}
}

// readsOverlaid reports whether a statement reads a table that a script has made ahead
// of it: whatever is in there now was not when its turn was.
func (r *reasoner) readsOverlaid(e int) bool {
	if r.explained.at == nil || len(r.explained.at.overlaid) == 0 {
		return false
	}
	reads := r.reading(e)
	for table := range r.explained.at.overlaid {
		if reads(table) {
			return true
		}
	}
	return false
}

// readsSeeded reports whether a statement reads a table into which rows of the set are
// put at the end.
func (r *reasoner) readsSeeded(e int) bool {
	reads := r.reading(e)
	return slices.ContainsFunc(r.d.Seeded, func(s Seeding) bool { return reads(s.Table.Key) })
}

// readsRows reports whether a table that a statement reads has rows now.
func (r *reasoner) readsRows(ctx context.Context, e int) (bool, error) {
	reads := r.reading(e)
	for key := range r.trajectories {
		if key.Kind != schema.Table || !reads(key) {
			continue
		}
		source, kept := r.carriedTo(e, key)
		if !kept || r.absent(source) {
			continue
		}
		if rows, err := r.Witness.Rows(ctx, source, 1); err != nil || rows > 0 {
			return rows > 0, err
		}
	}
	return false, nil
}

// movesRows reports whether an INSERT takes rows that are there from another table: what
// the set leaves on scratch is not all that it would put in.
func (r *reasoner) movesRows(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	if _, literal := r.Witness.Given(s); literal {
		return false, nil
	}
	if reads, err := r.readsRows(ctx, e); err != nil || !reads {
		return false, err
	}
	copied, ok, err := r.Witness.Copied(ctx, s)
	return !ok || copied.Given > 0, err
}

// leftNothing reports whether the table is empty that an INSERT fills, and what it takes
// its rows from is not: then rows of what follows it do not say that it has run.
func (r *reasoner) leftNothing(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	if s.Verb != "insert" || r.absent(s.Table()) {
		return false, nil
	}
	if rows, err := r.Witness.Rows(ctx, s.Table(), 1); err != nil || rows > 0 {
		return false, err
	}
	return r.readsRows(ctx, e)
}

// readsWhatIsGone reports whether a statement takes rows from a table that has been
// dropped since, with all that was in it.
func (r *reasoner) readsWhatIsGone(e int) bool {
	reads := r.reading(e)
	for key := range r.trajectories {
		if key.Kind != schema.Table || !reads(key) {
			continue
		}
		if now, kept := r.carriedTo(e, key); !kept || r.absent(now) {
			return true
		}
	}
	return false
}

// carriedTo returns the table in which the rows are by now that a statement reads from
// another: that one, by whatever name, or what a rebuild has copied it to. They are not
// kept where it was dropped otherwise: what stands under its name since is another.
func (r *reasoner) carriedTo(e int, table schema.Key) (now schema.Key, kept bool) {
	if r.absent(table) {
		return r.liveName(e, table), true
	}
	var copied schema.Key
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		if _, not, _ := r.votes(i); not > 0 {
			continue
		}
		switch s := r.Replay.Effects[i].Statement; {
		case s.Verb == "insert" && s.Table() != table && r.reading(i)(table):
			copied = s.Table()
		case s.Verb == "alter table rename" && s.Table() == table:
			table = s.Renamed()
		case r.drops(i, table) && copied.Name == "":
			return table, false
		case r.drops(i, table):
			table, copied = copied, schema.Key{}
		}
	}
	return table, true
}
