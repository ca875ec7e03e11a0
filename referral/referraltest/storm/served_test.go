package storm_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/rpc"
	"sync"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// server serves a log in memory to other processes. It can be cut off and can be
// made to wait, as a machine on a network can.
type server struct {
	log    eventlog.Log
	listen net.Listener

	paused sync.RWMutex // held while nothing is answered

	mu    sync.Mutex
	cut   bool // nobody may connect
	conns map[net.Conn]bool
}

// serve serves a log until the listener is closed.
func serve(log eventlog.Log) (*server, error) {
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{log: log, listen: listen, conns: map[net.Conn]bool{}}
	calls := rpc.NewServer()
	if err := calls.RegisterName("Log", &served{s}); err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := listen.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			if s.cut {
				c.Close()
			} else {
				s.conns[c] = true
				go func() {
					calls.ServeConn(c)
					s.mu.Lock()
					delete(s.conns, c)
					s.mu.Unlock()
				}()
			}
			s.mu.Unlock()
		}
	}()
	return s, nil
}

func (s *server) close() {
	s.listen.Close()
	s.terminate()
}

// terminate ends every connection, what is under way on it unanswered.
func (s *server) terminate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// sever cuts the server off until what it returns is called.
func (s *server) sever() (mend func() error) {
	s.mu.Lock()
	s.cut = true
	s.mu.Unlock()
	s.terminate()
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.cut = false
		return nil
	}
}

// pause lets every call wait until what it returns is called.
func (s *server) pause() (mend func() error) {
	s.paused.Lock()
	return func() error {
		s.paused.Unlock()
		return nil
	}
}

// pass waits while nothing is answered.
func (s *server) pass() {
	s.paused.RLock()
	defer s.paused.RUnlock()
}

// served are the calls of a server.
type served struct{ server *server }

// Asked and Answered are what goes over the wire.
type Asked struct {
	After   eventlog.Position
	Entries []eventlog.Entry
	Most    int // records
}

// Answered is an answer; Error says which of the log's errors it is.
type Answered struct {
	Records []eventlog.Record
	Error   string
	Which   int // of kinds, from 1
}

var kinds = []error{
	eventlog.ErrConflict, eventlog.ErrUncertain, eventlog.ErrLost, eventlog.ErrTooLarge, eventlog.ErrCorrupt, eventlog.ErrPoisoned, eventlog.ErrClosed,
}

func (a *Answered) set(err error) {
	if err == nil {
		return
	}
	a.Error = err.Error()
	for i, k := range kinds {
		if errors.Is(err, k) {
			a.Which = 1 + i
		}
	}
}

func (a *Answered) err() error {
	switch {
	case a.Error == "":
		return nil
	case a.Which > 0:
		return fmt.Errorf("%w (the server says: %s)", kinds[a.Which-1], a.Error)
	}
	return errors.New(a.Error)
}

// Append appends.
func (s *served) Append(q Asked, a *Answered) error {
	s.server.paused.RLock()
	defer s.server.paused.RUnlock()
	records, err := s.server.log.Append(context.Background(), q.After, q.Entries...)
	a.Records = records
	a.set(err)
	return nil
}

// Read answers with some records after a position.
func (s *served) Read(q Asked, a *Answered) error {
	s.server.paused.RLock()
	defer s.server.paused.RUnlock()
	for r, err := range s.server.log.Read(context.Background(), q.After) {
		if err != nil {
			a.set(err)
			break
		}
		if a.Records = append(a.Records, r); len(a.Records) == q.Most {
			break
		}
	}
	return nil
}

// Wait answers once there are records after a position, or after a while.
func (s *served) Wait(q Asked, a *Answered) error {
	s.server.pass()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.server.log.Wait(ctx, q.After); ctx.Err() == nil {
		a.set(err)
	}
	return nil
}

// client is a log that is elsewhere.
type client struct {
	where string

	mu   sync.Mutex
	conn *rpc.Client
}

// dial connects to a log, and is what the tests give to a storm.
func dial(ctx context.Context, where string) (eventlog.Log, error) {
	c := &client{where: where}
	_, err := c.connect(ctx)
	return c, err
}

func (c *client) connect(ctx context.Context) (*rpc.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		return c.conn, nil
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.where)
	if err != nil {
		return nil, err
	}
	c.conn = rpc.NewClient(conn)
	return c.conn, nil
}

// call makes a call. sent says whether the server may have heard it.
func (c *client) call(ctx context.Context, method string, q Asked) (a *Answered, sent bool, err error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, false, err
	}
	a = new(Answered)
	call := conn.Go("Log."+method, q, a, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		err = call.Error
	case <-ctx.Done():
		return nil, true, ctx.Err()
	}
	if err != nil {
		c.mu.Lock()
		if c.conn == conn {
			c.conn.Close()
			c.conn = nil
		}
		c.mu.Unlock()
		return nil, true, err
	}
	return a, true, a.err()
}

func (c *client) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	a, sent, err := c.call(ctx, "Append", Asked{After: after, Entries: entries})
	if err != nil {
		if a == nil && sent {
			err = fmt.Errorf("%w: %w", eventlog.ErrUncertain, err)
		}
		return nil, err
	}
	return a.Records, nil
}

func (c *client) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		const page = 1000
		for {
			a, _, err := c.call(ctx, "Read", Asked{After: after, Most: page})
			if err != nil {
				yield(eventlog.Record{}, err)
				return
			}
			for _, r := range a.Records {
				if !yield(r, nil) {
					return
				}
				after = r.Position
			}
			if len(a.Records) < page {
				return
			}
		}
	}
}

func (c *client) Wait(ctx context.Context, after eventlog.Position) error {
	for {
		if _, _, err := c.call(ctx, "Wait", Asked{After: after}); err != nil {
			return err
		}
		a, _, err := c.call(ctx, "Read", Asked{After: after, Most: 1})
		if err != nil || len(a.Records) > 0 {
			return err
		}
	}
}

func (c *client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}
