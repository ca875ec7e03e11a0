package jettest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// account is the account that logs are kept in.
const account = "RELEVO"

// Config says how a cluster differs from what [Start] makes.
type Config struct {
	Nodes      int    // 1 if 0: a server by itself
	Unsynced   bool   // leave sync_interval at the server's default, two minutes
	MaxPayload int    // in bytes; the server's default if 0
	Domain     string // of JetStream; none if empty
	Users      string // more users of the account RELEVO, as in a server's configuration: `{ user: … }, …`
	System     string // more users of the system account
	Accounts   string // more accounts: `NAME: { users: … }`
}

// Cluster is one server or several that know one another.
type Cluster struct {
	config Config
	dir    string
	client []int // ports
	route  []int

	mu    sync.Mutex
	nodes []*server.Server // nil if stopped
}

// Start starts so many nodes and waits until they serve. They are stopped and
// their files removed when the test ends.
func Start(t testing.TB, nodes int) *Cluster {
	t.Helper()
	return StartWith(t, Config{Nodes: nodes})
}

// StartWith is [Start] with more to say.
func StartWith(t testing.TB, config Config) *Cluster {
	t.Helper()
	config.Nodes = max(config.Nodes, 1)
	dir, err := os.MkdirTemp("", "jettest-")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{config: config, dir: dir, nodes: make([]*server.Server, config.Nodes)}
	t.Cleanup(func() {
		for i := range c.nodes {
			c.Stop(i)
		}
		if err := until(10*time.Second, func() error { return os.RemoveAll(dir) }); err != nil {
			t.Errorf("jettest: what the servers left is not removed: %v", err)
		}
	})
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts all nodes, on other ports if somebody else took one.
func (c *Cluster) start() error {
	var err error
	for range 5 {
		if c.client, err = freePorts(c.config.Nodes); err != nil {
			return err
		}
		if c.route, err = freePorts(c.config.Nodes); err != nil {
			return err
		}
		// A node that waits for others is not ready: all begin, and then all are asked.
		for i := range c.nodes {
			if err = c.begin(i); err != nil {
				break
			}
		}
		if err == nil {
			err = c.ready()
		}
		if err == nil {
			return nil
		}
		for i := range c.nodes {
			c.Stop(i)
		}
	}
	return err
}

// begin starts a node without waiting for it to serve.
func (c *Cluster) begin(i int) error {
	path := filepath.Join(c.dir, fmt.Sprintf("node-%d.conf", i))
	if err := os.WriteFile(path, []byte(c.text(i)), 0o600); err != nil {
		return err
	}
	opts, err := server.ProcessConfigFile(path)
	if err != nil {
		return fmt.Errorf("jettest: the configuration of node %d: %w", i, err)
	}
	opts.NoSigs, opts.NoLog = true, true
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("jettest: node %d: %w", i, err)
	}
	s.Start()
	c.mu.Lock()
	c.nodes[i] = s
	c.mu.Unlock()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("jettest: node %d takes no connections at port %d", i, c.client[i])
	}
	return nil
}

// text is the configuration of a node.
func (c *Cluster) text(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "server_name: node-%d\nlisten: 127.0.0.1:%d\n", i, c.client[i])
	sync := ", sync_interval: always"
	if c.config.Unsynced {
		sync = ""
	}
	if c.config.Domain != "" {
		sync += ", domain: " + c.config.Domain
	}
	fmt.Fprintf(&b, "jetstream: { store_dir: %q, max_mem: 256MB, max_file: 8GB%s }\n", c.Dir(i), sync)
	if c.config.MaxPayload > 0 {
		fmt.Fprintf(&b, "max_payload: %d\n", c.config.MaxPayload)
	}
	fmt.Fprintf(&b, "accounts: {\n%s: { jetstream: enabled, users: [\n{ user: app, password: app }\n%s\n] }\nSYS: { users: [\n{ user: sys, password: sys }\n%s\n] }\n%s\n}\nsystem_account: SYS\n",
		account, c.config.Users, c.config.System, c.config.Accounts)
	if c.config.Nodes > 1 {
		var routes []string
		for _, port := range c.route {
			routes = append(routes, fmt.Sprintf("nats-route://127.0.0.1:%d", port))
		}
		fmt.Fprintf(&b, "cluster: { name: jettest, listen: 127.0.0.1:%d, routes: [%s], no_advertise: true }\n", c.route[i], strings.Join(routes, ", "))
	}
	return b.String()
}

