package jetlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// blind is JetStream with a leader that does not find some messages which it counts as
// there, as one whose disk does not give them back.
type blind struct {
	jetstream.JetStream
	hidden *[]uint64 // a test changes it while nothing is asked
	times  int64     // how often one is hidden; 0 for ever
	older  bool      // of the last message, if it is hidden, it says that it is the one before
}

func (b blind) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := b.JetStream.Stream(ctx, name)
	return &blindStream{Stream: s, by: b}, err
}

type blindStream struct {
	jetstream.Stream
	by    blind
	hid   atomic.Int64
	asked atomic.Int64 // for a message
}

func (b *blindStream) hide(seq uint64) bool {
	return slices.Contains(*b.by.hidden, seq) && (b.by.times == 0 || b.hid.Add(1) <= b.by.times)
}

func (b *blindStream) GetMsg(ctx context.Context, seq uint64, opts ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	b.asked.Add(1)
	if b.hide(seq) {
		return nil, jetstream.ErrMsgNotFound
	}
	return b.Stream.GetMsg(ctx, seq, opts...)
}

func (b *blindStream) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	m, err := b.Stream.GetLastMsgForSubject(ctx, subject)
	if err == nil && b.hide(m.Sequence) {
		if b.by.older {
			return b.Stream.GetMsg(ctx, m.Sequence-1)
		}
		return nil, jetstream.ErrMsgNotFound
	}
	return m, err
}

var logs atomic.Int64

// newStream makes a stream on a server of one node and returns what it is opened with.
func newStream(t *testing.T) (jetstream.JetStream, *Options) {
	t.Helper()
	js, err := jetstream.New(jettest.Start(t, 1).Connect(t))
	if err != nil {
		t.Fatal(err)
	}
	return js, anotherStream(t, js)
}

func anotherStream(t *testing.T, js jetstream.JetStream) *Options {
	t.Helper()
	n := logs.Add(1)
	opts := &Options{Stream: fmt.Sprintf("MISS%d", n), Subject: fmt.Sprintf("miss.%d", n), Replicas: 1, Unsynced: true, Timeout: time.Minute}
	if err := Create(t.Context(), js, opts); err != nil {
		t.Fatal(err)
	}
	return opts
}

