package mysql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A tracing tells what statements have changed that say by their words what they can
// change. It begins with a horizon: if the server has begun just as many statements on
// schemas since, nobody else has changed anything.
type tracing struct {
	d       *database
	since   horizon
	texts   saying    // all that the server said of the schema then
	views   bool      // there are some
	changes int64     // how many of the statements are on the schema
	list    []listing // what they make or change
	was, is *state
}

// A state is what the server has said of the objects of a list, each in its place, and what
// they are.
type state struct {
	said    []saying
	objects []*schema.Object
}

var _ engine.Tracer = Engine{}

// Trace notes what the tables are that the statements name, and the views: one
// reads otherwise where a table of it comes, or a column goes. It is nil where a statement may
// change anything else, and where the stamp has no horizon.
func (Engine) Trace(ctx context.Context, db engine.Database, stamp string, statements []*migration.Statement) (engine.Trace, error) {
	d, ok := db.(*database)
	if !ok || d.folds {
		return nil, nil
	}
	t := &tracing{d: d}
	if !t.name(statements) {
		return nil, nil
	}
	ok, err := t.begin(ctx, stamp)
	if !ok && err == nil {
		return nil, nil
	}
	if err == nil && t.views {
		err = t.addViews(ctx)
	}
	if err == nil {
		t.was, err = t.read(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if t.was == nil {
		return nil, nil
	}
	return t, nil
}

// begin takes the stamp apart. Where others have begun statements since that have changed
// nothing, it takes another horizon, of a moment at which these have ended.
func (t *tracing) begin(ctx context.Context, stamp string) (ok bool, err error) {
	ahead, texts, _ := strings.Cut(stamp, "/")
	if t.since, ok = parseHorizon(ahead); !ok {
		return false, nil
	}
	if t.texts, t.views, ok = parseSaying(texts); !ok {
		return false, nil
	}
	err = t.d.reading(ctx, func() error {
		now, _, _, err := t.d.ahead(ctx)
		if ok = t.since.same(now); err != nil || !ok || now.tables == t.since.tables {
			return err
		}
		ahead, err := t.d.stillAhead(ctx, mostPauses)
		if now, ok = parseHorizon(ahead); ok {
			ok, t.since = t.since.same(now), now
		}
		return err
	})
	return ok, err
}

// name notes the tables that the statements make or change. It is not ok where one does
// anything else to the schema, or where its words leave a doubt: a rename is one in other tables,
// too, and partitions come from there.
func (t *tracing) name(statements []*migration.Statement) (ok bool) {
	named := map[string]bool{}
	for _, s := range statements {
		if s == nil {
			return false
		}
		if s.Class == migration.Data {
			continue
		}
		table := s.Target
		switch {
		case s.Class != migration.Schema, t.d.session.touched && !isASCII(s.Text):
			return false
		case s.Verb == "create table", s.Verb == "create table as", strings.HasPrefix(s.Verb, "alter table"):
		case s.Verb == "create index":
			p := newPhrase(s.Text)
			p.find("on")
			_, table = p.name()
		default:
			return false
		}
		lower := strings.ToLower(s.Text)
		if table == "" || s.Space != "" || slices.ContainsFunc(entangling, func(word string) bool { return strings.Contains(lower, word) }) {
			return false
		}
		if t.changes++; !named[table] {
			named[table] = true
			t.list = append(t.list, listing{kind: schema.Table, name: table})
		}
	}
	return true
}

// entangling are words of a statement that may be about another table than the one that it
// names first, or about one of this connection's own, or about none; and of what not every server reads.
var entangling = []string{"rename", "change", "partition", "temporary", "sequence", "/*!", "/*m!"}

// addViews adds all views to the list.
func (t *tracing) addViews(ctx context.Context) error {
	return t.d.each(ctx, "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()", func(rows *sql.Rows) error {
		l := listing{kind: schema.View}
		err := rows.Scan(&l.name)
		t.list = append(t.list, l)
		return err
	})
}

// noSuchTable is the error about a table that is not there.
const noSuchTable = 1146 // ER_NO_SUCH_TABLE

// read reads what there is of the list; nil where the server does not show it as what it is
// called.
func (t *tracing) read(ctx context.Context) (s *state, err error) {
	err = t.d.reading(ctx, func() error {
		questions := make([]string, len(t.list))
		for i := range t.list {
			questions[i] = t.list[i].question()
		}
		answers, err := t.d.show(ctx, questions)
		if err != nil {
			return err
		}
		for i := range t.list {
			l, p := &t.list[i], &answers[i]
			if missing := l.kind == schema.Table && p.number == noSuchTable; !missing &&
				(p.number != 0 || l.kind == schema.Table && (!strings.HasPrefix(p.text, "CREATE TABLE ") || strings.Contains(p.text, "SEQUENCE=1"))) {
				return nil
			}
		}
		if err := t.d.systems(ctx, t.list, answers); err != nil {
			return err
		}
		s = &state{said: make([]saying, len(t.list))}
		for i := range t.list {
			if answers[i].number == 0 {
				s.said[i] = sha256.Sum256(t.d.appendSaid(nil, &t.list[i], &answers[i]))
				s.objects = append(s.objects, t.d.describe(&t.list[i], answers[i])...)
			}
		}
		s.objects = numbered(s.objects)
		return nil
	})
	return s, err
}

// Stamp returns the stamp that the schema has by now: the horizon, moved by the
// statements, and hashes of which those of what they have changed are others. It does not
// tell where anybody else has begun a statement on a schema, or where one of these has left
// its table as it was: then its words were misread, or it was one of those that may.
func (t *tracing) Stamp(ctx context.Context) (string, error) {
	var now horizon
	err := t.d.reading(ctx, func() (err error) {
		now, _, _, err = t.d.ahead(ctx)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("trace: %w", err)
	}
	if now.life != t.since.life || now.others != t.since.others || now.tables != t.since.tables+t.changes {
		return "", nil
	}
	if t.is, err = t.read(ctx); err != nil {
		return "", fmt.Errorf("trace: %w", err)
	}
	if t.is == nil || !t.different() {
		t.is = nil
		return "", nil
	}
	texts := t.texts
	for i := range t.list {
		texts.turn(t.was.said[i])
		texts.turn(t.is.said[i])
	}
	return texts.stamp(now.String(), t.views), nil
}

// different reports whether the server says of each table something else than it did.
func (t *tracing) different() bool {
	for i := range t.list {
		if t.list[i].kind == schema.Table && t.was.said[i] == t.is.said[i] {
			return false
		}
	}
	return true
}

// Changed returns the tables that the statements name, and the views, as they were and as
// they are, behind a stamp that tells.
func (t *tracing) Changed(context.Context) (before, after []*schema.Object, told bool, err error) {
	if t.is == nil {
		return nil, nil, false, nil
	}
	return t.was.objects, t.is.objects, true, nil
}
