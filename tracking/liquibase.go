package tracking

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// liquibase keeps a row for each changeset, by id, author and file, with a checksum,
// and beside the table another one that says who is working on the database. What
// failed leaves no row. (liquibase-standard, sqlgenerator/core and changelog)
var liquibase = &Runner{
	Name: "Liquibase",
	Columns: []string{
		"id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum",
		"description", "comments", "tag", "liquibase", "contexts", "labels", "deployment_id",
	},
	Tables:     []string{"databasechangelog"},
	Upper:      true,
	Companions: []string{changelogLock},
	Formats:    []string{"liquibase"},
	Query: func(t Table) string {
		return selecting(t, []string{
			text(t, "id"), text(t, "author"), text(t, "filename"), text(t, "exectype"), text(t, "md5sum"), number(t, "orderexecuted"),
		}, "dateexecuted", "orderexecuted", "filename", "id")
	},
	Parse:   parseLiquibase,
	Key:     changesetKey,
	Named:   isChangesetFile,
	Compare: compareLiquibase,
	Holder:  holderOfChangelog,
	Record:  recordLiquibase,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return changesetRow(n), nil
	}),
	Create: createLiquibase,
}

// changesetKey returns id and author of a changeset, which Liquibase compares without
// regard to capital letters. What it compares besides is the file.
func changesetKey(m *migration.Migration) string {
	if m.Changeset == nil {
		return ""
	}
	return keyOfChangeset(m.Changeset.ID, m.Changeset.Author)
}

func keyOfChangeset(id, author string) string { return strings.ToLower(id + "::" + author) }

// isChangesetFile reports whether a row's file is the changeset's: the table may have
// folders ahead of it, depending on where Liquibase was called.
func isChangesetFile(m *migration.Migration, name string) bool {
	if m.Changeset == nil {
		return false
	}
	name, file := plainPath(name), plainPath(m.Changeset.File)
	return strings.EqualFold(name, file) || strings.HasSuffix(strings.ToLower(name), "/"+strings.ToLower(file))
}

