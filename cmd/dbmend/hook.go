package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// hook runs a command of the user's own, from a flag or the configuration, before or
// after up. What it prints goes to standard error: standard output is for facts.
//
// It has the environment of dbmend, and besides DBMEND_HOOK (before, after),
// DBMEND_DATABASE (without password), DBMEND_FOLDER and, after, DBMEND_RESULT (done,
// nothing).
func (c *call) hook(ctx context.Context, when, command, result string) error {
	if command == "" {
		return nil
	}
	t, err := c.target()
	if err != nil {
		return err
	}
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	cmd := exec.CommandContext(ctx, shell[0], append(shell[1:], command)...)
	cmd.Env = append(os.Environ(), "DBMEND_HOOK="+when, "DBMEND_DATABASE="+t.String(), "DBMEND_FOLDER="+c.dir)
	if result != "" {
		cmd.Env = append(cmd.Env, "DBMEND_RESULT="+result)
	}
	cmd.Stdout, cmd.Stderr = c.stderr, c.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		// The command itself is not repeated: it may hold a password.
		what := "the hook before up has failed (" + err.Error() + "), and nothing was done"
		if when == "after" {
			what = "the hook after up has failed (" + err.Error() + "); what up has done stays"
		}
		return &failure{message: what, err: err}
	}
	return nil
}
