package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestOneFinalEvent: a thousand goroutines that accept, decline and let expire
// one offer end it once, and every answer agrees with how it ended.
func TestOneFinalEvent(t *testing.T) {
	for _, engines := range []int{1, 3} {
		t.Run(fmt.Sprint(engines, " engines"), func(t *testing.T) {
			var log eventlog.Memory
			d := open(t, &log, nil)
			desks := []*desk{d}
			for i := 1; i < engines; i++ {
				desks = append(desks, openAt(t, &log, nil, d.clock, newIDs(uint64(1+i))))
			}
			d.join(person{}, 1)
			r := d.ask(tampa)
			at := d.Position()
			d.clock.pass(15*time.Minute - time.Nanosecond)
			var all sync.WaitGroup
			answers := make([]error, 1000)
			begin := make(chan struct{})
			for i := range answers {
				all.Go(func() {
					<-begin
					e := desks[i/3%len(desks)]
					switch i % 3 {
					case 0:
						_, answers[i] = e.Accept(t.Context(), r.ID, 1)
					case 1:
						_, answers[i] = e.Decline(t.Context(), r.ID, 1, "")
					case 2:
						d.clock.set(opening.Add(15 * time.Minute))
						answers[i] = e.Tick(t.Context(), opening.Add(15*time.Minute))
					}
				})
			}
			close(begin)
			all.Wait()
			final := ""
			for _, rec := range records(t, &log, at) {
				switch rec.Kind {
				case referral.Accepted{}.Kind(), referral.Declined{}.Kind(), referral.Expired{}.Kind():
					if final != "" {
						t.Errorf("the offer ended twice: %s and %s", final, rec.Kind)
					}
					final = rec.Kind
				}
			}
			want := [2]error{}
			switch final {
			case referral.Accepted{}.Kind():
				want[1] = referral.ErrAnswered
			case referral.Declined{}.Kind():
				want[0] = referral.ErrAnswered
			case referral.Expired{}.Kind():
				want = [2]error{referral.ErrTooLate, referral.ErrTooLate}
			default:
				t.Fatalf("the offer never ended: %q", d.lines(at))
			}
			for i, err := range answers {
				if i%3 == 2 && err != nil {
					t.Errorf("Tick = %v", err)
				}
				if i%3 < 2 && !errors.Is(err, want[i%3]) {
					t.Errorf("it was %s, and an answer is %v, want %v", final, err, want[i%3])
				}
			}
			for _, e := range desks {
				if err := e.Tick(t.Context(), d.clock.Now()); err != nil {
					t.Fatal(err)
				}
				e.same()
			}
		})
	}
}

