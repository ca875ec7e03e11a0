package jetlog_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// TestWaitForOthers waits for what another log appends, with and without announcements.
func TestWaitForOthers(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	for _, announced := range []bool{true, false} {
		t.Run(fmt.Sprintf("announced=%v", announced), func(t *testing.T) {
			opts := fresh(3, system)
			config := good(opts)
			config.Replicas = 3
			if announced {
				config.RePublish = &jetstream.RePublish{Source: opts.Subject, Destination: opts.Subject + ".stored", HeadersOnly: true}
			}
			if _, err := js.CreateStream(t.Context(), config); err != nil {
				t.Fatal(err)
			}
			here, there := open(t, js, opts), open(t, newJS(t, cluster.Connect(t)), opts)
			var head eventlog.Head
			var took []time.Duration
			for range 10 {
				done := make(chan error, 1)
				go func() { done <- here.Wait(t.Context(), head.Position) }()
				next := fill(t, there, head.Position, 1)
				begin := time.Now()
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				took = append(took, time.Since(begin))
				// Nothing that is not there yet is read.
				if got, err := eventlog.Verify(here.Read(t.Context(), 0)); err != nil || got != next {
					t.Fatalf("Verify = %v, %v, want %v", got, err, next)
				}
				head = next
			}
			t.Logf("noticed after %v in the median", median(took))
		})
	}
}

// TestWaitSurvives stops the servers beneath a log that waits.
func TestWaitSurvives(t *testing.T) {
	cluster := jettest.Start(t, 1)
	system := cluster.System(t)
	opts := fresh(1, system)
	proxy := jettest.NewProxy(t, cluster.Addr(0))
	create(t, newJS(t, cluster.Connect(t)), opts)
	opts.Timeout = 500 * time.Millisecond
	here, there := open(t, newJS(t, proxy.Connect(t)), opts), open(t, newJS(t, cluster.Connect(t)), opts)
	head := fill(t, there, 0, 1)
	away := func(name string, leave, comeBack func()) {
		done := make(chan error, 1)
		go func() { done <- here.Wait(t.Context(), head.Position) }()
		leave()
		begin := time.Now()
		if _, err := here.Append(t.Context(), head.Position, entry(9)); err == nil || errors.Is(err, eventlog.ErrConflict) || time.Since(begin) > 10*time.Second {
			t.Errorf("%s: Append = %v after %v, want an error soon", name, err, time.Since(begin))
		} else {
			t.Logf("%s: Append after %v: %v", name, time.Since(begin), err)
		}
		var readErr error
		for _, readErr = range here.Read(t.Context(), 0) {
		}
		if readErr == nil || !strings.Contains(readErr.Error(), "no connection to NATS") {
			t.Errorf("%s: Read = %v, want that there is no connection", name, readErr)
		}
		select {
		case err := <-done:
			t.Errorf("%s: Wait returns %v while the servers are away", name, err)
			return
		default:
		}
		comeBack()
		// The append that got no answer may be there, or not.
		now, err := eventlog.Verify(there.Read(t.Context(), 0))
		if err != nil {
			t.Fatal(err)
		}
		head = fill(t, there, now.Position, 1)
		begin = time.Now()
		if err := <-done; err != nil {
			t.Errorf("%s: Wait = %v", name, err)
		}
		t.Logf("%s: noticed %v after", name, time.Since(begin))
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: Wait takes %v to notice", name, took)
		}
		if got, err := eventlog.Verify(here.Read(t.Context(), 0)); err != nil || got != head {
			t.Errorf("%s: Verify = %v, %v, want %v", name, got, err, head)
		}
	}
	away("the connection breaks", proxy.Down, proxy.Up)
	away("the server stops", func() { cluster.Stop(0) }, func() {
		if err := cluster.Restart(0); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCloseLeavesNothing closes a log that is waited for and read from.
func TestCloseLeavesNothing(t *testing.T) {
	cluster := jettest.Start(t, 1)
	conn := cluster.Connect(t)
	js, opts := newJS(t, conn), fresh(1, cluster.System(t))
	create(t, js, opts)
	ours := func() string {
		buf := make([]byte, 1<<20)
		var found []string
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "jetlog.(*") {
				found = append(found, stack)
			}
		}
		return strings.Join(found, "\n\n")
	}
	log, err := jetlog.Open(t.Context(), js, opts)
	if err != nil {
		t.Fatal(err)
	}
	head := fill(t, log, 0, 60)
	waiting, read := make(chan error, 1), make(chan error, 1)
	go func() { waiting <- log.Wait(t.Context(), head.Position) }()
	inside := make(chan bool)
	go func() {
		var last error
		for r, err := range log.Read(t.Context(), 0) {
			if last = err; r.Position == 10 {
				close(inside)
				<-isClosed(log)
			}
		}
		read <- last
	}()
	<-inside
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	for what, c := range map[string]chan error{"Wait": waiting, "Read": read} {
		if err := <-c; !errors.Is(err, eventlog.ErrClosed) {
			t.Errorf("%s = %v, want ErrClosed", what, err)
		}
	}
	if left := ours(); left != "" {
		t.Errorf("goroutines are left:\n%s", left)
	}
	if !conn.IsConnected() {
		t.Error("closing the log closed the connection")
	}
	fill(t, open(t, js, opts), head.Position, 1)
}

// isClosed returns what is closed when a log answers that it is.
func isClosed(log eventlog.Log) <-chan bool {
	closed := make(chan bool)
	go func() {
		for {
			if _, err := log.Append(context.Background(), 0); errors.Is(err, eventlog.ErrClosed) {
				close(closed)
				return
			}
			runtime.Gosched()
		}
	}()
	return closed
}
