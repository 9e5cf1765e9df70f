// Package strike counts calls and says which of them are to go wrong. What a call is, and
// what it is to go wrong, is known to whoever counts: package fault at a driver, package
// wire at a connection.
package strike

import "sync"

// A Fault is what goes wrong at some calls. Its zero value strikes none.
type Fault interface {
	// Strikes reports whether the fault is due at a call, counted from 1.
	Strikes(call int) bool
}

// Due is [Fault.Strikes] of a fault that strikes the calls from the first to the last;
// of none if the first is zero, and of the first alone if the last is.
func Due(call, first, last int) bool {
	return first > 0 && call >= first && call <= max(first, last)
}

// A Counter counts calls, of several goroutines together. The zero value has no fault.
type Counter[F Fault] struct {
	mu     sync.Mutex
	fault  F
	calls  int
	struck string
}

// Set sets the fault, in place of any other, and begins to count anew.
func (c *Counter[F]) Set(f F) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault, c.calls, c.struck = f, 0, ""
}

// Calls returns how many calls there were since Set.
func (c *Counter[F]) Calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// Struck returns what the first call was that the fault has struck, for people to read;
// "" if it has struck none yet.
func (c *Counter[F]) Struck() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck
}

// Count counts a call, unless the fault is to spare it (nil: it spares none), and returns
// the fault if it strikes the call, else the zero value.
func (c *Counter[F]) Count(call string, spares func(F) bool) F {
	c.mu.Lock()
	defer c.mu.Unlock()
	var none F
	if spares != nil && spares(c.fault) {
		return none
	}
	c.calls++
	if !c.fault.Strikes(c.calls) {
		return none
	}
	if c.struck == "" {
		c.struck = call
	}
	return c.fault
}

// Strikes reports whether the fault has struck and would strike the next call as well.
func (c *Counter[F]) Strikes() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck != "" && c.fault.Strikes(c.calls+1)
}
