package jetlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
	"github.com/relevo-go/relevo/referral/referraltest/storm"
)

// there says where a log is, also to another process.
type there struct {
	URL, System     string
	Stream, Subject string
}

func (w there) String() string {
	text, err := json.Marshal(w)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// owned is a log with connections of its own.
type owned struct {
	*jetlog.Log
	conns []*nats.Conn
}

func (o *owned) Close() error {
	err := o.Log.Close()
	for _, c := range o.conns {
		c.Close()
	}
	return err
}

// openThere opens a log as a process of its own does.
func openThere(ctx context.Context, where string) (eventlog.Log, error) {
	var w there
	if err := json.Unmarshal([]byte(where), &w); err != nil {
		return nil, err
	}
	var o owned
	fail := func(err error) (eventlog.Log, error) {
		for _, c := range o.conns {
			c.Close()
		}
		return nil, err
	}
	for _, url := range []string{w.URL, w.System} {
		conn, err := nats.Connect(url, jettest.Options()...)
		if err != nil {
			return fail(err)
		}
		o.conns = append(o.conns, conn)
	}
	js, err := jetstream.New(o.conns[0])
	if err != nil {
		return fail(err)
	}
	if o.Log, err = jetlog.Open(ctx, js, &jetlog.Options{Stream: w.Stream, Subject: w.Subject, System: o.conns[1]}); err != nil {
		return fail(err)
	}
	return &o, nil
}

// TestStorm lets engines work on a cluster whose nodes stop and whose connections break.
func TestStorm(t *testing.T) {
	cluster := jettest.Start(t, 3)
	opts := fresh(3, cluster.System(t))
	create(t, newJS(t, cluster.Connect(t)), opts)
	var proxies []*jettest.Proxy
	var urls []string
	for node := range 3 {
		p := jettest.NewProxy(t, cluster.Addr(node))
		proxies, urls = append(proxies, p), append(urls, p.URL())
	}
	url := strings.Join(urls, ",")
	where := there{URL: url, System: strings.ReplaceAll(url, "app:app", "sys:sys"), Stream: opts.Stream, Subject: opts.Subject}

	stop := func(choose func(rnd *rand.Rand, leader int) int) func(*rand.Rand) (func() error, error) {
		return func(rnd *rand.Rand) (func() error, error) {
			leader, err := cluster.AwaitLeader(opts.Stream)
			if err != nil {
				return nil, err
			}
			node := choose(rnd, leader)
			cluster.Stop(node)
			return func() error { return cluster.Restart(node) }, nil
		}
	}
	storm.Run(t, storm.Storm{Where: where.String(), Open: openThere, Faults: []storm.Fault{
		{Name: "the leader's node stops", Strike: stop(func(_ *rand.Rand, leader int) int { return leader })},
		{Name: "another node stops", Strike: stop(func(rnd *rand.Rand, leader int) int { return (leader + 1 + rnd.IntN(2)) % 3 })},
		{Name: "the leader steps down", Strike: func(*rand.Rand) (func() error, error) {
			if _, err := cluster.AwaitLeader(opts.Stream); err != nil {
				return nil, err
			}
			return nil, cluster.StepDown(opts.Stream)
		}},
		{Name: "connections are cut", Strike: func(rnd *rand.Rand) (func() error, error) {
			for range 5 {
				proxies[rnd.IntN(3)].Cut()
				<-time.After(time.Duration(rnd.IntN(50)) * time.Millisecond)
			}
			return nil, nil
		}},
		{Name: "no server is reached", Strike: func(*rand.Rand) (func() error, error) {
			for _, p := range proxies {
				p.Down()
			}
			return func() error {
				for _, p := range proxies {
					p.Up()
				}
				return nil
			}, nil
		}},
		{Name: "all nodes stop", Strike: func(*rand.Rand) (func() error, error) {
			for node := range 3 {
				cluster.Stop(node)
			}
			return func() error {
				var errs []error
				for node := range 3 {
					errs = append(errs, cluster.Restart(node))
				}
				return errors.Join(errs...)
			}, nil
		}},
	}})
}

// BenchmarkEngines measures what engines get through on one stream.
func BenchmarkEngines(b *testing.B) {
	cluster := jettest.Start(b, 3)
	opts := fresh(3, cluster.System(b))
	create(b, newJS(b, cluster.Connect(b)), opts)
	where := there{URL: cluster.URL(), System: strings.ReplaceAll(cluster.URL(), "app:app", "sys:sys"), Stream: opts.Stream, Subject: opts.Subject}
	storm.Benchmark(b, func(ctx context.Context) (eventlog.Log, error) { return openThere(ctx, where.String()) })
}
