package filelog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

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
	// with no more than the right to read, and without changing anything. Such a
	// log ends before a torn or half-written append, of which Torn tells, and
	// refuses Append; its Read looks for what is new, and its Wait does so every
	// 20 ms.
	ReadOnly bool

	// NoSync answers appends before the disk has them, for logs that can be made
	// again: simulations, copies, imports. The log is synced when a segment ends,
	// when nothing was appended for a second, and when it is closed. A process that
	// dies loses nothing that was answered. A machine that dies loses what was
	// appended since the last sync, in whole or in part; if in part, the log may be
	// refused as damaged when it is opened again: make it again.
	NoSync bool

	// Logger receives what an operator should know and no error says: that a torn
	// append was cut off and where it is kept, and that the directory lies on a
	// network file system. Nil is silent.
	Logger *slog.Logger

	verify int64 // how much of the end is verified at once, so that tests need no large logs; 0 means verified
}

// ErrReadOnly: the log was opened with ReadOnly and takes no append.
var ErrReadOnly = errors.New("filelog: the log was opened read-only: append through the log that holds the lock, or open it for writing")

// Log is an [eventlog.Log] in a directory.
type Log struct {
	disk     disk
	dir      string
	most     int64 // bytes in a segment
	readOnly bool
	logger   *slog.Logger
	lock     io.Closer // nil if readOnly

	// turn is held, by a value in it, by whoever writes or looks for what is new.
	turn chan struct{}
	out  output
	buf  []byte      // the lines of an append
	idle *time.Timer // notes the end; nil if readOnly
	end  end         // as it was last noted

	mu     sync.Mutex
	known  survey // what is durable, or written if NoSync; changed in one's turn and under mu
	torn   *tear  // what stands behind it, if the log is read-only
	failed error  // the first error of writing
	closed bool
	moved  chan struct{} // closed when known, failed or closed changes; nil while nobody waits
}

var _ eventlog.Log = (*Log)(nil)

// Open opens the log in a directory. For writing, it makes the directory if it
// is missing, takes the lock or fails at once with [ErrLocked], cuts off a torn
// last append and keeps its bytes in a file beside the segment. Any other damage
// that it finds is a [eventlog.CorruptError], and nothing is changed.
//
// It verifies a small log whole. Of one beyond 4 MiB it verifies the end and
// where segments meet, in time that does not grow with what they hold; the rest
// is verified whenever it is read.
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
		logger:   opts.Logger,
		out:      output{lazy: opts.NoSync},
		turn:     make(chan struct{}, 1),
		known:    survey{disk: d, dir: dir, verify: opts.verify},
	}
	if l.known.verify == 0 {
		l.known.verify = verified
	}
	if l.logger == nil {
		l.logger = slog.New(slog.DiscardHandler)
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

// IsLog reports whether a directory holds a log, one without a record too: a
// segment, the lock, or the note of the end. Opened with ReadOnly, a directory
// that holds none is an empty log. A path that is no directory is an error.
func IsLog(dir string) (bool, error) {
	names, err := osDisk{}.list(dir)
	if err != nil {
		return false, named("look for a log", err)
	}
	firsts, err := segmentNames(names)
	return len(firsts) > 0 || err != nil || slices.Contains(names, lockName) || slices.Contains(names, endName), nil
}

// Head returns the end of the log as far as it is known, without looking: that
// of a read-only log is as of its last Read, Wait or Torn, or its opening.
func (l *Log) Head() eventlog.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known.head
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
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: give the directory of a log, or open it for writing to make one", err)
	case err != nil:
		return err
	case !is:
		return notDir(l.dir)
	}
	noted, _, err := readEnd(l.disk, l.dir) // before the log, which may grow meanwhile
	if err != nil {
		return err
	}
	if l.torn, err = l.known.steady((*survey).open); err != nil {
		return err
	}
	return noted.holds(&l.known)
}

