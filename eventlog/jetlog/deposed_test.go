package jetlog

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// deposed is JetStream with a leader that is cut off from the others, does not know it,
// and has the stream up to a message. It answers so many times; then another one does.
type deposed struct {
	jetstream.JetStream
	upTo  uint64
	heard time.Duration // how long ago it heard of the others
	left  *atomic.Int64 // how often it says how far the stream goes
}

func (d deposed) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := d.JetStream.Stream(ctx, name)
	return &deposedStream{s, d}, err
}

type deposedStream struct {
	jetstream.Stream
	by deposed
}

func (d *deposedStream) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	if d.by.left.Load() > 0 {
		return d.GetMsg(ctx, d.by.upTo)
	}
	return d.Stream.GetLastMsgForSubject(ctx, subject)
}

func (d *deposedStream) Info(ctx context.Context, opts ...jetstream.StreamInfoOpt) (*jetstream.StreamInfo, error) {
	info, err := d.Stream.Info(ctx, opts...)
	if err == nil && d.by.left.Add(-1) >= 0 {
		info.Cluster = cluster("old", peer("a", d.by.heard), peer("b", d.by.heard)).Cluster
		info.State.LastSeq, info.State.Msgs = d.by.upTo, d.by.upTo
	}
	return info, err
}

// TestDeposedLeader asks a leader that is none any more about records that the caller
// knows, and the log, which was just opened, does not.
func TestDeposedLeader(t *testing.T) {
	js, opts := newStream(t)
	head := appendTwos(t, opened(t, js, opts), 0, 5)
	old := func(heard time.Duration) *Log {
		left := new(atomic.Int64)
		left.Store(4) // of which opening the log takes one
		return opened(t, deposed{js, 4, heard, left}, opts)
	}
	seen := 0
	for _, err := range old(time.Hour).Read(soon(t), 9) {
		if seen++; err != nil {
			t.Errorf("Read(9) = %v", err)
		}
	}
	if seen != 1 {
		t.Errorf("Read(9) yields %d records, want 1", seen)
	}
	appendTwos(t, old(time.Hour), head.Position, 1)
	// One that the others follow is believed.
	if _, err := old(time.Second).Append(soon(t), 99, eventlog.Entry{}); !errors.Is(err, eventlog.ErrLost) {
		t.Errorf("Append(99) = %v, want ErrLost", err)
	}
	for r, err := range old(time.Second).Read(soon(t), 99) {
		t.Errorf("Read(99) yields %v, %v", r.Position, err)
	}
}
