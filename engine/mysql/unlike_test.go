package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// What the server keeps of an object is seen: each pair differs in one property, and is not
// inspected alike. What TestInspectSeesEachProperty changes in a database is not repeated here.
func TestWhatIsNotAlike(t *testing.T) {
	const (
		versioned = "CREATE TABLE t (a int) WITH SYSTEM VERSIONING"
		byTime    = versioned + " PARTITION BY SYSTEM_TIME "
		halves    = " (PARTITION p HISTORY, PARTITION c CURRENT)"
		u         = "CREATE TABLE u (a int) ENGINE = MyISAM;"
		daily     = "CREATE EVENT e ON SCHEDULE EVERY 1 DAY "
	)
	for object, properties := range map[string]map[string][2]string{
		"a table": {
			"row format":        {"CREATE TABLE t (a int) ROW_FORMAT = REDUNDANT", "CREATE TABLE t (a int)"},
			"size of blocks":    {"CREATE TABLE t (a int) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8", "CREATE TABLE t (a int) ROW_FORMAT = COMPRESSED"},
			"compressed pages":  {"CREATE TABLE t (a int) PAGE_COMPRESSED = 1", "CREATE TABLE t (a int)"},
			"encryption":        {"CREATE TABLE t (a int) ENCRYPTED = NO", "CREATE TABLE t (a int)"},
			"sums":              {"CREATE TABLE t (a int) ENGINE = MyISAM CHECKSUM = 1", "CREATE TABLE t (a int) ENGINE = MyISAM"},
			"late keys":         {"CREATE TABLE t (a int) ENGINE = MyISAM DELAY_KEY_WRITE = 1", "CREATE TABLE t (a int) ENGINE = MyISAM"},
			"number of rows":    {"CREATE TABLE t (a int) ENGINE = MyISAM MAX_ROWS = 9", "CREATE TABLE t (a int) ENGINE = MyISAM"},
			"length of rows":    {"CREATE TABLE t (a int) ENGINE = MyISAM AVG_ROW_LENGTH = 7", "CREATE TABLE t (a int) ENGINE = MyISAM"},
			"packed keys":       {"CREATE TABLE t (a int) ENGINE = MyISAM PACK_KEYS = 1", "CREATE TABLE t (a int) ENGINE = MyISAM"},
			"safe from crashes": {"CREATE TABLE t (a int) ENGINE = Aria TRANSACTIONAL = 1", "CREATE TABLE t (a int) ENGINE = Aria TRANSACTIONAL = 0"},
			"sums of pages":     {"CREATE TABLE t (a int) ENGINE = Aria PAGE_CHECKSUM = 1", "CREATE TABLE t (a int) ENGINE = Aria PAGE_CHECKSUM = 0"},
			"what it merges":    {u + "CREATE TABLE t (a int) ENGINE = MERGE UNION = (u)", u + "CREATE TABLE t (a int) ENGINE = MERGE"},
			"where it inserts":  {u + "CREATE TABLE t (a int) ENGINE = MERGE UNION = (u) INSERT_METHOD = LAST", u + "CREATE TABLE t (a int) ENGINE = MERGE UNION = (u)"},
			"a period's name":   {"CREATE TABLE t (a date, b date, PERIOD FOR p (a, b))", "CREATE TABLE t (a date, b date, PERIOD FOR q (a, b))"},
			"its past":          {versioned, "CREATE TABLE t (a int)"},
		},
		"how a table is divided": {
			"evenly or by powers": {"CREATE TABLE t (a int PRIMARY KEY) PARTITION BY LINEAR KEY (a) PARTITIONS 2", "CREATE TABLE t (a int PRIMARY KEY) PARTITION BY KEY (a) PARTITIONS 2"},
			"a remark":            {"CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1) COMMENT 'x')", "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1))"},
			"values":              {"CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1, 2))", "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1))"},
			"the rest":            {"CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1), PARTITION d DEFAULT)", "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1))"},
			"once more": {"CREATE TABLE t (a int) PARTITION BY RANGE (a) SUBPARTITION BY HASH (a) SUBPARTITIONS 2 (PARTITION p VALUES LESS THAN MAXVALUE)",
				"CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN MAXVALUE)"},
			"rows of the past":       {byTime + "LIMIT 100" + halves, byTime + "LIMIT 101" + halves},
			"time of the past":       {byTime + "INTERVAL 1 DAY" + halves, byTime + "INTERVAL 2 DAY" + halves},
			"parts of the past":      {byTime + "LIMIT 100 PARTITIONS 3", byTime + "LIMIT 100 PARTITIONS 4"},
			"parts made by the hour": {byTime + "INTERVAL 1 HOUR AUTO", byTime + "INTERVAL 1 HOUR"},
		},
		"a column": {
			"comparing":         {"CREATE TABLE t (a varchar(9) BINARY)", "CREATE TABLE t (a varchar(9))"},
			"values in capital": {"CREATE TABLE t (a enum('x', 'Y'))", "CREATE TABLE t (a enum('x', 'y'))"},
			"fractions":         {"CREATE TABLE t (a timestamp(6))", "CREATE TABLE t (a timestamp(3))"},
			"padding":           {"CREATE TABLE t (a char(9))", "CREATE TABLE t (a varchar(9))"},
			"character set":     {"CREATE TABLE t (a char(9))", "CREATE TABLE t (a nchar(9))"},
			"being kept":        {"CREATE TABLE t (a int, b int AS (a) STORED)", "CREATE TABLE t (a int, b int AS (a) VIRTUAL)"},
			"reference system":  {"CREATE TABLE t (a point REF_SYSTEM_ID = 4326 NOT NULL)", "CREATE TABLE t (a point NOT NULL)"},
			"another one":       {"CREATE TABLE t (a int, b geometry REF_SYSTEM_ID = 4326)", "CREATE TABLE t (a int, b geometry REF_SYSTEM_ID = 101)"},
			"JSON by hand":      {"CREATE TABLE t (a longtext CHECK (json_valid(a)))", "CREATE TABLE t (a json)"},
		},
		"a key": {
			"of words":       {"CREATE TABLE t (a text, FULLTEXT k (a))", "CREATE TABLE t (a text, KEY k (a(100)))"},
			"of long values": {"CREATE TABLE t (a text, UNIQUE k (a))", "CREATE TABLE t (a text, UNIQUE k (a(100)))"},
			"by hashes":      {"CREATE TABLE t (a int, UNIQUE k USING BTREE (a)) ENGINE = MEMORY", "CREATE TABLE t (a int, UNIQUE k USING HASH (a)) ENGINE = MEMORY"},
			"size of blocks": {"CREATE TABLE t (a int, KEY k (a) KEY_BLOCK_SIZE = 1024) ENGINE = MyISAM", "CREATE TABLE t (a int, KEY k (a)) ENGINE = MyISAM"},
			"a remark":       {"CREATE TABLE t (a int, UNIQUE k (a) COMMENT 'x')", "CREATE TABLE t (a int, UNIQUE k (a))"},
			"being ignored":  {"CREATE TABLE t (a int, UNIQUE k (a) IGNORED)", "CREATE TABLE t (a int, UNIQUE k (a))"},
		},
		"a foreign key": {
			"its index": {"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a));SET foreign_key_checks = 0;DROP INDEX b ON t",
				"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a))"},
		},
		"a view": {
			"names":            {"CREATE VIEW t (x) AS SELECT 1", "CREATE VIEW t (y) AS SELECT 1"},
			"how it is run":    {u + "CREATE ALGORITHM = MERGE VIEW t AS SELECT a FROM u", u + "CREATE VIEW t AS SELECT a FROM u"},
			"whom it checks":   {u + "CREATE VIEW t AS SELECT a FROM u WHERE a > 1 WITH CASCADED CHECK OPTION", u + "CREATE VIEW t AS SELECT a FROM u WHERE a > 1 WITH LOCAL CHECK OPTION"},
			"in whose name":    {"CREATE SQL SECURITY INVOKER VIEW t AS SELECT 1 AS a", "CREATE VIEW t AS SELECT 1 AS a"},
			"order of columns": {"CREATE VIEW t AS SELECT 1 AS a, 2 AS b", "CREATE VIEW t AS SELECT 2 AS b, 1 AS a"},
		},
		"a trigger": {
			"when":     {u + "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @a = 1", u + "CREATE TRIGGER t BEFORE UPDATE ON u FOR EACH ROW SET @a = 1"},
			"on which": {u + "CREATE TABLE v (a int);CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @a = 1", u + "CREATE TABLE v (a int);CREATE TRIGGER t BEFORE INSERT ON v FOR EACH ROW SET @a = 1"},
			"the order": {u + "CREATE TRIGGER x BEFORE INSERT ON u FOR EACH ROW SET @a = 1;CREATE TRIGGER y BEFORE INSERT ON u FOR EACH ROW SET @a = 2",
				u + "CREATE TRIGGER y BEFORE INSERT ON u FOR EACH ROW SET @a = 2;CREATE TRIGGER x BEFORE INSERT ON u FOR EACH ROW SET @a = 1"},
		},
		"a routine": {
			"character set of the result": {"CREATE FUNCTION f() RETURNS char(9) CHARSET latin1 RETURN 'a'", "CREATE FUNCTION f() RETURNS char(9) CHARSET utf8mb4 RETURN 'a'"},
			"what it does to data":        {"CREATE FUNCTION f() RETURNS int MODIFIES SQL DATA RETURN 1", "CREATE FUNCTION f() RETURNS int READS SQL DATA RETURN 1"},
			"that it does nothing":        {"CREATE FUNCTION f() RETURNS int NO SQL RETURN 1", "CREATE FUNCTION f() RETURNS int RETURN 1"},
			"ways of a parameter":         {"CREATE PROCEDURE p(INOUT a int) SET a = 1", "CREATE PROCEDURE p(a int) SET a = 1"},
			"in whose name":               {"CREATE PROCEDURE p() SQL SECURITY INVOKER SELECT 1", "CREATE PROCEDURE p() SELECT 1"},
			"kind": {"CREATE AGGREGATE FUNCTION f(a int) RETURNS int BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN 1; LOOP FETCH GROUP NEXT ROW; END LOOP; END",
				"CREATE FUNCTION f(a int) RETURNS int BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN 1; RETURN 2; END"},
		},
		"an event": {
			"whether it runs":        {daily + "DO SELECT 1", daily + "DISABLE DO SELECT 1"},
			"whether a replica's is": {daily + "DISABLE ON SLAVE DO SELECT 1", daily + "DISABLE DO SELECT 1"},
			"a remark":               {daily + "DISABLE COMMENT 'x' DO SELECT 1", daily + "DISABLE DO SELECT 1"},
			"whether it ends":        {daily + "ENDS '2037-01-01' DISABLE DO SELECT 1", daily + "DISABLE DO SELECT 1"},
			"time zone":              {"SET time_zone = '+01:00';" + daily + "DISABLE DO SELECT 1", "SET time_zone = '+02:00';" + daily + "DISABLE DO SELECT 1"},
		},
		"a sequence": {
			"start":    {"CREATE SEQUENCE s START 2", "CREATE SEQUENCE s"},
			"greatest": {"CREATE SEQUENCE s MAXVALUE 10", "CREATE SEQUENCE s"},
			"least":    {"CREATE SEQUENCE s MINVALUE -10 START 1", "CREATE SEQUENCE s"},
			"stock":    {"CREATE SEQUENCE s NOCACHE", "CREATE SEQUENCE s"},
			"engine":   {"CREATE SEQUENCE s ENGINE = Aria", "CREATE SEQUENCE s"},
			"a remark": {"CREATE SEQUENCE s COMMENT 'x'", "CREATE SEQUENCE s"},
		},
	} {
		t.Run(object, func(t *testing.T) {
			for property, scripts := range properties {
				one, two := made(t, scripts[0]), made(t, scripts[1])
				if len(schema.Compare(one, two)) == 0 || one.Fingerprint() == two.Fingerprint() {
					t.Errorf("%s is passed over:\n%s\n%s", property, scripts[0], scripts[1])
				}
			}
		})
	}
}

