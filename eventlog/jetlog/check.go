package jetlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// How old a look at the stream may be. At a new connection, both are made at once.
const (
	compareEvery = time.Second     // its end with what was known
	checkEvery   = 5 * time.Second // its settings, and that nothing was deleted
)

// checked is what was seen at the last looks, and when.
type checked struct {
	at            time.Time
	times         uint64 // connections made until then
	compared      time.Time
	comparedTimes uint64
	announces     bool            // the stream announces what it stores
	synced        map[string]bool // the servers that sync always
}

// fresh looks again at the stream if the last look is too old. Who looks at its end in
// any case leaves that out.
func (l *Log) fresh(ctx context.Context, end bool) error {
	if check, compare := l.due(); !check && !(compare && end) {
		return nil
	}
	select {
	case l.checking <- struct{}{}:
		defer func() { <-l.checking }()
	case <-ctx.Done():
		return fmt.Errorf("jetlog: %w", ctx.Err())
	case <-l.life.Done():
		return eventlog.ErrClosed
	}
	check, compare := l.due() // another call may have looked meanwhile
	if check {
		if err := l.check(ctx); err != nil {
			return err
		}
	}
	if compare && end {
		if _, err := l.last(ctx); err != nil {
			return err
		}
	}
	return nil
}

// due tells which looks are too old.
func (l *Log) due() (check, compare bool) {
	times := l.line.times()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.state
	return s.times != times || time.Since(s.at) > checkEvery,
		s.comparedTimes != times || time.Since(s.compared) > compareEvery
}

// info asks the stream's leader for its settings and state.
func (l *Log) info(ctx context.Context, opts ...jetstream.StreamInfoOpt) (*jetstream.StreamInfo, error) {
	var info *jetstream.StreamInfo
	err := l.ask(ctx, "looking up the stream "+l.opts.Stream, func(ctx context.Context) (err error) {
		info, err = l.stream.Info(ctx, opts...)
		if err == nil && !byLeader(info) {
			return fmt.Errorf("the stream has no leader: %w", jetstream.ErrNoStreamResponse)
		}
		return err
	})
	return info, err
}

// byLeader reports whether it was the stream's leader that answered: while there is
// none, every replica does.
func byLeader(info *jetstream.StreamInfo) bool {
	c := info.Cluster
	return c == nil || c.Leader != "" && !slices.ContainsFunc(c.Replicas, func(p *jetstream.PeerInfo) bool { return p.Name == c.Leader })
}

// check looks at the stream's settings, at the servers, and whether messages are gone.
func (l *Log) check(ctx context.Context) error {
	times := l.line.times()
	info, err := l.info(ctx)
	if err != nil {
		return err
	}
	if err := l.opts.judge(info.Config); err != nil {
		return err
	}
	if err := l.complete(ctx, info); err != nil {
		return err
	}
	synced, err := l.durable(ctx, info, times)
	if err != nil {
		return err
	}
	republish := info.Config.RePublish
	l.mu.Lock()
	defer l.mu.Unlock()
	l.maxSize = int(info.Config.MaxMsgSize)
	l.state.at, l.state.times, l.state.synced = time.Now(), times, synced
	l.state.announces = republish != nil && republish.Destination == l.opts.stored()
	return nil
}

// complete returns a CorruptError if messages of the stream are gone.
func (l *Log) complete(ctx context.Context, info *jetstream.StreamInfo) error {
	s := info.State
	if s.LastSeq == 0 || s.FirstSeq <= 1 && s.NumDeleted == 0 && s.Msgs == s.LastSeq {
		return nil
	}
	if s.FirstSeq > 1 {
		return &eventlog.CorruptError{Position: 1, Err: fmt.Errorf("the messages 1 to %d of the stream %s were deleted", s.FirstSeq-1, l.opts.Stream)}
	}
	gone := s.LastSeq
	if info, err := l.info(ctx, jetstream.WithDeletedDetails(true)); err != nil {
		return err
	} else if len(info.State.Deleted) > 0 {
		gone = slices.Min(info.State.Deleted)
	}
	return l.lacks(ctx, gone, fmt.Errorf("message %d of the stream %s was deleted, one of %d", gone, l.opts.Stream, s.LastSeq-s.Msgs))
}

// last returns the stream's last message, and compares it with what was known. With an
// error that is ErrCorrupt it returns the message too, whose end is not known, or only
// its sequence if it cannot be read.
func (l *Log) last(ctx context.Context) (ending, error) {
	times := l.line.times()
	known, learned := l.knownEnd()
	m, err := l.final(ctx)
	if errors.Is(err, errNoMessage) || err == nil && m.seq < known.seq {
		m, err = l.shorter(ctx, known, learned)
	}
	if err != nil {
		return ending{message: m}, l.fail(err)
	}
	var end ending
	if m.seq > 0 {
		end, err = l.endOf(m)
		if err == nil {
			err = l.goesOn(ctx, known, end)
		}
		if errors.Is(err, eventlog.ErrCorrupt) {
			return ending{message: m}, err
		} else if err != nil {
			return ending{}, l.fail(err)
		}
	}
	l.mu.Lock()
	l.state.compared, l.state.comparedTimes = time.Now(), times
	l.mu.Unlock()
	return end, nil
}

