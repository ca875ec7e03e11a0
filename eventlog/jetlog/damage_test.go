package jetlog_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// TestDamagedLeader flips a bit in the files of the only server that has the stream. It
// counts the message as there when it comes back, and does not find it.
func TestDamagedLeader(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	for name, tt := range map[string]struct {
		text string // stands in the message
		good eventlog.Position
		says string
	}{
		"the middle": {`"position":150,`, 147, "message 50 of the stream"},
		"the end":    {`"position":299,`, 297, "message 100 of the stream"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := fresh(1, system)
			create(t, js, opts)
			log := open(t, js, opts)
			fill(t, log, 0, 100)
			cluster.Stop(0)
			flipBehind(t, filepath.Join(cluster.Dir(0), "jetstream", "*", "streams", opts.Stream, "msgs", "*.blk"), tt.text)
			if err := cluster.Restart(0); err != nil {
				t.Fatal(err)
			}
			judge := func(what string, err error) {
				t.Helper()
				damage, ok := errors.AsType[*eventlog.CorruptError](err)
				if !ok || damage.Position != tt.good+1 || damage.Last != tt.good || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%s = %v, want a CorruptError for position %d that says %q", what, err, tt.good+1, tt.says)
				}
			}
			head, err := eventlog.Verify(log.Read(t.Context(), 0))
			if judge("Read", err); head.Position != tt.good {
				t.Errorf("Read yields records up to %d, want %d", head.Position, tt.good)
			}
			other, err := jetlog.Open(t.Context(), js, opts)
			if err == nil { // the damage is not where it looks
				_, err = eventlog.Verify(other.Read(t.Context(), 0))
				other.Close()
			}
			judge("opening it and reading", err)
		})
	}
}

// flipBehind changes a bit of what follows the text in a file that matches the pattern.
func flipBehind(t *testing.T, pattern, text string) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
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
		return
	}
	t.Fatalf("no file of %d has %s", len(paths), text)
}
