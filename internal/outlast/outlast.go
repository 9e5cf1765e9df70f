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
// which is due in all cases. It has the values of the other and no deadline.
func Of(ctx context.Context) (lent context.Context, done context.CancelFunc) {
	lent, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(Grace)
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
