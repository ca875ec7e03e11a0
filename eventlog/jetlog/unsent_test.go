package jetlog

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/relevo-go/relevo/eventlog"
)

// TestUnsent publishes what reaches nobody: that leaves nothing uncertain.
func TestUnsent(t *testing.T) {
	js, opts := newStream(t)
	l := opened(t, js, opts)
	appendTwos(t, l, 0, 1)
	l.opts.Timeout = 300 * time.Millisecond
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.publish(over, time.Minute, 1, []byte("x")); !errors.Is(err, errUnsent) || !errors.Is(err, context.Canceled) {
		t.Errorf("publish under a canceled context = %v, want errUnsent and context.Canceled", err)
	}
	if err := js.DeleteStream(t.Context(), opts.Stream); err != nil {
		t.Fatal(err)
	}
	if err := l.publish(t.Context(), time.Minute, 1, []byte("x")); !errors.Is(err, errUnsent) || !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("publish without a stream = %v, want errUnsent and ErrNoResponders", err)
	}
	known, _ := l.knownEnd()
	if err := l.write(t.Context(), known, []byte("x"), false); err == nil || errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("write without a stream = %v, want an error that is not ErrUncertain", err)
	}
	if err := l.write(t.Context(), known, []byte("x"), true); !errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("write of what was sent before = %v, want ErrUncertain", err)
	}
}

func TestReadOnly(t *testing.T) {
	js, opts := newStream(t)
	opts.ReadOnly = true
	l := opened(t, js, opts)
	if _, err := l.Append(t.Context(), 0, eventlog.Entry{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Append = %v, want ErrReadOnly", err)
	}
	if err := l.Import(t.Context(), 0, eventlog.Record{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Import = %v, want ErrReadOnly", err)
	}
}
