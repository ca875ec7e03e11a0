package pgtest

import (
	"net"
	"sync"
	"testing"
)

// Proxy stands between clients and a server: what a network does to them is done
// there. Its methods are safe for concurrent use.
type Proxy struct {
	to       string // the server's socket
	listener net.Listener
	limit    func() (up, down int64)

	mu      sync.Mutex
	pairs   map[*pair]bool
	flows   chan struct{} // closed unless nothing passes
	closed  bool
	working sync.WaitGroup
}

// pair is a client's connection and the one it stands for.
type pair struct {
	client, server net.Conn
	up, down       int64 // how many bytes may still pass, negative for all; the proxy's mu guards them
}

func (p *pair) cut() {
	p.client.Close()
	p.server.Close()
}

// NewProxy returns a proxy before a server that ends with the test. If limit is
// not nil, it tells for each connection after how many bytes to the server and
// from the server it is cut, negative for never.
func NewProxy(t testing.TB, s *Server, limit func() (up, down int64)) *Proxy {
	t.Helper()
	_, socket := s.Socket()
	if socket == "" {
		t.Skip("needs a server of its own: unset RELEVO_TEST_POSTGRES")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{to: socket, listener: listener, limit: limit, pairs: map[*pair]bool{}, flows: make(chan struct{})}
	close(p.flows)
	p.working.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// DSN returns the connection string of a database by way of the proxy.
func (p *Proxy) DSN(database string) string {
	return dsn("127.0.0.1", p.listener.Addr().(*net.TCPAddr).Port, database)
}

// Cut cuts the connections there are, and returns how many it were.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pair := range p.pairs {
		pair.cut()
	}
	return len(p.pairs)
}

// CutAfter cuts the connections there are after so many bytes more to the server
// or from the server, negative for never.
func (p *Proxy) CutAfter(up, down int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pair := range p.pairs {
		pair.up, pair.down = up, down
	}
}

// Hold lets nothing pass until Release, while connections stay and new ones are
// taken: a network that fell silent.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flows:
		p.flows = make(chan struct{})
	default:
	}
}

// Release lets pass what was held.
func (p *Proxy) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flows:
	default:
		close(p.flows)
	}
}

func (p *Proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Release()
	p.Cut()
	p.working.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.to)
		if err != nil {
			client.Close()
			continue
		}
		pair := &pair{client: client, server: server, up: -1, down: -1}
		if p.limit != nil {
			pair.up, pair.down = p.limit()
		}
		p.mu.Lock()
		if p.closed {
			pair.cut()
		}
		p.pairs[pair] = true
		p.mu.Unlock()
		p.working.Go(func() {
			var both sync.WaitGroup
			both.Go(func() { p.pass(pair, server, client, &pair.up) })
			both.Go(func() { p.pass(pair, client, server, &pair.down) })
			both.Wait()
			p.mu.Lock()
			delete(p.pairs, pair)
			p.mu.Unlock()
		})
	}
}

// pass copies what may pass, and cuts the pair when no more may, or one of the two
// ends.
func (p *Proxy) pass(pair *pair, to, from net.Conn, left *int64) {
	defer pair.cut()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		flows := p.flows
		p.mu.Unlock()
		<-flows
		p.mu.Lock()
		ends := *left >= 0 && *left <= int64(n)
		if ends {
			n = int(*left)
		} else if *left > 0 {
			*left -= int64(n)
		}
		p.mu.Unlock()
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil || ends {
			return
		}
	}
}
