package outlast_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dbmend/dbmend/internal/outlast"
)

func TestGraceBeginsWithTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		lent, done := outlast.Of(ctx)
		defer done()
		began := time.Now()
		<-lent.Done()
		if took := time.Since(began); took != time.Hour+outlast.Grace {
			t.Errorf("it ended after %v", took)
		}
		if context.Cause(lent) != context.DeadlineExceeded {
			t.Errorf("its cause is %v", context.Cause(lent))
		}
	})
}

// What has ended already is lent as much.
func TestGraceOfWhatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		lent, done := outlast.Of(ctx)
		if err := lent.Err(); err != nil {
			t.Errorf("it begins with %v", err)
		}
		done()
		if lent.Err() == nil {
			t.Error("it is not done")
		}
	})
}

// What was lent once is not lent on: calls within calls would add up.
func TestWhatWasLentIsNotLentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		once, done := outlast.Of(ctx)
		defer done()
		twice, done := new(outlast.Server).Of(once)
		defer done()
		<-twice.Done()
		if took := time.Since(began); took != outlast.Grace {
			t.Errorf("it ended after %v", took)
		}
		farewell, done := new(outlast.Server).Farewell()
		defer done()
		within, done := outlast.Of(farewell)
		defer done()
		began = time.Now()
		<-within.Done()
		if took := time.Since(began); took != outlast.Grace {
			t.Errorf("a farewell took %v", took)
		}
	})
}

// A server that is silent is waited for once, and hardly by those who come behind.
func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server outlast.Server
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for _, want := range []time.Duration{outlast.Grace, outlast.Remnant} {
			for name, lend := range map[string]func() (context.Context, context.CancelFunc){
				"the run's": func() (context.Context, context.CancelFunc) { return server.Of(ended) }, "nobody's": server.Farewell,
			} {
				began := time.Now()
				lent, done := lend()
				<-lent.Done()
				done()
				if took := time.Since(began); took != want {
					t.Errorf("%s context ended after %v, wanted %v", name, took, want)
				}
			}
			server.FellSilent()
		}
	})
}
