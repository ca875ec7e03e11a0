package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
)

// TestClusters simulates two to four engines on one log: each with a clock of
// its own, up to a minute off, and a link of its own to the log, on which
// appends are lost, arrive late or are cut off, and rivals write between an
// engine's decision and its append.
func TestClusters(t *testing.T) { runWalks(t, *walks, newCluster) }

func newCluster(t *testing.T, seed uint64) *walk {
	w := beginWalk(t, seed)
	w.rivals = true
	net := &network{walk: w, rnd: rand.New(rand.NewPCG(seed, 2))}
	for range 2 + w.rnd.IntN(3) {
		s := &station{skew: time.Duration(w.rnd.IntN(121)-60) * time.Second}
		s.log = &link{network: net, station: s}
		w.stations = append(w.stations, s)
	}
	w.start()
	return w
}

// TestSameSeedSameLog: a walk and a cluster are the same for the same seed, to
// the last byte of their log, so a failing one can be repeated.
func TestSameSeedSameLog(t *testing.T) {
	for name, begin := range map[string]func(*testing.T, uint64) *walk{
		"walk":    func(t *testing.T, seed uint64) *walk { return newWalk(t, seed, 2) },
		"cluster": newCluster,
	} {
		t.Run(name, func(t *testing.T) {
			var heads [2]eventlog.Head
			for i := range heads {
				w := begin(t, 7)
				for range 200 {
					w.step()
				}
				head, err := eventlog.Verify(w.memory.Read(t.Context(), 0))
				if err != nil {
					t.Fatal(err)
				}
				heads[i] = head
			}
			if heads[0] != heads[1] {
				t.Errorf("the same seed led to %+v and to %+v", heads[0], heads[1])
			}
		})
	}
}

// errCut is a link's error while it is cut: nothing was sent.
var errCut = errors.New("the link to the log is cut")

// network is what lies between the engines and their log.
type network struct {
	*walk
	rnd  *rand.Rand
	late []parcel
}

// parcel is an append on its way, whose sender was told that its outcome is
// uncertain.
type parcel struct {
	after   eventlog.Position
	entries []eventlog.Entry
}

// arrive lets some of what is on its way come to the log. What comes too late,
// behind the head, is refused there.
func (n *network) arrive() {
	for len(n.late) > 0 && n.rnd.IntN(2) == 0 {
		i := n.rnd.IntN(len(n.late))
		p := n.late[i]
		n.late = append(n.late[:i], n.late[i+1:]...)
		_, _ = n.memory.Append(context.Background(), p.after, p.entries...)
	}
}

// link is one engine's way to the log.
type link struct {
	*network
	station *station
	cut     int // calls for which it is still cut
}

func (l *link) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	l.arrive()
	if l.down() {
		return nil, errCut
	}
	if l.acting <= 1 && l.engines() && l.rnd.IntN(6) == 0 {
		l.rival()
	}
	switch l.rnd.IntN(30) {
	case 0:
		return nil, eventlogtest.ErrRefused
	case 1:
		return nil, fmt.Errorf("lost on the way: %w", eventlog.ErrUncertain)
	case 2:
		if _, err := l.memory.Append(ctx, after, entries...); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("the answer is lost: %w", eventlog.ErrUncertain)
	case 3:
		l.late = append(l.late, parcel{after, entries})
		return nil, fmt.Errorf("under way: %w", eventlog.ErrUncertain)
	case 4:
		l.cut = 1 + l.rnd.IntN(8)
	}
	return l.memory.Append(ctx, after, entries...)
}

// down reports whether the link is cut, and counts the calls.
func (l *link) down() bool {
	if l.cut > 0 {
		l.cut--
		return true
	}
	return false
}

// engines reports whether every station has its engine.
func (l *link) engines() bool {
	for _, s := range l.stations {
		if s.engine == nil {
			return false
		}
	}
	return true
}

// rival lets another engine write between this one's decision and its append.
func (l *link) rival() {
	all := l.stations
	defer func() { l.stations = all }()
	l.stations = nil
	for _, s := range all {
		if s != l.station {
			l.stations = append(l.stations, s)
		}
	}
	if len(l.refs) == 0 || l.rnd.IntN(2) == 0 {
		l.agent(walkFirst+agent.NPN(l.walk.rnd.IntN(walkAgents)), l.fact()...)
		return
	}
	l.try(l.command(l.walk.rnd.IntN(14), l.refs[len(l.refs)-1], walkFirst))
}

func (l *link) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	l.arrive()
	if l.down() {
		return func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, errCut) }
	}
	return l.memory.Read(ctx, after)
}

func (l *link) Wait(ctx context.Context, after eventlog.Position) error {
	return l.memory.Wait(ctx, after)
}

func (l *link) Close() error { return nil }
