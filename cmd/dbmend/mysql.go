package main

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
)

// A mysqlTarget is a database on a server of MariaDB or MySQL.
type mysqlTarget struct {
	server
	config *driver.Config
}

func (t *mysqlTarget) engine() engine.Engine { return mysql.Engine{} }
func (t *mysqlTarget) undoes() bool          { return false }

const mysqlHint = "write mysql://user@host:3306/database, or mysql://user@/database?socket=/run/mysqld/mysqld.sock"

// dataSource matches how the driver's own names of databases begin:
// user:password@tcp(host:3306)/database.
var dataSource = regexp.MustCompile(`(^|@)(tcp|tcp4|tcp6|unix)\(.*\)/`)

// bareDataSource matches one that leaves the address to the driver.
var bareDataSource = regexp.MustCompile(`^[^/]*:[^/]*@/`)

// isDataSource reports whether a text is a name as the driver takes it, without a
// scheme ahead.
func isDataSource(text string) bool {
	return dataSource.MatchString(text) || bareDataSource.MatchString(text)
}

// parseMySQL reads what follows "mysql:" in a URL. golang-migrate has URLs with the
// driver's own name behind the slashes, in which user and password are encoded.
func parseMySQL(scheme, rest string) (target, error) {
	if !strings.HasPrefix(rest, "//") {
		return nil, &usageError{message: "the database URL names no server", hint: mysqlHint}
	}
	if name := rest[2:]; dataSource.MatchString(name) {
		t, err := parseDataSource(name)
		if err != nil {
			return nil, err
		}
		c := t.(*mysqlTarget).config
		return newMySQLTarget(scheme, c, decoded(c.User), decoded(c.Passwd))
	}
	u, err := url.Parse(scheme + ":" + rest)
	if err != nil {
		return nil, unreadable(err)
	}
	if strings.Contains(u.EscapedPath()+u.RawQuery, "@") || strings.Contains(rest, "#") {
		return nil, strayAt()
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || port == 0) {
		return nil, wrongUsage("the port of the database URL is not a number from 1 to 65535")
	}
	params, err := readMySQLParams(u.RawQuery)
	if err != nil {
		return nil, err
	}
	address := ""
	if u.Host != "" {
		address = "tcp(" + net.JoinHostPort(u.Hostname(), orElse(u.Port(), "3306")) + ")"
	}
	config, err := driver.ParseDSN(address + "/" + url.PathEscape(strings.TrimPrefix(u.Path, "/")) + params.query())
	if err != nil {
		return nil, unreadable(err)
	}
	if params.socket != "" {
		config.Net, config.Addr = "unix", params.socket
	}
	password, _ := u.User.Password()
	return newMySQLTarget(scheme, config, orElse(u.User.Username(), params.user), orElse(password, params.password))
}

// parseDataSource reads the driver's own name of a database. In it nothing is
// encoded but the database and some parameters.
func parseDataSource(name string) (target, error) {
	at := strings.LastIndexByte(name, '/')
	database, query, _ := strings.Cut(name[at:], "?")
	params, err := readMySQLParams(query)
	if err != nil {
		return nil, err
	}
	config, err := driver.ParseDSN(name[:at] + database + params.query())
	if err != nil {
		return nil, &usageError{message: "the database's data source name cannot be read", hint: "write user:password@tcp(host:3306)/database"}
	}
	return newMySQLTarget("mysql", config, config.User, config.Passwd)
}

// newMySQLTarget sets what a URL leaves open, and what it says for an application
// alone: how values are given to it, and what is sent in its name.
func newMySQLTarget(scheme string, config *driver.Config, user, password string) (target, error) {
	if config.DBName == "" {
		return nil, &usageError{message: "the database URL names no database", hint: mysqlHint}
	}
	config.User, config.Passwd = user, password
	config.ParseTime, config.ColumnsWithAlias, config.ClientFoundRows, config.InterpolateParams = false, false, false, false
	config.MultiStatements = false // statements are cut, and each is answered for
	config.RejectReadOnly = false  // it hides what the server says
	config.ReadTimeout, config.WriteTimeout = 0, 0
	config.Logger = &driver.NopLogger{} // it would write to standard error
	if config.Timeout == 0 {
		config.Timeout = connectTimeout
	}
	if !strings.Contains(config.ConnectionAttributes, "program_name:") {
		config.ConnectionAttributes = strings.TrimPrefix(config.ConnectionAttributes+",program_name:dbmend", ",")
	}
	name := mysqlName(scheme, config)
	return &mysqlTarget{server{name, secretsOf(name, password)}, config}, nil
}

// mysqlName returns the URL of a database without password and parameters.
func mysqlName(scheme string, config *driver.Config) string {
	u := scheme + "://"
	if config.User != "" {
		u += url.User(config.User).String() + "@"
	}
	database := "/" + url.PathEscape(config.DBName)
	if config.Net == "unix" {
		return clean(u + database + "?socket=" + config.Addr)
	}
	return clean(u + strings.TrimSuffix(config.Addr, ":3306") + database)
}

// mysqlParams are the parameters of a URL.
type mysqlParams struct {
	socket, user, password string
	driver                 []string // for the driver, as they are written
}

// query returns those for the driver, as the end of a name.
func (p *mysqlParams) query() string {
	if len(p.driver) == 0 {
		return ""
	}
	return "?" + strings.Join(p.driver, "&")
}

