package mysql

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A sense is what one of the server's error numbers says.
type sense struct {
	problem engine.Problem
	kind    schema.Kind // of the first name in the message; "" where it names nothing of use
}

// senses are the errors of both servers that are about the presence of an object,
// a lock, a disk, a row or the words of a statement (mysqld_error.h, errmsg-utf8.txt).
var senses = map[uint16]sense{
	1050: {engine.Exists, schema.Table},
	1060: {engine.Exists, schema.Column},
	1061: {engine.Exists, schema.Index},
	1068: {engine.Exists, ""},        // two primary keys
	1304: {engine.Exists, Procedure}, // or a function: see spoken
	1359: {engine.Exists, schema.Trigger},
	1537: {engine.Exists, Event},
	1826: {engine.Exists, ""}, // the name of a constraint
	3822: {engine.Exists, ""}, // that of a check
	4086: {engine.Exists, Sequence},

	1051: {engine.Missing, schema.Table},
	1146: {engine.Missing, schema.Table},
	1824: {engine.Missing, schema.Table},
	1932: {engine.Missing, schema.Table},
	1054: {engine.Missing, schema.Column},
	1072: {engine.Missing, schema.Column},
	1091: {engine.Missing, schema.Column}, // or another part: see spoken
	1176: {engine.Missing, schema.Index},
	1305: {engine.Missing, Procedure}, // or a function: see spoken
	1360: {engine.Missing, schema.Trigger},
	1539: {engine.Missing, Event},
	3821: {engine.Missing, ""}, // a check
	3940: {engine.Missing, ""}, // a constraint
	4091: {engine.Missing, Sequence},
	4092: {engine.Missing, schema.View},

	1048: {engine.Violated, schema.Column},
	1364: {engine.Violated, schema.Column},
	1138: {engine.Violated, ""},
	1022: {engine.Violated, ""},
	1062: {engine.Violated, ""},
	1169: {engine.Violated, ""},
	1586: {engine.Violated, ""},
	1216: {engine.Violated, ""},
	1217: {engine.Violated, ""},
	1451: {engine.Violated, ""},
	1452: {engine.Violated, ""},
	1264: {engine.Violated, schema.Column}, // out of range
	1265: {engine.Violated, schema.Column}, // truncated
	1292: {engine.Violated, ""},            // a wrong date
	1366: {engine.Violated, ""},            // a wrong text
	1406: {engine.Violated, schema.Column}, // too long
	1526: {engine.Violated, ""},            // no partition for it
	1557: {engine.Violated, ""},            // duplicates within a foreign key's action
	1761: {engine.Violated, ""},
	1762: {engine.Violated, ""},
	1859: {engine.Violated, ""},
	3730: {engine.Violated, ""}, // a table goes that others refer to
	3819: {engine.Violated, ""},
	4025: {engine.Violated, ""},

	1040: {engine.Busy, ""}, // too many connections
	1099: {engine.Busy, ""}, // LOCK TABLES
	1205: {engine.Busy, ""},
	1206: {engine.Busy, ""},
	1213: {engine.Busy, ""},
	1223: {engine.Busy, ""}, // FLUSH TABLES WITH READ LOCK
	1613: {engine.Busy, ""},
	1614: {engine.Busy, ""},
	3058: {engine.Busy, ""},
	3572: {engine.Busy, ""},

	1021: {engine.Full, ""},
	1041: {engine.Full, ""},
	1114: {engine.Full, ""},
	1135: {engine.Full, ""},
	3675: {engine.Full, ""},

	1036: {engine.ReadOnly, ""}, // a table
	1290: {engine.ReadOnly, ""}, // --read-only; --secure-file-priv too: see explain
	1792: {engine.ReadOnly, ""},
	1836: {engine.ReadOnly, ""},
	3906: {engine.ReadOnly, ""}, // a database

	1064: {engine.Syntax, ""},
	1222: {engine.Syntax, ""}, // the parts of a set operation have different numbers of columns
	1136: {engine.Syntax, ""}, // as many values as columns are wanted
	1149: {engine.Syntax, ""},
}

