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
