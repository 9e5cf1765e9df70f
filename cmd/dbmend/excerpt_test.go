package main

import (
	"errors"
	"strings"
	"testing"
)

// A statement of one line may have megabytes. What is shown of it is what is wrong.
func TestExcerpt_isBounded(t *testing.T) {
	long := strings.Repeat("(é, 1), ", 100_000)
	for name, c := range map[string]struct {
		sql, want string
		err       error
	}{
		"nothing is marked": {"VALUES " + long, "VALUES (é, 1)", nil},
		"at the end":        {"VALUES " + long + "nowhere " + long, "nowhere", errors.New("no such table: nowhere")},
		"a long word":       {"SELECT " + strings.Repeat("x", 1000), "…", errors.New("no such column: " + strings.Repeat("x", 1000))},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExcerpt(c.sql, 1, c.err)
			var b strings.Builder
			e.print(&screen{w: &b, palette: newPalette(false)})
			if got := b.String(); len(got) > 4*widest || !strings.Contains(got, c.want) {
				t.Errorf("%d bytes: %.300s", len(got), got)
			}
			if e.mark >= 0 && name == "at the end" && e.lines[e.mark][e.from:e.from+e.width] != "nowhere" {
				t.Errorf("marked is %q", e.lines[e.mark][e.from:e.from+e.width])
			}
			if (e.mark >= 0) != (c.err != nil) {
				t.Errorf("the mark is in line %d", e.mark)
			}
		})
	}
}
