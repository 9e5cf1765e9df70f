package dbmend

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// A stopwatch recognises values that statements have taken from a clock since it was
// started. The same statement, run twice, may note two seconds: where two endings are
// compared, that is no difference between them.
type stopwatch struct {
	since, until [2]string // by the server's clock, and by that of UTC
}

// wallClock is how a stopwatch writes the time: texts that sort by it, and that most
// forms of a timestamp begin with.
const wallClock = "2006-01-02 15:04:05"

// startWatch starts a stopwatch by the clock of a server.
func startWatch(ctx context.Context, db engine.Database) (stopwatch, error) {
	var s stopwatch
	now, err := readClock(ctx, db)
	s.since, s.until = now, now
	return s, err
}

// stop lets the stopwatch recognise what was noted up to now. It may be stopped again.
func (s *stopwatch) stop(ctx context.Context, db engine.Database) (err error) {
	s.until, err = readClock(ctx, db)
	return err
}

func readClock(ctx context.Context, db engine.Database) (now [2]string, err error) {
	now[1] = time.Now().UTC().Format(wallClock)
	if err := db.QueryRow(ctx, "SELECT CAST(CURRENT_TIMESTAMP AS char(19))").Scan(&now[0]); err != nil {
		return now, fmt.Errorf("read the clock: %w", err)
	}
	return now, nil
}

// tells reports whether a value, as a literal, is a time while the stopwatch ran: a
// text that begins with one, or the seconds, thousandths or millionths since 1970.
func (s *stopwatch) tells(literal string) bool {
	value := strings.TrimPrefix(literal, "'")
	if number, err := strconv.ParseInt(strings.TrimSuffix(value, "'"), 10, 64); err == nil {
		for ; number >= 1e11; number /= 1000 {
		}
		at := time.Unix(number, 0).UTC().Format(wallClock)
		return s.since[1] <= at && at <= s.until[1]
	}
	if len(value) < len(wallClock) {
		return false
	}
	at := value[:10] + " " + value[11:len(wallClock)]
	return s.since[0] <= at && at <= s.until[0] || s.since[1] <= at && at <= s.until[1]
}
