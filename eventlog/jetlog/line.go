package jetlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// line is the connection to the servers, which breaks and is made again beneath the
// log.
type line struct {
	conn   *nats.Conn
	status chan nats.Status

	mu   sync.Mutex
	live context.Context // over when the present connection is
	cut  context.CancelFunc
}

func newLine(conn *nats.Conn) *line {
	l := &line{conn: conn, status: conn.StatusChanged()}
	l.made()
	return l
}

// follow notes when the connection breaks and is made, until end.
func (l *line) follow() {
	for status := range l.status {
		l.broken()
		if status == nats.CONNECTED {
			l.made()
		}
	}
	l.broken()
}

func (l *line) made() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live, l.cut = context.WithCancel(context.Background())
}

func (l *line) broken() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut()
}

func (l *line) end() { l.conn.RemoveStatusListener(l.status) }

// times returns how often the connection was made again.
func (l *line) times() uint64 { return l.conn.Stats().Reconnects }

var (
	errConnClosed = errors.New("jetlog: the connection to NATS is closed for good: open another one with nats.MaxReconnects(-1), and the log on it")
	errNoConn     = errors.New("jetlog: there is no connection to NATS")
)

// lookAgain is how soon one that waits for the servers looks again.
const lookAgain = 20 * time.Millisecond

// connected waits for a connection, and returns what is over when it breaks.
func (l *line) connected(ctx context.Context) (context.Context, error) {
	for {
		if l.conn.IsClosed() {
			return nil, errConnClosed
		}
		if l.conn.IsConnected() {
			l.mu.Lock()
			live := l.live
			l.mu.Unlock()
			if live.Err() == nil {
				return live, nil
			}
		}
		if !pause(ctx, lookAgain) {
			if err := l.conn.LastError(); err != nil {
				return nil, fmt.Errorf("%w (%w)", errNoConn, err)
			}
			return nil, errNoConn
		}
	}
}

// pause waits for so long, and reports whether ctx is not over.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// A question is asked again when it was not answered for so long, since what is sent
// to a server that hands over leadership is lost without a word; then it waits twice as
// long, since servers may be slow as well.
const attempt = time.Second

// limit bounds a call by Options.Timeout and by the log's life.
func (l *Log) limit(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(ctx, l.opts.Timeout)
	stop := context.AfterFunc(l.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// ask asks the servers something that may be asked again, until they answer, for
// Options.Timeout.
func (l *Log) ask(ctx context.Context, what string, question func(context.Context) error) error {
	within, done := l.limit(ctx)
	defer done()
	for patience := attempt; ; patience *= 2 {
		before := l.conn.LastError()
		err := l.askOnce(within, patience, question)
		if err == nil {
			return nil
		}
		if !unanswered(err) {
			return fmt.Errorf("jetlog: %s: %w", what, err)
		}
		if denied := errors.Join(l.denied(before, `Publish to "$JS.`, "."+l.opts.Stream), l.deaf()); denied != nil {
			return fmt.Errorf("jetlog: %s: %w", what, denied)
		}
		if !pause(within, lookAgain) {
			return l.over(ctx, what, err)
		}
	}
}

// askOnce asks once. The question's context is over when it is not answered in
// time, or the connection breaks.
func (l *Log) askOnce(ctx context.Context, atMost time.Duration, question func(context.Context) error) error {
	live, err := l.line.connected(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	defer context.AfterFunc(live, cancel)()
	return question(ctx)
}

// over returns why a call ended without an answer.
func (l *Log) over(ctx context.Context, what string, err error) error {
	switch {
	case l.life.Err() != nil:
		return eventlog.ErrClosed
	case ctx.Err() != nil:
		return fmt.Errorf("jetlog: %s: %w", what, ctx.Err())
	case errors.Is(err, errNoConn):
		return fmt.Errorf("jetlog: %s: for %v: %w", what, l.opts.Timeout, err)
	}
	return fmt.Errorf("jetlog: %s: the servers do not answer for %v (%w): see whether enough of them run, and what the account may do", what, l.opts.Timeout, err)
}

// unanswered reports whether err says only that no server answered, or none could.
func unanswered(err error) bool {
	for _, also := range []error{context.DeadlineExceeded, context.Canceled, nats.ErrNoResponders, nats.ErrTimeout,
		nats.ErrDisconnected, errNoConn, jetstream.ErrNoStreamResponse} {
		if errors.Is(err, also) {
			return true
		}
	}
	if e, ok := errors.AsType[*jetstream.APIError](err); ok {
		return e.Code == 503 && e.ErrorCode != jetstream.JSErrCodeJetStreamNotEnabledForAccount
	}
	return false
}

// denied returns what the server said on the present connection if it refused to take
// or hand out a message, in words that contain all of these, and said so after before:
// an older refusal was of something else, or of what is allowed by now.
func (l *Log) denied(before error, words ...string) error {
	err := l.conn.LastError()
	if !errors.Is(err, nats.ErrPermissionViolation) || err == before {
		return nil
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			return nil
		}
	}
	return fmt.Errorf("%w: give the account the rights that the documentation of jetlog lists", err)
}

// deaf returns what the server said if it hands out no answers. It says so once, when they
// are asked for first.
func (l *Log) deaf() error {
	return l.denied(nil, `Subscription to "`+strings.TrimSuffix(cmp.Or(l.conn.Opts.InboxPrefix, nats.InboxPrefix), ".")+".")
}
