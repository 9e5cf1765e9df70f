package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/schema"
)

// A listing is an object that the server's lists name, with what they tell of it.
type listing struct {
	kind  schema.Kind
	name  string
	table string // a trigger's
	event string // a trigger's: "before insert"
	order string // a trigger's place among those of its table and event
	body  string // a trigger's
	mode  string // the sql_mode that a trigger is read in
}

// inTable says which kind of table stands under a name of the list of tables.
var inTable = map[string]schema.Kind{
	"BASE TABLE": schema.Table, "SYSTEM VERSIONED": schema.Table, "VIEW": schema.View, "SEQUENCE": Sequence,
}

// listTables is the one list that the server has without opening each table.
const listTables = "SHOW FULL TABLES"

// listPrograms lists stored programs, for which the server opens tables. Triggers are asked for by
// their tables' database, which is theirs: by their own it opens the tables of all databases.
const listPrograms = `SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE, lower(concat(ACTION_TIMING, ' ', EVENT_MANIPULATION)), ACTION_ORDER, ACTION_STATEMENT, SQL_MODE
FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()
UNION ALL SELECT lower(ROUTINE_TYPE), ROUTINE_NAME, '', '', '', '', '' FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
UNION ALL SELECT 'event', EVENT_NAME, '', '', '', '', '' FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()`

// lists reads what there is in the database, with the stored programs or without: from
// MariaDB both at once, as in [database.show].
func (d *database) lists(ctx context.Context, programs bool) (list []listing, err error) {
	ofTables := func(rows *sql.Rows) error {
		var l listing
		var kind string
		if err := rows.Scan(&l.name, &kind); err != nil {
			return err
		}
		if strings.HasPrefix(kind, "TEMPORARY") {
			return nil // this connection's own; newer servers list them
		}
		if l.kind = inTable[kind]; l.kind == "" {
			l.kind = schema.Kind(strings.ToLower(kind))
		}
		list = append(list, l)
		return nil
	}
	ofPrograms := func(rows *sql.Rows) error {
		var l listing
		err := rows.Scan(&l.kind, &l.name, &l.table, &l.event, &l.order, &l.body, &l.mode)
		list = append(list, l)
		return err
	}
	switch {
	case !programs:
		err = d.each(ctx, listTables, ofTables)
	case d.traits.Flavor.Vendor == mariaDB:
		err = d.each(ctx, "BEGIN NOT ATOMIC "+listTables+"; "+listPrograms+"; END", ofTables, ofPrograms)
	default:
		if err = d.each(ctx, listTables, ofTables); err == nil {
			err = d.each(ctx, listPrograms, ofPrograms)
		}
	}
	return list, err
}

