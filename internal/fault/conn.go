package fault

import (
	"context"
	"database/sql/driver"
	"io"
)

// A conn is one connection. What the other driver lacks of database/sql's optional
// interfaces is answered as database/sql wants it.
type conn struct {
	driver.Conn
	driver *Driver
	name   string // of the database
}

var (
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
)

// pass counts a call and carries it out, unless it is struck.
func (c *conn) pass(call string, do func() error) error {
	f := c.driver.count(c.name, call)
	if f.Before != nil {
		if err := f.Before(call, c.Conn); err != nil {
			return err
		}
	}
	err := do()
	if f.After != nil {
		return f.After(err)
	}
	return err
}

// ExecContext runs a statement.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	inner, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	err = c.pass(query, func() (err error) {
		result, err = inner.ExecContext(ctx, query, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// QueryContext runs a query.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	inner, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return c.rows(query, func() (driver.Rows, error) { return inner.QueryContext(ctx, query, args) })
}

// rows counts a query. Rows that nobody gets for a fault's sake are closed; beside an error
// of its own, a driver has none to close.
func (c *conn) rows(query string, ask func() (driver.Rows, error)) (driver.Rows, error) {
	var answer driver.Rows
	var own error
	err := c.pass(query, func() error {
		answer, own = ask()
		return own
	})
	if err != nil {
		if answer != nil && own == nil {
			answer.Close()
		}
		return nil, err
	}
	return &rows{answer, c, query}, nil
}

// PrepareContext prepares a statement. One that nobody gets for a fault's sake is closed;
// beside an error of its own, a driver has none to close.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	var prepared driver.Stmt
	var own error
	err := c.pass("prepare "+query, func() error {
		if inner, ok := c.Conn.(driver.ConnPrepareContext); ok {
			prepared, own = inner.PrepareContext(ctx, query)
		} else {
			prepared, own = c.Conn.Prepare(query)
		}
		return own
	})
	if err != nil {
		if prepared != nil && own == nil {
			prepared.Close()
		}
		return nil, err
	}
	return &stmt{prepared, c, query}, nil
}

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	var begun driver.Tx
	err := c.pass("begin", func() (err error) {
		if inner, ok := c.Conn.(driver.ConnBeginTx); ok {
			begun, err = inner.BeginTx(ctx, options)
		} else {
			begun, err = c.Conn.Begin() //lint:ignore SA1019 a driver may have nothing newer
		}
		return err
	})
	if err != nil {
		return nil, err // and what has begun nevertheless is nobody's
	}
	return &tx{begun, c}, nil
}

// CheckNamedValue passes arguments on as the other driver wants them.
func (c *conn) CheckNamedValue(value *driver.NamedValue) error {
	if inner, ok := c.Conn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(value)
	}
	return driver.ErrSkip
}

// ResetSession asks the other driver whether the connection may be used again.
func (c *conn) ResetSession(ctx context.Context) error {
	if inner, ok := c.Conn.(driver.SessionResetter); ok {
		return inner.ResetSession(ctx)
	}
	return nil
}

// IsValid asks the other driver whether the connection may be kept.
func (c *conn) IsValid() bool {
	if inner, ok := c.Conn.(driver.Validator); ok {
		return inner.IsValid()
	}
	return true
}

// A stmt is a prepared statement.
type stmt struct {
	driver.Stmt
	conn  *conn
	query string
}

// Exec runs it.
func (s *stmt) Exec(args []driver.Value) (result driver.Result, err error) {
	err = s.conn.pass(s.query, func() (err error) {
		result, err = s.Stmt.Exec(args) //lint:ignore SA1019 a driver may have nothing newer
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// Query runs it for its rows.
func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.conn.rows(s.query, func() (driver.Rows, error) {
		return s.Stmt.Query(args) //lint:ignore SA1019 a driver may have nothing newer
	})
}

// A tx is a transaction.
type tx struct {
	driver.Tx
	conn *conn
}

// Commit keeps what was done.
func (t *tx) Commit() error { return t.conn.pass("commit", t.Tx.Commit) }

// Rollback undoes what was done.
func (t *tx) Rollback() error { return t.conn.pass("rollback", t.Tx.Rollback) }

// rows are the rows of a query; their end is a call.
type rows struct {
	driver.Rows
	conn  *conn
	query string
}

var _ driver.RowsNextResultSet = (*rows)(nil)

// HasNextResultSet asks the other driver whether another statement's rows follow.
func (r *rows) HasNextResultSet() bool {
	inner, ok := r.Rows.(driver.RowsNextResultSet)
	return ok && inner.HasNextResultSet()
}

// NextResultSet goes on to them.
func (r *rows) NextResultSet() error {
	inner, ok := r.Rows.(driver.RowsNextResultSet)
	if !ok {
		return io.EOF
	}
	return inner.NextResultSet()
}

// Next reads a row.
func (r *rows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	if err != io.EOF {
		return err
	}
	if err := r.conn.pass("end of rows of "+r.query, func() error { return nil }); err != nil {
		return err
	}
	return io.EOF
}