// ready waits until the nodes that run have a leader and know of each other.
func (c *Cluster) ready() error {
	return until(30*time.Second, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		leader, peers, running := false, 0, 0
		for i, s := range c.nodes {
			switch {
			case s == nil:
				continue
			case !s.JetStreamEnabled():
				return fmt.Errorf("jettest: node %d has no JetStream", i)
			case c.config.Nodes == 1:
				return nil
			case !s.JetStreamIsCurrent():
				return fmt.Errorf("jettest: node %d is behind", i)
			}
			running++
			if s.JetStreamIsLeader() {
				leader, peers = true, len(s.JetStreamClusterPeers())
			}
		}
		if !leader || peers < running {
			return fmt.Errorf("jettest: of %d nodes that run the leader (there is one: %v) knows %d", running, leader, peers)
		}
		return nil
	})
}

// Nodes returns how many nodes there are, also those that are stopped.
func (c *Cluster) Nodes() int { return c.config.Nodes }

// Stop stops a node and waits until it is gone. One that is stopped stays so.
func (c *Cluster) Stop(i int) {
	c.mu.Lock()
	s := c.nodes[i]
	c.nodes[i] = nil
	c.mu.Unlock()
	if s != nil {
		s.Shutdown()
		s.WaitForShutdown()
	}
}

// Restart starts a node that was stopped, on its ports and files, and waits until
// the nodes that run are a cluster again, if they are enough.
func (c *Cluster) Restart(i int) error {
	c.mu.Lock()
	running := c.nodes[i] != nil
	c.mu.Unlock()
	if running {
		return nil
	}
	err := until(20*time.Second, func() error { // whoever has the port now may give it back
		err := c.begin(i)
		if err != nil {
			c.Stop(i)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.Running() <= c.config.Nodes/2 {
		return nil
	}
	return c.ready()
}

// Running returns how many nodes run.
func (c *Cluster) Running() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, s := range c.nodes {
		if s != nil {
			n++
		}
	}
	return n
}

// Leader returns the node that leads a stream of the account RELEVO, -1 if none
// does.
func (c *Cluster) Leader(stream string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.nodes {
		if s == nil {
			continue
		}
		if c.config.Nodes == 1 || s.JetStreamIsStreamLeader(account, stream) {
			return i
		}
	}
	return -1
}

// AwaitLeader waits until a node leads a stream, and returns it.
func (c *Cluster) AwaitLeader(stream string) (int, error) {
	leader := -1
	err := until(30*time.Second, func() error {
		if leader = c.Leader(stream); leader < 0 {
			return fmt.Errorf("jettest: nobody leads the stream %s", stream)
		}
		return nil
	})
	return leader, err
}

// StepDown has the leader of a stream hand it over.
func (c *Cluster) StepDown(stream string) error {
	leader := c.Leader(stream)
	if leader < 0 {
		return fmt.Errorf("jettest: nobody leads the stream %s", stream)
	}
	c.mu.Lock()
	s := c.nodes[leader]
	c.mu.Unlock()
	if s == nil {
		return fmt.Errorf("jettest: node %d was stopped", leader)
	}
	return s.JetStreamStepdownStream(account, stream)
}

// freePorts returns ports of 127.0.0.1 that nobody has.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // together, so that no port comes twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// until asks again until there is no error, for so long.
func until(atMost time.Duration, ask func() error) error {
	deadline := time.Now().Add(atMost)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		<-tick.C
	}
}
