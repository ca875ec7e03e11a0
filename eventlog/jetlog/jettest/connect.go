package jettest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// URL returns the addresses of all nodes with the name and password of the
// account RELEVO, as [nats.Connect] takes them, also in another process.
func (c *Cluster) URL() string { return c.url("app:app") }

// Addr returns the host and port at which a node takes clients.
func (c *Cluster) Addr(node int) string { return fmt.Sprintf("127.0.0.1:%d", c.client[node]) }

// Dir returns the directory in which a node keeps its streams.
func (c *Cluster) Dir(node int) string { return filepath.Join(c.dir, fmt.Sprintf("node-%d", node)) }

func (c *Cluster) url(user string) string {
	var all []string
	for i := range c.client {
		all = append(all, fmt.Sprintf("nats://%s@%s", user, c.Addr(i)))
	}
	return strings.Join(all, ",")
}

// Options are what a connection to servers that come and go needs: it is made
// again for ever, and soon.
func Options() []nats.Option {
	return []nats.Option{
		nats.MaxReconnects(-1),
		nats.ReconnectWait(50 * time.Millisecond),
		nats.ReconnectJitter(0, 0),
		nats.IgnoreAuthErrorAbort(),
		nats.RetryOnFailedConnect(true),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // not to standard error
	}
}

// Connect returns a connection of the account RELEVO, which is closed when the
// test ends.
func (c *Cluster) Connect(t testing.TB) *nats.Conn { return dial(t, c.URL()) }

// ConnectAs is [Cluster.Connect] as another user.
func (c *Cluster) ConnectAs(t testing.TB, user, password string) *nats.Conn {
	return dial(t, c.url(user+":"+password))
}

// SystemAs returns a connection of the system account as another user.
func (c *Cluster) SystemAs(t testing.TB, user, password string) *nats.Conn {
	return c.ConnectAs(t, user, password)
}

// System returns a connection of the system account.
func (c *Cluster) System(t testing.TB) *nats.Conn { return dial(t, c.url("sys:sys")) }

func dial(t testing.TB, url string) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(url, Options()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if err := until(10*time.Second, func() error {
		if !conn.IsConnected() {
			return fmt.Errorf("jettest: no connection: %v", conn.LastError())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return conn
}
