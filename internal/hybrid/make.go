package hybrid

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// ErrEmpty says that nothing of the genes could be done.
var ErrEmpty = errors.New("a history of no statements")

// Make lives through the genes. Every statement of the history has been run twice
// on the way: in a database with an application's rows, and in one without; what
// could not be run in both is not part of it.
//
// Errors: [ErrEmpty]; the engine's own.
func Make(e Engine, genes []Gene, foreign bool) (*History, error) {
	m := &maker{Engine: e, h: &History{Genes: genes, ForeignKeys: foreign, engine: e}, model: &model{d: e.dialect()}}
	var err error
	if m.life, err = e.Open(); err != nil {
		return nil, err
	}
	defer func() { m.life.Close() }()
	if m.pure, err = e.Open(); err != nil {
		return nil, err
	}
	defer func() { m.pure.Close() }()
	if err := m.boundary(1); err != nil {
		return nil, err
	}
	first, err := e.Schema(m.pure)
	if err != nil {
		return nil, err
	}
	m.h.Schemas = []*Picture{first}
	for i, g := range genes {
		switch g.Kind {
		case Change:
			err = m.change(g.rand())
		case Next:
			m.close()
		case Life:
			err = m.live(g.rand())
		}
		if err != nil {
			return nil, err
		}
		if last := i+1 == len(genes); last || g.Kind != Change && genes[i+1].Kind == Change {
			if last {
				m.close()
			}
			if err := m.boundary(g.Seed); err != nil {
				return nil, err
			}
		}
	}
	if len(m.h.Statements) == 0 {
		return nil, ErrEmpty
	}
	if m.h.Final, err = Look(e, m.pure); err != nil {
		return nil, err
	}
	m.h.Install, err = e.Install(m.pure)
	return m.h, err
}

// A maker makes one history.
type maker struct {
	Engine
	h       *History
	model   *model
	life    *sql.DB // with an application's rows
	pure    *sql.DB // of migrations alone
	open    *Migration
	relies  bool                // the open migration relies on foreign keys
	key     string              // of the row that was drawn last
	numbers *table              // the table that numbers that row
	mine    []string            // the keys of the application's rows
	given   map[*table][]string // the keys that a server gave them
}

// most is how many statements a migration has at most.
const most = 12

func (m *maker) change(r *rand.Rand) error {
	c := propose(r, m.model)
	if c == nil || m.open != nil && len(m.open.Statements)+len(c.statements) > most {
		return nil
	}
	if m.open != nil && (c.rests && m.relies || c.relies && m.open.Resting) {
		return nil
	}
	if m.h.ForeignKeys {
		if err := execute(m.life, []string{m.ForeignKeys(!c.rests)}); err != nil {
			return err
		}
	}
	try := m.try
	if !m.model.d.savepoints {
		try = m.risk
	}
	schemas, ok, err := try(c)
	if err != nil || !ok {
		return err
	}
	if m.open == nil {
		m.open = &Migration{Version: fmt.Sprintf("%03d", len(m.h.Migrations)+1)}
		m.h.Migrations = append(m.h.Migrations, m.open)
		m.relies = false
	}
	m.open.Resting = m.open.Resting || c.rests
	m.relies = m.relies || c.relies
	for i, s := range c.statements {
		s.Migration, s.Number = len(m.h.Migrations)-1, len(m.open.Statements)+1
		m.h.life = append(m.h.life, event{s.SQL, len(m.h.Statements)})
		m.open.Statements = append(m.open.Statements, s)
		m.h.Statements = append(m.h.Statements, s)
		m.h.Schemas = append(m.h.Schemas, schemas[i])
	}
	c.commit()
	return nil
}

// try runs a change in both databases, or in none.
func (m *maker) try(c *change) (schemas []*Picture, ok bool, err error) {
	both := []*sql.DB{m.life, m.pure}
	end := func(statement string) error {
		return errors.Join(execute(m.life, []string{statement}), execute(m.pure, []string{statement}))
	}
	if err := end("SAVEPOINT change"); err != nil {
		return nil, false, err
	}
	orphans, err := query(m.life, m.Orphans())
	if err != nil {
		return nil, false, err
	}
	for _, s := range c.statements {
		for _, db := range both {
			if _, err := db.Exec(s.SQL); err != nil {
				return nil, false, end("ROLLBACK TO change; RELEASE change")
			}
		}
		schema := m.lastSchema(schemas)
		if !s.Verb.Data() {
			if schema, err = m.Schema(m.pure); err != nil {
				return nil, false, err
			}
		}
		schemas = append(schemas, schema)
	}
	after, err := query(m.life, m.Orphans())
	if err != nil || len(after) > len(orphans) {
		return nil, false, errors.Join(err, end("ROLLBACK TO change; RELEASE change"))
	}
	return schemas, true, end("RELEASE change")
}

