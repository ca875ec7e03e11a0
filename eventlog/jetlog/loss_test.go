package jetlog_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// appends returns the lines of appends of so many records each, the first numbered from
// seed on.
func appends(t testing.TB, seed int, sizes ...int) [][]byte {
	t.Helper()
	var head eventlog.Head
	var all [][]byte
	for _, size := range sizes {
		first := seed + int(head.Position) + 1
		records, lines, err := head.SealLines(nil, entries(first, first+size-1)...)
		if err != nil {
			t.Fatal(err)
		}
		head = records[size-1].Head()
		all = append(all, lines)
	}
	return all
}

// publish publishes what anybody with the right could.
func publish(t testing.TB, js jetstream.JetStream, opts *jetlog.Options, messages ...[]byte) {
	t.Helper()
	for _, m := range messages {
		if _, err := js.Publish(t.Context(), opts.Subject, m); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStreamReplaced deletes the stream beneath a log and makes another under its name.
func TestStreamReplaced(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	tests := []struct {
		name string
		now  [][]byte // the log has appends(t, 0, 3, 3, 3, 3)
		lost bool
	}{
		{"empty", nil, true},
		{"a beginning of it", appends(t, 0, 3, 3), true},
		{"a beginning and other records", append(appends(t, 0, 3, 3), appends(t, 50, 3, 3, 3, 3, 3)[2:]...), false},
		{"as many other records", appends(t, 50, 3, 3, 3, 3), false},
		{"one more, of other records", appends(t, 50, 3, 3, 3, 3, 3), false},
		{"many more, of other records", appends(t, 50, 3, 3, 3, 3, 3, 3, 3, 3), false},
		{"fewer other records", appends(t, 50, 1, 1), true},
		{"fewer messages and more records", appends(t, 50, 7, 9), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := fresh(1, system)
			create(t, js, opts)
			log := open(t, js, opts)
			known := fill(t, log, 0, 4)
			idle := open(t, js, opts)
			waiting := make(chan error, 1)
			go func() { waiting <- log.Wait(t.Context(), 1000) }()
			if err := js.DeleteStream(t.Context(), opts.Stream); err != nil {
				t.Fatal(err)
			}
			create(t, js, opts)
			publish(t, js, opts, tt.now...)
			for again := true; again; {
				select {
				case err := <-waiting: // while there is none, Wait says that
					if again = errors.Is(err, jetstream.ErrStreamNotFound); again {
						go func() { waiting <- log.Wait(t.Context(), 1000) }()
						continue
					}
					diverged(t, "Wait", err, known, tt.lost)
				case <-time.After(20 * time.Second):
					t.Fatal("Wait does not notice")
				}
			}
			// One that looks for the first time when all is over sees it too.
			_, err := eventlog.Verify(idle.Read(t.Context(), known.Position))
			diverged(t, "Read of an idle log", err, known, tt.lost)
			_, err = log.Append(t.Context(), known.Position, entry(99))
			diverged(t, "Append", err, known, tt.lost)
			_, err = eventlog.Verify(log.Read(t.Context(), 0))
			diverged(t, "Read", err, known, tt.lost)
			diverged(t, "Wait", log.Wait(t.Context(), 0), known, tt.lost)
			diverged(t, "Import", log.Import(t.Context(), known.Position), known, tt.lost)
		})
	}
	t.Run("the same records", func(t *testing.T) {
		opts := fresh(1, system)
		create(t, js, opts)
		log := open(t, js, opts)
		known := fill(t, log, 0, 4)
		if err := js.DeleteStream(t.Context(), opts.Stream); err != nil {
			t.Fatal(err)
		}
		if _, err := eventlog.Verify(log.Read(t.Context(), 0)); !errors.Is(err, jetstream.ErrStreamNotFound) {
			t.Errorf("Read of a stream that is gone = %v, want ErrStreamNotFound", err)
		}
		create(t, js, opts)
		publish(t, js, opts, appends(t, 0, 3, 3, 3, 3)...)
		known = fill(t, log, known.Position, 1)
		if got, err := eventlog.Verify(log.Read(t.Context(), 0)); got != known || err != nil {
			t.Errorf("Verify = %v, %v, want %v", got, err, known)
		}
	})
}

// diverged checks that an error tells of the head that was known, and says lost if it
// should.
func diverged(t *testing.T, what string, err error, known eventlog.Head, lost bool) {
	t.Helper()
	e, ok := errors.AsType[*eventlog.DivergedError](err)
	if !ok || !errors.Is(err, eventlog.ErrDiverged) || e.Known != known {
		t.Fatalf("%s = %v, want a DivergedError that knows position %d", what, err, known.Position)
	}
	if errors.Is(err, eventlog.ErrLost) != lost {
		t.Errorf("%s = %v: is it ErrLost? %v, want %v", what, err, !lost, lost)
	}
}

// TestRestoredBackup puts older files beneath servers that a log is at work on.
func TestRestoredBackup(t *testing.T) {
	t.Parallel() // it mostly waits for its servers
	for _, nodes := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			t.Parallel()
			cluster := jettest.Start(t, nodes)
			js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
			opts := fresh(nodes, system)
			create(t, js, opts)
			log := open(t, js, opts)
			old := fill(t, log, 0, 4)
			backup := t.TempDir()
			stop := func() {
				for i := range nodes {
					cluster.Stop(i)
				}
			}
			restart := func() {
				for i := range nodes {
					if err := cluster.Restart(i); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := cluster.AwaitLeader(opts.Stream); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			for i := range nodes {
				if err := os.CopyFS(fmt.Sprintf("%s/%d", backup, i), os.DirFS(cluster.Dir(i))); err != nil {
					t.Fatal(err)
				}
			}
			restart()
			known := fill(t, log, old.Position, 3) // and so a restart is nothing to a log

			stop()
			for i := range nodes {
				if err := os.RemoveAll(cluster.Dir(i)); err != nil {
					t.Fatal(err)
				}
				if err := os.CopyFS(cluster.Dir(i), os.DirFS(fmt.Sprintf("%s/%d", backup, i))); err != nil {
					t.Fatal(err)
				}
			}
			restart()
			_, err := log.Append(t.Context(), known.Position, entry(99))
			diverged(t, "Append", err, known, true)
			if e, _ := errors.AsType[*eventlog.DivergedError](err); e.Found.Position != old.Position || e.Found.Sum != old.Sum {
				t.Errorf("found %v, want %v", e.Found, old)
			}

			// Others know nothing of what was lost, and go on.
			other := open(t, js, opts)
			fill(t, other, old.Position, 6)
			diverged(t, "Wait", log.Wait(t.Context(), 0), known, true) // it stays so
		})
	}
}

