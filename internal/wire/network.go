package wire

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// A Network connects clients to a server. Its [Network.Dial] is what drivers are to
// dial with. The calls of all connections are counted together.
type Network struct {
	protocol Protocol

	mu     sync.Mutex
	fault  Fault
	calls  int
	struck string
}

// New returns a network without a fault, for a protocol.
func New(p Protocol) *Network { return &Network{protocol: p} }

// Set sets the fault, in place of any other, and begins to count anew.
func (n *Network) Set(f Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault, n.calls, n.struck = f, 0, ""
}

// Calls returns how many calls there were since Set.
func (n *Network) Calls() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls
}

// Struck returns what the first call said that the fault has struck, for people to
// read; "" if it has struck none yet.
func (n *Network) Struck() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.struck
}

// Dial connects to the server. That is no call: what the client says first is.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if n.gone() {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, network: n}, nil
}

// gone reports that nobody answers any more.
func (n *Network) gone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.struck != "" && n.fault.Last > n.calls
}

// count counts a call and returns the fault that strikes it, or none.
func (n *Network) count(said string) Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	if !n.fault.strikes(n.calls) {
		return Fault{}
	}
	if n.struck == "" {
		n.struck = said
	}
	return n.fault
}
