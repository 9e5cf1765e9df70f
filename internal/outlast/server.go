package outlast

import (
	"context"
	"sync/atomic"
	"time"
)

// Remnant is what is lent in place of [Grace] where a server is known to be silent: as
// long as one takes that is there after all.
const Remnant = time.Second

// A Server is one whose calls are lent time. What has to be left in order behind the end of a
// run is many calls, one behind the other, and each that a silent server does not answer
// would take its whole time: so what one of them finds out is shared by the rest. The zero
// value is a server that is there.
type Server struct{ silent atomic.Bool }

// FellSilent says that nothing was heard of the server in all the time that was lent,
// even over another connection.
func (s *Server) FellSilent() { s.silent.Store(true) }

// Of is what the function [Of] is, for a call to the server.
func (s *Server) Of(ctx context.Context) (lent context.Context, done context.CancelFunc) {
	return lend(ctx, s.grace)
}

// Farewell returns a context for what is left to be done when nobody's context is there any more.
// It ends when its time has been lent, or when done is called, which is due in all cases.
func (s *Server) Farewell() (lent context.Context, done context.CancelFunc) {
	return context.WithTimeout(context.WithValue(context.Background(), borrowed{}, true), s.grace())
}

func (s *Server) grace() time.Duration {
	if s.silent.Load() {
		return Remnant
	}
	return Grace
}
