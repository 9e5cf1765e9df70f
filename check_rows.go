package dbmend

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains the rows that a check puts into the databases that it builds: an
// upgrade of empty tables proves little.

// rowsEach is how many rows an empty table is given.
const rowsEach = 2

// A filler puts rows into the tables of one database.
type filler struct {
	engine  engine.Engine
	db      engine.Database
	witness *witness.Witness
	parts   map[schema.Key][]*schema.Object // of each table, in the order of their keys
	types   map[string]*schema.Object       // what stands alone and is no table, by name
}

// fill puts rows into the tables that have none, and counts those of all. A value goes
// by its column's type and the row's number alone, so that references find what they
// refer to. What a table does not accept, it is not given: it stays empty. So do those
// that the release's own migrations seed: what is in such a table is mostly theirs.
func (c *checker) fill(ctx context.Context, db engine.Database, r *released, b *built) error {
	s, err := c.now.look(ctx, db)
	if err != nil {
		return err
	}
	f := &filler{
		engine: c.engine, db: db, witness: witness.New(db, c.engine, s.have),
		parts: map[schema.Key][]*schema.Object{}, types: map[string]*schema.Object{},
	}
	b.rows = map[schema.Key]int64{}
	var empty []*schema.Object
	for o := range s.have.All() {
		switch {
		case o.Key.IsPart():
			f.parts[o.Key.Owner()] = append(f.parts[o.Key.Owner()], o)
			continue
		case o.Key.Kind != schema.Table:
			f.types[o.Key.Name] = o
			continue
		}
		n, err := rowsIn(ctx, db, f.witness.Name(o.Key))
		if err != nil {
			return err
		}
		if b.rows[o.Key] = n; n == 0 && !c.seeds(r, o.Key) {
			empty = append(empty, o)
		}
	}
	// A table may refer to one that comes after it: as long as one is filled, another
	// may become possible.
	for progress := true; progress; {
		progress = false
		for i, o := range empty {
			if o == nil || !f.fill(ctx, o) {
				continue
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			n, err := rowsIn(ctx, db, f.witness.Name(o.Key))
			if err != nil {
				return err
			}
			b.rows[o.Key], empty[i], progress = n, nil, true
		}
	}
	return nil
}

// seeds reports whether the migrations of a release put rows into a table, and those of
// today leave some in it.
func (c *checker) seeds(r *released, table schema.Key) bool {
	if len(c.replay.Rows[table].Rows) == 0 {
		return false
	}
	return slices.ContainsFunc(r.m.set.Migrations, func(m *migration.Migration) bool {
		return slices.ContainsFunc(m.Statements, func(s migration.Statement) bool {
			return s.Class == migration.Data && s.Table() == table
		})
	})
}

// fill puts rows into one table, with all columns or else with those that need a
// value, and reports whether it has taken any.
func (f *filler) fill(ctx context.Context, table *schema.Object) bool {
	filled := false
	for n := 1; n <= rowsEach; n++ {
		for _, all := range []bool{true, false} {
			if f.insert(ctx, table, n, all) == nil {
				filled = true
				break
			}
		}
	}
	return filled
}

// insert inserts row n.
func (f *filler) insert(ctx context.Context, table *schema.Object, n int, all bool) error {
	var names, values []string
	for _, column := range f.parts[table.Key] {
		if column.Key.Kind != schema.Column || column.Fact(schema.Generated) != "" || strings.Contains(strings.ToLower(column.Fact(schema.Identity)), "always") {
			continue
		}
		required := column.Fact(schema.Nullable) != "" && column.Fact(schema.Default) == "" && column.Fact(schema.Identity) == ""
		if all || required {
			names = append(names, column.Spelling())
			values = append(values, valueOf(column.Fact(schema.Type), f.choices(column), n))
		}
	}
	if len(names) == 0 {
		return errNoColumns
	}
	for _, sql := range f.engine.Insert(table, names, [][]string{values}) {
		if _, err := f.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// errNoColumns: a table has no column that needs a value, and did not take one in the
// others.
var errNoColumns = errors.New("no column needs a value")

// quoted matches texts in a definition, such as the values that a check allows.
var quoted = regexp.MustCompile(`'((?:[^']|'')*)'`)

// choices returns texts that a column's type or a check of its table names: what such
// columns accept is mostly one of them.
func (f *filler) choices(column *schema.Object) []string {
	kind := column.Fact(schema.Type)
	texts := quoted.FindAllString(kind, -1)
	for _, part := range f.parts[column.Key.Owner()] {
		if part.Key.Kind == schema.Check && wording.Speaks(part.Key.Name, column.Key.Name) {
			texts = append(texts, quoted.FindAllString(part.Key.Name, -1)...)
		}
	}
	if o := f.types[kind]; o != nil {
		texts = append(texts, quoted.FindAllString(o.Describe(), -1)...) // an enumeration
	}
	return texts
}

// firstNumber keeps the numbers of rows away from those that seeds are given by hand,
// and in what the smallest types hold.
const firstNumber = 100

// size matches the size that a type is declared with: "varchar(2)", "numeric(4,2)".
var size = regexp.MustCompile(`\((\d+)(?:,\s*(\d+))?\)`)

// digits returns how many digits a type holds ahead of the point, and many where it
// does not say.
func digits(kind string) int {
	m := size.FindStringSubmatch(kind)
	if m == nil {
		return 9
	}
	whole, _ := strconv.Atoi(m[1])
	fraction, _ := strconv.Atoi(m[2])
	return whole - fraction
}

// valueOf returns a value for a type in row n, as SQL.
func valueOf(kind string, choices []string, n int) string {
	kind = strings.ToLower(kind)
	is := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(kind, word) })
	}
	number := strconv.Itoa(firstNumber + n)
	if digits(kind) < len(number) && !is("int", "time") {
		number = strconv.Itoa(n)
	}
	switch {
	case len(choices) > 0:
		return choices[(n-1)%len(choices)]
	case strings.HasSuffix(kind, "[]"):
		return "'{}'"
	case is("interval"):
		return fmt.Sprintf("'%d days'", n)
	case is("bool"):
		return [...]string{"FALSE", "TRUE"}[n%2]
	case is("bit"):
		return "b'1'"
	case is("year"):
		return strconv.Itoa(2000 + n)
	case is("int", "serial", "num", "dec", "real", "double", "float", "money"):
		return number
	case is("uuid", "uniqueidentifier"):
		return fmt.Sprintf("'00000000-0000-4000-8000-%012d'", n)
	case is("json"):
		return "'{}'"
	case is("timestamp", "datetime"):
		return fmt.Sprintf("'2024-01-%02d 12:00:00'", n)
	case is("date"):
		return fmt.Sprintf("'2024-01-%02d'", n)
	case is("time"):
		return fmt.Sprintf("'12:00:%02d'", n)
	case is("inet", "cidr"):
		return fmt.Sprintf("'192.0.2.%d'", n)
	}
	return "'" + number + "'"
}

