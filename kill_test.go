package dbmend_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Migrating processes are killed: by probes, by timeouts, by people. Whatever they
// were doing, the next one ends where an undisturbed one would have.

// TestKilledAtACall kills the process before some call of the driver or right
// behind it: at calls all over the run, and at all of those around its end.
func TestKilledAtACall(t *testing.T) {
	for _, s := range scenes(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			v := s.victim(t)
			undisturbed := v.run(t, start{}, never)
			var calls []int
			for call := 1; call < undisturbed.Calls; call += 1 + undisturbed.Calls/7 {
				calls = append(calls, call)
			}
			for call := undisturbed.Calls - 8; call <= undisturbed.Calls; call++ {
				calls = append(calls, call)
			}
			for _, call := range calls {
				for _, after := range []bool{false, true} {
					v.run(t, start{DieAt: call, DieAfter: after}, never)
				}
			}
			if v.killed != 2*len(calls) {
				t.Errorf("%d of %d processes were killed", v.killed, 2*len(calls))
			}
		})
	}
}

// killsVariable says how often processes are killed at random times.
const killsVariable = "DBMEND_TEST_KILLS"

// TestKilledAtAnyTime kills the process from outside, at random times of its run.
func TestKilledAtAnyTime(t *testing.T) {
	kills := 40
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	all := scenes(t)
	victims := make([]*victim, len(all))
	took := make([]time.Duration, len(all))
	for i := range all {
		victims[i] = all[i].victim(t)
		took[i] = victims[i].run(t, start{}, never).Took
	}
	killed := 0
	for n := range kills {
		i := n % len(all)
		victims[i].run(t, start{}, rand.N(took[i]))
	}
	for _, v := range victims {
		killed += v.killed
	}
	t.Logf("%d of %d processes were killed in the middle of their work", killed, kills)
	if killed == 0 {
		t.Error("no process was killed in the middle of its work")
	}
}

// never is the time of a kill that does not come.
const never time.Duration = -1

// A victim is a scene whose processes are killed.
type victim struct {
	scene   scene
	content map[string][]byte // by journal mode
	ends    []string
	folder  string
	runs    int
	killed  int
}

func (s scene) victim(t *testing.T) *victim {
	t.Helper()
	v := &victim{scene: s, content: map[string][]byte{}, folder: s.folder(t)}
	for _, mode := range journalModes {
		v.content[mode] = s.build(t, "PRAGMA journal_mode = "+mode)
	}
	v.ends = s.ends(t, v.content["delete"])
	return v
}

// run starts a process, in either journal mode by turns, kills it after some time,
// and requires that what it leaves is sound and that the next one completes it.
func (v *victim) run(t *testing.T, s start, killAfter time.Duration) result {
	t.Helper()
	mode := journalModes[v.runs%len(journalModes)]
	v.runs++
	path := put(t, v.content[mode])
	// The small cache makes work of the middle of a transaction reach the file.
	s.Database = address(path, "_pragma=cache_size(3)&_pragma=foreign_keys(1)")
	s.Folder, s.Each, s.Start = v.folder, len(v.scene.stages) > 0, v.scene.start
	a := launch(t, s)
	a.release(t)
	if killAfter != never {
		time.Sleep(killAfter)
		a.kill()
	}
	what := fmt.Sprintf("%s, %s, killed at call %d (carried out: %v) or after %v", v.scene.name, mode, s.DieAt, s.DieAfter, killAfter)
	r, finished := a.end(t)
	if !finished {
		v.killed++
	}
	found := picture(t, path)
	if !slices.Contains(v.ends, found) {
		t.Errorf("%s: it left a database that no run leaves:\n%s\nwanted one of\n%s", what, found, strings.Join(v.ends, "\n"))
	}
	last := v.ends[len(v.ends)-1]
	if finished && found != last {
		t.Errorf("%s: it finished, and not all is done:\n%s", what, found)
	}
	db := open(t, path)
	defer db.Close()
	report, err := v.scene.upper(t, db)(t.Context())
	if err != nil {
		t.Errorf("%s: the next up: %v, ran %v", what, err, steps(report))
	}
	if found := picture(t, path); found != last {
		t.Errorf("%s: the next up ended elsewhere:\n%s\nwanted\n%s", what, found, last)
	}
	return r
}