// plainPath returns a path as Liquibase compares it.
func plainPath(path string) string {
	path = strings.ReplaceAll(strings.TrimPrefix(path, "classpath:"), `\`, "/")
	return strings.TrimLeft(strings.TrimPrefix(path, "./"), "/")
}

func parseLiquibase(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		for j, name := range []string{"id", "author", "filename"} {
			if c[j].String == "" {
				return nil, &RowError{Row: i + 1, Column: name, Reason: "is empty"}
			}
		}
		id, author, file := shorten(c[0].String), shorten(c[1].String), shorten(c[2].String)
		row := Row{
			Key: keyOfChangeset(id, author), Name: file, Checksum: c[4].String, ID: fmt.Sprintf("%d:%s:%s", len(id), id, author),
			Text: "changeset " + show(file+"::"+id+"::"+author), Elsewhere: !strings.HasSuffix(strings.ToLower(file), ".sql"),
		}
		switch kind := c[3].String; kind {
		case "SKIPPED":
			continue // not run
		case "FAILED":
			row.Begun, row.Elsewhere = true, false
			row.Text += ", failed"
		case "EXECUTED":
		default:
			row.Text += ", " + show(shorten(strings.ToLower(kind)))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// compareLiquibase compares checksums of the present version; older ones cannot be
// computed.
func compareLiquibase(m *migration.Migration, row Row) Content {
	version, _, ok := strings.Cut(row.Checksum, ":")
	present, _, _ := strings.Cut(migration.LiquibaseChecksum(m), ":")
	switch {
	case !ok || version != present:
		return Untold
	case row.Checksum == migration.LiquibaseChecksum(m):
		return Same
	}
	for _, valid := range m.Changeset.Valid {
		if valid == row.Checksum || strings.EqualFold(valid, "ANY") {
			return Same
		}
	}
	return Other
}

// changesetRow finds the row of a changeset, in the words of the row.
func changesetRow(n noted) []cell {
	length, both, _ := strings.Cut(n.row.ID, ":")
	n0, _ := strconv.Atoi(length) // written by parseLiquibase
	return []cell{{"id", both[:n0]}, {"author", both[n0+1:]}, {"filename", n.row.Name}}
}

// recordLiquibase writes as Liquibase does, while it holds Liquibase's lock: a row for
// each changeset that was run, a new date and RERAN for one that was run again, a new
// checksum for one that was changed.
func recordLiquibase(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil || len(t.fresh)+len(t.begun)+len(t.stale) == 0 {
		return err
	}
	unlock, err := h.lockChangelog(ctx, db)
	if err != nil {
		return err
	}
	order, err := highest(ctx, db, h, "orderexecuted")
	if err != nil {
		return err
	}
	now := expression(dialect{"CURRENT_TIMESTAMP", "NOW()", "NOW()"}.of(db.Traits()))
	for _, n := range append(t.begun, t.stale...) {
		set := []cell{{"md5sum", migration.LiquibaseChecksum(n.Migration)}}
		if n.row.Begun || n.Rerun != migration.Never {
			order++
			kind := "RERAN"
			if n.row.Begun {
				kind = "EXECUTED"
			}
			set = append(set, cell{"dateexecuted", now}, cell{"orderexecuted", order}, cell{"exectype", kind},
				cell{"deployment_id", deployment()}, cell{"liquibase", "dbmend"})
		}
		if err := update(ctx, db, h, set, changesetRow(n)); err != nil {
			return err
		}
	}
	folder := h.changelogFolder(all)
	deployed := deployment()
	var rows [][]any
	for _, m := range t.fresh {
		c, file := m.Changeset, m.Changeset.File
		if file == m.Path {
			file = folder + file
		}
		order++
		rows = append(rows, []any{
			c.ID, c.Author, file, now, order, "EXECUTED", migration.LiquibaseChecksum(m), "sql", limit(c.Comment, 250),
			bracketed(c.Contexts), orNull(c.Labels), "dbmend", deployed,
		})
	}
	err = insert(ctx, db, h, []string{
		"id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum", "description", "comments",
		"contexts", "labels", "liquibase", "deployment_id",
	}, rows)
	if err != nil {
		return err
	}
	return unlock()
}

// changelogFolder returns the folders that the table has ahead of the files: those of
// the newest row of the set.
func (h *History) changelogFolder(all []*migration.Migration) string {
	rows, _ := h.ours(all)
	of := map[string]*migration.Migration{}
	for m, row := range rows {
		of[row.Key+row.Name] = m
	}
	for i := len(h.Rows) - 1; i >= 0; i-- {
		row := h.Rows[i]
		m := of[row.Key+row.Name]
		if m != nil && m.Changeset.File == m.Path && len(row.Name) >= len(m.Path) {
			return row.Name[:len(row.Name)-len(m.Path)]
		}
	}
	return ""
}

// deployment returns a name for a run as Liquibase makes it of the time.
func deployment() string {
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return now[len(now)-10:]
}

// bracketed returns contexts as Liquibase keeps them.
func bracketed(contexts string) any {
	if strings.ContainsAny(contexts, ", ") {
		return "(" + contexts + ")"
	}
	return orNull(contexts)
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// limit cuts a text as Liquibase does.
func limit(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-3]) + "..."
	}
	return text
}

// createLiquibase makes the table and the lock beside it.
func createLiquibase(t engine.Traits, table schema.Key) []string {
	time := dialect{"TEXT", "TIMESTAMP WITHOUT TIME ZONE", "datetime"}.of(t)
	number := dialect{"INTEGER", "INTEGER", "INT"}.of(t)
	truth := dialect{"BOOLEAN", "BOOLEAN", "TINYINT(1)"}.of(t)
	beside := Table{Key: table, Traits: t}
	constraint := t.Quote("pk_" + changelogLock)
	if familyOf(t) == postgres {
		constraint = t.Quote(changelogLock + "_pkey")
	}
	return []string{
		"CREATE TABLE " + quote(t, table) + " (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, " +
			"DATEEXECUTED " + time + " NOT NULL, ORDEREXECUTED " + number + " NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35), " +
			"DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), " +
			"LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10))",
		"CREATE TABLE " + beside.In(changelogLock) + " (ID " + number + " NOT NULL, LOCKED " + truth + " NOT NULL, LOCKGRANTED " + time + ", " +
			"LOCKEDBY VARCHAR(255), CONSTRAINT " + constraint + " PRIMARY KEY (ID))",
		"INSERT INTO " + beside.In(changelogLock) + " (ID, LOCKED) VALUES (1, " + dialect{"0", "FALSE", "0"}.of(t) + ")",
	}
}
