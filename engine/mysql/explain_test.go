package mysql

import (
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
)

func TestExplainByState(t *testing.T) {
	for _, test := range []struct {
		number uint16
		state  string
		want   engine.Problem
	}{
		{1146, "42S02", engine.Missing},
		{1644, "45000", engine.Rejected}, // SIGNAL
		{1690, "22003", engine.Rejected}, // a number too large
		{4038, "HY000", engine.Rejected}, // no JSON
		{1235, "42000", engine.Rejected}, // not supported
		{1142, "42000", engine.Unknown},  // rights are not the statement's
		{1053, "08S01", engine.Unknown},  // the server goes down
		{1105, "HY000", engine.Unknown},
		{1105, "", engine.Unknown},
	} {
		err := &mysql.MySQLError{Number: test.number, Message: "in a language that nobody reads"}
		copy(err.SQLState[:], test.state)
		if have := explain(err, "app", fold).Problem; have != test.want {
			t.Errorf("%d (%s): problem %d, want %d", test.number, test.state, have, test.want)
		}
	}
}
