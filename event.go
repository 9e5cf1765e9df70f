package dbmend

import (
	"time"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// An Event is something that happens during a run. The types in this file are all
// there are.
type Event interface{ event() }

// Waiting says that another runner holds the lock, and that we wait for it.
type Waiting struct{ Timeout time.Duration }

// Replaying says that the set is being run on a scratch database.
type Replaying struct {
	Done, Of int                  // statements
	At       *migration.Migration // the one that comes next; nil at the end
}

// Checking says what a check is about to look at.
type Checking struct {
	Done, Of int    // states of databases, as far as they are known
	What     string // "v1.0.0, made by its migrations"
}

// Planned says that a plan has been made and rehearsed, and is about to be run.
type Planned struct{ Plan *plan.Plan }

// Stepping says that a step is about to be run.
type Stepping struct {
	Number, Of int
	Step       *plan.Step
}

// Stepped says that a step has been run.
type Stepped struct {
	Number, Of int
	Step       *plan.Step
	Rows       int64 // that it wrote, as far as the engine tells
	Took       time.Duration
}

// Recorded says that a migration has been recorded.
type Recorded struct{ Record plan.Record }

func (Waiting) event()   {}
func (Replaying) event() {}
func (Checking) event()  {}
func (Planned) event()   {}
func (Stepping) event()  {}
func (Stepped) event()   {}
func (Recorded) event()  {}

func (m *Migrator) tell(e Event) {
	if m.observer != nil {
		m.observer(e)
	}
}
