package main

import (
	"database/sql"
	"errors"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/postgres"
)

// A postgresTarget is a database on a PostgreSQL server.
type postgresTarget struct {
	server
	config *pgx.ConnConfig
}

func (t *postgresTarget) engine() engine.Engine { return postgres.Engine{} }
func (t *postgresTarget) undoes() bool          { return true }

const postgresHint = "write postgres://user@host:5432/database, or postgres://user@/database?host=/run/postgresql for a socket"

// parsePostgres reads what follows "postgres:" in a URL, as libpq would: what it
// leaves open is taken from the PG* variables, a service file and ~/.pgpass.
func parsePostgres(rest string) (target, error) {
	if !strings.HasPrefix(rest, "//") {
		return nil, &usageError{message: "the database URL names no server", hint: postgresHint}
	}
	// libpq ends the password at the first @, unless a slash is ahead of it.
	password, behind := "", rest[2:]
	if i := strings.IndexAny(behind, "@/"); i >= 0 && behind[i] == '@' {
		_, password, _ = strings.Cut(behind[:i], ":")
		behind = behind[i+1:]
	}
	if strings.Contains(behind, "@") {
		return nil, strayAt()
	}
	config, err := pgx.ParseConfig("postgres:" + rest)
	if err != nil {
		return nil, postgresMistake(err, password, behind)
	}
	tunePostgres(config, strings.Contains(behind, "connect_timeout=") || os.Getenv("PGCONNECT_TIMEOUT") != "")
	name := postgresName(&config.Config)
	return &postgresTarget{server{name, secretsOf(name, append(postgresSecrets(password, behind), config.Password)...)}, config}, nil
}

// postgresMistake says what pgx has against a URL. Its error repeats the URL, and
// what is ahead of the reason is cut off; where it could not even be divided into its
// parts, the reason may quote any of them and is not repeated either.
func postgresMistake(err error, password, behind string) error {
	text := err.Error()
	reason := text[strings.LastIndex(text, "`: ")+1:]
	reason, known := strings.CutPrefix(reason, ": ")
	if !known || strings.HasPrefix(reason, "failed to parse") {
		if strings.Contains(text, "invalid percent-encoded") {
			err = url.EscapeError("")
		}
		return unreadable(err)
	}
	if strings.HasPrefix(reason, "invalid port") {
		return unreadable(err)
	}
	for _, secret := range secretsOf("", postgresSecrets(password, behind)...) {
		reason = conceal(reason, secret)
	}
	return &usageError{message: "the database URL, or what the PG* variables add to it, is wrong: " + oneLine(reason, 0), hint: postgresHint}
}

// postgresSecrets returns the secrets of a URL and of the environment: the password
// as it is written, and the parameters that are one.
func postgresSecrets(password, behind string) []string {
	secrets := []string{password, os.Getenv("PGPASSWORD"), os.Getenv("PGSSLPASSWORD")}
	if decoded, err := url.PathUnescape(password); err == nil {
		secrets = append(secrets, decoded)
	}
	_, query, _ := strings.Cut(behind, "?")
	given, _ := url.ParseQuery(query) // what can be read of it
	for _, name := range []string{"password", "sslpassword"} {
		secrets = append(secrets, given[name]...)
	}
	slices.Sort(secrets)
	return slices.Compact(secrets)
}

// applicationParams are parameters that URLs have for other clients of PostgreSQL,
// and that change nothing of what dbmend does. Whatever else libpq does not know is
// sent to the server as a setting (search_path, statement_timeout), as pgx does it;
// the server refuses what it does not know.
var applicationParams = []string{
	"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
	"sslcompression", "gssdelegation", "load_balance_hosts", "fallback_application_name", // libpq
	"binary_parameters", "disable_prepared_binary_result", // lib/pq
}