// each calls a function for each row of a query of ours: the first for those of its first
// result, and so on.
func (d *database) each(ctx context.Context, query string, do ...func(*sql.Rows) error) (err error) {
	rows, err := d.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for i := range do {
		if i > 0 && !rows.NextResultSet() {
			return errors.Join(rows.Err(), errors.New("the server has not answered to the end"))
		}
		for rows.Next() {
			if err := do[i](rows); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// question returns the statement that has the server print an object; "" where the
// lists have told everything.
func (l *listing) question() string {
	switch l.kind {
	case schema.Table, schema.View, Sequence, Procedure, Function, Event, Package, PackageBody:
		return "SHOW CREATE " + strings.ToUpper(string(l.kind)) + " " + quote(l.name)
	}
	return ""
}

// A printed object is what the server has answered to SHOW CREATE.
type printed struct {
	text   string // the statement; "" where the server does not show it to us
	mode   string // the sql_mode that it is read in, for routines and events
	zone   string // the time zone of an event
	number uint16 // of the server's error; 0 for none
	reason string // why there is no text

	systems map[string]string // of a table: see [database.systems]
}

// mostAtOnce bounds the length of the text that asks for many objects at once.
const mostAtOnce = 1 << 20

// show has the server print objects, in the order of the questions.
//
// MariaDB is asked for several at once, in an anonymous block: each SHOW in it answers
// with a result of its own. MySQL has no such blocks, and is asked one by one.
func (d *database) show(ctx context.Context, questions []string) ([]printed, error) {
	ask := d.showEach
	if d.traits.Flavor.Vendor == mariaDB && len(questions) > 1 {
		ask = d.showBlock
	}
	answers := make([]printed, 0, len(questions))
	for len(questions) > 0 {
		n, length := 0, 0
		for n < len(questions) && (n == 0 || length+len(questions[n]) < mostAtOnce) {
			length += len(questions[n])
			n++
		}
		some, err := ask(ctx, questions[:n])
		if err != nil {
			return nil, err
		}
		answers, questions = append(answers, some...), questions[n:]
	}
	return answers, nil
}

// showBlock asks all questions in one round trip. An object that cannot be shown
// answers with the server's error, in a result of its own.
func (d *database) showBlock(ctx context.Context, questions []string) (answers []printed, err error) {
	const head = "BEGIN NOT ATOMIC DECLARE dbmend_n INT; DECLARE dbmend_m TEXT CHARACTER SET utf8mb4; " +
		"DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 dbmend_n = MYSQL_ERRNO, dbmend_m = MESSAGE_TEXT; " +
		"SELECT dbmend_n AS dbmend_error, dbmend_m AS dbmend_reason; END; "
	rows, err := d.conn.QueryContext(ctx, head+strings.Join(questions, "; ")+"; END")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		answer, ok, err := readPrinted(rows)
		if err != nil {
			return nil, err
		}
		if ok {
			answers = append(answers, answer)
		}
		if !rows.NextResultSet() {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(answers) != len(questions) {
		return nil, fmt.Errorf("%d objects were asked for, and %d shown", len(questions), len(answers))
	}
	return answers, nil
}

// showEach asks one question after the other.
func (d *database) showEach(ctx context.Context, questions []string) ([]printed, error) {
	answers := make([]printed, len(questions))
	for i, question := range questions {
		rows, err := d.conn.QueryContext(ctx, question)
		var e *mysql.MySQLError
		if errors.As(err, &e) {
			answers[i] = printed{number: e.Number, reason: e.Message}
			continue
		}
		if err != nil {
			return nil, err
		}
		answers[i], _, err = readPrinted(rows)
		if err = errors.Join(err, rows.Close()); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// readPrinted reads one result; it is not ok if that has no row. The server's
// columns have names that depend on the kind of object.
func readPrinted(rows *sql.Rows) (p printed, ok bool, err error) {
	names, err := rows.Columns()
	if err != nil {
		return p, false, err
	}
	cells := make([]sql.NullString, len(names))
	targets := make([]any, len(names))
	for i := range cells {
		targets[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return p, false, err
		}
		ok = true
		for i, name := range names {
			switch value := cells[i].String; {
			case name == "dbmend_error":
				if _, err := fmt.Sscan(value, &p.number); err != nil {
					return p, false, err
				}
			case name == "dbmend_reason":
				p.reason = value
			case name == "sql_mode":
				p.mode = value
			case name == "time_zone":
				p.zone = value
			case strings.HasPrefix(name, "Create "):
				p.text = value
			}
		}
	}
	return p, ok, rows.Err()
}

// gone are the errors about an object that has been dropped since it was listed.
var gone = []uint16{1146, 1305, 1539, 1347, 4091}

// passing are the errors that say nothing about the object: others are in the way,
// or somebody has stopped us.
var passing = []uint16{1205, 1213, 1317, 1969, 3024}

// mostLooks is how often the lists are read while others drop what they name.
const mostLooks = 5

// read returns what the lists name, with the stored programs or without, and how the
// server prints it; wanted, if not nil, says which of it is of interest.
func (d *database) read(ctx context.Context, programs bool, wanted func(*listing) bool) (list []listing, answers []printed, err error) {
	for range mostLooks {
		if list, err = d.lists(ctx, programs); err != nil {
			return nil, nil, err
		}
		if wanted != nil {
			list = slices.DeleteFunc(list, func(l listing) bool { return !wanted(&l) })
		}
		var questions []string
		for i := range list {
			if q := list[i].question(); q != "" {
				questions = append(questions, q)
			}
		}
		shown, err := d.show(ctx, questions)
		if err != nil {
			return nil, nil, err
		}
		again := false
		answers = make([]printed, len(list))
		for i, next := 0, 0; i < len(list); i++ {
			if list[i].question() == "" {
				continue
			}
			answers[i] = shown[next]
			next++
			if n := answers[i].number; slices.Contains(passing, n) {
				return nil, nil, &mysql.MySQLError{Number: n, Message: answers[i].reason}
			} else if slices.Contains(gone, n) {
				again = true
			}
		}
		if !again {
			break
		}
	}
	return list, answers, d.systems(ctx, list, answers)
}
