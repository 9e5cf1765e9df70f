package main

import (
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/schema"
)

// difference prints one difference: what is missing or too much on one line, what
// is otherwise with both definitions below each other.
func (s *screen) difference(d schema.Difference, why string) {
	switch {
	case d.Missing():
		s.line("  ", s.bad("missing  "), "  ", exact(d.Key.String()), s.facts(d.Want), s.because(why))
	case d.Extra():
		s.line("  ", s.warn("extra    "), "  ", exact(d.Key.String()), s.facts(d.Have), s.because(why))
	default:
		s.line("  ", s.warn("different"), "  ", exact(d.Key.String()), s.because(why))
		s.line("               wanted  ", exact(describe(d.Want)))
		s.line("               found   ", exact(describe(d.Have)))
	}
}

// ignored prints what is left alone since the ignore list names it, a line each.
func (s *screen) ignored(left []diagnosis.Drift) {
	for i := range left {
		s.line("  ", s.dim("ignored  "), "  ", exact(left[i].Difference.String()), s.because(left[i].Why))
	}
}

func (s *screen) because(why string) string {
	if why == "" {
		return ""
	}
	return s.dim("  (" + oneLine(why, 0) + ")")
}

// facts returns an object's facts, for a line that has its key already.
func (s *screen) facts(o *schema.Object) string {
	if o == nil || len(o.Facts) == 0 {
		return ""
	}
	return s.dim("  " + truncate(exact(o.Describe()), s.room(50, 100)))
}

// describe returns all facts of an object, and what cannot be said of it.
func describe(o *schema.Object) string {
	if o != nil && o.Unsupported != "" {
		return o.Describe() + " (not fully understood: " + o.Unsupported + ")"
	}
	return o.Describe()
}
