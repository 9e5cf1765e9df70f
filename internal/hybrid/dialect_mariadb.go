package hybrid

import (
	"fmt"
	"strings"
)

var mariadbDialect = dialect{
	name: "mysql", templates: mariadbTemplates, server: true, fixed: true,
	types: map[string][]string{
		"TEXT":    {"varchar(190)", "text", "varchar(120)"},
		"INTEGER": {"int", "bigint", "int unsigned"},
		"BOOLEAN": {"boolean"},
		"ENUM":    {"enum('old','new','Ada')", "enum('new','old')"},
	},
	numbered: []string{"int NOT NULL AUTO_INCREMENT", "bigint unsigned NOT NULL AUTO_INCREMENT"},
	unkeyed:  "text",
	textKey:  "varchar(60)",
	firstKey: 500,
	collate:  "utf8mb4_bin", quote: "`",
	concat:      func(a, b string) string { return fmt.Sprintf("concat(%s, %s)", a, b) },
	cast:        castMariaDB,
	ignore:      func(insert string) string { return strings.Replace(insert, "INSERT", "INSERT IGNORE", 1) },
	dropIndex:   func(guard, index, table string) string { return "DROP INDEX " + guard + index + " ON " + table },
	dropTrigger: func(trigger, _ string) string { return "DROP TRIGGER " + trigger },
	fill: func(x *trigger, c *column) []string {
		return x.forEachRow("BEFORE", fmt.Sprintf("BEGIN\n  IF NEW.%s IS NULL THEN\n    SET NEW.%[1]s = 'auto';\n  END IF;\nEND", c.name))
	},
	log: func(x *trigger) []string {
		return x.forEachRow("AFTER", fmt.Sprintf("INSERT INTO %s (what) VALUES ('row')", x.logs.name))
	},
	dropTables: func(tables []string) []string { return []string{"DROP TABLE " + strings.Join(tables, ", ")} },
	modify:     modifyMariaDB,
	notNull:    modifyMariaDB,
	tracking:   []string{"CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"},
}

func castMariaDB(kind, e string) string {
	if kind == "INTEGER" {
		return "char_length(" + e + ")" // strict mode refuses the cast that SQLite does
	}
	return "CAST(" + e + " AS CHAR)"
}

func (x *trigger) forEachRow(when, body string) []string {
	return []string{fmt.Sprintf("CREATE TRIGGER %s %s INSERT ON %s FOR EACH ROW %s", x.name, when, x.table.name, body)}
}

// modifyMariaDB says the whole column again, as MODIFY wants it; what it says of
// keys would be added to those that are there.
func modifyMariaDB(t *table, c *column) string {
	whole := *c
	whole.unique = false
	return fmt.Sprintf("ALTER TABLE %s MODIFY COLUMN %s", t.name, whole.sql())
}
