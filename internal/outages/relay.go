package outages

import (
	"io"
	"net"
	"sync"
)

// A relay lets TCP in to a server that listens on a socket in the file system.
type relay struct {
	listener net.Listener
	socket   string

	mu   sync.Mutex
	open map[net.Conn]bool
}

// startRelay starts one at a free port of this machine.
func startRelay(socket string) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{listener: l, socket: socket, open: map[net.Conn]bool{}}
	go r.serve()
	return r, nil
}

func (r *relay) address() string { return r.listener.Addr().String() }

// stop cuts all connections, and lets nobody in any more.
func (r *relay) stop() {
	_ = r.listener.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		_ = c.Close()
	}
}

func (r *relay) serve() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", r.socket)
		if err != nil {
			_ = client.Close() // it is being started again
			continue
		}
		go r.pass(client, server)
		go r.pass(server, client)
	}
}

// pass carries what one side says to the other, until either has gone.
func (r *relay) pass(from, to net.Conn) {
	r.mu.Lock()
	r.open[from] = true
	r.mu.Unlock()
	_, _ = io.Copy(to, from)
	_ = from.Close()
	_ = to.Close()
	r.mu.Lock()
	delete(r.open, from)
	r.mu.Unlock()
}