// TestLostMessages deletes messages of a stream.
func TestLostMessages(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	tests := []struct {
		name     string
		remove   func(s jetstream.Stream) error
		position eventlog.Position
		says     string
	}{
		{"the third", func(s jetstream.Stream) error { return s.DeleteMsg(t.Context(), 3) }, 7, "message 3 of the stream"},
		{"the last", func(s jetstream.Stream) error { return s.SecureDeleteMsg(t.Context(), 5) }, 13, "message 5 of the stream"},
		{"the first", func(s jetstream.Stream) error { return s.DeleteMsg(t.Context(), 1) }, 1, "messages 1 to 1 of the stream"},
		{"two", func(s jetstream.Stream) error {
			return errors.Join(s.DeleteMsg(t.Context(), 4), s.DeleteMsg(t.Context(), 2))
		}, 4, "message 2 of the stream"},
		{"purge a part", func(s jetstream.Stream) error { return s.Purge(t.Context(), jetstream.WithPurgeSequence(3)) }, 1, "messages 1 to 2 of the stream"},
		{"purge", func(s jetstream.Stream) error { return s.Purge(t.Context()) }, 1, "messages 1 to 5 of the stream"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := fresh(1, system)
			config := good(opts)
			config.DenyDelete, config.DenyPurge = false, false
			stream, err := js.CreateStream(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			publish(t, js, opts, appends(t, 0, 3, 3, 3, 3, 3)...)
			if err := tt.remove(stream); err != nil {
				t.Fatal(err)
			}
			if _, err := js.UpdateStream(t.Context(), good(opts)); err != nil {
				t.Fatal(err)
			}
			log, err := jetlog.Open(t.Context(), js, opts)
			if err == nil {
				log.Close()
			}
			damage, ok := errors.AsType[*eventlog.CorruptError](err)
			if !ok || damage.Position != tt.position || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want a CorruptError for position %d that says %q", err, tt.position, tt.says)
			}
		})
	}
}

// TestForeignMessages has another product publish to the log's subject.
func TestForeignMessages(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	ours := appends(t, 0, 3, 3, 3)
	tests := []struct {
		name  string
		bytes []byte
	}{
		{"nothing", nil},
		{"text", []byte("hello")},
		{"a line of text", []byte("hello\n")},
		{"the same again", ours[1]},
		{"without its newline", ours[2][:len(ours[2])-1]},
		{"an append cut short", ours[2][:len(ours[2])/3+1]},
		{"two appends", []byte(string(ours[2]) + string(appends(t, 0, 3, 3, 3, 1)[3]))},
		{"another log's", appends(t, 50, 3, 3, 3)[2]},
		{"more behind it", append(append([]byte{}, ours[2]...), "x\n"...)},
		{"half a line behind it", append(append([]byte{}, ours[2]...), "x"...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := fresh(1, system)
			create(t, js, opts)
			log := open(t, js, opts)
			fill(t, log, 0, 2)
			publish(t, js, opts, tt.bytes)
			var seen int
			var err error
			for _, err = range log.Read(t.Context(), 0) {
				if err == nil {
					seen++
				}
			}
			if seen != 6 || !errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrDiverged) || !strings.Contains(err.Error(), "message 3 of the stream "+opts.Stream) {
				t.Errorf("Read yields %d records and %v, want 6 and ErrCorrupt for message 3", seen, err)
			}
			if _, err := log.Append(t.Context(), 6, entry(7)); err == nil || errors.Is(err, eventlog.ErrUncertain) {
				t.Errorf("Append = %v, want a plain error", err)
			}
			if other, err := jetlog.Open(t.Context(), js, opts); err == nil {
				head, err := eventlog.Verify(other.Read(t.Context(), 0))
				t.Logf("a log opens on it: %v, %v", head, err)
				if !errors.Is(err, eventlog.ErrCorrupt) {
					t.Errorf("Read after opening = %v, want ErrCorrupt", err)
				}
				other.Close()
			} else if !errors.Is(err, eventlog.ErrCorrupt) {
				t.Errorf("Open = %v, want ErrCorrupt", err)
			}
			// So it is when good messages follow.
			publish(t, js, opts, appends(t, 0, 3, 3, 3, 3, 3)[3:]...)
			other := open(t, js, opts)
			if head, err := eventlog.Verify(other.Read(t.Context(), 0)); head.Position != 6 || !errors.Is(err, eventlog.ErrCorrupt) || !strings.Contains(err.Error(), "message 3 of the stream") {
				t.Errorf("Read of what is buried = %v, %v, want position 6 and ErrCorrupt for message 3", head, err)
			}
		})
	}
}
