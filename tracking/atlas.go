package tracking

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// atlas keeps a row for each migration, and in it how many of its statements have run,
// with a hash for each of them as long as not all have. (sql/migrate/migrate.go,
// cmd/atlas/internal/migrate)
var atlas = &Runner{
	Name: "Atlas",
	Columns: []string{
		"version", "description", "type", "applied", "total", "executed_at", "execution_time",
		"error", "error_stmt", "hash", "partial_hashes", "operator_version",
	},
	Tables:  []string{"atlas_schema_revisions"},
	Formats: []string{"atlas"},
	Query: func(t Table) string {
		return selecting(t, []string{
			text(t, "version"), text(t, "description"), number(t, "type"), number(t, "applied"), number(t, "total"),
			"CASE WHEN COALESCE(" + column(t, "error") + ", '') = '' THEN '0' ELSE '1' END", text(t, "hash"), partialHashes(t),
		}, "version")
	},
	Parse:   parseAtlas,
	Key:     func(m *migration.Migration) string { v, _ := atlasName(m); return v },
	Named:   func(m *migration.Migration, name string) bool { _, said := atlasName(m); return said == name },
	Compare: compareAtlas,
	Through: func(m *migration.Migration, row Row) int { return migration.AtlasThrough(m, row.Done) },
	Record:  recordAtlas,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return []cell{{"version", n.row.Key}}, nil
	}),
	Create: creating(dialect{`CREATE TABLE %s (version text NOT NULL, description text NOT NULL, type integer NOT NULL DEFAULT (2),
		applied integer NOT NULL DEFAULT (0), total integer NOT NULL DEFAULT (0), executed_at datetime NOT NULL,
		execution_time integer NOT NULL, error text NULL, error_stmt text NULL, hash text NOT NULL, partial_hashes json NULL,
		operator_version text NOT NULL, PRIMARY KEY (version))`, `CREATE TABLE %s ("version" character varying NOT NULL,
		"description" character varying NOT NULL, "type" bigint NOT NULL DEFAULT 2, "applied" bigint NOT NULL DEFAULT 0,
		"total" bigint NOT NULL DEFAULT 0, "executed_at" timestamptz NOT NULL, "execution_time" bigint NOT NULL, "error" text NULL,
		"error_stmt" text NULL, "hash" character varying NOT NULL, "partial_hashes" jsonb NULL,
		"operator_version" character varying NOT NULL, PRIMARY KEY ("version"))`, "CREATE TABLE %s (`version` varchar(255) NOT NULL, " +
		"`description` varchar(255) NOT NULL, `type` bigint unsigned NOT NULL DEFAULT 2, `applied` bigint NOT NULL DEFAULT 0, " +
		"`total` bigint NOT NULL DEFAULT 0, `executed_at` timestamp NOT NULL, `execution_time` bigint NOT NULL, `error` longtext NULL, " +
		"`error_stmt` longtext NULL, `hash` varchar(255) NOT NULL, `partial_hashes` json NULL, `operator_version` varchar(255) NOT NULL, " +
		"PRIMARY KEY (`version`)) CHARSET utf8mb4 COLLATE utf8mb4_bin"}),
}

// What Atlas writes into the column type: bits.
const (
	atlasBaseline = 1
	atlasExecute  = 2
	atlasResolved = 4 // set by hand
)

// mostHashes bounds the hashes of a migration's statements: a few hundred of them.
const mostHashes = 1 << 14

// partialHashes returns an expression for the hashes of a migration that has not
// finished.
func partialHashes(t Table) string {
	cast := dialect{"%s", "CAST(%s AS text)", "CAST(%s AS CHAR)"}.of(t.Traits)
	return fmt.Sprintf("CASE WHEN %s < %s THEN substr("+cast+", 1, %d) END",
		column(t, "applied"), column(t, "total"), column(t, "partial_hashes"), mostHashes)
}

