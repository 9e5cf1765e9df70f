package outages

import (
	"bytes"
	"context"
	"encoding/json"
	"net"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// A Proxy stands between clients and a server that listens on a socket in the file
// system, and makes of their connections what it is told. Its [Proxy.Dial] is what
// drivers are to dial with.
type Proxy struct {
	relay *relay
	proxy *toxiproxy.Proxy
}

// A Toxic is what the proxy does to connections, in toxiproxy's words.
type Toxic struct {
	Type       string         `json:"type"`
	Stream     string         `json:"stream"` // "upstream" to the server, "downstream" from it
	Attributes map[string]any `json:"attributes"`
}

// NewProxy starts a proxy, which passes everything on.
func NewProxy(socket string) (*Proxy, error) {
	r, err := startRelay(socket)
	if err != nil {
		return nil, err
	}
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "server", "127.0.0.1:0", r.address())
	if err := p.Start(); err != nil {
		r.stop()
		return nil, err
	}
	return &Proxy{r, p}, nil
}

// Dial connects through the proxy, whatever the address is.
func (p *Proxy) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", p.proxy.Listen)
}

// Add does something to all connections from now on, those that are open too.
func (p *Proxy) Add(t Toxic) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = p.proxy.Toxics.AddToxicJson(bytes.NewReader(text))
	return err
}

// Reset passes everything on again, on new connections: those that are open are cut.
func (p *Proxy) Reset(ctx context.Context) error {
	p.proxy.Stop()
	p.proxy.Toxics.ResetToxics(ctx)
	return p.proxy.Start()
}

// Close ends the proxy and every connection through it.
func (p *Proxy) Close() {
	p.proxy.Stop()
	p.relay.stop()
}
