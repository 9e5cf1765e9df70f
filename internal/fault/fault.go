package fault

import (
	"database/sql/driver"
	"math"

	"github.com/dbmend/dbmend/internal/strike"
)

// A Fault is what goes wrong, and when. The zero value is no fault.
type Fault struct {
	// First is the number of the call that is struck, counted from 1.
	First int
	// Last is the last one that is struck; zero is the same as First.
	Last int
	// Spare is the name of a database whose calls are neither counted nor struck.
	Spare string
	// Before is called ahead of a struck call, with what it is and the connection that
	// it is on (nil where it is to open one). If it returns an error, that is what the
	// caller gets, and the call is not passed on.
	Before func(call string, on driver.Conn) error
	// After is called once a struck call has been carried out, with its error. What
	// it returns is what the caller gets: the same error, or one in place of the answer.
	After func(err error) error
}

// Fail is the fault of a call that is not carried out.
func Fail(call int, err error) Fault {
	return Fault{First: call, Before: func(string, driver.Conn) error { return err }}
}

// FailFrom is the fault of a database that is gone from one call on.
func FailFrom(call int, err error) Fault {
	f := Fail(call, err)
	f.Last = math.MaxInt
	return f
}

// Lose is the fault of a call that is carried out and whose answer is lost: the
// caller cannot know what has become of it.
func Lose(call int, err error) Fault {
	return Fault{First: call, After: func(own error) error {
		if own != nil {
			return own
		}
		return err
	}}
}

// Meanwhile is no fault of the database: something else happens just before a
// call, such as the end of its context.
func Meanwhile(call int, do func()) Fault {
	return Fault{First: call, Before: func(string, driver.Conn) error { do(); return nil }}
}

// Strikes reports whether the fault is due at a call.
func (f Fault) Strikes(call int) bool { return strike.Due(call, f.First, f.Last) }
