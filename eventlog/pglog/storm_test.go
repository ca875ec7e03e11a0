package pglog

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
	"github.com/relevo-go/relevo/referral/referraltest/storm"
)

func TestMain(m *testing.M) {
	storm.Main(connect)
	os.Exit(pgtest.Run(m))
}

// connected is a log that closes its pool with itself.
type connected struct {
	*Log
	pool *pgxpool.Pool
}

func (c connected) Close() error {
	err := c.Log.Close()
	c.pool.Close()
	return err
}

// connect opens the log of a connection string and a table, with a space between
// them.
func connect(ctx context.Context, where string) (eventlog.Log, error) {
	dsn, table, ok := strings.Cut(where, " ")
	if !ok {
		return nil, errors.New("give a connection string and a table")
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return nil, err
	}
	log, err := Open(ctx, pool, &Options{Table: table})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return connected{log, pool}, nil
}

// TestStorm lets three engines, each a process of its own, serve 32 callers while
// they, the server and the network between them fail.
func TestStorm(t *testing.T) {
	server := pgtest.New(t)
	database := server.Database(t)
	proxy := pgtest.NewProxy(t, server, nil)
	opts := fresh(t, pgtest.Pool(t, server.DSN(database)))
	storm.Run(t, storm.Storm{
		Where: proxy.DSN(database) + " " + opts.Table,
		Open:  connect,
		Faults: []storm.Fault{
			{Name: "the server is killed", Strike: func(*rand.Rand) (func() error, error) {
				return server.Restart, server.Kill()
			}},
			{Name: "connections are terminated", Strike: func(*rand.Rand) (func() error, error) {
				_, err := server.Terminate(context.Background())
				return nil, err
			}},
			{Name: "the network is cut", Strike: func(rnd *rand.Rand) (func() error, error) {
				proxy.CutAfter(rnd.Int64N(2000), rnd.Int64N(500))
				return nil, nil
			}},
			{Name: "the network falls silent", Strike: func(*rand.Rand) (func() error, error) {
				proxy.Hold()
				return func() error {
					proxy.Release()
					return nil
				}, nil
			}},
			{Name: "the server is stopped and started", Strike: func(*rand.Rand) (func() error, error) {
				return server.Restart, server.Halt()
			}},
		},
	})
}

// BenchmarkEngines measures one, two and three engines on one log.
func BenchmarkEngines(b *testing.B) {
	server := pgtest.Shared(b)
	dsn := server.DSN(server.Database(b))
	where := dsn + " " + fresh(b, pgtest.Pool(b, dsn)).Table
	storm.Benchmark(b, func(ctx context.Context) (eventlog.Log, error) { return connect(ctx, where) })
}
