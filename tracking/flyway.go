package tracking

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// flyway keeps a row for everything that it has done, in the order of installed_rank:
// a migration that was run or that failed, a repeatable one that was run again, a
// baseline, a migration taken back. (flyway-core, internal/schemahistory and
// internal/info; the databases' getRawCreateScript)
var flyway = &Runner{
	Name: "Flyway",
	Columns: []string{
		"installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "installed_on", "execution_time", "success",
	},
	Tables:  []string{"flyway_schema_history"},
	Formats: []string{"flyway"},
	Query: func(t Table) string {
		return selecting(t, []string{
			number(t, "installed_rank"), text(t, "version"), text(t, "description"), text(t, "type"), number(t, "checksum"), number(t, "success"),
		}, "installed_rank")
	},
	Parse:   parseFlyway,
	Key:     func(m *migration.Migration) string { return m.Version.Normal() },
	Named:   func(m *migration.Migration, name string) bool { return flywayDescription(m) == name },
	Compare: compareFlyway,
	Record:  recordFlyway,
	Forget:  forgetFlyway,
	Create:  createFlyway,
}

// repeatable is what the versions of repeatable migrations begin with: see package
// migration.
const repeatable = "R__"

// flywayDescription returns the description of a migration as the column holds it.
func flywayDescription(m *migration.Migration) string {
	const most = 200
	if d := []rune(describe(m)); len(d) > most {
		return string(d[:most-3]) + "..."
	}
	return describe(m)
}

