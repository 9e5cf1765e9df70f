package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/schema"
)

// An annex is where scratch databases are for a role that may not create databases: one
// transaction inside the live database, over a connection of its own, that ends with a
// rollback. In it the live schemas have other names, so that theirs are free; nobody
// else sees any of that, nor waits for it.
//
// Decision 0027 says what keeps the live database safe from it, and what it cannot do.
type annex struct {
	mark   string              // what the names begin with that schemas are given
	floors []*database         // the scratch databases, each above the one before: only the last can be used
	behind string              // schemas whose extensions are looked for behind all others, as search_path has them
	there  map[schema.Key]bool // what a new database would not have, and this one does: it is the live one's
}

// aside is how the names begin of schemas that are out of the way.
const aside = "dbmend_aside_"

// guest reports whether this is a scratch database in an annex.
func (d *database) guest() bool { return d.private && d.annex != nil }

// behind returns what search_path has for the statements of authors beyond what it is for
// ours.
func (d *database) behind() string {
	if !d.guest() {
		return ""
	}
	return d.annex.behind
}

// has reports whether an object of the live database cannot be made in an annex, since it
// is there: one that is in no schema, such as an event trigger. Extensions can: see [fit].
func (d *database) has(key schema.Key) bool {
	return d.guest() && d.annex.there[key] && key.Kind != kindExtension
}

