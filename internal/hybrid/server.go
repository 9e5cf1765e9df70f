package hybrid

import (
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A server makes databases and throws them away again.
type server struct {
	admin   *sql.DB
	connect func(database string) (driver.Connector, error)
	drop    string   // what DROP DATABASE says after the name
	clean   []string // makes a used database an empty one; nil if a new one is as quick

	mu   sync.Mutex
	all  []string
	idle []string
}

// open returns a database of one connection, which goes back where it came from
// when it is closed.
func (s *server) open() (*sql.DB, error) {
	name, err := s.take()
	if err != nil {
		return nil, err
	}
	connector, err := s.connect(name)
	if err != nil {
		return nil, errors.Join(err, s.give(name))
	}
	db := sql.OpenDB(&lease{connector, func() error { return s.give(name) }})
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(0)
	if err := execute(db, s.clean); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (s *server) take() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		name := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return name, nil
	}
	name := "hybrid_" + strings.ToLower(rand.Text()[:12])
	if _, err := s.admin.Exec("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	s.all = append(s.all, name)
	return name, nil
}

func (s *server) give(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clean != nil {
		s.idle = append(s.idle, name)
		return nil
	}
	s.all = slices.DeleteFunc(s.all, func(other string) bool { return other == name })
	_, err := s.admin.Exec("DROP DATABASE " + name + s.drop)
	return err
}

// Close drops what is left and ends the connections to the server.
func (s *server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, name := range s.all {
		_, err := s.admin.Exec("DROP DATABASE IF EXISTS " + name + s.drop)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, s.admin.Close())...)
}

// A lease is a database that somebody waits for.
type lease struct {
	driver.Connector
	end func() error
}

// Close is called by [sql.DB.Close], once its connections are closed.
func (l *lease) Close() error { return l.end() }

// objects reads keys and facts into a picture.
func (p *Picture) objects(db *sql.DB, text string, args ...any) error {
	rows, err := db.Query(text, args...)
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, facts string
		if err := rows.Scan(&key, &facts); err != nil {
			return err
		}
		p.Objects[key] = facts
	}
	return rows.Err()
}

// fill reads rows that a query tells as the name of a table and the row.
func (p *Picture) fill(db *sql.DB, text string) error {
	rows, err := db.Query(text)
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, row string
		if err := rows.Scan(&table, &row); err != nil {
			return err
		}
		p.Rows[table] = append(p.Rows[table], row)
	}
	return rows.Err()
}

// numbers reads which columns a server numbers.
func (p *Picture) numbers(db *sql.DB, text string) error {
	rows, err := db.Query(text)
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return err
		}
		p.Numbered[table] = column
	}
	return rows.Err()
}