// goesOn returns nil if a stream that ends with end has what was known.
func (l *Log) goesOn(ctx context.Context, known place, end ending) error {
	switch {
	case known.seq == 0:
		return nil
	case known.seq == end.seq:
		return known.head.Confirm(end.head)
	case known.seq+1 == end.seq:
		_, next, err := l.after(known, place{}, nil, end.message)
		if err == nil {
			l.learn(next)
			return nil
		}
		if different := l.holds(ctx, known); different != nil {
			return different
		}
		return err
	}
	return l.holds(ctx, known)
}

// holds returns nil if the stream has the message that ends at a place.
func (l *Log) holds(ctx context.Context, p place) error {
	m, err := l.have(ctx, p.seq)
	if err != nil {
		return err
	}
	there, err := l.endOf(m)
	if err != nil {
		return err
	}
	return p.head.Confirm(there.head)
}

// trust verifies a stream's last message against the one before it, and takes that one
// on its word.
func (l *Log) trust(ctx context.Context, end ending) error {
	known, _ := l.knownEnd()
	if end.seq <= known.seq {
		return nil
	}
	var before ending
	if end.seq > 1 {
		m, err := l.have(ctx, end.seq-1)
		if err != nil {
			return err
		}
		if before, err = l.endOf(m); err != nil {
			return err
		}
	}
	_, p, err := l.after(before.place(), place{}, nil, end.message)
	if err == nil {
		l.learn(p)
	}
	return err
}

// shorter returns the last message of a stream that seems to end before what was known,
// or to be empty, and why it is not there if it is not: the stream has lost it, or the
// leader cannot read it. An answer that was only old comes to nothing.
func (l *Log) shorter(ctx context.Context, known place, learned time.Time) (message, error) {
	last, err := l.reaches(ctx, known.seq, learned)
	switch {
	case err != nil:
		return message{}, err
	case last == 0 && known.seq == 0:
		return message{}, nil
	case last >= known.seq:
		m, err := l.have(ctx, last)
		if errors.Is(err, eventlog.ErrCorrupt) {
			m.seq = last
		}
		return m, err
	}
	var end ending
	if last > 0 {
		m, err := l.have(ctx, last)
		if err != nil {
			return message{}, err
		}
		if end, err = l.endOf(m); err != nil {
			return message{}, err
		}
	}
	return message{}, known.head.Confirm(end.head)
}

// reaches returns the sequence of the stream's last message, and takes one before seq on
// the word of such a leader only whom enough others followed after a moment: one that
// leads no more but does not know it yet may have less than there is.
func (l *Log) reaches(ctx context.Context, seq uint64, since time.Time) (uint64, error) {
	within, done := l.limit(ctx)
	defer done()
	for {
		asked := time.Now()
		info, err := l.info(within)
		if err != nil {
			return 0, err
		}
		last := info.State.LastSeq
		if last >= seq || followed(info, asked.Sub(since)) {
			return last, nil
		}
		if !pause(within, 5*lookAgain) {
			return 0, l.over(ctx, fmt.Sprintf("the stream seems to end at message %d, before message %d that was there", last, seq),
				errors.New("its leader is not heard by the others"))
		}
	}
}

// leads is for how long a leader whom most others were heard to follow leads for sure:
// they wait for twice as long and more before they make another one. One that hands over
// knows it.
const leads = 2 * time.Second

// ends returns the sequence of the stream's last message if that is seq, on the word of
// who leads for sure, and otherwise a later one. The caller knows of records behind it,
// which this log may not have seen.
func (l *Log) ends(ctx context.Context, seq uint64) (uint64, error) {
	return l.reaches(ctx, seq+1, time.Now().Add(-leads))
}

// goesFurther reports whether the stream goes on behind its last message as that was
// answered, by who leads for sure. If it does, there is that message, and the question can
// be put again: an answer was old. It is an error if that lasts longer than within.
func (l *Log) goesFurther(ctx, within context.Context, seq uint64) (bool, error) {
	last, err := l.ends(ctx, seq)
	if err != nil || last <= seq {
		return false, err
	}
	if _, err := l.have(ctx, last); err != nil {
		return false, err
	}
	if !pause(within, 5*lookAgain) {
		return false, l.over(ctx, fmt.Sprintf("the stream ends at message %d", last), fmt.Errorf("its last message is said to be %d", seq))
	}
	return true, nil
}

// followed reports whether so many of a stream's servers were heard by its leader
// within the time that it was the leader then.
func followed(info *jetstream.StreamInfo, within time.Duration) bool {
	if info.Cluster == nil {
		return true
	}
	heard := 0
	for _, p := range info.Cluster.Replicas {
		if p.Active > 0 && p.Active < within {
			heard++
		}
	}
	return heard >= (len(info.Cluster.Replicas)+1)/2
}