func opened(t *testing.T, js jetstream.JetStream, opts *Options) *Log {
	t.Helper()
	l, err := Open(t.Context(), js, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// appendTwos appends n groups of two, and returns the head.
func appendTwos(t *testing.T, l *Log, after eventlog.Position, n int) (head eventlog.Head) {
	t.Helper()
	for range n {
		var group []eventlog.Entry
		for i := range 2 {
			group = append(group, eventlog.Entry{ID: uuid.UUID{1, 15: byte(i), 14: byte(after)}, Stream: "thing/1", Kind: "thing.happened.v1",
				Time: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC), Data: []byte(`{}`)})
		}
		records, err := l.Append(t.Context(), after, group...)
		if err != nil {
			t.Fatal(err)
		}
		head, after = records[1].Head(), after+2
	}
	return head
}

// soon is a context that ends what would never end.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// damagedAt checks that an error names the position that is lost.
func damagedAt(t *testing.T, what string, err error, want eventlog.Position, says string) {
	t.Helper()
	damage, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok || damage.Position != want || damage.Last != want-1 || !strings.Contains(err.Error(), says) {
		t.Errorf("%s = %v, want a CorruptError for position %d that says %q", what, err, want, says)
	}
}

// TestAllExpired has a stream forget everything beneath a log, between two looks at its
// settings.
func TestAllExpired(t *testing.T) {
	js, opts := newStream(t)
	l := opened(t, js, opts)
	appendTwos(t, l, 0, 3)
	config := opts.config()
	config.Replicas, config.MaxAge = 1, 100*time.Millisecond
	config.Duplicates = config.MaxAge
	s, err := js.UpdateStream(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for info := s.CachedInfo(); info.State.Msgs > 0; {
		if info, err = s.Info(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = l.last(soon(t))
	damagedAt(t, "last", err, 1, "messages 1 to 3 of the stream")
}

// TestUnreadableEnd has the leader not find the last message.
func TestUnreadableEnd(t *testing.T) {
	js, opts := newStream(t)
	var hidden []uint64
	l := opened(t, blind{JetStream: js, hidden: &hidden}, opts)
	appendTwos(t, l, 0, 5)
	hidden = []uint64{5}
	const says = "message 5 of the stream"
	_, err := l.last(soon(t))
	damagedAt(t, "last of a log that knows it", err, 9, says)
	damagedAt(t, "Wait", l.Wait(soon(t), 10), 9, says)
	l.mu.Lock()
	l.state.compared = time.Time{} // it is time to compare the end again
	l.mu.Unlock()
	var seen eventlog.Position
	for r, wrong := range l.Read(soon(t), 0) {
		seen, err = max(seen, r.Position), wrong
	}
	if damagedAt(t, "Read", err, 9, says); seen != 8 {
		t.Errorf("Read yields records up to %d, want 8", seen)
	}
	other, err := Open(soon(t), blind{JetStream: js, hidden: &hidden}, opts)
	if err == nil {
		head, err := eventlog.Verify(other.Read(soon(t), 0))
		t.Errorf("a log opens on it and has %v, %v", head, err)
		other.Close()
	} else {
		damagedAt(t, "Open", err, 9, says)
	}
	// The first message is all there is.
	opts = anotherStream(t, js)
	l = opened(t, js, opts)
	appendTwos(t, l, 0, 1)
	hidden = []uint64{1}
	if other, err = Open(soon(t), blind{JetStream: js, hidden: &hidden}, opts); err == nil {
		other.Close()
	}
	damagedAt(t, "Open of a log of one message", err, 1, "message 1 of the stream")
}

// TestUnreadableMiddle has the leader not find messages in the middle.
func TestUnreadableMiddle(t *testing.T) {
	js, opts := newStream(t)
	var hidden []uint64
	l := opened(t, js, opts)
	appendTwos(t, l, 0, 9)
	hidden = []uint64{4, 5}
	l = opened(t, blind{JetStream: js, hidden: &hidden}, opts)
	var seen eventlog.Position
	var err error
	for r, wrong := range l.Read(soon(t), 0) {
		seen, err = max(seen, r.Position), wrong
	}
	if damagedAt(t, "Read", err, 7, "message 4 of the stream"); seen != 6 {
		t.Errorf("Read yields records up to %d, want 6", seen)
	}
	_, err = eventlog.Verify(l.Read(soon(t), 9)) // it has to be found
	damagedAt(t, "Read from inside", err, 7, "message 5 of the stream")
	hidden = []uint64{8}
	other, err := Open(soon(t), blind{JetStream: js, hidden: &hidden}, opts)
	if err == nil {
		other.Close()
	}
	damagedAt(t, "Open", err, 15, "message 8 of the stream")
}

// TestMissingForAMoment has the leader find messages when it is asked again.
func TestMissingForAMoment(t *testing.T) {
	js, opts := newStream(t)
	var hidden []uint64
	l := opened(t, blind{JetStream: js, hidden: &hidden, times: 3}, opts)
	head := appendTwos(t, l, 0, 5)
	hidden = []uint64{5}
	if end, err := l.last(soon(t)); err != nil || end.head != head {
		t.Errorf("last = %v, %v, want %v", end.head, err, head)
	}
}

// TestUnreadableStretch has the leader not find very many messages: where they begin is
// found without asking for each.
func TestUnreadableStretch(t *testing.T) {
	js, opts := newStream(t)
	var hidden []uint64
	l := opened(t, blind{JetStream: js, hidden: &hidden}, opts)
	appendTwos(t, l, 0, 300)
	for seq := uint64(10); seq <= 299; seq++ {
		hidden = append(hidden, seq)
	}
	s := l.stream.(*blindStream)
	s.asked.Store(0)
	_, err := l.have(soon(t), 299)
	damagedAt(t, "have", err, 19, "message 299 of the stream")
	if n := s.asked.Load(); n > 30 {
		t.Errorf("the leader was asked for %d messages, want 30 at the most", n)
	}
}

// TestEndIsToldShort has the leader count a message and answer the one before as the last,
// to a log that has seen neither: who knows of the last one gets an answer all the same.
func TestEndIsToldShort(t *testing.T) {
	js, opts := newStream(t)
	var hidden []uint64
	head := appendTwos(t, opened(t, js, opts), 0, 5)
	hidden = []uint64{5}
	l := opened(t, blind{JetStream: js, hidden: &hidden, older: true}, opts)
	_, err := l.Append(soon(t), head.Position, eventlog.Entry{})
	damagedAt(t, "Append", err, 9, "message 5 of the stream")
	_, err = eventlog.Verify(l.Read(soon(t), head.Position))
	damagedAt(t, "Read", err, 9, "message 5 of the stream")

	l = opened(t, contradicting{js}, opts)
	l.opts.Timeout = 300 * time.Millisecond
	if _, err := l.Append(soon(t), head.Position, eventlog.Entry{}); err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the stream ends at message 5") {
		t.Errorf("Append to a stream that has message 5 and calls 4 its last = %v, want that", err)
	}
}

// contradicting is JetStream whose last message is always the one before, though it has
// the last one too.
type contradicting struct{ jetstream.JetStream }

func (c contradicting) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := c.JetStream.Stream(ctx, name)
	return contradictingStream{s}, err
}

type contradictingStream struct{ jetstream.Stream }

func (c contradictingStream) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	m, err := c.Stream.GetLastMsgForSubject(ctx, subject)
	if err != nil {
		return nil, err
	}
	return c.Stream.GetMsg(ctx, m.Sequence-1)
}
