package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// errInterrupted is the cause of a context that a signal has cancelled.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that the first Ctrl-C, or a request to
// terminate, cancels: what was begun is then undone in good order. The second one
// ends the process where it stands, as if nobody had listened.
func interruptible(stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			io.WriteString(stderr, "\ndbmend: interrupted; undoing what was begun, once more to kill\n")
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// wasInterrupted reports whether a signal has cancelled the context.
func wasInterrupted(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), errInterrupted)
}
