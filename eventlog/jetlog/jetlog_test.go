package jetlog_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
	"github.com/relevo-go/relevo/referral/referraltest/storm"
)

func TestMain(m *testing.M) {
	storm.Main(openThere) // in a process that is an engine of a storm this does not return
	os.Exit(m.Run())
}

// streams counts the streams of the tests, each of which has one of its own.
var streams atomic.Int64

// fresh returns options for a stream that no other test has. They are patient: machines
// that test are slow at times.
func fresh(replicas int, system *nats.Conn) *jetlog.Options {
	n := streams.Add(1)
	return &jetlog.Options{Stream: fmt.Sprintf("LOG%d", n), Subject: fmt.Sprintf("log.%d", n), Replicas: replicas, System: system, Timeout: time.Minute}
}

func newJS(t testing.TB, conn *nats.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// create makes the stream of opts.
func create(t testing.TB, js jetstream.JetStream, opts *jetlog.Options) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := jetlog.Create(ctx, js, opts); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, js jetstream.JetStream, opts *jetlog.Options) *jetlog.Log {
	t.Helper()
	log, err := jetlog.Open(t.Context(), js, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

var start = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

// entry returns the n-th entry, the same at every call, sharing nothing.
func entry(n int) eventlog.Entry {
	return eventlog.Entry{
		ID:     uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)},
		Stream: fmt.Sprintf("thing/%d", n%3),
		Kind:   "thing.happened.v1",
		Time:   start,
		Data:   fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`, n, strings.Repeat("x", n%50)),
	}
}

func entries(first, last int) []eventlog.Entry {
	var all []eventlog.Entry
	for n := first; n <= last; n++ {
		all = append(all, entry(n))
	}
	return all
}

// fill appends n groups of three and returns the head.
func fill(t testing.TB, log eventlog.Log, after eventlog.Position, n int) eventlog.Head {
	t.Helper()
	var head eventlog.Head
	for range n {
		records, err := log.Append(t.Context(), after, entries(int(after)+1, int(after)+3)...)
		if err != nil {
			t.Fatal(err)
		}
		head = records[2].Head()
		after = head.Position
	}
	return head
}

func TestPromises(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	for _, replicas := range []int{1, 3} {
		t.Run(fmt.Sprintf("R%d", replicas), func(t *testing.T) {
			eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
				opts := fresh(replicas, system)
				create(t, js, opts)
				return open(t, js, opts)
			})
		})
	}
}

func timeout(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

// TestPromisesAlone is for a server that is in no cluster.
func TestPromisesAlone(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
		opts := fresh(1, system)
		create(t, js, opts)
		return open(t, js, opts)
	})
}
