package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/engine"
)

// Scratch returns an empty database in memory, opened by the same driver, with
// the live one's encoding and the settings that change what statements mean.
// What the caller's data source name set beyond that, SQL cannot ask for.
func (d *database) Scratch(ctx context.Context) (engine.Database, error) {
	s, err := d.scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	return s, nil
}

// ScratchAt does nothing: scratch databases are in memory.
func (*database) ScratchAt(*sql.DB) {}

func (d *database) scratch(ctx context.Context) (_ *database, err error) {
	pool := sql.OpenDB(inMemory{d.driver})
	defer func() {
		if err != nil {
			err = errors.Join(err, pool.Close())
		}
	}()
	s, err := connect(ctx, pool)
	if err != nil {
		return nil, err
	}
	s.pool = pool
	if err := s.furnish(ctx, d); err != nil {
		return nil, errors.Join(err, s.conn.Close())
	}
	return s, nil
}

// furnish gives an empty database the settings of another.
func (s *database) furnish(ctx context.Context, live *database) error {
	// A schema is many small tables: 15,000 objects take 60 MB and not 150.
	if err := s.set(ctx, "page_size", "1024"); err != nil {
		return err
	}
	if err := s.set(ctx, "temp_store", "2"); err != nil { // memory
		return err
	}
	if encoding, ok, err := live.pragma(ctx, "encoding"); err != nil {
		return err
	} else if ok {
		if err := s.set(ctx, "encoding", encoding); err != nil {
			return err
		}
	}
	for _, name := range meaning {
		value, ok, err := live.pragma(ctx, name)
		if err != nil {
			return err
		}
		if name == "foreign_keys" {
			value = cmp.Or(live.checking, value) // what is otherwise is so for a transaction only
		}
		if ok {
			if err := s.set(ctx, name, value); err != nil {
				return err
			}
		}
	}
	return s.checks(ctx)
}

// inMemory opens databases in memory by a driver that has opened others.
type inMemory struct{ driver driver.Driver }

// Connect opens an empty database of its own.
func (m inMemory) Connect(ctx context.Context) (driver.Conn, error) {
	const name = ":memory:"
	if d, ok := m.driver.(driver.DriverContext); ok {
		c, err := d.OpenConnector(name)
		if err != nil {
			return nil, err
		}
		return c.Connect(ctx)
	}
	return m.driver.Open(name)
}

// Driver returns the driver.
func (m inMemory) Driver() driver.Driver { return m.driver }
