package jetlog

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// How those who wait are served: how often the stream is looked at while the servers
// announce what they store and while they do not or are away, and how long after the last
// one left they are still listened to.
const (
	pollAnnounced = compareEvery
	pollSilent    = 100 * time.Millisecond
	linger        = 2 * time.Second
)

// watch is what those who wait have in common.
type watch struct {
	mu      sync.Mutex
	moved   chan struct{} // closed at the next change that they may wait for
	waiting int
	left    time.Time // when the last one left
	running bool
	wrong   error // why the last look failed, if waiting on is of no use
	news    chan uint64
}

func (w *watch) init() {
	w.moved = make(chan struct{})
	w.news = make(chan uint64, 1)
}

// move wakes those who wait.
func (w *watch) move() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.moved)
	w.moved = make(chan struct{})
}

// announce passes on that a message is stored. Of those that nobody has looked at yet
// the last one is kept.
func (w *watch) announce(seq uint64) {
	for {
		select {
		case w.news <- seq:
			return
		default:
		}
		select {
		case other := <-w.news:
			seq = max(seq, other)
		default:
		}
	}
}

// Wait implements [eventlog.Log]. While the servers do not answer it waits on, and goes
// on by itself when they do. It fails when they answer that the stream is gone, changed
// or set so that records could be lost.
func (l *Log) Wait(ctx context.Context, after eventlog.Position) error {
	w := &l.watch
	w.mu.Lock()
	w.waiting++
	w.wrong = nil
	if !w.running && l.life.Err() == nil {
		w.running = true
		l.all.Go(l.look)
	}
	moved := w.moved
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.waiting--
		w.left = time.Now()
		w.mu.Unlock()
	}()
	for {
		if err := l.usable(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("jetlog: waiting for a record after %d: %w", after, err)
		}
		if known, _ := l.knownEnd(); known.head.Position > after {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-l.life.Done():
		case <-moved:
		}
		w.mu.Lock()
		moved = w.moved
		wrong := w.wrong
		w.mu.Unlock()
		if wrong != nil {
			return wrong
		}
	}
}

// look looks at the stream while somebody waits, when something was announced and every
// so often.
func (l *Log) look() {
	w := &l.watch
	sub, err := l.conn.Subscribe(l.opts.stored(), func(m *nats.Msg) {
		seq, _ := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
		w.announce(seq)
	})
	if err == nil {
		defer sub.Unsubscribe()
	}
	heard, announced := true, true // the last change was announced; so is the one to look for
	for {
		known, _ := l.knownEnd()
		away, wrong := l.lookOnce()
		if wrong != nil {
			w.mu.Lock()
			w.wrong = wrong
			w.mu.Unlock()
			w.move()
		}
		if now, _ := l.knownEnd(); now.seq > known.seq {
			heard = announced
		}
		l.mu.Lock()
		announces := l.state.announces
		l.mu.Unlock()
		wait := pollAnnounced
		if !announces || !heard || away || wrong != nil {
			wait = pollSilent
		}
		if announced = l.listen(wait); announced {
			heard = true
		}
		w.mu.Lock()
		if l.life.Err() != nil || w.waiting == 0 && time.Since(w.left) > linger {
			w.running = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
	}
}

// listen waits until something is announced that is not known, and reports whether it
// was, or for so long.
func (l *Log) listen(atMost time.Duration) bool {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	for {
		select {
		case seq := <-l.watch.news:
			if known, _ := l.knownEnd(); seq > known.seq {
				return true
			}
		case <-timer.C:
			return false
		case <-l.life.Done():
			return false
		}
	}
}

// lookOnce looks at the stream and learns of its end. It reports whether the servers do
// not answer; an error is one that makes waiting on useless.
func (l *Log) lookOnce() (away bool, wrong error) {
	err := l.fresh(l.life, false)
	if err == nil {
		var end ending
		if end, err = l.last(l.life); err == nil {
			err = l.trust(l.life, end)
		}
	}
	if l.life.Err() != nil || unanswered(err) {
		return true, nil
	}
	return false, err
}