// tunePostgres sets what the URL has left open. patient says that it tells how long to wait for
// a connection.
func tunePostgres(config *pgx.ConnConfig, patient bool) {
	params := config.RuntimeParams
	for name, value := range params {
		if slices.Contains(applicationParams, name) || strings.HasPrefix(name, "pool_") || strings.HasPrefix(name, "x-") ||
			name == "gssencmode" && value != "require" {
			delete(params, name)
		}
	}
	if params["application_name"] == "" {
		params["application_name"] = "dbmend"
	}
	params["client_encoding"] = "UTF8" // files are read as that
	if !patient {
		config.ConnectTimeout = connectTimeout
	}
}

// postgresName returns the URL of a database without its password, with all that
// libpq has filled in.
func postgresName(config *pgconn.Config) string {
	hosts := []string{postgresHost(config.Host, config.Port)}
	for _, other := range config.Fallbacks { // each host may be tried twice, with and without TLS
		if host := postgresHost(other.Host, other.Port); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	user := ""
	if config.User != "" {
		user = url.User(config.User).String() + "@"
	}
	database := config.Database
	if database == "" {
		database = config.User
	}
	u := "postgres://" + user
	if network, _ := pgconn.NetworkAddress(config.Host, config.Port); network == "unix" {
		u += "/" + url.PathEscape(database) + "?host=" + config.Host
		if config.Port != 5432 {
			u += "&port=" + strconv.Itoa(int(config.Port))
		}
		return clean(u)
	}
	return clean(u + strings.Join(hosts, ",") + "/" + url.PathEscape(database))
}

func postgresHost(host string, port uint16) string {
	if port != 5432 {
		return net.JoinHostPort(host, strconv.Itoa(int(port)))
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// open returns a pool of pgx's.
func (t *postgresTarget) open(need, time.Duration) (*sql.DB, error) {
	return bounded(stdlib.OpenDB(*t.config)), nil
}

// hint goes by the code of an error: Appendix A of PostgreSQL's manual.
func (t *postgresTarget) hint(err error) string {
	code := ""
	told, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok:
		code = told.Code
	case errors.Is(err, engine.ErrReadOnly):
		code = "25006" // the engine found out before the server was asked to write
	case is[*pgconn.ConnectError](err):
		return t.unreached(err)
	}
	switch code {
	case "28P01", "28000": // invalid_password, invalid_authorization_specification
		return "user and password come from the URL, else from PGUSER and PGPASSWORD, else the password from ~/.pgpass"
	case "3D000": // invalid_catalog_name
		return "make it first: createdb " + shellWord(t.config.Database) + "; dbmend makes no databases on servers but its scratch ones"
	case "42501": // insufficient_privilege
		if strings.Contains(err.Error(), "CREATEDB") {
			return "or name a database on another server of the same version with --scratch, or DBMEND_SCRATCH"
		}
		return "run it as the owner of the database, or have the right granted"
	case "42704": // undefined_object
		if is[*pgconn.ConnectError](err) {
			return "a parameter of the URL that libpq does not know is sent to the server as a setting"
		}
	case "40001", "40P01", "55006", "55P03", "57014": // others are in the way
		return "another session is in the way: try again, or give it more time with --lock-timeout"
	case "53300": // too_many_connections
		return "the server has no connection left: try again when others have ended"
	case "25006": // read_only_sql_transaction
		return "the server is a standby, or the session is set to only read: name the primary"
	case "53100": // disk_full
		return "make room on the server's disk, then run it again"
	}
	return ""
}

// unreached is the hint for a server that has not answered as one.
func (t *postgresTarget) unreached(err error) string {
	if text := err.Error(); strings.Contains(text, "TLS") || strings.Contains(text, "tls:") || strings.Contains(text, "x509:") {
		return "the parameter sslmode says how the connection is encrypted, sslrootcert what the server's certificate is checked with"
	}
	return "the server must be running, and take connections at this host and port"
}

// dialect is that of psql.
func (t *postgresTarget) dialect() dialect {
	return dialect{begin: "BEGIN;", commit: "COMMIT;", ended: ended}
}
