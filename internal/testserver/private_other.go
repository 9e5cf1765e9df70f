//go:build !linux

package testserver

import "errors"

// What private servers are made of exists on Linux only. Elsewhere making a folder
// fails, so that nothing else is ever called.

var errNotLinux = errors.New("servers are started for tests on Linux only: name one in DBMEND_TEST_POSTGRES or DBMEND_TEST_MARIADB, or test SQLite alone with DBMEND_TEST_ENGINES=sqlite")

type folder struct{ path string }

func newFolder([]string) (*folder, error) { return nil, errNotLinux }

func prepare(product, *folder) error { return errNotLinux }

func (*folder) start([]string, signals) (*process, error) { return nil, errNotLinux }

func (*folder) run(string, ...string) error { return errNotLinux }

func (*folder) data() string  { return "" }
func (*folder) said() string  { return "" }
func (*folder) remove() error { return nil }

type process struct{}

func (*process) alive() bool { return false }
func (*process) stop() error { return errNotLinux }
func (*process) quit() error { return errNotLinux }
func (*process) kill() error { return errNotLinux }

func (pkg) programs() (string, error) { return "", errNotLinux }

func (*folder) give(string) error { return errNotLinux }