// What the server fills in by itself, or takes and does not keep, makes no other schema.
func TestWhatTheServerFillsIn(t *testing.T) {
	for property, scripts := range map[string][2]string{
		"since when the past is divided": {
			"SET timestamp = 1700000000;CREATE TABLE t (a int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 DAY (PARTITION p HISTORY, PARTITION c CURRENT)",
			"CREATE TABLE t (a int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 DAY (PARTITION p HISTORY, PARTITION c CURRENT)",
		},
		"partitions that it adds": {
			"CREATE TABLE t (a int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 HOUR AUTO PARTITIONS 4",
			"CREATE TABLE t (a int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 HOUR AUTO",
		},
		"MATCH of a foreign key": {
			"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a) MATCH FULL)",
			"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a))",
		},
		"a serial number": {"CREATE TABLE t (a serial)", "CREATE TABLE t (a bigint unsigned NOT NULL AUTO_INCREMENT UNIQUE)"},
		"an empty remark": {"CREATE TABLE t (a int COMMENT '', KEY k (a) COMMENT '') COMMENT ''", "CREATE TABLE t (a int, KEY k (a))"},
		"no system":       {"CREATE TABLE t (a point REF_SYSTEM_ID = 0)", "CREATE TABLE t (a point)"},
		"keys at rest":    {"CREATE TABLE t (a int, KEY k (a)) ENGINE = MyISAM;ALTER TABLE t DISABLE KEYS", "CREATE TABLE t (a int, KEY k (a)) ENGINE = MyISAM"},
	} {
		one, two := made(t, scripts[0]), made(t, scripts[1])
		for _, d := range schema.Compare(one, two) {
			t.Errorf("%s: %s\n%s\n%s", property, d, scripts[0], scripts[1])
		}
	}
}

// A temporary table of this connection hides the table of its name, of which the server tells
// nothing then: that is refused, and not taken for the table.
func TestHiddenTable(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE t (a int)", "CREATE TEMPORARY TABLE t (b int)")
	if o := inspected(t, db).Get(schema.Key{Kind: schema.Table, Name: "t"}); o == nil || o.Unsupported == "" {
		t.Errorf("it is read as %v", o)
	}
}
