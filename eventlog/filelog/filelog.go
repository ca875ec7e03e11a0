package filelog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/relevo-go/relevo/eventlog"
)

// DefaultSegmentBytes is the size at which a segment ends if Options does not
// say: 64 MiB.
const DefaultSegmentBytes = 64 << 20

// Options are how a log is opened; nil and the zero value are the defaults.
type Options struct {
	// SegmentBytes is the size beyond which no append makes a segment grow: it
	// begins a new one. An append is never divided, so a segment that holds a
	// single one may be larger. 0 means DefaultSegmentBytes. It may differ from
	// one opening to the next.
	SegmentBytes int64

	// ReadOnly opens the log beside a writer in any process: without the lock,
	// and without changing anything. Such a log ends before a torn or half-written append
	// and refuses Append; its Read looks for what is new, and its Wait does so
	// every 20 ms.
	ReadOnly bool
}

// ErrReadOnly: the log was opened with ReadOnly and takes no append.
var ErrReadOnly = errors.New("filelog: the log was opened read-only: append through the log that holds the lock, or open it for writing")

// Log is an [eventlog.Log] in a directory.
type Log struct {
	disk     disk
	dir      string
	most     int64 // bytes in a segment
	readOnly bool
	lock     io.Closer // nil if readOnly

	// turn is held, by a value in it, by whoever writes or looks for what is new.
	turn chan struct{}
	file file   // the last segment, open for writing; nil if there is none
	buf  []byte // the lines of an append

	mu     sync.Mutex
	known  survey // what is durable; changed in one's turn and under mu
	failed error  // the first error of writing, or ErrClosed
	closed bool
	moved  chan struct{} // closed when known, failed or closed changes; nil while nobody waits
}

var _ eventlog.Log = (*Log)(nil)

// Open opens the log in a directory and verifies every record of it. For
// writing, it makes the directory if it is missing, takes the lock or fails at
// once with [ErrLocked], cuts off a torn last append and keeps its bytes in a
// file beside the segment. Any other damage is a [eventlog.CorruptError], and
// nothing is changed.
func Open(dir string, opts *Options) (*Log, error) {
	dir, err := filepath.Abs(dir) // the process may change its directory meanwhile
	if err != nil {
		return nil, named("open", err)
	}
	return open(dir, opts, osDisk{})
}

func open(dir string, opts *Options, d disk) (*Log, error) {
	if opts == nil {
		opts = &Options{}
	}
	l := &Log{
		disk:     d,
		dir:      dir,
		most:     opts.SegmentBytes,
		readOnly: opts.ReadOnly,
		turn:     make(chan struct{}, 1),
		known:    survey{disk: d, dir: dir},
	}
	if l.most == 0 {
		l.most = DefaultSegmentBytes
	}
	if l.most < 0 {
		return nil, fmt.Errorf("filelog: SegmentBytes is %d: give 0 or more", l.most)
	}
	var err error
	if l.readOnly {
		err = l.openToRead()
	} else {
		err = l.openToWrite()
	}
	if err != nil {
		return nil, named("open", err)
	}
	return l, nil
}

// named returns err saying which package and verb it comes from, unless it says
// so already.
func named(verb string, err error) error {
	if errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, ErrLocked) {
		return err
	}
	return fmt.Errorf("filelog: %s: %w", verb, err)
}

func (l *Log) openToRead() error {
	switch is, err := l.disk.isDir(l.dir); {
	case err != nil:
		return err
	case !is:
		return notDir(l.dir)
	}
	return l.known.refresh()
}

func (l *Log) openToWrite() (err error) {
	if err := makeDir(l.disk, l.dir); err != nil {
		return err
	}
	l.lock, err = l.disk.lock(filepath.Join(l.dir, lockName))
	if err != nil {
		return err
	}
	if err = l.restore(); err != nil {
		if l.file != nil {
			l.file.Close()
		}
		l.lock.Close()
	}
	return err
}

// restore finds the end of the log and makes durable what it finds.
func (l *Log) restore() error {
	torn, err := l.known.advance()
	if err != nil {
		return err
	}
	if torn != nil {
		if err := cut(l.disk, torn); err != nil {
			return err
		}
	}
	n := len(l.known.segments)
	if n == 0 {
		return syncAbove(l.disk, l.dir)
	}
	seg := &l.known.segments[n-1]
	if l.file, err = l.disk.open(segmentPath(l.dir, seg.first), os.O_RDWR); err != nil {
		return err
	}
	if err := confirm(l.file, l.known.last, seg.size); err != nil {
		return err
	}
	return l.disk.syncDir(l.dir)
}

// take waits for one's turn; give gives it back.
func (l *Log) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Log) give() { <-l.turn }

// Close implements [eventlog.Log]. It waits for an append that is under way and
// gives the lock back. Reads that have begun go on.
func (l *Log) Close() error {
	l.turn <- struct{}{}
	defer l.give()
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.move()
	l.mu.Unlock()

	var err error
	if l.file != nil {
		err = l.file.Close()
		l.file = nil
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	if err != nil {
		return named("close", err)
	}
	return nil
}

// move wakes those who wait. The caller holds mu.
func (l *Log) move() {
	if l.moved != nil {
		close(l.moved)
		l.moved = nil
	}
}
