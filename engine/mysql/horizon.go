package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A horizon is what tells that nobody on a whole server has begun a statement on a schema:
// which server it is, since when it and its counters run, and how many such statements it has
// begun since. The server counts a statement as it begins, and whatever runs it: a
// connection, a procedure, an event, a replica (docs/decisions/0052).
type horizon struct {
	life string // of the server and its counters, and the name of the database
	sum  int64  // of the statements
}

// counted says which counters are summed: those of statements that begin so, but for what is
// gone with its connection and what is about accounts; of what makes the server a replica;
// and of events, which may drop themselves.
const counted = `(SUBSTRING_INDEX(VARIABLE_NAME, '_', 2) IN ('COM_ALTER', 'COM_CREATE', 'COM_DROP', 'COM_RENAME', 'COM_REPAIR')
	AND VARIABLE_NAME NOT IN ('COM_CREATE_TEMPORARY_TABLE', 'COM_DROP_TEMPORARY_TABLE', 'COM_ALTER_USER', 'COM_CREATE_USER',
		'COM_DROP_USER', 'COM_RENAME_USER', 'COM_CREATE_ROLE', 'COM_DROP_ROLE')
	OR VARIABLE_NAME IN ('COM_START_SLAVE', 'COM_START_ALL_SLAVES', 'COM_SLAVE_START', 'EXECUTED_EVENTS'))`

// uptime, flushed, cluster and running are other values that the server tells with the
// counters, all read at once.
var (
	uptime  = value("UPTIME")
	flushed = value("UPTIME_SINCE_FLUSH_STATUS")
	cluster = value("WSREP_CLUSTER_SIZE")
	running = value("THREADS_RUNNING")

	status = "FROM information_schema.GLOBAL_STATUS WHERE " + counted +
		" OR VARIABLE_NAME IN ('UPTIME', 'UPTIME_SINCE_FLUSH_STATUS', 'WSREP_CLUSTER_SIZE', 'THREADS_RUNNING')"
)

// value is an expression for one of the values, zero where there is none.
func value(name string) string { return "SUM(IF(VARIABLE_NAME = '" + name + "', VARIABLE_VALUE, 0))" }

// reached is an expression for a horizon as text.
var reached = "CONCAT(MD5(CONCAT_WS('/', @@hostname, @@port, @@datadir, DATABASE(), UNIX_TIMESTAMP() - " + uptime +
	", UNIX_TIMESTAMP() - " + flushed + ", " + cluster + ")), '-', SUM(IF(" + counted + ", VARIABLE_VALUE, 0)))"

// horizonQuery is a horizon as text. MySQL, which has its counters elsewhere, reads the
// comment as one, and tells nothing.
var horizonQuery = "(SELECT COALESCE(/*M! (SELECT " + reached + " " + status + "), */ ''))"

// parseHorizon reads a horizon; ok is false for anything else.
func parseHorizon(text string) (h horizon, ok bool) {
	life, sum, ok := strings.Cut(text, "-")
	if !ok || life == "" {
		return h, false
	}
	n, err := strconv.ParseInt(sum, 10, 64)
	return horizon{life, n}, err == nil
}

// ahead returns the horizon, as text; "" where none is told.
func (d *database) ahead(ctx context.Context) (string, error) {
	var text sql.NullString
	if d.traits.Flavor.Vendor != mariaDB {
		return "", nil
	}
	if err := d.conn.QueryRowContext(ctx, "SELECT "+horizonQuery).Scan(&text); err != nil {
		return "", fmt.Errorf("read the server's counters: %w", err)
	}
	return text.String, nil
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
	if d.traits.Flavor.Vendor != mariaDB {
		return "", nil
	}
	query := "SELECT " + reached + ", " + running + " = 1, " + uptime + " > 0 AND " + flushed + " > 0 AND " + cluster + " = 0 " + status
	for pause := time.Millisecond / 2; ; pause, pauses = 2*pause, pauses-1 {
		var text sql.NullString
		var still, tells bool
		err := d.conn.QueryRowContext(ctx, query).Scan(&text, &still, &tells)
		if err == nil && tells && !still {
			err = d.conn.QueryRowContext(ctx, othersRest).Scan(&still)
		}
		switch {
		case err != nil:
			return "", fmt.Errorf("read the server's counters: %w", err)
		case still && tells:
			return text.String, nil
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
