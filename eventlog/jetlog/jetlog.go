package jetlog

import (
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

// Options say where the log is and what is asked of it. A nil pointer and zero
// fields are the defaults.
type Options struct {
	Stream  string // the stream's name; "RELEVO"
	Subject string // the subject that appends are published to, without wildcards; "relevo.log"

	// Replicas is how many servers hold the stream: [Create] makes so many, 3 if
	// it is 0, and [Open] refuses a stream with fewer.
	Replicas int

	// System is a connection of the NATS system account, the only one that sees
	// whether servers sync always. Without it Open needs Unsynced.
	System *nats.Conn
	// Unsynced takes servers as they are: appends that were answered may be lost
	// when machines lose power, and positions be given twice. It is for those who
	// know by other means that every server has sync_interval: always, or who can
	// bear it.
	Unsynced bool

	ReadOnly bool // for an account that may not publish: Append and Import answer ErrReadOnly

	// Timeout is how long a message or a question waits for servers that do not
	// answer; 5 s. A call ends with the first that waited so long, or with its context.
	Timeout time.Duration
}

// withDefaults returns opts with nothing left open, or what is wrong with them.
func (opts *Options) withDefaults() (Options, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Stream == "" {
		o.Stream = "RELEVO"
	}
	if o.Subject == "" {
		o.Subject = "relevo.log"
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if strings.ContainsAny(o.Stream, " \t\r\n.*>/\\") {
		return o, fmt.Errorf("jetlog: Options.Stream %q: give a name without spaces, dots, wildcards and slashes", o.Stream)
	}
	if strings.ContainsAny(o.Subject, " \t\r\n*>") || strings.HasPrefix(o.Subject, "$") || strings.Contains("."+o.Subject+".", "..") {
		return o, fmt.Errorf("jetlog: Options.Subject %q: give words joined by dots, without spaces and wildcards, and not one of the server's own that begin with $", o.Subject)
	}
	if o.Replicas < 0 || o.Replicas > 5 {
		return o, fmt.Errorf("jetlog: Options.Replicas %d: give 1, 3 or 5", o.Replicas)
	}
	if o.Timeout < 0 {
		return o, fmt.Errorf("jetlog: Options.Timeout %v: give a time above zero", o.Timeout)
	}
	return o, nil
}

// Log is a log in a stream. It is an [eventlog.Log] and an [eventlog.Importer].
type Log struct {
	opts   Options
	conn   *nats.Conn
	js     jetstream.JetStream
	stream jetstream.Stream
	line   *line // to the servers

	life context.Context // over when the log is closed
	end  context.CancelFunc
	all  sync.WaitGroup // what Close waits for

	writing  chan struct{} // holds a token while an append is on its way
	checking chan struct{} // holds a token while the stream is being checked
	room     []byte        // for the lines of the append that is on its way

	mu       sync.Mutex
	known    place     // the end of the log as far as it was answered
	learned  time.Time // when known was
	marks    marks     // where else records are
	diverged error     // once it is known that the store lost or changed what it had
	state    checked   // what the last check saw
	maxSize  int       // the stream's max_msg_size, -1 if there is none
	watch    watch     // those who wait
}

var _ eventlog.Importer = (*Log)(nil)

// place is the end of a message: the head after its last record. The zero place is
// the beginning.
type place struct {
	head eventlog.Head
	seq  uint64 // the message's sequence in the stream
}

// Open opens a log in a stream that [Create] made, or one that is set in the same
// way. It fails, saying why, if the stream is set so that records could be lost, if
// messages of it are missing, if its servers are too old or do not sync always, if
// its last message is not the end of a log, and if the account may not publish.
//
// The connection of js stays the host's: it is to outlive the log, and Close leaves
// it as it is. See the package's documentation for how it should be made.
func Open(ctx context.Context, js jetstream.JetStream, opts *Options) (*Log, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	l := newLog(js, o)
	if err := l.open(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func newLog(js jetstream.JetStream, o Options) *Log {
	l := &Log{
		opts: o, conn: js.Conn(), js: js, maxSize: -1,
		writing: make(chan struct{}, 1), checking: make(chan struct{}, 1),
	}
	l.life, l.end = context.WithCancel(context.Background())
	l.line = newLine(l.conn)
	l.all.Go(l.line.follow)
	l.watch.init()
	return l
}

func (l *Log) open(ctx context.Context) error {
	err := l.ask(ctx, "looking up the stream "+l.opts.Stream, func(ctx context.Context) error {
		if err := checkVersion("the server at hand", l.conn.ConnectedServerVersion()); err != nil {
			return err
		}
		var err error
		l.stream, err = l.js.Stream(ctx, l.opts.Stream)
		return err
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("%w: make it with jetlog.Create", err)
	}
	if err != nil {
		return err
	}
	if err := l.check(ctx); err != nil {
		return err
	}
	end, err := l.last(ctx)
	if err != nil {
		return err
	}
	if err := l.trust(ctx, end); err != nil {
		return err
	}
	if l.opts.ReadOnly {
		return nil
	}
	return l.mayPublish(ctx)
}

// usable returns why the log answers no more, nil if it does.
func (l *Log) usable() error {
	if l.life.Err() != nil {
		return eventlog.ErrClosed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.diverged
}

// fail notes a divergence, which stays, and returns err.
func (l *Log) fail(err error) error {
	if errors.Is(err, eventlog.ErrDiverged) {
		l.mu.Lock()
		if l.diverged == nil {
			l.diverged = err
		}
		err = l.diverged
		l.mu.Unlock()
		l.watch.move()
	}
	return err
}

// end of what was answered so far.
func (l *Log) knownEnd() (place, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known, l.learned
}

// learn notes a place that follows from what was known.
func (l *Log) learn(p place) {
	l.mu.Lock()
	l.marks.add(p)
	further := p.seq > l.known.seq
	if further {
		l.known, l.learned = p, time.Now()
	}
	l.mu.Unlock()
	if further {
		l.watch.move()
	}
}

// Close implements [eventlog.Log]. What the log does by itself has ended when it
// returns. It does not wait for calls that are under way, and may be called inside a
// read: they end with ErrClosed, a read with its next record, and leave nothing behind.
// It leaves the connection open.
func (l *Log) Close() error {
	l.end()
	l.line.end()
	l.watch.move()
	l.all.Wait()
	return nil
}
