package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// A horizon is what tells that nobody on a whole server has begun a statement on a schema, or
// that whoever has begun one has changed nothing: which server it is, since when it and its
// counters run, how many such statements it has begun since, and how often it has written a
// file through to the disk. The server counts a statement as it begins, and whatever runs it: a
// connection, a procedure, an event, a replica (docs/decisions/0052 and 0057).
type horizon struct {
	life   string // of the server and its counters, and the name of the database
	tables int64  // statements that change nothing before the server has synced a file
	others int64
	syncs  int64 // 0 where the server does not sync
}

// same reports whether nothing has changed between two horizons.
func (h horizon) same(other horizon) bool {
	return h.life == other.life && h.others == other.others && (h.tables == other.tables || h.syncs == other.syncs && h.syncs > 0)
}

func (h horizon) String() string {
	return fmt.Sprintf("%s-%d-%d-%d", h.life, h.tables, h.others, h.syncs)
}

// parseHorizon reads a horizon; ok is false for anything else.
func parseHorizon(text string) (h horizon, ok bool) {
	parts := strings.Split(text, "-")
	if len(parts) != 4 || parts[0] == "" {
		return h, false
	}
	h.life = parts[0]
	for i, number := range [...]*int64{&h.tables, &h.others, &h.syncs} {
		var err error
		if *number, err = strconv.ParseInt(parts[i+1], 10, 64); err != nil {
			return h, false
		}
	}
	return h, true
}

const (
	// ofTables are the counters of statements that write the definition of a table, a view or a trigger,
	// or drop it: since 10.6 each writes first what it is about to do into a log, which is
	// synced. What is there already, IF NOT EXISTS, is counted and not synced.
	ofTables = `'COM_ALTER_TABLE', 'COM_CREATE_DB', 'COM_CREATE_INDEX', 'COM_CREATE_TABLE', 'COM_CREATE_TRIGGER', 'COM_CREATE_VIEW', ` +
		`'COM_DROP_DB', 'COM_DROP_INDEX', 'COM_DROP_TABLE', 'COM_DROP_TRIGGER', 'COM_DROP_VIEW', 'COM_RENAME_TABLE'`

	// counted are the counters of statements that begin so, but for what is gone with its
	// connection and what is about accounts; of what makes the server a replica; and of
	// events, which may drop themselves.
	counted = `LEFT(VARIABLE_NAME, 7) IN ('COM_ALT', 'COM_CRE', 'COM_DRO', 'COM_REN') ` +
		`AND VARIABLE_NAME NOT IN ('COM_CREATE_TEMPORARY_TABLE', 'COM_DROP_TEMPORARY_TABLE', 'COM_ALTER_USER', 'COM_CREATE_USER', ` +
		`'COM_DROP_USER', 'COM_RENAME_USER', 'COM_CREATE_ROLE', 'COM_DROP_ROLE') ` +
		`OR VARIABLE_NAME IN ('COM_REPAIR', 'COM_START_SLAVE', 'COM_START_ALL_SLAVES', 'COM_SLAVE_START', 'EXECUTED_EVENTS')`

	// besides are other values that the server tells with the counters, all read at once.
	besides = `'UPTIME', 'UPTIME_SINCE_FLUSH_STATUS', 'WSREP_CLUSTER_SIZE', 'THREADS_RUNNING', 'SYNCS'`

	status = "FROM information_schema.GLOBAL_STATUS WHERE " + counted + " OR VARIABLE_NAME IN (" + besides + ")"
)

// uptime, flushed, cluster, running and syncs are expressions for the values besides, zero where there are none.
var (
	uptime  = value("UPTIME")
	flushed = value("UPTIME_SINCE_FLUSH_STATUS")
	cluster = value("WSREP_CLUSTER_SIZE")
	running = value("THREADS_RUNNING")
	syncs   = "IF(@@sync_frm, " + value("SYNCS") + ", 0)"
)

func value(name string) string { return "SUM(IF(VARIABLE_NAME = '" + name + "', VARIABLE_VALUE, 0))" }

