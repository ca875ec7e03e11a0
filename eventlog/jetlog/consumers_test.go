package jetlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// consuming is JetStream that tells of consumers that are made.
type consuming struct {
	jetstream.JetStream
	made *[]string
}

func (c consuming) CreateConsumer(ctx context.Context, stream string, config jetstream.ConsumerConfig) (jetstream.Consumer, error) {
	*c.made = append(*c.made, config.Name)
	return c.JetStream.CreateConsumer(ctx, stream, config)
}

// TestConsumersAreLost deletes each consumer of a long read when it has brought something.
// The read does not end up with asking for each message.
func TestConsumersAreLost(t *testing.T) {
	js, opts := newStream(t)
	var made []string
	l := opened(t, consuming{js, &made}, opts)
	const messages = 200 // of which 20 or some more are under way when a consumer is deleted
	for n := range messages {
		_, err := l.Append(t.Context(), eventlog.Position(n), eventlog.Entry{ID: uuid.UUID{1, 15: byte(n)}, Stream: "thing/1", Kind: "thing.happened.v1",
			Time: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC), Data: fmt.Appendf(nil, `{"pad":%q}`, strings.Repeat("x", 400_000))})
		if err != nil {
			t.Fatal(err)
		}
	}
	deleted := 0
	for r, err := range l.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Position <= messages-fewMessages && deleted < len(made) {
			if err := js.DeleteConsumer(t.Context(), opts.Stream, made[deleted]); err == nil {
				deleted = len(made)
			}
		}
	}
	t.Logf("%d consumers, of which %d were deleted", len(made), deleted)
	if deleted <= mostTroubles {
		t.Errorf("after %d consumers that were deleted no other was made", deleted)
	}
}

// TestCloseInsideARead closes a log inside a read of many messages. Nothing of the read
// is left with the servers.
func TestCloseInsideARead(t *testing.T) {
	js, opts := newStream(t)
	var made []string
	l := opened(t, consuming{js, &made}, opts)
	appendTwos(t, l, 0, 3*fewMessages)
	var last error
	for _, err := range l.Read(t.Context(), 0) {
		last = err
		l.Close()
	}
	if !errors.Is(last, eventlog.ErrClosed) || len(made) == 0 {
		t.Errorf("the read ends with %v after %d consumers, want ErrClosed and 1 at least", last, len(made))
	}
	for _, name := range made {
		// If the question that takes it away was not answered in time, the servers do it.
		for deadline := time.Now().Add(2 * pullKept); ; {
			if _, err := js.Consumer(t.Context(), opts.Stream, name); err != nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the consumer %s is left", name)
			}
		}
	}
}
