package fault

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/dbmend/dbmend/internal/strike"
)

// A Driver passes calls on to another driver. Calls of all of its connections are
// counted together: the opening of a connection, the preparing, running and asking
// of a statement, the beginning and end of a transaction, and the end of the rows
// of a query. Closing is passed on and not counted: it cannot fail in a way that
// matters to anybody.
type Driver struct {
	strike.Counter[Fault]
	inner driver.Driver
}

var _ driver.DriverContext = (*Driver)(nil)

// New returns a driver without a fault.
func New(inner driver.Driver) *Driver { return &Driver{inner: inner} }

// OpenDB returns a pool of connections to the database of this name.
func (d *Driver) OpenDB(name string) *sql.DB { return sql.OpenDB(connector{d, name}) }

// Open opens a connection.
func (d *Driver) Open(name string) (driver.Conn, error) {
	var opened driver.Conn
	c := &conn{driver: d, name: name}
	err := c.pass("open "+name, func() (err error) {
		opened, err = d.inner.Open(name)
		return err
	})
	if err != nil {
		if opened != nil {
			opened.Close()
		}
		return nil, err
	}
	c.Conn = opened
	return c, nil
}

// OpenConnector returns what opens connections to the database of this name.
func (d *Driver) OpenConnector(name string) (driver.Connector, error) {
	return connector{d, name}, nil
}

// count counts a call, but for those of a database that is spared, and returns the
// fault that strikes it, or none.
func (d *Driver) count(name, call string) Fault {
	return d.Count(call, func(f Fault) bool { return name == f.Spare })
}

// A connector opens connections to one database.
type connector struct {
	driver *Driver
	name   string
}

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.name)
}

// Driver returns the driver.
func (c connector) Driver() driver.Driver { return c.driver }
