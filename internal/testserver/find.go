package testserver

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

var (
	errNoPostgres = errors.New("no PostgreSQL server is installed: apt install postgresql, or name one in DBMEND_TEST_POSTGRES, or test SQLite alone with DBMEND_TEST_ENGINES=sqlite")
	errNoMariaDB  = errors.New("no MariaDB server is installed: apt install mariadb-server, or name one in DBMEND_TEST_MARIADB, or test SQLite alone with DBMEND_TEST_ENGINES=sqlite")
)

// installedPostgres returns the PostgreSQL of PATH, or else the newest of the
// distribution's.
var installedPostgres = sync.OnceValues(func() (postgres, error) {
	all := postgresInstallations()
	if len(all) == 0 {
		return postgres{}, errNoPostgres
	}
	return all[0], nil
})

// postgresInstallations returns one PostgreSQL for each major version that is
// installed: that of PATH first, then the newest.
func postgresInstallations() []postgres {
	var folders []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	distribution, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is sound
	slices.SortFunc(distribution, func(a, b string) int {
		return majorOf(filepath.Base(filepath.Dir(b))) - majorOf(filepath.Base(filepath.Dir(a)))
	})
	folders = append(append(folders, distribution...), "/usr/pgsql/bin", "/usr/local/pgsql/bin")

	var found []postgres
	for _, bin := range folders {
		p, err := postgresIn(bin)
		known := func(other postgres) bool { return other.major == p.major }
		if err == nil && !slices.ContainsFunc(found, known) {
			found = append(found, p)
		}
	}
	return found
}

// postgresIn asks the programs of a folder what they are.
func postgresIn(bin string) (postgres, error) {
	if _, err := exec.LookPath(filepath.Join(bin, "initdb")); err != nil {
		return postgres{}, err
	}
	version, err := versionOf(filepath.Join(bin, "postgres"))
	if err != nil {
		return postgres{}, err
	}
	return postgres{bin: bin, major: majorOf(version), version: version}, nil
}

var installedMariaDB = sync.OnceValues(func() (mariadb, error) {
	server := program("mariadbd")
	install := program("mariadb-install-db")
	if server == "" || install == "" {
		return mariadb{}, errNoMariaDB
	}
	version, err := versionOf(server)
	if err != nil {
		return mariadb{}, fmt.Errorf("find MariaDB: %w", err)
	}
	return mariadb{server: server, install: install, version: version}, nil
})

// program returns the path of a program in PATH, or where distributions put
// servers; "" if it is in none of them.
func program(name string) string {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/libexec/" + name, "/usr/bin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	return ""
}

var versionNumber = regexp.MustCompile(`\b\d+(\.\d+)+|\b\d+(devel|beta\d+|rc\d+)`)

// versionOf returns the version that a program says it has.
func versionOf(program string) (string, error) {
	said, err := exec.Command(program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", program, err)
	}
	version := versionNumber.Find(said)
	if version == nil {
		return "", fmt.Errorf("%s --version: no version in %q", program, said)
	}
	return string(version), nil
}

// majorOf returns the number that a version begins with; zero if there is none.
func majorOf(version string) int {
	end := 0
	for end < len(version) && '0' <= version[end] && version[end] <= '9' {
		end++
	}
	major, _ := strconv.Atoi(version[:end]) // zero where there is none
	return major
}
