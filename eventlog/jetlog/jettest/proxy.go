package jettest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// Proxy stands between clients and a server, and cuts their connections when told.
type Proxy struct {
	target  string
	version string
	listen  net.Listener
	all     sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	down   bool
	closed bool
}

// NewProxy starts a proxy before host:port. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy { return newProxy(t, target, "") }

// NewProxyOfVersion starts a proxy behind which a server looks like one of
// another version.
func NewProxyOfVersion(t testing.TB, target, version string) *Proxy {
	return newProxy(t, target, version)
}

func newProxy(t testing.TB, target, version string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: target, version: version, listen: l, conns: map[net.Conn]bool{}}
	p.all.Go(p.accept)
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		l.Close()
		p.Cut()
		p.all.Wait()
	})
	return p
}

// Addr is the host and port at which the proxy takes clients.
func (p *Proxy) Addr() string { return p.listen.Addr().String() }

// URL is the proxy's address with the name and password of the account RELEVO.
func (p *Proxy) URL() string { return "nats://app:app@" + p.Addr() }

// Connect returns a connection through the proxy, which is closed when the test ends.
func (p *Proxy) Connect(t testing.TB) *nats.Conn { return dial(t, p.URL()) }

// Cut ends all connections without a word. New ones are taken.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// Down cuts all connections and takes no new ones, until [Proxy.Up].
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.Cut()
}

// Up takes connections again.
func (p *Proxy) Up() {
	p.mu.Lock()
	p.down = false
	p.mu.Unlock()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			client.Close()
			continue
		}
		server, err := net.DialTimeout("tcp", p.target, time.Second)
		if err != nil {
			client.Close()
			continue
		}
		if !p.keep(client, server) {
			return
		}
		back := plain
		if p.version != "" {
			back = p.otherVersion
		}
		p.all.Go(func() { p.pass(server, client, plain) })
		p.all.Go(func() { p.pass(client, server, back) })
	}
}

// keep notes two connections to cut, unless the proxy is closed or down.
func (p *Proxy) keep(client, server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		client.Close()
		server.Close()
		return false
	}
	p.conns[client], p.conns[server] = true, true
	if p.down {
		client.Close()
		server.Close()
	}
	return true
}

// pass copies from one to the other until either ends, and then ends both.
func (p *Proxy) pass(to, from net.Conn, through func(io.Writer, io.Reader) error) {
	through(to, from)
	to.Close()
	from.Close()
	p.mu.Lock()
	delete(p.conns, to)
	delete(p.conns, from)
	p.mu.Unlock()
}

func plain(to io.Writer, from io.Reader) error {
	_, err := io.Copy(to, from)
	return err
}

// otherVersion changes the version in the lines in which a server tells of itself.
func (p *Proxy) otherVersion(to io.Writer, from io.Reader) error {
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadBytes('\n')
		const key = `"version":"`
		if begin := bytes.Index(line, []byte(key)); begin >= 0 && bytes.HasPrefix(line, []byte("INFO ")) {
			rest := line[begin+len(key):]
			line = fmt.Appendf(bytes.Clone(line[:begin+len(key)]), "%s%s", p.version, rest[bytes.IndexByte(rest, '"'):])
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
		if err != nil {
			return err
		}
	}
}
