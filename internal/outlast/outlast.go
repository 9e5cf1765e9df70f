// Package outlast lends contexts some time beyond their end, for what is not to be
// left half-way: a commit, a rollback, a setting that was another one for a moment.
package outlast

import (
	"context"
	"time"
)

// Grace is the time that is lent. A server that is there answers within it; of one
// that has fallen silent, without its connections breaking, nothing comes however long
// it is waited for.
const Grace = 10 * time.Second

// Of returns a context that ends Grace after another one, or when done is called,
// which is due in all cases. It has the values of the other and no deadline. To a context
// that has been lent time nothing is added.
func Of(ctx context.Context) (lent context.Context, done context.CancelFunc) {
	return lend(ctx, func() time.Duration { return Grace })
}

// borrowed is the key of a value that contexts have which were lent time.
type borrowed struct{}

// lend returns a context that ends some time after another one, as long as grace says then.
func lend(ctx context.Context, grace func() time.Duration) (lent context.Context, done context.CancelFunc) {
	if ctx.Value(borrowed{}) != nil {
		return context.WithCancel(ctx)
	}
	lent, cancel := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), borrowed{}, true))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace())
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(context.DeadlineExceeded)
		case <-lent.Done():
		}
	})
	return lent, func() {
		stop()
		cancel(context.Canceled)
	}
}
