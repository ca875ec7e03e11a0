package pglog

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// metered is a connection that counts what it brings.
type metered struct {
	net.Conn
	bytes *atomic.Int64
}

func (c metered) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

// TestLinesGrow reads a log whose lines grow suddenly, just not to what counts as long:
// what the server sends of it is little more than the log.
func TestLinesGrow(t *testing.T) {
	config := pgtest.Shared(t).Pool(t).Config().Copy()
	var came atomic.Int64
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return metered{conn, &came}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	l := mustOpen(t, pool, fresh(t, pool))
	const short, long = 6000, 250
	all := entries(1, short+long)
	pad := strings.Repeat("x", 60_000)
	for i := range long {
		all[short+i].Data = fmt.Appendf(nil, `{"pad":"%s"}`, pad)
	}
	if _, err := l.Append(t.Context(), 0, all[:short]...); err != nil {
		t.Fatal(err)
	}
	last, err := l.Append(t.Context(), short, all[short:]...)
	if err != nil {
		t.Fatal(err)
	}
	came.Store(0)
	head, err := eventlog.Verify(l.Read(t.Context(), 0))
	if err != nil || head != last[long-1].Head() {
		t.Fatalf("Verify = %v, %v, want %v", head, err, last[long-1].Head())
	}
	size := int64(short*250 + long*len(pad))
	t.Logf("%d bytes came of a log of about %d", came.Load(), size)
	if came.Load() > size*5/4 {
		t.Errorf("%d bytes came of a log of about %d", came.Load(), size)
	}
}
