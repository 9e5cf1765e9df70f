package dbmend_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/internal/wire"
)

// faultsVariable asks for every mishap at each call whose number it divides: 1 is all,
// and takes an hour or two.
const faultsVariable = "DBMEND_TEST_FAULTS"

// A mishap is a way in which one call to a server goes wrong.
type mishap struct {
	name string
	at   func(call int, d *disturbance) wire.Fault
}

// A disturbance is what a mishap can lay hands on.
type disturbance struct {
	t      testing.TB
	server *testserver.Server
	cancel func()
}

func breaks(way wire.Way) func(int, *disturbance) wire.Fault {
	return func(call int, _ *disturbance) wire.Fault { return wire.Fault{First: call, Way: way} }
}

func refused(e wire.Error) func(int, *disturbance) wire.Fault {
	return func(call int, _ *disturbance) wire.Fault { return wire.Fault{First: call, Way: wire.Refused, Error: e} }
}

// mishaps are the same on both products; what the errors are called there is not.
var mishaps = []mishap{
	{"the connection breaks before it arrives", breaks(wire.LostGoing)},
	{"the connection breaks before the answer comes", breaks(wire.LostComing)},
	{"a deadlock", refused(wire.Error{State: "40P01", Number: 1213, Message: "deadlock detected", Ends: true})},
	{"a serialization failure", refused(wire.Error{State: "40001", Number: 1020, Message: "could not serialize access due to concurrent update", Ends: true})},
	{"a lock that is not to be had", refused(wire.Error{State: "55P03", Number: 1205, Message: "lock not available"})},
	{"a full disk", refused(wire.Error{State: "53100", Number: 1114, Message: "could not extend file: No space left on device"})},
	{"the context is cancelled", func(call int, d *disturbance) wire.Fault {
		return wire.Fault{First: call, Meanwhile: d.cancel}
	}},
	{"nobody answers from there on", func(call int, _ *disturbance) wire.Fault { return wire.GoneFrom(call) }},
	{"the server is killed and started again", func(call int, d *disturbance) wire.Fault {
		return wire.Fault{First: call, Meanwhile: func() {
			d.server.Kill(d.t)
			d.server.Start(d.t)
		}}
	}},
}

// TestWhereverAServerFails lets every call that Up makes to a server go wrong, one at
// a time: each way of it in its turn, and at some calls only, unless more is asked for
// by DBMEND_TEST_FAULTS. The next run must end where one that nothing disturbed does.
func TestWhereverAServerFails(t *testing.T) {
	for _, p := range products {
		t.Run(p.name, func(t *testing.T) {
			server := p.server(t)
			for _, s := range p.scenes {
				t.Run(s.name, func(t *testing.T) { p.endure(t, server, &s) })
			}
			p.clean(t, server)
		})
	}
}

// endure lets the calls of one scene go wrong.
func (p *product) endure(t *testing.T, server *testserver.Server, s *scene) {
	var ends []string
	dsn := p.begin(t, server, s)
	plain := p.open(t, dsn, nil)
	ends = append(ends, p.picture(t, plain))
	network := wire.New(p.protocol)
	report, err := p.upper(t, s, p.open(t, dsn, network.Dial))(t.Context())
	if err != nil {
		t.Fatalf("an undisturbed up: %v", err)
	}
	if s.start && looked(report) {
		t.Error("it was to go on from where the last run has left the database, and took a look")
	}
	ends = append(ends, p.picture(t, plain))
	calls := network.Calls()
	if calls < 30 {
		t.Errorf("Up was seen to make %d calls only", calls)
	}
	rounds := 0
	if every, err := strconv.Atoi(os.Getenv(faultsVariable)); err == nil && every > 0 {
		for call := every; call <= calls; call += every {
			for _, m := range mishaps {
				p.survives(t, server, s, ends, m, call)
				rounds++
			}
		}
	} else {
		const tried = 8
		step := calls/tried + 1
		turn := rand.N(len(mishaps))
		for call := 1 + rand.N(step); call <= calls; call += step {
			p.survives(t, server, s, ends, mishaps[turn%len(mishaps)], call)
			turn++
			rounds++
		}
	}
	t.Logf("%d calls, %d times one went wrong", calls, rounds)
}

