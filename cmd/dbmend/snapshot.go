package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend/schema"
)

const snapshotLong = `snapshot prints what the database holds, without tracking tables: one object a line,
its key and its facts, in an order that does not change, and the fingerprint last.
Equal schemas print equal texts, however they were written. It changes nothing,
and reads no migrations.`

func (a *app) snapshotCommand() *cobra.Command {
	return a.command("snapshot", "print the schema as a stable text", snapshotLong, noArguments,
		verb{name: "snapshot", do: a.snapshot, loud: true})
}

func (a *app) snapshot(ctx context.Context, c *call) (*result, error) {
	return c.read(ctx, func(ctx context.Context, s *session) (*result, error) {
		snapshot, err := s.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return &result{view: newSnapshotView(snapshot), show: func(out *screen) { out.snapshot(snapshot) }}, nil
	})
}

// read opens a session for a verb that needs a database and no migrations.
func (c *call) read(ctx context.Context, fn func(ctx context.Context, s *session) (*result, error)) (*result, error) {
	c.to, c.format = "", ""
	return c.with(ctx, reads, fn)
}

func (s *screen) snapshot(snapshot *schema.Snapshot) {
	for o := range snapshot.All() {
		text := exact(o.Key.String())
		if len(o.Facts) > 0 {
			text += "  " + exact(o.Describe())
		}
		if o.Unsupported != "" {
			text += "  unsupported: " + exact(o.Unsupported)
		}
		s.line(text)
	}
	s.line("fingerprint ", snapshot.Fingerprint().String())
}

func itoa(n int) string { return strconv.Itoa(n) }