// reached is an expression for a horizon as text.
var reached = "CONCAT(MD5(CONCAT_WS('/', @@hostname, @@port, @@datadir, DATABASE(), UNIX_TIMESTAMP() - " + uptime +
	", UNIX_TIMESTAMP() - " + flushed + ", " + cluster + ")), " +
	"'-', SUM(IF(VARIABLE_NAME IN (" + ofTables + "), VARIABLE_VALUE, 0)), " +
	"'-', SUM(IF(VARIABLE_NAME IN (" + ofTables + ", " + besides + "), 0, VARIABLE_VALUE)), '-', " + syncs + ")"

// horizonQuery is a horizon as text. MySQL, which has its counters elsewhere, and MariaDB before 10.6, which
// is older than that log, read the comment as one, and tell nothing.
var horizonQuery = "(SELECT COALESCE(/*M!100600 (SELECT " + reached + " " + status + "), */ ''))"

// noting are the queries for a horizon that is to be noted: how often the server had synced, and
// then the rest. Within one look it tells its counters first: who began and synced between the
// two would be taken for one who has ended.
var noting = [...]string{
	"SELECT COALESCE(" + syncs + ", 0) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'SYNCS'",
	"SELECT " + reached + ", " + running + " = 1, " + uptime + " > 0 AND " + flushed + " > 0 AND " + cluster + " = 0 " + status,
}

// ahead reads a horizon to be noted. still reports that nobody else was at a statement
// then, and tells that the horizon can be told from all others.
func (d *database) ahead(ctx context.Context) (h horizon, still, tells bool, err error) {
	var before int64
	var text string
	err = d.each(ctx, "BEGIN NOT ATOMIC "+strings.Join(noting[:], "; ")+"; END",
		func(rows *sql.Rows) error { return rows.Scan(&before) },
		func(rows *sql.Rows) error { return rows.Scan(&text, &still, &tells) })
	if err != nil {
		return h, false, false, fmt.Errorf("read the server's counters: %w", err)
	}
	h, ok := parseHorizon(text)
	h.syncs = before
	return h, still, tells && ok, nil
}

// hasHorizon reports whether a server tells a horizon.
func hasHorizon(f engine.Flavor) bool {
	return f.Vendor == mariaDB && (f.Major > 10 || f.Major == 10 && f.Minor >= 6)
}

// mostPauses is how often a horizon is asked for again until nobody else is at work, where an
// inspection follows: three milliseconds and a half in all.
const mostPauses = 3

// stillAhead returns the horizon of a moment at which all that it counts had ended, as text; ""
// where there was none, after so many pauses, each longer than the one before. Then no other
// connection was at a statement, and neither was replication from another server nor the
// scheduler of events. The server looks at each connection once, at what it has counted and
// then at what it does: one that was idle has begun nothing else, and one that was not is seen.
//
// Not told are the first seconds of a server or of its counters, which might be taken for
// others of the same second, and what a node of a cluster does, where others say what is to
// be done.
func (d *database) stillAhead(ctx context.Context, pauses int) (string, error) {
	if !hasHorizon(d.traits.Flavor) {
		return "", nil
	}
	for pause := time.Millisecond / 2; ; pause, pauses = 2*pause, pauses-1 {
		h, still, tells, err := d.ahead(ctx)
		if err == nil && tells && !still {
			if err = d.conn.QueryRowContext(ctx, othersRest).Scan(&still); err != nil {
				err = fmt.Errorf("read the server's sessions: %w", err)
			}
		}
		switch {
		case err != nil:
			return "", err
		case still && tells:
			return h.String(), nil
		case !tells || pauses == 0:
			return "", nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(pause):
		}
	}
}

// othersRest tells whether all other connections are idle or feed replicas, which the server
// counts as work, to who may see them all.
const othersRest = `SELECT EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'PROCESS'
	AND GRANTEE = CONCAT(CHAR(39), REPLACE(CURRENT_USER(), '@', CONCAT(CHAR(39), '@', CHAR(39))), CHAR(39)))
	AND NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND COMMAND NOT IN ('Sleep', 'Binlog Dump'))`