// survives runs Up with a mishap and checks what it leaves, and what the next run
// makes of it.
func (p *product) survives(t *testing.T, server *testserver.Server, s *scene, ends []string, m mishap, call int) {
	t.Run(fmt.Sprintf("%s at call %d", m.name, call), func(t *testing.T) {
		dsn := p.begin(t, server, s)
		plain := p.open(t, dsn, nil)
		network := wire.New(p.protocol)
		db := p.open(t, dsn, network.Dial)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		up := p.upper(t, s, db)
		network.Set(m.at(call, &disturbance{t, server, cancel}))
		_, err := up(ctx)
		struck := network.Struck()
		network.Set(wire.Fault{})
		wrong := func(format string, args ...any) {
			t.Helper()
			t.Errorf("struck was %s\n  Up said: %v\n  "+format, slices.Concat([]any{struck, err}, args)...)
		}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			wrong("after a minute")
		}
		found := p.picture(t, plain)
		if s.whole() && !slices.Contains(ends, found) {
			wrong("and left a database that no run leaves:\n%s\nwanted one of\n%s", found, strings.Join(ends, "\n"))
		}
		last := ends[len(ends)-1]
		if err == nil && found != last {
			wrong("and yet not all is done:\n%s\nwanted\n%s", found, last)
		}
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
			wrong("it became a question: %s", refusal.Questions[0].Text)
		}
		report, next := up(t.Context())
		if next != nil {
			wrong("the next run: %v, ran %v", next, steps(report))
		}
		if found := p.picture(t, plain); found != last {
			wrong("the next run ended elsewhere:\n%s\nwanted\n%s", found, last)
		}
		if report, err := up(t.Context()); err != nil || !report.Nothing() {
			wrong("the run after it: %v, ran %v", err, steps(report))
		}
		db.Close()
		if left := p.lingering(t, plain); left != "[]" {
			wrong("sessions are left: %s", left)
		}
	})
}

// lingering returns the sessions that are left of a run, after some time to go. The
// pool of whoever asks keeps one connection.
func (p *product) lingering(t *testing.T, db *sql.DB) (left string) {
	t.Helper()
	db.SetMaxOpenConns(1)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if left = queryJSON(t, db, p.company); left == "[]" {
			return left
		}
	}
	return left
}

// clean requires that no scratch database is left once somebody has made one of his
// own: on PostgreSQL, once those are old enough whose owner may be on his way in.
func (p *product) clean(t *testing.T, server *testserver.Server) {
	t.Helper()
	dsn := p.begin(t, server, &p.scenes[0])
	db := p.open(t, dsn, nil)
	if p.name == "postgres" {
		age(t, db, query(t, db, p.leftovers))
	}
	if _, err := p.migrator(t, &p.scenes[0], db).Up(t.Context()); err != nil {
		t.Error(err)
	}
	if left := queryJSON(t, db, p.leftovers); left != "[]" {
		t.Errorf("left behind are %s", left)
	}
}

// age makes the scratch databases two minutes older: their names begin with when they
// were made.
func age(t *testing.T, db *sql.DB, names [][]string) {
	t.Helper()
	for _, name := range names {
		var made int64
		var random string
		if _, err := fmt.Sscanf(name[0], "dbmend_scratch_%8x_%s", &made, &random); err != nil {
			t.Fatalf("a scratch database is called %s: %v", name[0], err)
		}
		exec(t, db, fmt.Sprintf("ALTER DATABASE %s RENAME TO dbmend_scratch_%08x_%s", name[0], made-120, random))
	}
}
