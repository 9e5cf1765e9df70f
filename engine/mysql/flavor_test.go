package mysql

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

func TestFlavors(t *testing.T) {
	for told, want := range map[[2]string]engine.Flavor{
		{"10.11.6-MariaDB-0+deb12u1", "Debian 12"}:             {Vendor: mariaDB, Major: 10, Minor: 11, Patch: 6},
		{"5.5.5-10.6.12-MariaDB-log", "MariaDB Server"}:        {Vendor: mariaDB, Major: 10, Minor: 6, Patch: 12},
		{"11.4.2", "mariadb.org binary distribution, MariaDB"}: {Vendor: mariaDB, Major: 11, Minor: 4, Patch: 2},
		{"8.0.36", "MySQL Community Server - GPL"}:             {Vendor: mySQL, Major: 8, Minor: 0, Patch: 36},
		{"8.0.35-27", "Percona Server (GPL), Release 27"}:      {Vendor: mySQL, Major: 8, Minor: 0, Patch: 35},
		{"8.0.mysql_aurora.3.05.2", "Source distribution"}:     {Vendor: mySQL, Major: 8},
		{"9", ""}: {Vendor: mySQL, Major: 9},
	} {
		have, err := flavor(told[0], told[1])
		if err != nil || have != want {
			t.Errorf("%q: %+v, error %v", told, have, err)
		}
	}
	for _, told := range [][2]string{
		{"8.0.11-TiDB-v7.5.0", "TiDB Server (Apache License 2.0)"},
		{"8.0.33", "Dolt"},
		{"8.0.30-Vitess", "Version: 17.0.2"},
	} {
		if have, err := flavor(told[0], told[1]); !errors.Is(err, engine.ErrNotADatabase) {
			t.Errorf("%q: %+v, error %v", told, have, err)
		}
	}
	if err := reaching(fmt.Errorf("dial: %w", driver.ErrOldProtocol)); !errors.Is(err, engine.ErrNotADatabase) {
		t.Errorf("error %v", err)
	}
}

// Without a database there is nothing to look after.
func TestADatabaseMustBeSelected(t *testing.T) {
	c, err := driver.ParseDSN(testserver.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	c.DBName = ""
	if db, err := (Engine{}).Connect(t.Context(), openPool(t, c.FormatDSN())); err == nil {
		db.Close()
		t.Error("there is one")
	}
}

// What MySQL is asked for one by one tells the same.
func TestAskedOneByOne(t *testing.T) {
	db := open(t)
	everything(t, db)
	want := inspected(t, db)
	db.traits.Flavor.Vendor = mySQL
	same(t, want, inspected(t, db))
}

// What the server does not show is there, and nobody vouches for it.
func TestWhatIsNotShownIsUnsupported(t *testing.T) {
	name := testserver.MariaDB(t)
	root := take(t, name)
	user := "reader_" + root.name[len(root.name)-8:]
	must(t, root, "CREATE TABLE notes (id int)", "CREATE PROCEDURE p() SELECT 1", "CREATE USER "+quote(user)+"@'localhost' IDENTIFIED BY 'x'",
		"GRANT SELECT, EXECUTE ON "+quote(root.name)+".* TO "+quote(user)+"@'localhost'")
	t.Cleanup(func() { must(t, root, "DROP USER "+quote(user)+"@'localhost'") })
	have := inspected(t, take(t, strings.Replace(name, "root@", user+":x@", 1)))
	for key, want := range map[schema.Key]bool{
		{Kind: schema.Table, Name: "notes"}: true,
		{Kind: Procedure, Name: "p"}:        false,
	} {
		if o := have.Get(key); o == nil || (o.Unsupported == "") != want {
			t.Errorf("%s: %+v", key, o)
		}
	}
}
