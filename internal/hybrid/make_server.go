package hybrid

import (
	"database/sql"
	"errors"
	"fmt"
)

// This file contains how a history is made where nothing gives back a database as
// it was: a schema that was committed, and the counters of keys, which no rollback
// covers.

// risk is try where a failure leaves traces: then both databases are made again.
func (m *maker) risk(c *change) (schemas []*Picture, ok bool, err error) {
	for i, s := range c.statements {
		for _, db := range []*sql.DB{m.life, m.pure} {
			if _, err := db.Exec(s.SQL); err != nil {
				if i == 0 && db == m.life && !s.Verb.Data() {
					return nil, false, nil
				}
				return nil, false, m.anew()
			}
		}
		schema := m.lastSchema(schemas)
		if !s.Verb.Data() {
			if schema, err = m.Schema(m.pure); err != nil {
				return nil, false, fmt.Errorf("%s: %w", s.SQL, err)
			}
		}
		schemas = append(schemas, schema)
	}
	return schemas, true, nil
}

// anew takes both databases to where the history is.
func (m *maker) anew() error {
	life, err := run(m.Engine, m.h.Script(len(m.h.Statements)))
	if err != nil {
		return err
	}
	pure, err := run(m.Engine, m.h.Rest(func(int) bool { return false }))
	if err != nil {
		return errors.Join(err, life.Close())
	}
	err = errors.Join(m.life.Close(), m.pure.Close())
	m.life, m.pure = life, pure
	return err
}

// aside has the application write without consequences, until end is called.
func (m *maker) aside() (end func() error, err error) {
	if m.model.d.savepoints {
		end = func() error { return execute(m.life, []string{"ROLLBACK TO late", "RELEASE late"}) }
		return end, execute(m.life, []string{"SAVEPOINT late"})
	}
	life := m.life
	if m.life, err = run(m.Engine, m.h.Script(len(m.h.Statements))); err != nil {
		m.life = life
		return nil, err
	}
	return func() error {
		copied := m.life
		m.life = life
		return copied.Close()
	}, nil
}

// ask notes the key that a server gave to the row that was written last.
func (m *maker) ask() error {
	t := m.numbers
	if t == nil {
		return nil
	}
	keys, err := query(m.life, fmt.Sprintf("SELECT max(%s) FROM %s", t.key().name, t.name))
	if err != nil {
		return err
	}
	if m.given == nil {
		m.given = map[*table][]string{}
	}
	m.given[t] = append(m.given[t], keys...)
	return nil
}