// spoken are the words that say in a message what kind of object it is about.
var spoken = map[string]schema.Kind{
	"TABLE": schema.Table, "COLUMN": schema.Column, "INDEX": schema.Index, "KEY": schema.Index,
	"PROCEDURE": Procedure, "FUNCTION": Function, "PACKAGE": Package, "PACKAGE BODY": PackageBody, "VIEW": schema.View,
	"CONSTRAINT": "", "FOREIGN KEY": "", "PARTITION": "", "PERIOD": "",
}

var (
	// called finds the first name in quotes. Messages come in the language of the
	// server's lc_messages; names and their quotes do not.
	called = regexp.MustCompile("'((?:[^']|'')*)'|`((?:[^`]|``)*)`|\"([^\"]*)\"")
	// dropped is how MariaDB says which part of a table is not there.
	dropped = regexp.MustCompile("^Can't DROP ([A-Z ]+) `")
	// routine is how both say which routine is there, or not.
	routine = regexp.MustCompile(`^(PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE) (.+) (?:already exists|does not exist)$`)
)

// noSpace is how a storage engine says that the disk is full (1030, ER_GET_ERRNO).
var noSpace = regexp.MustCompile(`(?i)\b(?:error|errno:?) 28\b`)

// explain reads the number of an error of the server's, and the name in its words.
func explain(err error, database string, foldTable func(string) string) engine.Complaint {
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return engine.Complaint{}
	}
	if e.Number == 1030 || e.Number == 1005 || e.Number == 3 {
		if noSpace.MatchString(e.Message) {
			return engine.Complaint{Problem: engine.Full}
		}
		return engine.Complaint{}
	}
	s, ok := senses[e.Number]
	if !ok && rejects(e) {
		return engine.Complaint{Problem: engine.Rejected}
	}
	if !ok || e.Number == 1290 && !strings.Contains(e.Message, "read") {
		return engine.Complaint{}
	}
	c := engine.Complaint{Problem: s.problem}
	name := firstName(e.Message)
	switch e.Number {
	case 1091:
		if m := dropped.FindStringSubmatch(e.Message); m != nil {
			s.kind = spoken[m[1]]
		}
	case 1304, 1305:
		if m := routine.FindStringSubmatch(e.Message); m != nil {
			s.kind, name = spoken[m[1]], m[2]
		} else {
			s.kind = ""
		}
	case 1826:
		name = ""
	}
	if s.kind == "" || name == "" {
		return c
	}
	name = strings.TrimPrefix(name, database+".")
	switch s.kind {
	case schema.Column:
		name = fold(name[strings.LastIndexByte(name, '.')+1:]) // an alias, or the table
	case schema.Table, schema.View, schema.Trigger, Sequence:
		name = foldTable(name)
	default:
		name = fold(name)
	}
	c.Key = schema.Key{Kind: s.kind, Name: name}
	return c
}

// rejects reports whether an error says of the statement alone that it does not run,
// by the class of its SQLSTATE: what it asks for, the values it meets, what a
// routine raises. Rights have the class of a wrong statement too.
func rejects(e *mysql.MySQLError) bool {
	switch string(e.SQLState[:2]) {
	case "0A", "21", "22", "42", "44", "45":
	default:
		return slices.Contains(badJSON, e.Number)
	}
	switch e.Number {
	case 1044, 1045, 1142, 1143, 1227, 1370:
		return false
	}
	return true
}

// badJSON are the errors of values that are no JSON or no path into it, which have
// no class of their own (MySQL's 3140 to 3158, MariaDB's 4038 to 4044).
var badJSON = []uint16{3140, 3141, 3143, 3144, 3146, 3147, 3149, 3150, 3157, 3158, 4038, 4039, 4040, 4041, 4042, 4043, 4044}

// firstName returns the first name in quotes in a message; "" if there is none.
func firstName(message string) string {
	m := called.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	if m[2] != "" {
		return strings.ReplaceAll(m[2], "``", "`")
	}
	return m[1] + m[3]
}