func (m *maker) lastSchema(schemas []*Picture) *Picture {
	if n := len(schemas); n > 0 {
		return schemas[n-1]
	}
	return m.h.Schemas[len(m.h.Schemas)-1]
}

func (m *maker) close() { m.open = nil }

// live lets the application write.
func (m *maker) live(r *rand.Rand) error {
	if m.open != nil || len(m.h.Migrations) == 0 {
		return nil
	}
	if m.h.ForeignKeys {
		if err := execute(m.life, []string{m.ForeignKeys(true)}); err != nil {
			return err
		}
	}
	for n := 1 + r.IntN(4); n > 0; n-- {
		statement, err := m.write(r)
		if err != nil {
			return err
		}
		if statement == "" {
			continue
		}
		if _, failed := m.life.Exec(statement); failed == nil {
			m.h.life = append(m.h.life, event{statement, -1})
			m.mine = append(m.mine, m.key)
			err = m.ask()
		} else if m.numbers != nil && !m.model.d.savepoints {
			err = m.anew() // it has used a number up, which the history repeated does not
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// boundary notes what may be done by an application or by hand between two
// migrations.
func (m *maker) boundary(seed uint64) error {
	for len(m.h.late) <= len(m.h.Migrations) {
		m.h.late = append(m.h.late, nil)
		m.h.tamper = append(m.h.tamper, nil)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	at := len(m.h.Migrations)
	m.h.tamper[at] = tampers(r, m.model)
	end, err := m.aside()
	if err != nil {
		return err
	}
	var late []string
	for range 3 {
		statement, err := m.write(r)
		if err != nil {
			return errors.Join(err, end())
		}
		if statement == "" {
			continue
		}
		if _, err := m.life.Exec(statement); err == nil {
			late = append(late, statement)
		}
	}
	m.h.late[at] = late
	return end()
}

// write draws one thing that the application writes; "" if nothing can be.
func (m *maker) write(r *rand.Rand) (string, error) {
	t := pick(r, m.model.tables)
	if t == nil {
		return "", nil
	}
	if r.IntN(4) == 0 {
		return m.rewrite(r, t)
	}
	m.model.keys++
	number := 1000 + m.model.keys
	m.numbers = nil
	var cols, values []string
	for _, c := range t.columns {
		v := literal(r, c, number)
		switch {
		case c.key && t.autoincrement && m.model.d.server:
			m.key, m.numbers = "", t
			continue
		case c.key && c.typ == "TEXT":
			v = fmt.Sprintf("'u%d'", number)
			m.key = v
		case c.key:
			v = fmt.Sprint(number)
			m.key = v
		case c.parent != nil:
			keys, err := query(m.life, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1", m.model.d.literalOf(c.parent.key()), c.parent.name))
			if err != nil {
				return "", err
			}
			if v = pick(r, keys); v == "" || r.IntN(4) == 0 {
				v = "NULL"
			}
		case c.fallback != "" && r.IntN(2) == 0:
			continue
		}
		cols, values = append(cols, c.name), append(values, v)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.name, strings.Join(cols, ", "), strings.Join(values, ", ")), nil
}

// rewrite changes or deletes a row that the application wrote before.
func (m *maker) rewrite(r *rand.Rand, t *table) (string, error) {
	keys, err := query(m.life, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1", m.model.d.literalOf(t.key()), t.name))
	if err != nil {
		return "", err
	}
	mine := m.mine
	if m.numbers = nil; t.autoincrement && m.model.d.server {
		mine = m.given[t]
	}
	key := pick(r, where(keys, func(k string) bool { return slices.Contains(mine, k) }))
	if key == "" {
		return "", nil
	}
	c := pick(r, where(t.plain(""), func(c *column) bool { return !c.unique && !c.distinct }))
	if c == nil || r.IntN(4) == 0 {
		return fmt.Sprintf("DELETE FROM %s WHERE %s = %s", t.name, t.key().name, key), nil
	}
	return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %s", t.name, c.name, literal(r, c, 0), t.key().name, key), nil
}