// rowsIn counts the rows of a table, by its quoted name.
func rowsIn(ctx context.Context, db engine.Database, table string) (n int64, err error) {
	err = db.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

// lost tells which tables that are there still have fewer rows than they had.
func (c *checker) lost(ctx context.Context, db engine.Database, b *built, after *schema.Snapshot) ([]check.Loss, error) {
	var losses []check.Loss
	w := witness.New(db, c.engine, after)
	for o := range after.All() {
		had := b.rows[o.Key]
		if o.Key.Kind != schema.Table || had == 0 {
			continue
		}
		n, err := rowsIn(ctx, db, w.Name(o.Key))
		if err != nil {
			return nil, err
		}
		if n < had {
			losses = append(losses, check.Loss{Table: o.Key, Had: had, Has: n})
		}
	}
	return losses, nil
}

// blame finds the statement that has taken rows: the first that drops or empties the
// table by its words.
func (c *checker) blame(losses []check.Loss, steps []StepReport) {
	for i := range losses {
		for _, step := range steps {
			s := step.Step.Source
			if s == nil || s.Table() != losses[i].Table || !slices.Contains([]string{"drop table", "delete", "truncate"}, s.Verb) {
				continue
			}
			losses[i].Place = c.placeOfRef(step.Step.Ref)
			break
		}
	}
}