func (l *Log) openToWrite() (err error) {
	if err := makeDir(l.disk, l.dir); err != nil {
		return err
	}
	l.lock, err = l.disk.lock(filepath.Join(l.dir, lockName))
	if err != nil {
		return err
	}
	if l.disk.remote(l.dir) {
		l.logger.Warn("relevo: the log lies on a network file system, many of which neither lock nor sync as a local disk does", "dir", l.dir)
	}
	if err = l.restore(); err != nil {
		l.out.abandon()
		l.lock.Close()
		return err
	}
	l.idle = time.AfterFunc(idle, l.noteIdle)
	return nil
}

// restore finds the end of the log and makes durable what it finds.
func (l *Log) restore() error {
	noted, whole, err := readEnd(l.disk, l.dir)
	if err != nil {
		return err
	}
	torn, err := l.known.open()
	if err != nil {
		return err
	}
	if err := noted.holds(&l.known); err != nil {
		return err
	}
	if whole {
		l.end = noted
	}
	if torn != nil {
		kept, err := cut(l.disk, torn)
		if err != nil {
			return err
		}
		l.logger.Warn("relevo: a torn append, which was never answered, was cut off the log", "position", l.known.head.Position+1, "bytes", torn.to-torn.from, "kept", kept)
	}
	l.tidy()
	n := len(l.known.segments)
	if n == 0 {
		return syncAbove(l.disk, l.dir)
	}
	seg := l.known.segments[n-1]
	if err := l.out.resume(l.disk, segmentPath(l.dir, seg.first), seg.size); err != nil {
		return err
	}
	if l.end.position < l.known.head.Position {
		if err := confirm(l.out.file, l.known.last, seg.size); err != nil {
			return err
		}
	}
	return l.disk.syncDir(l.dir)
}

// tidy takes away what a process that died was making. What cannot be taken away
// is in nobody's way before the next segment is made, which will tell.
func (l *Log) tidy() {
	names, _ := l.disk.list(l.dir)
	for _, name := range names {
		if name == freshName || name == freshEndName {
			_ = l.disk.remove(filepath.Join(l.dir, name))
		}
	}
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

// Close implements [eventlog.Log]. It waits for an append that is under way,
// notes the end and gives the lock back. Reads that have begun go on. After an
// error the records are as safe as before, but the next opening cannot tell
// damage to the last append from a crash; with NoSync they are not safe.
func (l *Log) Close() error {
	l.turn <- struct{}{}
	defer l.give()
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	failed := l.failed
	l.move()
	l.mu.Unlock()

	var err error
	if l.idle != nil {
		l.idle.Stop()
	}
	if failed == nil {
		failed = l.out.sync()
	}
	if failed == nil {
		err = errors.Join(l.out.close(), l.note())
	} else {
		if l.out.lazy {
			err = failed // what was answered is not safe
		}
		l.out.abandon()
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	if err != nil {
		return named("close", err)
	}
	return nil
}

// note writes down how far the log is durable, if that is not noted. The caller
// has the turn.
func (l *Log) note() error {
	now := end{l.known.head.Position, l.known.head.Sum}
	if l.readOnly || now == l.end {
		return nil
	}
	if err := noteEnd(l.disk, l.dir, now); err != nil {
		return err
	}
	l.end = now
	return nil
}

// noteIdle notes the end when nothing was appended for a moment, and makes it
// durable before. If it cannot be noted, the log is as good as before: Close
// tries again, and tells. If it cannot be synced, the log takes no more.
func (l *Log) noteIdle() {
	l.turn <- struct{}{}
	defer l.give()
	if l.state() != nil {
		return
	}
	if err := l.out.sync(); err != nil {
		l.fail(err)
		return
	}
	_ = l.note()
}

// fail notes the first error of writing, after which the log takes no more.
func (l *Log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
	l.move()
}

// move wakes those who wait. The caller holds mu.
func (l *Log) move() {
	if l.moved != nil {
		close(l.moved)
		l.moved = nil
	}
}
