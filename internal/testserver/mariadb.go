package testserver

import (
	"context"
	"database/sql"
	"path/filepath"
	"syscall"

	"github.com/go-sql-driver/mysql"
)

// A mariadb is an installed MariaDB. The zero value is enough to speak to a server
// that is already there, and to MySQL.
type mariadb struct {
	server  string // the path of mariadbd
	install string // the path of mariadb-install-db
	version string
}

func (m mariadb) String() string  { return "MariaDB " + m.version }
func (m mariadb) users() []string { return []string{"mysql", "nobody"} }

func (m mariadb) signals() signals {
	return signals{stop: syscall.SIGTERM, quit: syscall.SIGKILL}
}

// bury has nothing to do: one process, and nothing outside its folder.
func (m mariadb) bury(runner, string) error { return nil }

// mariadbd holds the settings that shape the files on disk. The log is small
// because it is copied for every server; the character set is the one that
// distributions set, instead of the one that was compiled in.
var mariadbd = []string{
	"--innodb-log-file-size=16M",
	"--character-set-server=utf8mb4",
	"--collation-server=utf8mb4_general_ci",
}

func (m mariadb) recipe() []string {
	return append([]string{m.install, m.server, m.version}, mariadbd...)
}

func (m mariadb) prepare(run runner, data string) error {
	return run(m.install, append([]string{
		"--no-defaults", // first, or it is not understood
		"--datadir=" + data,
		"--auth-root-authentication-method=normal",
		"--skip-test-db",
		"--skip-name-resolve",
	}, mariadbd...)...)
}

func (m mariadb) command(folder string) []string {
	return append([]string{
		m.server,
		"--no-defaults",
		"--datadir=" + filepath.Join(folder, "data"),
		"--tmpdir=" + folder, // a server that starts removes the temporary tables that it finds
		"--socket=" + filepath.Join(folder, "mysql.sock"),
		"--pid-file=" + filepath.Join(folder, "mariadbd.pid"),
		"--skip-networking",
		"--max-connections=500",
		// The log is written at every commit, but not as far as the disk: nothing has
		// to survive the machine. Whoever kills the server finds what was committed.
		"--innodb-flush-log-at-trx-commit=2",
		"--skip-log-bin",
	}, mariadbd...)
}

func (m mariadb) socket(folder string) string {
	c := mysql.NewConfig()
	c.User = "root"
	c.Net, c.Addr = "unix", filepath.Join(folder, "mysql.sock")
	return c.FormatDSN()
}

func (m mariadb) at(address, database string) (string, error) {
	c, err := mysql.ParseDSN(address)
	if err != nil {
		return "", err
	}
	c.DBName = database
	return c.FormatDSN(), nil
}

func (m mariadb) exec(ctx context.Context, address, statement string) error {
	c, err := mysql.ParseDSN(address)
	if err != nil {
		return err
	}
	// A forgotten transaction may hold on to what is to be dropped, for a day.
	c.Params = map[string]string{"lock_wait_timeout": "1"}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if statement == "" {
		return db.PingContext(ctx)
	}
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (m mariadb) create(database string) string { return "CREATE DATABASE " + database }

func (m mariadb) drop(database string) string { return "DROP DATABASE IF EXISTS " + database }
