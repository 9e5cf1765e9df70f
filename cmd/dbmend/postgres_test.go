package main

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// postgresConfig returns what is told to pgx, with no more of the machine's own
// settings than a test gives.
func postgresConfig(t *testing.T, url string) (*pgx.ConnConfig, string) {
	t.Helper()
	found, err := parseURL(url, "")
	if err != nil {
		t.Fatalf("parseURL(%q): %v", url, err)
	}
	return found.(*postgresTarget).config, found.String()
}

func TestPostgresURL(t *testing.T) {
	noEnvironment(t)
	for _, c := range []struct{ url, name string }{
		{"postgres://me:secret@db.example.com/app", "postgres://me@db.example.com/app"},
		{"PostgreSQL://me@db.example.com:6543/app", "postgres://me@db.example.com:6543/app"},
		{"postgres://me@localhost", "postgres://me@localhost/me"}, // the database of the user's name
		{"postgres://m%40e@localhost/a%2Fb", "postgres://m%40e@localhost/a%2Fb"},
		{"postgres://me:a%40b%2Fc@localhost/app", "postgres://me@localhost/app"},
		{"postgres://me@[::1]/app", "postgres://me@[::1]/app"},
		{"postgres://me@[::1]:6543/app", "postgres://me@[::1]:6543/app"},
		{"postgres://me@one,two:6543/app", "postgres://me@one,two:6543/app"},
		{"postgres://me@/app?host=/run/postgresql", "postgres://me@/app?host=/run/postgresql"},
		{"postgres:///app?host=/run/postgresql&port=6543&user=me", "postgres://me@/app?host=/run/postgresql&port=6543"},
		{"postgres://me@localhost/app?sslmode=require", "postgres://me@localhost/app"},
		{"postgres://me@localhost/app\u202e", "postgres://me@localhost/app%E2%80%AE"},
	} {
		if _, name := postgresConfig(t, c.url); name != c.name {
			t.Errorf("%s is called %s; want %s", c.url, name, c.name)
		}
	}
}

// What a URL leaves open is taken from where libpq takes it.
func TestPostgresURL_leavesTheRestToTheEnvironment(t *testing.T) {
	noEnvironment(t)
	t.Setenv("PGHOST", "db.example.com")
	t.Setenv("PGPORT", "6543")
	t.Setenv("PGUSER", "me")
	t.Setenv("PGPASSWORD", "secret")
	t.Setenv("PGDATABASE", "app")
	config, name := postgresConfig(t, "postgres://")
	if name != "postgres://me@db.example.com:6543/app" || config.Password != "secret" {
		t.Errorf("%s with password %q", name, config.Password)
	}
	if config, _ := postgresConfig(t, "postgres://you:other@/"); config.User != "you" || config.Password != "other" {
		t.Errorf("the environment goes before the URL: %s", config.User)
	}
}

func TestPostgresSettings(t *testing.T) {
	noEnvironment(t)
	config, _ := postgresConfig(t, "postgres://me@localhost/app")
	if config.ConnectTimeout != connectTimeout || config.RuntimeParams["application_name"] != "dbmend" {
		t.Errorf("timeout %s, application %q", config.ConnectTimeout, config.RuntimeParams["application_name"])
	}
	if len(config.Fallbacks) == 0 {
		t.Error("sslmode is not prefer, which is what libpq does without being told")
	}
	// What was said is left.
	config, _ = postgresConfig(t, "postgres://me@localhost/app?connect_timeout=3&application_name=deploy&search_path=app&sslmode=disable&"+
		"pool_max_conns=4&x-migrations-table=versions&keepalives=1&binary_parameters=yes&gssencmode=disable")
	if config.ConnectTimeout.Seconds() != 3 || config.TLSConfig != nil || len(config.Fallbacks) > 0 {
		t.Errorf("timeout %s, TLS %v", config.ConnectTimeout, config.TLSConfig)
	}
	params := config.RuntimeParams
	if params["application_name"] != "deploy" || params["search_path"] != "app" {
		t.Errorf("settings %v", params)
	}
	delete(params, "application_name")
	delete(params, "search_path")
	if len(params) != 1 || params["client_encoding"] != "UTF8" {
		t.Errorf("besides, the server is sent %v", params)
	}
	// Zero, said, is for ever, as in libpq.
	if config, _ = postgresConfig(t, "postgres://me@localhost/app?connect_timeout=0"); config.ConnectTimeout != 0 {
		t.Errorf("timeout %s", config.ConnectTimeout)
	}
}

// noEnvironment takes away what the machine says about PostgreSQL.
func noEnvironment(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{
		"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE", "PGSSLMODE",
		"PGSSLROOTCERT", "PGAPPNAME", "PGCONNECT_TIMEOUT", "PGOPTIONS", "PGTZ", "PGTARGETSESSIONATTRS", "PGSSLPASSWORD",
	} {
		t.Setenv(name, "")
	}
}
