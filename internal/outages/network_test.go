package outages

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// cutsVariable says how often connections are cut, and fall silent, on each server.
const cutsVariable = "DBMEND_TEST_CUTS"

// asked returns a number that the environment asks for, or another.
func asked(variable string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	return otherwise
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	for name, p := range products {
		t.Run(name, func(t *testing.T) { test(t, newSite(t, p)) })
	}
}

// TestSlowNetwork: what takes long is waited for.
func TestSlowNetwork(t *testing.T) {
	slow := map[string]Toxic{
		"latency":   {"latency", "downstream", map[string]any{"latency": 10, "jitter": 5}},
		"bandwidth": {"bandwidth", "downstream", map[string]any{"rate": 64}}, // KB a second
		"in slices": {"slicer", "downstream", map[string]any{"average_size": 20, "size_variation": 10, "delay": 100}},
	}
	each(t, func(t *testing.T, s *site) {
		for name, toxic := range slow {
			t.Run(name, func(t *testing.T) {
				dsn := s.begin(t)
				s.poison(t, toxic)
				db := s.open(t, dsn, s.proxy.Dial)
				defer db.Close()
				if _, err := s.migrator(t, db).Up(t.Context()); err != nil {
					t.Errorf("up: %v", err)
				}
				if got := s.picture(t, dsn); got != s.want {
					t.Errorf("it ended in\n%s\nwanted\n%s", got, s.want)
				}
			})
		}
	})
}

// TestCutAnywhere cuts connections when so many bytes have gone one way: in the
// middle of a statement, of an answer, of a commit. Some are reset instead, after some
// time.
func TestCutAnywhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		up, down, took := s.measure(t)
		cuts, failed := asked(cutsVariable, 5), 0
		for range cuts {
			for name, toxic := range map[string]Toxic{
				"going":  {"limit_data", "upstream", map[string]any{"bytes": rand.Int64N(up)}},
				"coming": {"limit_data", "downstream", map[string]any{"bytes": rand.Int64N(down)}},
				"reset":  {"reset_peer", "downstream", map[string]any{"timeout": rand.Int64N(took.Milliseconds() + 1)}},
			} {
				t.Run(fmt.Sprintf("%s %v", name, toxic.Attributes), func(t *testing.T) {
					dsn := s.begin(t)
					s.poison(t, toxic)
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					db := s.open(t, dsn, s.proxy.Dial)
					_, err := s.migrator(t, db).Up(ctx)
					db.Close()
					if ctx.Err() != nil {
						t.Errorf("up did not end within a minute: %v", err)
					}
					if err != nil {
						failed++
					} else if got := s.picture(t, dsn); got != s.want {
						t.Errorf("it said nothing, and ended in\n%s\nwanted\n%s", got, s.want)
					}
					s.heals(t, dsn, err)
				})
			}
		}
		t.Logf("%d of %d runs failed", failed, 3*cuts)
		if failed == 0 {
			t.Error("no run was disturbed")
		}
	})
}

// TestSilence: from some moment on, nothing is heard of the server, and no connection
// breaks. A run that has only so much time ends soon after it, whatever it was at.
func TestSilence(t *testing.T) {
	const patience, grace = 2 * time.Second, time.Minute
	each(t, func(t *testing.T, s *site) {
		t.Parallel() // it waits most of its time
		_, _, took := s.measure(t)
		failed, times := 0, asked(cutsVariable, 1)
		for range times {
			after := rand.N(took)
			t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
				dsn := s.begin(t)
				s.poison(t)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				db := s.open(t, dsn, s.proxy.Dial)
				timer := time.AfterFunc(after, func() {
					for _, stream := range []string{"upstream", "downstream"} {
						if err := s.proxy.Add(Toxic{"timeout", stream, map[string]any{"timeout": 0}}); err != nil {
							t.Error(err)
						}
					}
				})
				began := time.Now()
				done := make(chan error, 1)
				go func() {
					_, err := s.migrator(t, db).Up(ctx)
					done <- err
				}()
				var err error
				select {
				case err = <-done:
				case <-time.After(patience + grace):
					t.Errorf("it has not ended %v after its time was over", grace)
				}
				t.Logf("ended after %v: %v", time.Since(began).Round(time.Millisecond), err)
				if !timer.Stop() && err != nil {
					failed++
				}
				s.poison(t)
				db.Close()
				s.heals(t, dsn, err)
			})
		}
		t.Logf("%d of %d runs failed", failed, times)
	})
}

// poison has the proxy do this to connections, and nothing else.
func (s *site) poison(t *testing.T, toxics ...Toxic) {
	t.Helper()
	if err := s.proxy.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, toxic := range toxics {
		if err := s.proxy.Add(toxic); err != nil {
			t.Fatal(err)
		}
	}
}

// measure returns how much the longest connection of an undisturbed run carries, and
// how long the run takes.
func (s *site) measure(t *testing.T) (up, down int64, took time.Duration) {
	t.Helper()
	var all []*counted
	db := s.open(t, s.begin(t), func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := s.proxy.Dial(ctx, network, address)
		all = append(all, &counted{Conn: c})
		return all[len(all)-1], err
	})
	defer db.Close()
	began := time.Now()
	if _, err := s.migrator(t, db).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	took = time.Since(began)
	for _, c := range all {
		up, down = max(up, c.up.Load()), max(down, c.down.Load())
	}
	t.Logf("%d bytes there, %d back, %d connections, %v", up, down, len(all), took)
	return up, down, took
}

// A counted connection counts what it carries.
type counted struct {
	net.Conn
	up, down atomic.Int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.up.Add(int64(n))
	return n, err
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.down.Add(int64(n))
	return n, err
}
