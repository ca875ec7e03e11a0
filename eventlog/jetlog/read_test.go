package jetlog_test

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// TestReadFromEverywhere begins at every position of a log with appends of many sizes,
// in logs that know the places and in one that has to find them.
func TestReadFromEverywhere(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(1, system)
	create(t, js, opts)
	log := open(t, js, opts)
	var want []eventlog.Record
	for i := range 60 {
		size := 1 + (i*i)%7
		if i == 20 {
			size = 150
		}
		records, err := log.Append(t.Context(), eventlog.Position(len(want)), entries(len(want)+1, len(want)+size)...)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, records...)
	}
	check := func(log eventlog.Log, after int) {
		t.Helper()
		next := after
		for r, err := range log.Read(t.Context(), eventlog.Position(after)) {
			if err != nil {
				t.Fatalf("Read(%d): %v", after, err)
			}
			if next >= len(want) || !bytes.Equal(r.AppendLine(nil), want[next].AppendLine(nil)) {
				t.Fatalf("Read(%d) yields position %d in the place of %d", after, r.Position, next+1)
			}
			next++
		}
		if next != len(want) {
			t.Fatalf("Read(%d) ends at %d, want %d", after, next, len(want))
		}
	}
	other := open(t, js, opts)
	for after := range len(want) + 1 {
		check(log, after)
		check(other, (after*37)%(len(want)+1))
		if after%50 == 0 {
			stranger, err := jetlog.Open(t.Context(), js, opts)
			if err != nil {
				t.Fatal(err)
			}
			check(stranger, after)
			stranger.Close()
		}
	}
}

// consumers returns the names of a stream's consumers.
func consumers(t testing.TB, js jetstream.JetStream, stream string) []string {
	t.Helper()
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	list := s.ConsumerNames(t.Context())
	for name := range list.Name() {
		names = append(names, name)
	}
	if list.Err() != nil {
		t.Fatal(list.Err())
	}
	return names
}

// eventually asks until there is no error.
func eventually(t testing.TB, atMost time.Duration, ask func() error) {
	t.Helper()
	for deadline := time.Now().Add(atMost); ; {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TestReadsLeaveNothing breaks off reads of many messages and looks for what the servers
// keep of them.
func TestReadsLeaveNothing(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	log := open(t, js, opts)
	fill(t, log, 0, 60)
	seen := 0
	for range 10 {
		next, stop := iter.Pull2(log.Read(t.Context(), 0))
		if _, err, _ := next(); err != nil {
			t.Fatal(err)
		}
		seen = max(seen, len(consumers(t, js, opts.Stream)))
		stop()
	}
	if seen == 0 {
		t.Error("no read used a consumer: the test looks at nothing")
	}
	eventually(t, 10*time.Second, func() error {
		if left := consumers(t, js, opts.Stream); len(left) > 0 {
			return fmt.Errorf("the reads left the consumers %v", left)
		}
		return nil
	})
}

// TestConsumerIsLost deletes the consumers beneath reads.
func TestConsumerIsLost(t *testing.T) {
	t.Parallel() // it mostly waits for its servers
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	log := open(t, js, opts)
	// More than is under way at once, so that the consumer is needed to the end.
	var head eventlog.Head
	for i := range 60 {
		e := entry(i)
		e.Data = fmt.Appendf(nil, `{"pad":%q}`, strings.Repeat("x", 400_000))
		records, err := log.Append(t.Context(), head.Position, e)
		if err != nil {
			t.Fatal(err)
		}
		head = records[0].Head()
	}
	deleted := 0
	var at eventlog.Head
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if err := at.Next(r); err != nil {
			t.Fatal(err)
		}
		if r.Position%5 != 2 {
			continue
		}
		for _, name := range consumers(t, js, opts.Stream) {
			if js.DeleteConsumer(t.Context(), opts.Stream, name) == nil {
				deleted++
			}
		}
	}
	if at.Sum != head.Sum || deleted < 2 {
		t.Errorf("the read ends at %v after %d consumers were deleted, want %v and 2 at least", at, deleted, head)
	}
}

// TestDamagedReplica flips bytes in the files of one of three servers. Whoever serves a
// read, it is complete.
func TestDamagedReplica(t *testing.T) {
	t.Parallel() // it mostly waits for its servers
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	log := open(t, js, opts)
	head := fill(t, log, 0, 60)
	leader, err := cluster.AwaitLeader(opts.Stream)
	if err != nil {
		t.Fatal(err)
	}
	damaged := (leader + 1) % 3
	cluster.Stop(damaged)
	flipped := flip(t, filepath.Join(cluster.Dir(damaged), "jetstream", "*", "streams", opts.Stream, "msgs"), `"position":70,`)
	if flipped == 0 {
		t.Fatal("no message was changed")
	}
	if err := cluster.Restart(damaged); err != nil {
		t.Fatal(err)
	}
	served := map[string]int{}
	for range 40 {
		next, stop := iter.Pull2(log.Read(t.Context(), 0))
		var at eventlog.Head
		for i := 0; ; i++ {
			r, err, more := next()
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				for _, name := range consumers(t, js, opts.Stream) {
					if c, err := js.Consumer(t.Context(), opts.Stream, name); err == nil && c.CachedInfo().Cluster != nil {
						served[c.CachedInfo().Cluster.Leader]++
					}
				}
			}
			if !more {
				break
			}
			if err := at.Next(r); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if at.Sum != head.Sum {
			t.Fatalf("a read ends at %v, want %v", at, head)
		}
	}
	t.Logf("served by %v, damaged node-%d", served, damaged)
}

// flip changes a bit of what follows the text in each file of messages in the
// directories that match the pattern, takes the servers' index of these files away,
// and returns how many it changed.
func flip(t *testing.T, pattern, text string) int {
	t.Helper()
	index, err := filepath.Glob(filepath.Join(pattern, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range index {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	blocks, err := filepath.Glob(filepath.Join(pattern, "*.blk"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := 0
	for _, path := range blocks {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(data, []byte(text))
		if at < 0 {
			continue
		}
		data[at+40] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		flipped++
	}
	return flipped
}
