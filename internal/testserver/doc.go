// Package testserver gives tests real PostgreSQL and MariaDB servers.
//
// [Postgres] and [MariaDB] return the address of an empty database that nobody
// else uses. Where it is made is looked for in this order:
//
//  1. A server that the environment names, where databases may be created:
//     DBMEND_TEST_POSTGRES is a URL (postgres://user:password@host:port/db),
//     DBMEND_TEST_MARIADB, or else DBMEND_TEST_MYSQL, a data source name
//     (user:password@tcp(host:port)/db).
//  2. The programs of an installed server, in PATH and where distributions put
//     them. The first test that asks starts a private server for the test process;
//     it listens on a socket in a private folder only, in memory where there is
//     room (/dev/shm), forgets everything, and dies with the process, however that
//     ends. Tests that run as root start it as another user. This is for Linux.
//
// Without a server a test fails and says what to install. Whoever wants to do
// without says so in DBMEND_TEST_ENGINES, a list of the engines to test such as
// "sqlite" or "sqlite,postgres"; tests of the others are then skipped.
//
// [PostgresVersions] is about many versions of PostgreSQL, [PostgresServer] and
// [MariaDBServer] are for tests that stop or kill their server, [PgBouncer] is for
// tests that talk to it through a pool.
//
// Only tests import this package.
package testserver