// raise returns an empty scratch database on top of those that are there.
func (a *annex) raise(ctx context.Context, d *database) (s *database, err error) {
	if d.guest() {
		if err := a.usable(d); err != nil {
			return nil, err
		}
	}
	if len(a.floors) == 0 {
		s, err = a.begin(ctx, d)
	} else {
		s, err = a.above(ctx, a.floors[len(a.floors)-1])
	}
	if err != nil {
		return nil, err
	}
	s.home, s.traits.Space = d.home, d.home
	a.floors = append(a.floors, s)
	if err := a.furnish(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// begin begins the transaction.
func (a *annex) begin(ctx context.Context, d *database) (*database, error) {
	customs, err := d.customs(ctx)
	if err != nil {
		return nil, err
	}
	r := residence{config: d.config}
	pool := stdlib.OpenDB(*r.outside())
	s, err := connect(ctx, pool)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	a.behind, a.there = "", nil
	a.mark = aside + strings.ToLower(rand.Text()[:16])
	if _, err := s.command(ctx, a.opening(customs)); err != nil {
		return nil, errors.Join(err, s.Close(), pool.Close())
	}
	s.private, s.annex, s.pool = true, a, pool
	s.path.own, s.path.now, s.path.home = d.path.home, d.path.home, d.path.home
	return s, nil
}

// opening returns what the transaction begins with. Nobody is to wait for it for long;
// and it cannot be committed, whoever asks for that: a row refers to one that is not
// there, which is looked at last.
func (a *annex) opening(customs map[string]string) string {
	var b strings.Builder
	b.WriteString(begin + "; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = 0;")
	for name, value := range customs {
		fmt.Fprintf(&b, "SELECT pg_catalog.set_config(%s, %s, true);", literal(name), literal(value))
	}
	fmt.Fprintf(&b, `CREATE SCHEMA %[1]s; CREATE TABLE %[1]s.row (id pg_catalog.int4 PRIMARY KEY);
CREATE TABLE %[1]s.never (id pg_catalog.int4 REFERENCES %[1]s.row DEFERRABLE INITIALLY DEFERRED); INSERT INTO %[1]s.never VALUES (1)`, a.mark)
	return b.String()
}

// above returns another database over the same connection. What is done in it ends with
// a savepoint.
func (a *annex) above(ctx context.Context, below *database) (*database, error) {
	if err := below.ready(ctx); err != nil {
		return nil, err
	}
	if err := below.turn(ctx, below.path.home); err != nil {
		return nil, err
	}
	if _, err := below.command(ctx, "SAVEPOINT "+a.landing(len(a.floors))); err != nil {
		return nil, err
	}
	s := *below
	s.pool, s.tx = nil, transaction{}
	s.path.own = s.path.home
	return &s, nil
}

// landing is the savepoint below a floor.
func (a *annex) landing(floor int) string { return fmt.Sprintf("dbmend_floor_%d", floor) }

// furnish gives the topmost database the names that a new one has.
func (a *annex) furnish(ctx context.Context, s *database) error {
	floor := len(a.floors) - 1
	rooms, err := s.rooms(ctx)
	if err != nil {
		return err
	}
	var taken []string // names of schemas that stay
	var b strings.Builder
	for i, r := range rooms {
		switch {
		case r.extensions && !r.used, !r.ours && !r.used:
			taken = append(taken, r.name)
			continue
		case !r.ours:
			return fmt.Errorf("the schema %s is not the role's own, which has to be out of the way for that", r.name)
		}
		away := fmt.Sprintf("%s_%d_%d", a.mark, floor, i)
		fmt.Fprintf(&b, "ALTER SCHEMA %s RENAME TO %s;", quote(r.name), away)
		if floor == 0 && r.extensions && (r.name == "public" || r.name == s.home) {
			a.behind += ", " + away
		}
	}
	for _, name := range []string{"public", s.home} {
		was := slices.ContainsFunc(rooms, func(r room) bool { return r.name == name })
		if !was || slices.Contains(taken, name) {
			continue
		}
		fmt.Fprintf(&b, "CREATE SCHEMA %s;", quote(name))
		if taken = append(taken, name); name == "public" {
			fmt.Fprintf(&b, "GRANT %s ON SCHEMA public TO PUBLIC;", openness(s.traits.Flavor))
		}
	}
	b.WriteString("SAVEPOINT dbmend_mark")
	if _, err := s.command(ctx, b.String()); err != nil {
		return err
	}
	if floor > 0 {
		return nil
	}
	have, err := s.Inspect(ctx)
	if err == nil {
		a.there = map[schema.Key]bool{}
		for _, key := range have.Keys() {
			a.there[key] = true
		}
	}
	return err
}

// A room is a schema of the live database, or of the scratch database below.
type room struct {
	name             string
	ours             bool // it can be renamed
	used, extensions bool // it holds something of somebody's, something of an extension's
}

func (d *database) rooms(ctx context.Context) (list []room, err error) {
	const query = `WITH held AS (
	SELECT c.relnamespace AS space, EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS extension
	FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
	UNION ALL SELECT p.pronamespace, EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
	FROM pg_proc AS p
	UNION ALL SELECT t.typnamespace, EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
	FROM pg_type AS t WHERE t.typtype IN ('e', 'd', 'r'))
SELECT n.nspname, pg_has_role(n.nspowner, 'USAGE'),
	EXISTS (SELECT FROM held AS h WHERE h.space = n.oid AND NOT h.extension), EXISTS (SELECT FROM held AS h WHERE h.space = n.oid AND h.extension)
FROM pg_namespace AS n WHERE true` + ours + ` ORDER BY n.oid`
	results, err := d.command(ctx, query)
	if err != nil {
		return nil, err
	}
	for _, row := range results[0].Rows {
		list = append(list, room{string(row[0]), isSo(string(row[1])), isSo(string(row[2])), isSo(string(row[3]))})
	}
	return list, nil
}

// lower takes a database away, and whatever is above it.
func (a *annex) lower(ctx context.Context, s *database) (err error) {
	floor := slices.Index(a.floors, s)
	if floor < 0 {
		return nil
	}
	a.floors = a.floors[:floor]
	now := s.status()
	if floor > 0 {
		if now == open || now == failed {
			_, err = s.command(ctx, fmt.Sprintf("ROLLBACK TO SAVEPOINT %[1]s; RELEASE SAVEPOINT %[1]s", a.landing(floor)))
		}
		return err
	}
	switch now {
	case gone:
		s.stop(ctx)
	case open, failed:
		_, err = s.command(ctx, "ROLLBACK")
	}
	s.discard()
	return errors.Join(err, s.pool.Close())
}

// usable returns an error where nothing must be said in a database any more, or not yet.
func (a *annex) usable(s *database) error {
	switch {
	case !slices.Contains(a.floors, s):
		return errors.New("the scratch database is closed")
	case a.floors[len(a.floors)-1] != s:
		return errors.New("another scratch database lies above this one, as is inevitable without the right to create databases")
	}
	if now := s.status(); now != open && now != failed {
		return errors.New("the transaction is over that the scratch database was in")
	}
	return nil
}

// recover does what the end of a transaction does elsewhere: what has failed by itself
// harms nothing that comes after it.
func (a *annex) recover(ctx context.Context, s *database) error {
	if err := a.usable(s); err != nil || s.tx.open || s.status() == open {
		return err
	}
	_, err := s.command(ctx, "ROLLBACK TO SAVEPOINT dbmend_mark")
	return err
}

// remember has recover go back to this place and no further.
func (a *annex) remember(ctx context.Context, s *database) error {
	if s.tx.open {
		return nil
	}
	_, err := s.command(ctx, "RELEASE SAVEPOINT dbmend_mark; SAVEPOINT dbmend_mark")
	return err
}