// variable matches the names of the driver's parameters and of the server's
// variables, which are what the driver takes any other parameter for.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// tlsModes are the words of MySQL's own clients for the driver's parameter tls.
var tlsModes = map[string]string{
	"disabled": "false", "disable": "false", "preferred": "preferred", "prefer": "preferred",
	"required": "skip-verify", "require": "skip-verify", "verify_identity": "true", "verify-full": "true",
}

// readMySQLParams reads the parameters of a URL. Each is tried by itself, so that
// the one that is wrong can be named.
func readMySQLParams(query string) (*mysqlParams, error) {
	p := &mysqlParams{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			return nil, unreadable(err)
		}
		switch strings.ToLower(name) {
		case "":
			continue
		case "socket", "unix_socket", "unixsocket":
			p.socket = plain
			continue
		case "user":
			p.user = plain
			continue
		case "password":
			p.password = plain // to the driver, a variable: SET password changes it
			continue
		case "ssl-mode", "ssl_mode", "sslmode":
			mode, ok := tlsModes[strings.ToLower(plain)]
			if !ok {
				return nil, &usageError{
					message: "the parameter " + clean(name) + " of the database URL has a value that is not known",
					hint:    "it is one of DISABLED, PREFERRED, REQUIRED, VERIFY_IDENTITY",
				}
			}
			p.driver = append(p.driver, "tls="+mode)
			continue
		}
		if strings.HasPrefix(name, "x-") {
			continue // golang-migrate's own
		}
		if !variable.MatchString(name) || name == "strict" { // the latter makes the driver panic
			return nil, &usageError{message: "the parameter " + clean(name) + " of the database URL is not known", hint: mysqlHint}
		}
		pair = strings.ReplaceAll(pair, "/", "%2F") // the driver looks for the last slash
		if _, err := driver.ParseDSN("/?" + pair); err != nil {
			return nil, wrongUsage("the parameter %s of the database URL has a value that the driver does not understand", clean(name))
		}
		p.driver = append(p.driver, pair)
	}
	return p, nil
}

// decoded returns a text with its percent signs decoded, or as it is where they are
// none of that kind.
func decoded(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// open returns a pool of the driver's.
func (t *mysqlTarget) open(need, time.Duration) (*sql.DB, error) {
	connector, err := driver.NewConnector(t.config)
	if err != nil {
		return nil, wrongUsage("the parameters of the database URL cannot be used together")
	}
	return bounded(sql.OpenDB(punctual{connector, t.config.Timeout})), nil
}

// punctual bounds how long a connection may take until it can be used: the driver
// bounds the dialling alone, and waits for ever for a server that says nothing.
type punctual struct {
	sqldriver.Connector
	timeout time.Duration
}

func (p punctual) Connect(ctx context.Context) (sqldriver.Conn, error) {
	bound, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	conn, err := p.Connector.Connect(bound)
	if err != nil && ctx.Err() == nil && bound.Err() != nil {
		return nil, fmt.Errorf("the server has not answered within %s: %w", p.timeout, err)
	}
	return conn, err
}

// hint goes by the number of an error.
func (t *mysqlTarget) hint(err error) string {
	number := uint16(0)
	if told, ok := errors.AsType[*driver.MySQLError](err); ok {
		number = told.Number
	} else if errors.Is(err, engine.ErrReadOnly) {
		number = 1290 // the engine found out before the server was asked to write
	}
	switch {
	case number == 1045 || number == 1698: // access denied
		return "user and password come from the URL; a host of the user's own may be meant: 'user'@'host'"
	case number == 1049: // unknown database
		return "make it first: CREATE DATABASE " + "`" + strings.ReplaceAll(clean(t.config.DBName), "`", "``") + "`; dbmend makes no databases on servers but its scratch ones"
	case slices.Contains([]uint16{1044, 1142, 1227, 1370}, number): // a right is missing
		return "run it as a user with all rights on the database and on those that begin with dbmend_scratch_, or have them granted"
	case number == 1193: // unknown system variable
		return "a parameter of the URL that the driver does not know is sent to the server as a variable"
	case slices.Contains([]uint16{1205, 1213, 3572}, number): // others are in the way
		return "another session is in the way: try again, or give it more time with --lock-timeout"
	case number == 1040 || number == 1203: // too many connections
		return "the server has no connection left: try again when others have ended"
	case slices.Contains([]uint16{1290, 1792, 1836}, number): // read-only
		return "the server is a replica, or set to only read: name the primary"
	case number == 1021 || number == 1114: // disk full
		return "make room on the server's disk, then run it again"
	case is[*net.OpError](err) || errors.Is(err, context.DeadlineExceeded):
		return "the server must be running, and take connections at this host and port"
	}
	return ""
}

// dialect is that of the client programs, which commit at each statement on the
// schema and have to be told that a body has semicolons of its own.
func (t *mysqlTarget) dialect() dialect {
	return dialect{
		begin: "-- the server commits at each statement on the schema",
		rest:  "SET foreign_key_checks = 0;", resume: "-- SET foreign_key_checks = 1; if it was",
		ended: func(statement string) string {
			if !strings.Contains(statement, ";") {
				return ended(statement)
			}
			mark := "$$"
			for strings.Contains(statement, mark) {
				mark += "$"
			}
			return "DELIMITER " + mark + "\n" + statement + "\n" + mark + "\nDELIMITER ;"
		},
	}
}
