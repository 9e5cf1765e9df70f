package check_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/migration"
)

// set makes a set of files, "version name meaning" each; the bytes are what is behind a
// fourth word, or the meaning.
func set(files ...[3]string) *migration.Set {
	s := &migration.Set{}
	for _, f := range files {
		s.Migrations = append(s.Migrations, &migration.Migration{
			Version: migration.Version(f[0]), Name: f[1], Path: f[0] + "_" + f[1] + ".sql", Sum: f[2], Checksum: f[2],
			Statements: []migration.Statement{{Number: 1, Line: 3, Sum: f[2]}},
		})
	}
	return s
}

func said(findings []check.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s %s: %s", f.Rule, f.Place, f.Text))
	}
	return all
}

func TestGaps(t *testing.T) {
	numbered := func(versions ...string) *migration.Set {
		var files [][3]string
		for _, v := range versions {
			files = append(files, [3]string{v, "x", v})
		}
		return set(files...)
	}
	for _, c := range []struct {
		name string
		set  *migration.Set
		want []string
	}{
		{"none where nothing is left out", numbered("001", "002", "003"), nil},
		{"one number", numbered("001", "002", "004", "005"), []string{"gap db/004_x.sql:1: number 3 is left out between 002_x and 004_x"}},
		{"several numbers", numbered("1", "2", "3", "7"), []string{"gap db/7_x.sql:1: numbers 4 to 6 are left out between 3_x and 7_x"}},
		{"none among times", numbered("20240101120000", "20240101120001", "20240301120000", "20240401120000"), nil},
		{"none among tens", numbered("10", "20", "30", "31"), nil},
		{"none of two", numbered("1", "3"), nil},
		{"none among names and numbers with dots", numbered("1.1", "1.3", "first", "second"), nil},
		{"none in nothing", set(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := said(check.Gaps(c.set, "db")); !slices.Equal(got, c.want) {
				t.Errorf("found %q; want %q", got, c.want)
			}
		})
	}
}

func TestReleased_staysAsItWas(t *testing.T) {
	then := set([3]string{"001", "users", "a"}, [3]string{"002", "orders", "b"})
	bytes := set([3]string{"001", "users", "a"}, [3]string{"002", "orders", "b"}, [3]string{"003", "new", "c"})
	bytes.Migrations[0].Checksum = "other"
	again := set([3]string{"001", "users", "other"}, [3]string{"002", "orders", "b"})
	again.Migrations[0].Rerun = migration.OnChange
	old := set([3]string{"001", "users", "a"}, [3]string{"002", "orders", "b"})
	old.Migrations[0].Rerun = migration.OnChange
	baseline := set([3]string{"002", "all", "ab"})
	baseline.Migrations[0].Baseline = true
	for _, c := range []struct {
		name      string
		then, now *migration.Set
		want      []string
	}{
		{"and so it is", then, set([3]string{"1", "users", "a"}, [3]string{"002", "orders", "b"}), []string{"renamed 1_users.sql:1: 1_users.sql was released as 001_users.sql"}},
		{"with other bytes", then, bytes, []string{"reformatted 001_users.sql:1: 001_users has other bytes than when it was released, and means the same"}},
		{"with another meaning", then, set([3]string{"001", "users", "z"}, [3]string{"002", "orders", "b"}),
			[]string{"edited 001_users.sql:3: 001_users was released with other statements"}},
		{"under another name with another meaning", then, set([3]string{"001", "tags", "z"}, [3]string{"002", "orders", "b"}),
			[]string{"edited 001_tags.sql:1: version 001 was released as 001_users.sql, and is 001_tags.sql now"}},
		{"and is not gone", then, set([3]string{"002", "orders", "b"}), []string{"removed 001_users.sql: 001_users was released and is gone"}},
		{"but for what is run again", old, again, nil},
		{"but for what a baseline stands in for", then, baseline, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := said(check.Released("v1", c.then, c.now, "")); !slices.Equal(got, c.want) {
				t.Errorf("found %q; want %q", got, c.want)
			}
		})
	}
}

func TestOrder_wantsNewOnesBehind(t *testing.T) {
	then := set([3]string{"001", "users", "a"}, [3]string{"003", "orders", "b"})
	now := set([3]string{"001", "users", "a"}, [3]string{"002", "late", "z"}, [3]string{"003", "orders", "b"}, [3]string{"004", "new", "c"})
	want := []string{"out-of-order db/002_late.sql:1: 002_late is new and comes before 003_orders, which is released"}
	if got := said(check.Order("v1", then, now, "db")); !slices.Equal(got, want) {
		t.Errorf("found %q; want %q", got, want)
	}
	if got := check.Order("v0", set(), now, "db"); got != nil {
		t.Errorf("found %q where nothing is released", said(got))
	}
	if got := check.Pending(then, now); len(got) != 2 || got[0].Name != "late" || got[1].Name != "new" {
		t.Errorf("pending are %v", got)
	}
}
