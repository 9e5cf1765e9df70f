package plan

import (
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/mysql"
)

// Of the statements on the session just those run that something else may need.
func TestWhatRunsBesidesRestsOnTheSession(t *testing.T) {
	for _, c := range []struct {
		session, runs string
		rests         bool
	}{
		{"SET FOREIGN_KEY_CHECKS = 0", "CREATE TABLE t (id int)", true},
		{"SET @was = @@sql_mode, sql_mode = ''", "CREATE TABLE t (id int)", true},
		{"SET @id = 5", "INSERT INTO t VALUES (@id)", true},
		{"SET @`id` = 5", "INSERT INTO t VALUES (@`id`)", true},
		{"SET @id = (SELECT max(id) FROM gone WHERE name = 'x')", "INSERT INTO t VALUES (1)", false},
		{"SET @id = 5", "INSERT INTO t VALUES (@ident)", false},
		{"SELECT max(id) INTO @id FROM p", "INSERT INTO t VALUES (@id)", true},
		{"SELECT max(id) INTO @id FROM p", "INSERT INTO t VALUES (1)", false},
		{"PREPARE stmt FROM 'ALTER TABLE t ADD a int'", "EXECUTE stmt", true},
		{"PREPARE other FROM 'ALTER TABLE t ADD a int'", "EXECUTE stmt", false},
		{"DEALLOCATE PREPARE stmt", "EXECUTE stmt", true},
		{"CREATE TEMPORARY TABLE brief (id int)", "INSERT INTO t SELECT id FROM brief", true},
		{"CREATE TEMPORARY TABLE brief (id int)", "INSERT INTO t VALUES (1)", false},
	} {
		cut, err := mysql.Engine{}.Cut(c.session + ";\n" + c.runs + ";")
		if err != nil || len(cut) != 2 {
			t.Fatalf("%s: %d statements, %v", c.session, len(cut), err)
		}
		findings := []diagnosis.Finding{{Statement: &cut[0], Verdict: diagnosis.NoOp}, {Statement: &cut[1], Verdict: diagnosis.NotDone}}
		if got := resting(findings, func(i int) bool { return i == 1 }); got[0] != c.rests {
			t.Errorf("%s, for %s: %v", c.session, c.runs, got[0])
		}
		if got := resting(findings, func(int) bool { return false }); len(got) > 0 {
			t.Errorf("%s runs where nothing else does", c.session)
		}
	}
}
