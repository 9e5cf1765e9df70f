package hybrid

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// SQLite is the [Engine] of SQLite. Its value is the name under which a driver is
// registered.
type SQLite string

// Open opens a database in memory.
func (d SQLite) Open() (*sql.DB, error) {
	db, err := sql.Open(string(d), ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(0)
	return db, nil
}

// ours selects the objects that a history of migrations is about.
const ours = `m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.tbl_name NOT IN
	('dbmend_journal', 'schema_migrations', 'goose_db_version') AND m.name NOT LIKE 'dbmend\_%' ESCAPE '\'`

// Schema reads the catalogue through pragmas. What those do not tell (checks,
// collations, AUTOINCREMENT, what views and triggers do) is read from the stored
// text, without quotes and blanks.
func (d SQLite) Schema(db *sql.DB) (*Picture, error) {
	p := &Picture{Objects: map[string]string{}, Rows: map[string][]string{}, Counters: map[string]int64{}}
	queries := []string{
		`SELECT m.name || '/column ' || c.name, lower(c.type) || ' notnull ' || c."notnull" || ' default ' || coalesce(c.dflt_value, '-') || ' key ' || c.pk || ' hidden ' || c.hidden
			FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND ` + ours,
		`SELECT m.name || '/foreign key ' || f."from", lower(f."table") || '(' || coalesce(lower(f."to"), '') || ') delete ' || f.on_delete || ' update ' || f.on_update
			FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND ` + ours,
		`SELECT m.name || iif(l.origin = 'c', '/index ' || l.name, '/key ' || l.origin || ' ' || group_concat(coalesce(x.name, '?'))),
				'unique ' || l."unique" || ' partial ' || l.partial || ' on ' || group_concat(coalesce(x.name, '?') || ' ' || x."desc" || ' ' || lower(x.coll))
			FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_xinfo(l.name) x
			WHERE m.type = 'table' AND x.key AND ` + ours + ` GROUP BY m.name, l.name`,
	}
	for _, text := range queries {
		rows, err := db.Query(text)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var key, facts string
			if err := rows.Scan(&key, &facts); err != nil {
				return nil, err
			}
			p.Objects[key] = facts
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return p, d.texts(db, p)
}

// texts reads what only the stored text tells.
func (d SQLite) texts(db *sql.DB, p *Picture) error {
	rows, err := db.Query("SELECT m.type, m.name, m.tbl_name, m.sql FROM sqlite_master m WHERE m.sql IS NOT NULL AND " + ours)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, name, table, text string
		if err := rows.Scan(&kind, &name, &table, &text); err != nil {
			return err
		}
		words := tokens(text)
		switch kind {
		case "table":
			facts := ""
			for _, w := range []string{"autoincrement", "without", "strict"} {
				if slices.Contains(words, w) {
					facts += w + " "
				}
			}
			p.Objects[name+"/table"] = facts
			for _, c := range clauses(words) {
				p.Objects[name+"/"+c] = "there"
			}
		case "index":
			if i := slices.Index(words, "on"); i >= 0 {
				p.Objects[table+"/index "+name] += " " + strings.Join(words[i+2:], " ")
			}
		case "trigger":
			p.Objects[table+"/trigger "+name] = strings.Join(words, " ")
		case "view":
			p.Objects["/view "+name] = strings.Join(words, " ")
		}
	}
	return rows.Err()
}

// tokens cuts a statement into lower-case words and signs, without quotes around
// names.
func tokens(text string) []string {
	var words []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		n := 1
		switch c := rune(text[0]); {
		case c == '\'':
			for n < len(text) && text[n] != '\'' {
				n++
			}
			words, text = append(words, text[:n+1]), text[n+1:]
			continue
		case c == '"' || c == '`' || c == '[':
			end := strings.IndexAny(text[1:], "\"`]")
			words, text = append(words, strings.ToLower(text[1:end+1])), text[end+2:]
			continue
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_':
			for n < len(text) && (unicode.IsLetter(rune(text[n])) || unicode.IsDigit(rune(text[n])) || text[n] == '_') {
				n++
			}
		}
		words, text = append(words, strings.ToLower(text[:n])), text[n:]
	}
	return words
}

// clauses returns the checks and collations of a table.
func clauses(words []string) []string {
	var found []string
	depth, column, begins := 0, "", false
	for i, w := range words {
		switch w {
		case "(":
			if depth++; depth == 1 {
				begins = true
			}
			continue
		case ")":
			depth--
		case ",":
			if depth == 1 {
				begins = true
				continue
			}
		case "check":
			nested, j := 0, i+1
			for ; j < len(words); j++ {
				if words[j] == "(" {
					nested++
				} else if words[j] == ")" {
					if nested--; nested == 0 {
						break
					}
				}
			}
			found = append(found, "check "+strings.Join(words[i+1:j], " "))
		case "collate":
			found = append(found, "collate "+column+" "+words[i+1])
		}
		if begins && depth == 1 {
			column, begins = w, false
		}
	}
	return found
}

// Rows reads every row of every table.
func (d SQLite) Rows(db *sql.DB, p *Picture) error {
	for _, table := range p.Tables() {
		columns := p.Columns(table)
		parts := make([]string, len(columns))
		for i, c := range columns {
			parts[i] = fmt.Sprintf(`'%s=' || quote("%[1]s")`, c)
		}
		rows, err := query(db, fmt.Sprintf(`SELECT %s FROM "%s"`, strings.Join(parts, " || ' ' || "), table))
		if err != nil {
			return err
		}
		slices.Sort(rows)
		p.Rows[table] = rows
	}
	return d.counters(db, p)
}

// counters reads how far the tables with AUTOINCREMENT have counted. Whoever has never
// had a row has no counter.
func (d SQLite) counters(db *sql.DB, p *Picture) error {
	there, err := query(db, "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
	if err != nil || len(there) == 0 {
		return err
	}
	rows, err := db.Query("SELECT name, seq FROM sqlite_sequence")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var counter int64
		if err := rows.Scan(&table, &counter); err != nil {
			return err
		}
		if p.hasTable(table) {
			p.Counters[table] = max(p.Counters[table], counter)
		}
	}
	return rows.Err()
}

// Orphans is a query for rows that refer to nothing.
func (d SQLite) Orphans() string { return `SELECT "table" FROM pragma_foreign_key_check` }

// ForeignKeys returns the pragma.
func (d SQLite) ForeignKeys(on bool) string {
	if on {
		return "PRAGMA foreign_keys = ON"
	}
	return "PRAGMA foreign_keys = OFF"
}

// Counters returns nothing: keys go on behind the greatest.
func (d SQLite) Counters(*Picture) []string { return nil }

func (d SQLite) dialect() *dialect { return &sqliteDialect }

// Install returns the stored statements, tables first.
func (d SQLite) Install(db *sql.DB) ([]string, error) {
	return query(db, "SELECT m.sql FROM sqlite_master m WHERE m.sql IS NOT NULL AND "+ours+
		" ORDER BY CASE m.type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, m.rowid")
}
