package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend/engine"
)

const waitLong = `wait waits until the database can be used: its server answers, lets us in, and has
the database; of a file, until it is there. It changes nothing, and reads no
migrations. In a container it comes ahead of up.`

func (a *app) waitCommand() *cobra.Command {
	cmd := a.command("wait", "wait until the database can be used", waitLong, noArguments, verb{name: "wait", do: a.await})
	cmd.Flags().DurationVar(&a.flags.timeout, "timeout", time.Minute, "how long, `DURATION`; 0 tries once, negative for ever")
	return cmd
}

// A waitView is the result of wait.
type waitView struct {
	Tries  int   `json:"tries"`
	TookUS int64 `json:"took_us"`
}

// await tries again and again, more and more seldom. Every error may pass, since a
// server that starts has many: no rights yet, no database. What is no database of this
// engine stays that.
func (a *app) await(ctx context.Context, c *call) (*result, error) {
	const shortest, longest = 50 * time.Millisecond, 2 * time.Second
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	c.database = t.String()
	progress := newProgress(a)
	defer progress.stop()
	began := time.Now()
	pause := shortest
	for tries := 1; ; tries++ {
		err := knock(ctx, t, a.flags.timeout-time.Since(began))
		took := time.Since(began)
		if err == nil {
			return &result{view: waitView{tries, took.Microseconds()}, show: func(out *screen) {
				out.line(out.good("the database answers"), out.dim(" after "+took.Round(time.Millisecond).String()))
			}}, nil
		}
		last := a.flags.timeout >= 0 && took+pause > a.flags.timeout
		if last || ctx.Err() != nil || errors.Is(err, engine.ErrNotADatabase) || is[*usageError](err) {
			return nil, said(t, err)
		}
		progress.say("waiting: %s", oneLine(said(t, err).Error(), 0))
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
		pause = min(2*pause, longest)
	}
}

// knock connects once, and gives up when the time is up, if there is a bound.
func knock(ctx context.Context, t target, left time.Duration) (err error) {
	if left > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, left)
		defer cancel()
	}
	if _, err := t.ready(reads); err != nil {
		return err
	}
	db, err := t.open(reads, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	d, err := t.engine().Connect(ctx, db)
	if err != nil {
		return err
	}
	return d.Close()
}
