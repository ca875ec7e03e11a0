package storm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// lifeVariable is the variable that makes a test binary an engine of a storm. It
// holds its orders.
const lifeVariable = "RELEVO_STORM"

// orders are what a process is told.
type orders struct {
	Where  string
	Seed   uint64
	Number int // which engine it is
	Life   int // how many lives it had before
}

// Main does nothing in a process that tests. In one that a storm started it is an
// engine until the storm ends, and does not return. Call it first in TestMain.
func Main(open func(ctx context.Context, where string) (eventlog.Log, error)) {
	text, told := os.LookupEnv(lifeVariable)
	if !told {
		return
	}
	var o orders
	err := json.Unmarshal([]byte(text), &o)
	if err == nil {
		err = live(o, open)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// life is a process at work: an engine on its own way to the log, and its
// callers. It reports what they are told, and only that.
type life struct {
	orders
	*engine.Engine
	log *counted
	out *printer

	mu   sync.Mutex
	refs []uuid.UUID // the newest requests, anybody's
}

// live works until standard input ends.
func live(o orders, open func(ctx context.Context, where string) (eventlog.Log, error)) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	l := &life{orders: o, out: newPrinter(os.Stdout)}
	if err := l.patiently(ctx, func() (err error) {
		l.log = new(counted)
		l.log.Log, err = open(ctx, o.Where)
		return err
	}); err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	defer l.log.Close()
	policy := referral.DefaultPolicy()
	policy.Window, policy.GiveUp, policy.MaxOpenOffers = window, giveUp, openOffers
	if err := l.patiently(ctx, func() (err error) {
		l.Engine, err = engine.Open(ctx, l.log, &engine.Options{Policy: &policy})
		return err
	}); err != nil {
		return fmt.Errorf("opening the engine: %w", err)
	}
	defer l.Close()
	if err := l.tell(report{Verb: opened}); err != nil {
		return err
	}
	running, stopRunning := context.WithCancel(context.Background())
	defer stopRunning()
	broken := make(chan error, 1+callers)
	var all sync.WaitGroup
	all.Go(func() {
		if err := l.Run(running); running.Err() == nil {
			broken <- fmt.Errorf("Run: %w", err)
		}
	})
	all.Go(func() { l.follow(running) })
	var calling sync.WaitGroup
	for i := o.Number; i < callers; i += engines {
		calling.Go(func() {
			c := &caller{life: l, number: i, rnd: rand.New(rand.NewPCG(o.Seed, uint64(o.Life)<<16|uint64(i)))}
			if err := c.call(ctx); err != nil && ctx.Err() == nil {
				broken <- fmt.Errorf("caller %d: %w", i, err)
			}
		})
	}
	select {
	case err := <-broken:
		return err
	case <-ctx.Done():
	}
	calling.Wait()
	stopRunning()
	all.Wait()
	select {
	case err := <-broken:
		return err
	default:
	}
	r := report{Verb: ended}
	r.Position, r.Digest = l.Digest()
	return l.tell(r)
}

// patiently repeats what may fail while the store is away.
func (l *life) patiently(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil || ctx.Err() != nil || hopeless(err) {
			return err
		}
		if err := l.out.print(report{Verb: failed, Error: err.Error()}); err != nil {
			return err
		}
		rest(ctx, 100*time.Millisecond)
	}
}

// hopeless reports whether an error will be the same the next time.
func hopeless(err error) bool {
	for _, end := range []error{engine.ErrClosed, eventlog.ErrClosed, eventlog.ErrCorrupt, eventlog.ErrLost, eventlog.ErrDiverged, eventlog.ErrPoisoned} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// tell prints a report with what is known of the log.
func (l *life) tell(r report) error {
	if r.Verb != ended {
		head := l.Head()
		r.Position, r.Sum = head.Position, head.Sum
	}
	r.Appends, r.Conflicts, r.Uncertain = l.log.appends.Swap(0), l.log.conflicts.Swap(0), l.log.uncertain.Swap(0)
	return l.out.print(r)
}

// newest is how many requests callers choose from.
const newest = 48

// follow keeps the newest requests in the log at hand.
func (l *life) follow(ctx context.Context) {
	after := l.Position()
	for ctx.Err() == nil {
		for c, err := range l.Changes(ctx, after) {
			if err != nil {
				break
			}
			after = c.Record.Position
			if _, ok := c.Event.(referral.Requested); !ok {
				continue
			}
			l.mu.Lock()
			l.refs = append(l.refs, c.Stream.Referral)
			l.refs = l.refs[max(0, len(l.refs)-newest):]
			l.mu.Unlock()
		}
		rest(ctx, 100*time.Millisecond)
	}
}

func (l *life) recent(rnd *rand.Rand) uuid.UUID {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.refs) == 0 {
		return uuid.Nil
	}
	return l.refs[rnd.IntN(len(l.refs))]
}

// rest pauses, or until ctx is over.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
