package wire

import (
	"math"

	"github.com/dbmend/dbmend/internal/strike"
)

// A Fault is what goes wrong, and when. The zero value is no fault.
type Fault struct {
	// First is the number of the call that is struck, counted from 1.
	First int
	// Last is the last one that is struck; zero is the same as First.
	Last int
	// Way is how it goes wrong.
	Way Way
	// Error is what the server says where Way is Refused.
	Error Error
	// Meanwhile is called ahead of a struck call, unless it is nil.
	Meanwhile func()
}

// A Way is how a call goes wrong.
type Way int

const (
	// Passed is not at all: the call is carried out.
	Passed Way = iota
	// LostGoing breaks the connection before the call arrives.
	LostGoing
	// LostComing breaks it once the server has begun to answer: what was asked for is done.
	LostComing
	// Refused has the server answer with an error, and not carry the call out.
	Refused
)

// An Error is an error of a server's.
type Error struct {
	State   string // the five characters by which PostgreSQL calls it
	Number  uint16 // by which MariaDB does
	Message string
	Ends    bool // MariaDB ends the transaction with it, as PostgreSQL does with each
}

// GoneFrom is the fault of a server that nobody reaches from one call on.
func GoneFrom(call int) Fault { return Fault{First: call, Last: math.MaxInt, Way: LostGoing} }

// Strikes reports whether the fault is due at a call.
func (f Fault) Strikes(call int) bool { return strike.Due(call, f.First, f.Last) }
