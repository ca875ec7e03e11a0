package jettest_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// TestCluster stops and restarts every node of a cluster while a stream is in use.
func TestCluster(t *testing.T) {
	begin := time.Now()
	cluster := jettest.Start(t, 3)
	t.Logf("ready after %v", time.Since(begin))
	js, err := jetstream.New(cluster.Connect(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}, Replicas: 3}); err != nil {
		t.Fatal(err)
	}
	t.Logf("stream after %v", time.Since(begin))
	publish := func() {
		t.Helper()
		for {
			// What is sent while a leader steps down is lost without a word.
			once, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
			_, err := js.Publish(once, "s", []byte("x"))
			cancel()
			if err == nil {
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("no message is taken: %v", err)
			}
		}
	}
	publish()
	for range 3 {
		leader, err := cluster.AwaitLeader("S")
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		cluster.Stop(leader)
		publish()
		t.Logf("leader %d stopped: a message is taken after %v", leader, time.Since(begin))
		if err := cluster.Restart(leader); err != nil {
			t.Fatal(err)
		}
		t.Logf("back after %v", time.Since(begin))
		if err := cluster.StepDown("S"); err != nil {
			t.Fatal(err)
		}
		publish()
	}
	if n := cluster.Running(); n != 3 {
		t.Errorf("%d nodes run, want 3", n)
	}
}