func parseFlyway(cells [][]Cell) ([]Row, error) {
	rows := []Row{}
	of := func(key string) int {
		return slices.IndexFunc(rows, func(r Row) bool { return r.Key == key && !r.UpTo })
	}
	for i, c := range cells {
		row, err := parseFlywayRow(i, c)
		if err != nil {
			return nil, err
		}
		before := of(row.Key)
		switch kind := c[3].String; {
		case kind == "SCHEMA":
			continue // Flyway has made the schema
		case kind == "DELETE" || strings.HasPrefix(kind, "UNDO_"):
			if before >= 0 && !row.Begun {
				rows = slices.Delete(rows, before, before+1)
			}
			continue
		case strings.Contains(kind, "BASELINE"):
			// It stands for files of other names.
			row.UpTo, row.Name = true, ""
			row.Text += ", baseline"
		case before >= 0 && rows[before].Begun && c[1].Valid:
			continue // Flyway goes by the failed one until that is taken away
		case before >= 0:
			rows = slices.Delete(rows, before, before+1)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// flywayCode are the types of migrations that are written in Java, or that another program
// runs. (api/CoreMigrationType.java)
var flywayCode = []string{"JDBC", "SPRING_JDBC", "SCRIPT", "CUSTOM"}

// parseFlywayRow reads one row for itself.
func parseFlywayRow(i int, c []Cell) (Row, error) {
	if _, err := strconv.Atoi(c[0].String); err != nil {
		return Row{}, &RowError{Row: i + 1, Column: "installed_rank", Reason: wants(c[0], "a number")}
	}
	success, ok := truth(c[5])
	if !ok {
		return Row{}, &RowError{Row: i + 1, Column: "success", Reason: wants(c[5], "true or false")}
	}
	row := Row{ID: c[0].String, Checksum: c[4].String, Begun: !success, Name: shorten(c[2].String)}
	if c[1].Valid {
		row.Version = migration.Version(shorten(c[1].String))
		row.Text = "version " + show(string(row.Version))
		if row.Name != "" {
			row.Text += " " + show(row.Name)
		}
	} else {
		row.Version = migration.Version(repeatable + row.Name)
		row.Text = "repeatable " + show(row.Name)
	}
	row.Key = row.Version.Normal()
	row.Elsewhere = !row.Begun && slices.Contains(flywayCode, c[3].String)
	if row.Begun {
		row.Text += ", failed"
	}
	return row, nil
}

// compareFlyway compares checksums. Of a repeatable migration, the one without
// placeholders put in is as good.
func compareFlyway(m *migration.Migration, row Row) Content {
	said, err := strconv.ParseInt(row.Checksum, 10, 32)
	switch {
	case err != nil:
		return Untold
	case int32(said) == migration.FlywayChecksum(m), m.Rerun == migration.OnChange && int32(said) == migration.FlywayPlainChecksum(m):
		return Same
	default:
		return Other
	}
}

// flywayColumns are those that Flyway writes itself.
var flywayColumns = []string{"installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success"}

// installedBy is the user as Flyway finds him.
var installedBy = dialect{"''", "current_user", "SUBSTRING_INDEX(USER(), CHAR(64), 1)"}

// flywayRow returns a row of a migration.
func flywayRow(db Database, rank int64, m *migration.Migration, kind string, checksum any) []any {
	var version any
	if !strings.HasPrefix(string(m.Version), repeatable) {
		version = string(m.Version)
	}
	script := []rune(m.Path)
	if len(script) > 1000 {
		script = append([]rune("..."), script[3:1000]...)
	}
	return []any{rank, version, flywayDescription(m), kind, string(script), checksum, expression(installedBy.of(db.Traits())), int64(0), true}
}

// recordFlyway takes failed rows away and gives changed files their checksums, as
// flyway repair does, and then inserts a row for each migration that was run.
func recordFlyway(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	for _, n := range t.begun {
		if err := dropFailed(ctx, db, h, n); err != nil {
			return err
		}
		t.fresh = append(t.fresh, n.Migration)
	}
	for _, n := range t.stale {
		if n.Rerun == migration.OnChange {
			t.fresh = append(t.fresh, n.Migration)
			continue
		}
		rank, err := h.number(migration.Version(n.row.ID))
		if err != nil {
			return err
		}
		set := []cell{{"description", flywayDescription(n.Migration)}, {"checksum", int64(migration.FlywayChecksum(n.Migration))}}
		if err := update(ctx, db, h, set, []cell{{"installed_rank", rank}}); err != nil {
			return err
		}
	}
	rank, err := highest(ctx, db, h, "installed_rank")
	if err != nil {
		return err
	}
	var rows [][]any
	for i, m := range inOrder(applied, t.fresh) {
		kind := "SQL"
		if m.Baseline {
			kind = "SQL_BASELINE"
		}
		rows = append(rows, flywayRow(db, rank+int64(i)+1, m, kind, int64(migration.FlywayChecksum(m))))
	}
	return insert(ctx, db, h, flywayColumns, rows)
}

// dropFailed takes the failed rows of a migration away.
func dropFailed(ctx context.Context, db Database, h *History, n noted) error {
	which := cell{"version", string(n.row.Version)}
	if strings.HasPrefix(which.value.(string), repeatable) {
		which = cell{"description", n.row.Name}
	}
	return remove(ctx, db, h, cell{"success", false}, which)
}

// forgetFlyway marks the migrations as deleted, as flyway repair does: after that,
// every edition of Flyway runs them again. Rows for what an undo script has undone are
// something that only some editions can read.
func forgetFlyway(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error {
	rows, err := h.reverting(all, reverted)
	if err != nil {
		return err
	}
	rank, err := highest(ctx, db, h, "installed_rank")
	if err != nil {
		return err
	}
	var marks [][]any
	for _, n := range rows {
		if n.row.Begun {
			if err := dropFailed(ctx, db, h, n); err != nil {
				return err
			}
			continue
		}
		var checksum any
		if sum, err := strconv.ParseInt(n.row.Checksum, 10, 32); err == nil {
			checksum = sum
		}
		rank++
		mark := flywayRow(db, rank, n.Migration, "DELETE", checksum)
		if mark[1] != nil {
			mark[1] = string(n.row.Version)
		}
		mark[2] = n.row.Name
		marks = append(marks, mark)
	}
	return insert(ctx, db, h, flywayColumns, marks)
}

// createFlyway makes the table and its index as Flyway does.
func createFlyway(t engine.Traits, table schema.Key) []string {
	form := dialect{`CREATE TABLE {table} ("installed_rank" INT NOT NULL PRIMARY KEY, "version" VARCHAR(50),
		"description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL, "script" VARCHAR(1000) NOT NULL, "checksum" INT,
		"installed_by" VARCHAR(100) NOT NULL, "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
		"execution_time" INT NOT NULL, "success" BOOLEAN NOT NULL)`, `CREATE TABLE {table} ("installed_rank" INT NOT NULL, "version" VARCHAR(50),
		"description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL, "script" VARCHAR(1000) NOT NULL, "checksum" INTEGER,
		"installed_by" VARCHAR(100) NOT NULL, "installed_on" TIMESTAMP NOT NULL DEFAULT now(), "execution_time" INTEGER NOT NULL,
		"success" BOOLEAN NOT NULL, CONSTRAINT {key} PRIMARY KEY ("installed_rank"))`, "CREATE TABLE {table} (`installed_rank` INT NOT NULL, " +
		"`version` VARCHAR(50), `description` VARCHAR(200) NOT NULL, `type` VARCHAR(20) NOT NULL, `script` VARCHAR(1000) NOT NULL, " +
		"`checksum` INT, `installed_by` VARCHAR(100) NOT NULL, `installed_on` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, " +
		"`execution_time` INT NOT NULL, `success` BOOL NOT NULL, CONSTRAINT {key} PRIMARY KEY (`installed_rank`))"}.of(t)
	return []string{
		strings.NewReplacer("{table}", quote(t, table), "{key}", t.Quote(table.Name+"_pk")).Replace(form),
		"CREATE INDEX " + t.Quote(table.Name+"_s_idx") + " ON " + quote(t, table) + " (" + t.Quote("success") + ")",
	}
}
