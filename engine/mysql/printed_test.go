package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// What MySQL 8 prints in several ways, by how a table came about, is one schema; and what
// is another one stays so. Each text is what stands between CREATE TABLE `t` and the end.
func TestPrintedByMySQL(t *testing.T) {
	const (
		unicode = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"
		latin   = " ENGINE=InnoDB DEFAULT CHARSET=latin1"
	)
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"the table's collation, by name": {
			"(`c` varchar(9) COLLATE utf8mb4_unicode_ci NOT NULL)" + unicode,
			"(`c` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL)" + unicode, true},
		"the same where none is printed": {
			"(`c` varchar(9) DEFAULT NULL)" + latin, "(`c` varchar(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL)" + latin, true},
		"another collation": {
			"(`c` varchar(9) DEFAULT NULL)" + latin, "(`c` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL)" + latin, false},
		"the connection's character set ahead of ASCII": {
			"(`c` char(3) DEFAULT (_latin1'new'), CONSTRAINT `t_chk_1` CHECK ((`c` in (_latin1'new',_latin1'old'))))" + unicode,
			"(`c` char(3) DEFAULT (_utf8mb4'new'), CONSTRAINT `t_chk_1` CHECK ((`c` in (_utf8mb4'new',_utf8mb4'old'))))" + unicode, true},
		"ahead of more than ASCII": {
			"(`c` char(3), CONSTRAINT `t_chk_1` CHECK ((`c` <> _latin1'é')))" + unicode,
			"(`c` char(3), CONSTRAINT `t_chk_1` CHECK ((`c` <> _utf8mb4'é')))" + unicode, false},
		"bytes": {
			"(`c` char(3), CONSTRAINT `t_chk_1` CHECK ((`c` <> _binary'x')))" + unicode,
			"(`c` char(3), CONSTRAINT `t_chk_1` CHECK ((`c` <> _utf8mb4'x')))" + unicode, false},
		"a check that is not in force": {
			"(`c` int, CONSTRAINT `t_chk_1` CHECK ((`c` > 0)) /*!80016 NOT ENFORCED */)" + unicode,
			"(`c` int, CONSTRAINT `t_chk_1` CHECK ((`c` > 0)))" + unicode, false},
		"an invisible column":    {"(`c` int, `d` int /*!80023 INVISIBLE */)" + unicode, "(`c` int, `d` int)" + unicode, false},
		"an invisible index":     {"(`c` int, KEY `k` (`c`) /*!80000 INVISIBLE */)" + unicode, "(`c` int, KEY `k` (`c`))" + unicode, false},
		"a key of an expression": {"(`c` int, KEY `k` (((`c` + 1))))" + unicode, "(`c` int, KEY `k` (((`c` + 2))))" + unicode, false},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(text string) *schema.Snapshot {
				table, err := readTable("CREATE TABLE `t` "+text, "db")
				if err != nil {
					t.Fatal(err)
				}
				return schema.NewSnapshot(table.objects(foldTable)...)
			}
			diff := schema.Compare(read(test.a), read(test.b))
			if (len(diff) == 0) != test.same {
				t.Errorf("told apart by %v", diff)
			}
		})
	}
}

// FuzzReadingDefinitions: whatever a server prints, reading it ends, and within it.
func FuzzReadingDefinitions(f *testing.F) {
	f.Add("CREATE TABLE `a` (`id` int(11) NOT NULL AUTO_INCREMENT, `b` text DEFAULT 'x''y' CHECK (json_valid(`b`)), PRIMARY KEY (`id`), KEY `k` (`b`(10) DESC)) ENGINE=InnoDB")
	f.Add("CREATE TABLE `d`.`a` (`x` int, CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `p` (`y`) ON DELETE SET NULL, PERIOD FOR SYSTEM_TIME (`s`, `e`))")
	f.Add("CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` AS select 1 AS `x`")
	f.Add("CREATE DEFINER=CURRENT_USER EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01' DO DELETE FROM a")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = readTable(text, "d")
		for _, kind := range []schema.Kind{schema.View, Sequence, Event, schema.Trigger} {
			l := listing{kind: kind, name: "x"}
			l.standalone(printed{text: text}, "d", fold)
		}
	})
}