// TestRacingEngines: two engines accept and expire the offers of one log at
// once; each offer ends once.
func TestRacingEngines(t *testing.T) {
	var log eventlog.Memory
	d := open(t, &log, nil)
	other := openAt(t, &log, nil, d.clock, newIDs(2))
	d.join(person{}, 1, 2, 3)
	for range 40 {
		r := d.ask(tampa)
		d.clock.pass(15 * time.Minute)
		at := d.Position()
		var both sync.WaitGroup
		for _, e := range []*desk{d, other} {
			both.Go(func() {
				if err := e.Tick(t.Context(), e.clock.Now()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if lines := d.lines(at); len(lines) != 2 {
			t.Fatalf("both expired one offer: %q", lines)
		}
		holder := d.now(r).Offer.To
		var errs [2]error
		for i, e := range []*desk{d, other} {
			both.Go(func() { _, errs[i] = e.Accept(t.Context(), r.ID, holder) })
		}
		both.Wait()
		if errs[0] != nil || errs[1] != nil {
			t.Fatalf("Accept on two engines = %v, %v, want both answered as the first (R23)", errs[0], errs[1])
		}
	}
	d.same()
}

// TestStaleEngine: what an engine refuses is judged by the newest state, not by
// what it knew: it catches up first.
func TestStaleEngine(t *testing.T) {
	var log eventlog.Memory
	d := open(t, &log, nil)
	stale := openAt(t, &log, nil, d.clock, newIDs(2))
	d.join(person{}, 1)
	r := d.ask(tampa)
	if _, err := stale.Accept(t.Context(), r.ID, 1); err != nil {
		t.Errorf("Accept of a referral the engine did not know = %v", err)
	}
	_, err := d.Decline(t.Context(), r.ID, 1, "")
	refused(t, err, "R23", referral.ErrAnswered)
	next := stale.ask(tampa)
	if _, err := d.Agent(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	d.offered(next, 1) // a question, too, catches up
}

// gate is a log whose appends wait to be let through, and that counts them.
type gate struct {
	eventlog.Memory
	mu      sync.Mutex
	sizes   []int
	closed  bool
	arrived chan struct{}
	through chan struct{}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.sizes = true, nil
	g.arrived, g.through = make(chan struct{}), make(chan struct{})
}

func (g *gate) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	g.mu.Lock()
	closed, arrived, through := g.closed, g.arrived, g.through
	g.sizes = append(g.sizes, len(entries))
	g.mu.Unlock()
	if closed {
		arrived <- struct{}{}
		<-through
	}
	return g.Memory.Append(ctx, after, entries...)
}

// TestReadersSeeTheDurable: while an append is on its way readers see the state
// before it; the commands that arrive meanwhile share the next append, and one
// whose context ends before that leaves no trace.
func TestReadersSeeTheDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(gate)
		d := open(t, log, nil)
		d.join(person{}, 1)
		r := d.ask(tampa)
		position, digest := d.Digest()
		log.shut()

		var all sync.WaitGroup
		all.Go(func() { d.accept(r, 1) })
		<-log.arrived
		const callers = 20
		for i := range callers {
			all.Go(func() { d.tell(agent.NPN(100+i), agent.Register{Name: "Luz Mar"}) })
		}
		ctx, cancel := context.WithCancel(t.Context())
		canceled := make(chan error, 1)
		go func() {
			_, err := d.Agent(ctx, 999, agent.Register{Name: "No Trace"})
			canceled <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-canceled; !errors.Is(err, context.Canceled) {
			t.Errorf("a canceled caller = %v, want context.Canceled", err)
		}
		d.stands(r, referral.StatusOffered)
		if p, g := d.Digest(); p != position || g != digest {
			t.Errorf("the state changed to %d before the append was durable", p)
		}
		if n := d.Counts().Accepted; n != 0 {
			t.Errorf("%d accepted before it was durable", n)
		}

		log.through <- struct{}{}
		<-log.arrived
		d.stands(r, referral.StatusAccepted)
		log.through <- struct{}{}
		all.Wait()
		if diff := cmp.Diff([]int{1, callers}, log.sizes); diff != "" {
			t.Errorf("entries of each append (-want +got):\n%s", diff)
		}
		if c := d.Counts().Agents; c != 1+callers {
			t.Errorf("%d agents, want %d: the canceled command left a trace", c, 1+callers)
		}
	})
}

// TestCanceledBefore: a context that is over before a call leaves no trace.
func TestCanceledBefore(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	d.clock.pass(time.Hour) // something is due
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	at := d.Position()
	for range 20 { // enough to find a choice by chance
		_, err1 := d.Request(ctx, newCase(tampa))
		_, err2 := d.Accept(ctx, r.ID, 1)
		_, err3 := d.Agent(ctx, 1, agent.SetOverride{Override: agent.OverrideOff})
		err4 := d.Tick(ctx, d.clock.Now())
		for _, err := range []error{err1, err2, err3, err4} {
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("an answer under a canceled context is %v", err)
			}
		}
	}
	d.says(at)
}

// TestCloseMeanwhile: closing ends calls that wait and the one on its way with
// ErrClosed, and itself ends when the append under way has; nothing hangs.
func TestCloseMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(gate)
		d := open(t, log, nil)
		log.shut()
		errs := make(chan error, 11)
		var all sync.WaitGroup
		call := func(n agent.NPN) {
			_, err := d.Agent(t.Context(), n, agent.Register{Name: "Luz Mar"})
			errs <- err
		}
		all.Go(func() { call(1) })
		<-log.arrived
		for n := range agent.NPN(10) {
			all.Go(func() { call(n + 2) })
		}
		synctest.Wait()
		closed := make(chan struct{})
		go func() {
			d.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close returned while an append was under way")
		default:
		}
		log.through <- struct{}{}
		all.Wait()
		<-closed
		close(errs)
		for err := range errs {
			if !errors.Is(err, engine.ErrClosed) {
				t.Errorf("a call = %v, want ErrClosed", err)
			}
		}
		if n := len(records(t, log, 0)); n != 1 {
			t.Errorf("the log has %d records, want the policy alone", n)
		}
	})
}
