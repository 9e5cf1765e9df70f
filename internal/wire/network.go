package wire

import (
	"context"
	"net"
	"syscall"

	"github.com/dbmend/dbmend/internal/strike"
)

// A Network connects clients to a server. Its [Network.Dial] is what drivers are to
// dial with. The calls of all connections are counted together.
type Network struct {
	strike.Counter[Fault]
	protocol Protocol
}

// New returns a network without a fault, for a protocol.
func New(p Protocol) *Network { return &Network{protocol: p} }

// Dial connects to the server. That is no call: what the client says first is.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if n.Strikes() { // nobody answers any more
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, network: n}, nil
}