// atlasName returns what Atlas makes of the name of a file.
func atlasName(m *migration.Migration) (version, description string) {
	version, description, _ = strings.Cut(strings.TrimSuffix(fileOf(m), ".sql"), "_")
	return version, description
}

func parseAtlas(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if c[0].String == "" {
			return nil, &RowError{Row: i + 1, Column: "version", Reason: "is empty"}
		}
		if strings.HasPrefix(c[0].String, ".") {
			continue // about the table itself, whose identifier it is
		}
		var numbers [3]int
		for j, name := range []string{"type", "applied", "total"} {
			n, err := strconv.Atoi(c[2+j].String)
			if err != nil || n < 0 {
				return nil, &RowError{Row: i + 1, Column: name, Reason: wants(c[2+j], "a number from 0 on")}
			}
			numbers[j] = n
		}
		kind, applied, total := numbers[0], numbers[1], numbers[2]
		said := shorten(c[0].String)
		row := Row{Version: version(said), Key: said, Name: shorten(c[1].String), Checksum: c[6].String, Text: "version " + show(said)}
		if string(row.Version) != said {
			row.Version = ""
		}
		if row.Name != "" {
			row.Text += " " + show(row.Name)
		}
		switch {
		case applied < total || c[5].String == "1":
			row.Begun, row.Done, row.Checksum = true, applied, lastHash(c[7].String, applied)
			row.Text += fmt.Sprintf(", %d of %d statements", applied, total)
		case kind&atlasBaseline != 0:
			row.UpTo = true
			row.Text += ", baseline"
		case kind&atlasResolved != 0:
			row.Text += ", set by hand"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// lastHash returns the last of the hashes of the statements that have run, which is
// also of all before it; "" where they are not so many.
func lastHash(list string, applied int) string {
	var hashes []string
	if json.Unmarshal([]byte(list), &hashes) != nil || len(hashes) != applied || applied == 0 {
		return ""
	}
	return hashes[applied-1]
}

// compareAtlas compares the statements that have run of a migration that has not
// finished. The hash of one that has finished is also of all files before it: another
// one does not tell that this file was changed.
func compareAtlas(m *migration.Migration, row Row) Content {
	if !row.Begun {
		if row.Checksum == migration.AtlasHash(m) {
			return Same
		}
		return Untold
	}
	hashes := migration.AtlasPartialHashes(m)
	switch {
	case hashes == nil:
		return Untold
	case row.Done <= len(hashes) && hashes[row.Done-1] == row.Checksum:
		return Same
	default:
		return Other
	}
}

// atlasCount returns how many statements a migration has to Atlas, and how many it has
// where Atlas could not run it.
func atlasCount(m *migration.Migration) int64 {
	if hashes := migration.AtlasPartialHashes(m); hashes != nil {
		return int64(len(hashes))
	}
	return int64(len(m.Statements))
}

// recordAtlas finishes what was begun, as Atlas does when it has run the rest, and
// inserts what there is no row of.
func recordAtlas(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	// What Atlas writes for no hashes is JSON's null.
	now, none := expression("CURRENT_TIMESTAMP"), expression("'null'")
	for _, n := range t.begun {
		count := atlasCount(n.Migration)
		set := []cell{
			{"applied", count},
			{"total", count},
			{"executed_at", now},
			{"error", ""},
			{"error_stmt", ""},
			{"hash", migration.AtlasHash(n.Migration)},
			{"partial_hashes", none},
		}
		if err := update(ctx, db, h, set, []cell{{"version", n.row.Key}}); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, m := range t.fresh {
		v, description := atlasName(m)
		count := atlasCount(m)
		rows = append(rows, []any{v, description, int64(atlasExecute), count, count, now, int64(0), "", "", migration.AtlasHash(m), none, "dbmend"})
	}
	return insert(ctx, db, h, []string{
		"version", "description", "type", "applied", "total", "executed_at", "execution_time",
		"error", "error_stmt", "hash", "partial_hashes", "operator_version",
	}, rows)
}
