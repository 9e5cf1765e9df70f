package migration_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend/migration"
)

func TestNextVersion(t *testing.T) {
	now := time.Date(2026, 3, 14, 23, 30, 45, 0, time.FixedZone("west", -3*60*60)) // the 15th in UTC
	for _, c := range []struct{ last, want migration.Version }{
		{"1", "2"},
		{"001", "002"},
		{"009", "010"},
		{"999", "1000"},
		{"000099", "000100"},
		{"18446744073709551615", "18446744073709551616"},
		{"20240101", "20260315"},
		{"2024010112", "2026031502"},
		{"202401011200", "202603150230"},
		{"20240101120000", "20260315023045"},
		{"1704110400", "1773541845"},
		{"1704110400000", "1773541845000"},
		// A last version of just now, or from a clock that is ahead.
		{"20260315023045", "20260315023046"},
		{"20261231235959", "20270101000000"},
		{"20260315", "20260316"},
		{"1999999999", "2000000000"},
		// Numbers of that width which are no dates.
		{"20249901", "20249902"},
		{"00000001", "00000002"},
		{"0000000041", "0000000042"},
	} {
		s := load(t, folder(string(c.last)+"_a.sql", ""))
		got := migration.NextVersion(s, now)
		if got != c.want {
			t.Errorf("after %s comes %s, want %s", c.last, got, c.want)
		}
		if got.Compare(c.last) <= 0 {
			t.Errorf("%s does not come after %s", got, c.last)
		}
	}
	for format, want := range map[string]migration.Version{
		"": "001", "plain": "001", "golang-migrate": "001", "goose": "20260315023045", "dbmate": "20260315023045",
	} {
		if got := migration.NextVersion(&migration.Set{Format: format}, now); got != want {
			t.Errorf("the first version of %q is %s, want %s", format, got, want)
		}
	}
}

func TestFilename(t *testing.T) {
	for _, c := range []struct{ name, format, up, down string }{
		{"add orders", "plain", "007_add_orders.sql", ""},
		{"add orders", "golang-migrate", "007_add_orders.up.sql", "007_add_orders.down.sql"},
		{"Add  Orders!", "goose", "007_add_orders.sql", ""},
		{"add orders", "flyway", "V007__add_orders.sql", ""},
		{"add orders", "prisma", "007_add_orders/migration.sql", ""},
		{"add orders", "diesel", "007_add_orders/up.sql", "007_add_orders/down.sql"},
		{"Größe", "bun", "007_gr_e.up.sql", "007_gr_e.down.sql"},
		{"größere Überschrift", "dbmate", "007_größere_überschrift.sql", ""},
		{"../../etc/passwd", "plain", "007_etc_passwd.sql", ""},
		{"v1.2: x.down", "plain", "007_v1_2_x_down.sql", ""},
		{"2fa", "plain", "007_2fa.sql", ""},
		{"", "plain", "007_migration.sql", ""},
		{"\xFF\x00\x1b[2J", "plain", "007_2j.sql", ""},
		{strings.Repeat("long ", 100), "plain", "007_" + strings.TrimSuffix(strings.Repeat("long_", 30), "_") + ".sql", ""},
	} {
		up, down := migration.Filename("007", c.name, c.format)
		if up != c.up || down != c.down {
			t.Errorf("Filename(%q, %s) = %s, %s, want %s, %s", c.name, c.format, up, down, c.up, c.down)
		}
	}
}

// What is made for a new migration can be loaded, and holds nothing yet. Drizzle's
// own tool writes its journal; a file of Liquibase's waits for its first changeset.
func TestNewFilesLoad(t *testing.T) {
	for _, format := range migration.Formats() {
		up, down := migration.Filename("001", "add orders", format)
		f := folder(up, migration.Template(format))
		if down != "" {
			f = folder(up, migration.Template(format), down, "")
		}
		want := "001_add_orders"
		switch format {
		case "drizzle":
			f["meta/_journal.json"] = &fstest.MapFile{Data: []byte(`{"entries":[{"tag":"001_add_orders","when":1}]}`)}
		case "liquibase":
			want = ""
		}
		s, err := migration.Load(f, lineCutter{}, migration.LoadOptions{Format: format})
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		got := ""
		for _, m := range s.Migrations {
			got += m.ID()
			if len(m.Statements)+len(m.Down) > 0 {
				t.Errorf("%s: read as %+v", format, m)
			}
		}
		if got != want || s.Format != format {
			t.Errorf("%s: read as %q of %s, want %q", format, got, s.Format, want)
		}
	}
}
