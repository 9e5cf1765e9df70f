package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/internal/wording"
)

// patience is how long something may take before people are told what it is.
const patience = 400 * time.Millisecond

// A progress tells what is going on while it takes its time: on a terminal one
// line that is written over again and again, with --verbose a line for every
// event, and nothing otherwise.
type progress struct {
	w       io.Writer
	line    bool // one line, on a terminal
	every   bool // a line for every event
	columns int

	mu    sync.Mutex
	text  string
	drawn bool
	timer *time.Timer
	done  bool
}

func newProgress(a *app) *progress {
	p := &progress{w: a.stderr}
	if a.flags.quiet || a.flags.json && !a.flags.verbose {
		return p
	}
	p.every = a.flags.verbose
	if f, ok := a.stderr.(*os.File); ok && !p.every && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.line = true
		p.columns, _, _ = term.GetSize(int(f.Fd()))
	}
	return p
}

// shows reports whether anybody sees what is told.
func (p *progress) shows() bool { return p.every || p.line }

// observe is called with every event of a run.
func (p *progress) observe(e dbmend.Event) {
	if !p.shows() {
		return
	}
	switch e := e.(type) {
	case dbmend.Waiting:
		p.say("waiting for the lock")
	case dbmend.Replaying:
		if e.At != nil && p.line {
			p.say("replaying %d of %d statements: %s", e.Done, e.Of, clean(e.At.ID()))
		}
	case dbmend.Checking:
		if e.What != "" {
			p.say("checking %d of %d: %s", e.Done+1, e.Of, clean(e.What))
		}
	case dbmend.Planned:
		p.say("planned %s", plural(len(e.Plan.Steps), "statement"))
		for i := range e.Plan.Steps {
			for _, h := range e.Plan.Steps[i].Hazards {
				p.warn("%s %s: %s", clean(e.Plan.Steps[i].Ref.String()), h.Name, oneLine(h.Text, 0))
			}
		}
	case dbmend.Stepping:
		p.say("running %d of %d: %s %s", e.Number, e.Of, e.Step.Ref, oneLine(wording.Masked(e.Step.SQL), 60))
	case dbmend.Stepped:
		if p.every {
			p.say("ran %d of %d: %s, %s", e.Number, e.Of, plural(int(e.Rows), "row"), e.Took.Round(time.Microsecond))
		}
	case dbmend.Recorded:
		p.say("recorded %s: %s", clean(e.Record.Migration.ID()), e.Record.Outcome)
	}
}

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.done:
	case p.every:
		fmt.Fprintf(p.w, "dbmend: "+format+"\n", args...)
	case p.line:
		p.text = fmt.Sprintf(format, args...)
		if p.timer == nil {
			p.timer = time.AfterFunc(patience, p.draw)
		}
	}
}

// warn prints a line that stays, above the one that is written over.
func (p *progress) warn(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
	fmt.Fprintf(p.w, "dbmend: "+format+"\n", args...)
}

// draw shows the last text, and comes again in a while.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	fmt.Fprint(p.w, "\r\x1b[K"+truncate(p.text, max(p.columns, 20)-1))
	p.drawn = true
	p.timer.Reset(patience / 4)
}

// stop wipes the line. It may be called again.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
