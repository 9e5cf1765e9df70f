package wire

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// A conn is one connection.
type conn struct {
	net.Conn
	network *Network

	mu      sync.Mutex
	broken  bool
	pending []byte // what the server has not said and the client reads
}

// answering is how long an answer is waited for, of which the client gets nothing.
const answering = 5 * time.Second

// Write sends what the client says, unless it is struck. A client that writes is
// not told that nobody hears it: that is how connections break.
func (c *conn) Write(b []byte) (int, error) {
	if c.isBroken() {
		return 0, c.reset("write")
	}
	said, asks := c.network.protocol.call(b)
	if !asks {
		return c.Conn.Write(b)
	}
	f := c.network.Count(said, nil)
	if f.Meanwhile != nil {
		f.Meanwhile()
	}
	switch f.Way {
	case LostGoing:
		c.breakOff()
	case LostComing:
		if _, err := c.Conn.Write(b); err != nil {
			return 0, err
		}
		_ = c.SetReadDeadline(time.Now().Add(answering))
		_, _ = c.Conn.Read(make([]byte, 1))
		c.breakOff()
	case Refused:
		return c.refuse(b, f.Error)
	default:
		return c.Conn.Write(b)
	}
	return len(b), nil
}

// refuse has the server answer with an error instead. What introduces the client to
// the server is passed on.
func (c *conn) refuse(b []byte, e Error) (int, error) {
	instead, answer := c.network.protocol.refuse(b, e)
	if instead == nil && answer == nil {
		return c.Conn.Write(b)
	}
	if instead != nil {
		if _, err := c.Conn.Write(instead); err != nil {
			return 0, err
		}
	}
	if answer == nil {
		return len(b), nil // the server gives it
	}
	if instead != nil {
		// What it says to that is short, and comes as one.
		_ = c.SetReadDeadline(time.Now().Add(answering))
		if _, err := c.Conn.Read(make([]byte, 1<<10)); err != nil {
			return 0, err
		}
		_ = c.SetReadDeadline(time.Time{})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = append(c.pending, answer...)
	return len(b), nil
}

// Read reads what the server says, or what it is made to say.
func (c *conn) Read(b []byte) (int, error) {
	c.mu.Lock()
	if n := copy(b, c.pending); n > 0 {
		c.pending = c.pending[n:]
		c.mu.Unlock()
		return n, nil
	}
	c.mu.Unlock()
	if c.isBroken() {
		return 0, c.reset("read")
	}
	n, err := c.Conn.Read(b)
	if c.isBroken() {
		return 0, c.reset("read")
	}
	return n, err
}

func (c *conn) isBroken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

// breakOff breaks the connection: either side hears nothing of the other any more.
func (c *conn) breakOff() {
	c.mu.Lock()
	c.broken = true
	c.mu.Unlock()
	_ = c.Conn.Close()
}

func (c *conn) reset(op string) error {
	return &net.OpError{Op: op, Net: "wire", Err: syscall.ECONNRESET}
}
