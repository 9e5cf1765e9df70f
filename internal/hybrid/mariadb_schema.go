package hybrid

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
)

// oursMariaDB selects the tables that a history of migrations is about.
const oursMariaDB = `t.table_schema = DATABASE() AND t.table_name <> 'schema_migrations' AND t.table_name NOT LIKE 'dbmend\_%' `

// schemaMariaDB are queries for keys and facts. Names of constraints are told only
// where a history gives them; an index that nobody named is there for a reference,
// and comes and goes with other indexes.
var schemaMariaDB = []string{
	`SELECT concat(t.table_name, '/table'), concat(t.engine, ' ', t.table_collation) FROM information_schema.tables t
		WHERE t.table_type = 'BASE TABLE' AND ` + oursMariaDB,
	`SELECT concat(t.table_name, '/column ', c.column_name), concat(c.column_type, if(c.is_nullable = 'NO', ' not null', ''), ' default ', coalesce(c.column_default, '-'),
			' ', c.extra, ' ', coalesce(c.generation_expression, ''), if(c.collation_name <> t.table_collation, concat(' collate ', c.collation_name), ''))
		FROM information_schema.tables t JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
		WHERE t.table_type = 'BASE TABLE' AND ` + oursMariaDB,
	`SELECT concat(t.table_name, if(t.index_name = 'PRIMARY', '/key p', concat('/index ', t.index_name))), concat(if(t.non_unique, '', 'unique '), t.index_type, ' on ',
			group_concat(concat(t.column_name, coalesce(concat('(', t.sub_part, ')'), ''), ' ', coalesce(t.collation, '')) ORDER BY t.seq_in_index))
		FROM information_schema.statistics t WHERE (NOT t.non_unique OR t.index_name LIKE 'idx%' OR t.index_name LIKE 'hand%') AND ` + oursMariaDB + `
		GROUP BY t.table_name, t.index_name, t.non_unique, t.index_type`,
	`SELECT concat(t.table_name, '/foreign key ', group_concat(t.column_name ORDER BY t.ordinal_position), ' to ', t.referenced_table_name),
			concat(group_concat(t.referenced_column_name ORDER BY t.ordinal_position), ' delete ', r.delete_rule, ' update ', r.update_rule, if(t.constraint_name RLIKE '^fk_[0-9]+$', concat(' named ', t.constraint_name), ''))
		FROM information_schema.key_column_usage t JOIN information_schema.referential_constraints r
			ON r.constraint_schema = t.table_schema AND r.table_name = t.table_name AND r.constraint_name = t.constraint_name
		WHERE t.referenced_table_name IS NOT NULL AND ` + oursMariaDB + `
		GROUP BY t.table_name, t.constraint_name, t.referenced_table_name, r.delete_rule, r.update_rule`,
	`SELECT concat(t.table_name, '/check ', k.check_clause), concat('there', group_concat(if(k.constraint_name RLIKE '^chk_[0-9]+$', concat(' named ', k.constraint_name), '') ORDER BY k.constraint_name SEPARATOR ''))
		FROM information_schema.tables t JOIN information_schema.check_constraints k ON k.constraint_schema = t.table_schema AND k.table_name = t.table_name
		WHERE ` + oursMariaDB + ` GROUP BY t.table_name, k.check_clause`,
	"SELECT concat('/view ', t.table_name), replace(t.view_definition, concat('`', DATABASE(), '`.'), '') FROM information_schema.views t WHERE " + oursMariaDB,
	`SELECT concat(t.event_object_table, '/trigger ', t.trigger_name), concat(t.action_timing, ' ', t.event_manipulation, ' ', t.action_statement)
		FROM information_schema.triggers t WHERE t.trigger_schema = DATABASE()`,
}

// Schema reads the information schema.
func (e *MariaDB) Schema(db *sql.DB) (*Picture, error) {
	p := &Picture{Objects: map[string]string{}, Rows: map[string][]string{}, Numbered: map[string]string{}}
	for _, text := range schemaMariaDB {
		if err := p.objects(db, text); err != nil {
			return nil, err
		}
	}
	return p, p.numbers(db, `SELECT t.table_name, t.column_name FROM information_schema.columns t WHERE t.extra LIKE '%auto_increment%' AND `+oursMariaDB)
}

var (
	counter   = regexp.MustCompile(` AUTO_INCREMENT=\d+`)
	namedKey  = regexp.MustCompile("(?m)^  (UNIQUE )?KEY `(idx[^`]*)` (.*?),?$\n?")
	lastComma = regexp.MustCompile(`,\n\)`)
)

// Install returns a script such as people keep: tables as the server prints them,
// their indexes, views and triggers.
func (e *MariaDB) Install(db *sql.DB) ([]string, error) {
	tables, err := query(db, `SELECT t.table_name FROM information_schema.tables t WHERE t.table_type = 'BASE TABLE' AND `+oursMariaDB+` ORDER BY t.create_time, t.table_name`)
	if err != nil {
		return nil, err
	}
	var script, indexes []string
	for _, table := range tables {
		var name, text string
		if err := db.QueryRow("SHOW CREATE TABLE `"+table+"`").Scan(&name, &text); err != nil {
			return nil, err
		}
		for _, key := range namedKey.FindAllStringSubmatch(text, -1) {
			indexes = append(indexes, fmt.Sprintf("CREATE %sINDEX `%s` ON `%s` %s", key[1], key[2], table, key[3]))
		}
		text = lastComma.ReplaceAllString(namedKey.ReplaceAllString(text, ""), "\n)")
		script = append(script, counter.ReplaceAllString(text, ""))
	}
	slices.Sort(script)
	slices.Sort(indexes)
	script = append(script, indexes...)
	for _, text := range []string{
		"SELECT concat('CREATE VIEW ', t.table_name, ' AS ', replace(t.view_definition, concat('`', DATABASE(), '`.'), '')) FROM information_schema.views t WHERE " + oursMariaDB + " ORDER BY 1",
		`SELECT concat('CREATE TRIGGER ', t.trigger_name, ' ', t.action_timing, ' ', t.event_manipulation, ' ON ', t.event_object_table, ' FOR EACH ROW ', t.action_statement)
			FROM information_schema.triggers t WHERE t.trigger_schema = DATABASE()
			ORDER BY t.event_object_table, t.action_timing, t.event_manipulation, t.action_order`,
	} {
		statements, err := query(db, text)
		if err != nil {
			return nil, err
		}
		script = append(script, statements...)
	}
	return script, nil
}
