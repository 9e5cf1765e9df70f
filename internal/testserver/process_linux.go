package testserver

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ending is how long a server may take to end.
const ending = 30 * time.Second

// A process is a server that was started.
type process struct {
	cmd     *exec.Cmd
	signals signals
	done    chan struct{} // closed when it is gone
}

// start starts a server in the folder. It is told to quit when this process ends,
// whatever way that happens.
func (f *folder) start(command []string, s signals) (*process, error) {
	log, err := os.OpenFile(f.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := f.command(command)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr.Pdeathsig = s.quit
	result := make(chan error)
	starter() <- func() { result <- cmd.Start() }
	if err := <-result; err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, signals: s, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(p.done)
	}()
	return p, nil
}

// starter takes what is to be done on one thread that never ends. The signal of
// Pdeathsig comes at the end of the thread that started the child, not of its
// process, and Go ends threads as it sees fit.
var starter = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range work {
			do()
		}
	}()
	return work
})

// run runs a program in the folder, as the server's account, to its end.
func (f *folder) run(program string, arguments ...string) error {
	said, err := f.command(append([]string{program}, arguments...)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(program), err, said)
	}
	return nil
}

// command is what all programs in a folder have in common: the account, a session
// of their own (a signal from the terminal is for the tests alone), and nothing of
// the environment that could change what they do.
func (f *folder) command(command []string) *exec.Cmd {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = f.path
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.path, "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: f.account}
	return cmd
}

// alive reports whether the process is still there.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

func (p *process) stop() error { return p.end(p.signals.stop) }
func (p *process) quit() error { return p.end(p.signals.quit) }

// kill ends the process and its children, which in PostgreSQL are the connections:
// they would end by themselves, but not before they notice.
func (p *process) kill() error {
	children := p.children()
	if err := p.end(syscall.SIGKILL); err != nil {
		return err
	}
	for _, child := range children {
		// A handle, unlike the number, never comes to mean another process. Who is
		// gone by now gives an error, and that is as well.
		_ = child.Signal(syscall.SIGKILL)
	}
	for _, child := range children {
		if err := gone(child); err != nil {
			return err
		}
	}
	return nil
}

// children returns the children of a process that runs.
func (p *process) children() []*os.Process {
	pid := p.cmd.Process.Pid
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil // it is gone
	}
	var children []*os.Process
	for field := range strings.FieldsSeq(string(list)) {
		if child, err := strconv.Atoi(field); err == nil {
			if handle, err := os.FindProcess(child); err == nil {
				children = append(children, handle)
			}
		}
	}
	return children
}

// end sends a signal and waits until the process is gone.
func (p *process) end(how os.Signal) error {
	if err := p.cmd.Process.Signal(how); err != nil && p.alive() {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(ending):
		return fmt.Errorf("process %d is still there, %v after %v", p.cmd.Process.Pid, ending, how)
	}
}

// gone waits until a process that is not our child is gone.
func gone(p *os.Process) error {
	for end := time.Now().Add(ending); runs(p.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("process %d is still there, %v after it was killed", p.Pid, ending)
		}
	}
	return nil
}

// runs reports whether a process runs. One that has ended stays in the table of
// processes until its parent looks, which in a container may be never.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in parentheses and may hold some.
	state := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
	return !bytes.HasPrefix(state, []byte("Z")) && !bytes.HasPrefix(state, []byte("X"))
}
