package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral/engine"
)

// store is a log in memory that counts its calls and does as a test tells.
type store struct {
	*eventlog.Memory

	mu                    sync.Mutex
	appends, reads, waits int
	hangs                 bool          // every call, until back is closed
	back                  chan struct{} // nil is never
	silent                bool          // an append is written, and then hangs
	fails                 error         // every call
	pause                 time.Duration // before each record that is read
	before                func()        // is called once, before the next append
	answer                func() error  // of an append, instead of what it is
}

func newStore() *store { return &store{Memory: new(eventlog.Memory)} }

// set changes what the store does.
func (s *store) set(change func(*store)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// counts returns the calls since the last time.
func (s *store) counts() (appends, reads, waits int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	appends, reads, waits = s.appends, s.reads, s.waits
	s.appends, s.reads, s.waits = 0, 0, 0
	return appends, reads, waits
}

// call counts a call, and hangs or fails if it is to.
func (s *store) call(ctx context.Context, count *int) (memory *eventlog.Memory, err error) {
	s.mu.Lock()
	*count++
	hangs, back, fails := s.hangs, s.back, s.fails
	memory = s.Memory
	s.mu.Unlock()
	if hangs {
		select {
		case <-back:
		case <-ctx.Done():
			return nil, fmt.Errorf("the store hangs: %w", ctx.Err())
		}
	}
	return memory, fails
}

func (s *store) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	s.mu.Lock()
	before := s.before
	s.before = nil
	s.mu.Unlock()
	if before != nil {
		before()
	}
	memory, err := s.call(ctx, &s.appends)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	silent, answer := s.silent, s.answer
	s.mu.Unlock()
	if answer != nil {
		if err := answer(); err != nil {
			return nil, err
		}
	}
	records, err := memory.Append(ctx, after, entries...)
	if silent && err == nil {
		<-ctx.Done()
		return nil, fmt.Errorf("%w: %w", eventlog.ErrUncertain, ctx.Err())
	}
	return records, err
}

func (s *store) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	memory, err := s.call(ctx, &s.reads)
	return func(yield func(eventlog.Record, error) bool) {
		if err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		for r, err := range memory.Read(ctx, after) {
			s.mu.Lock()
			pause := s.pause
			s.mu.Unlock()
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				yield(eventlog.Record{}, ctx.Err())
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func (s *store) Wait(ctx context.Context, after eventlog.Position) error {
	memory, err := s.call(ctx, &s.waits)
	if err != nil {
		return err
	}
	return memory.Wait(ctx, after)
}

// away checks that an error says that the log did not answer in time, and whether
// the outcome is open.
func wantAway(t *testing.T, err error, uncertain bool) {
	t.Helper()
	if !errors.Is(err, engine.ErrAway) || errors.Is(err, eventlog.ErrUncertain) != uncertain || !contains(fmt.Sprint(err), "within 5s") {
		t.Errorf("the answer of a log that hangs is %v, want ErrAway within 5s, and uncertain: %v", err, uncertain)
	}
}

// TestPatience: while the log hangs a command fails after Options.Patience, and one
// that came behind it after less than twice that; nothing is half done, readers
// are answered meanwhile, and when the log is back all goes on by itself.
func TestPatience(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1, 2)
		r := d.ask(tampa)
		position, digest := d.Digest()
		log.set(func(s *store) { s.hangs = true })
		began := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := d.Accept(t.Context(), r.ID, 1)
			wantAway(t, err, false)
			if took := time.Since(began); took != 5*time.Second {
				t.Errorf("it failed after %v, want 5s", took)
			}
		})
		time.Sleep(time.Second)
		all.Go(func() {
			_, err := d.Decline(t.Context(), r.ID, 1, "")
			wantAway(t, err, false)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("the command behind it failed %v after the log went away, want 10s at most", took)
			}
		})
		synctest.Wait()
		d.offered(r, 1)
		all.Wait()
		if _, err := d.Line(t.Context(), r.ID, 9); !errors.Is(err, engine.ErrAway) {
			t.Errorf("a question = %v, want ErrAway", err)
		}
		if err := d.Tick(t.Context(), time.Now()); !errors.Is(err, engine.ErrAway) {
			t.Errorf("Tick = %v, want ErrAway", err)
		}
		if p, g := d.Digest(); p != position || g != digest {
			t.Errorf("the state changed without the log, from %d to %d", position, p)
		}
		log.set(func(s *store) { s.hangs = false })
		d.accept(r, 1)
		d.same()
	})
}

// TestPatienceOfAnAnswer: an append that was written and never answered is
// uncertain, and what is repeated when the log is back is recorded once.
func TestPatienceOfAnAnswer(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		r := d.ask(tampa)
		at := d.Position()
		log.set(func(s *store) { s.silent = true })
		began := time.Now()
		_, err := d.Accept(t.Context(), r.ID, 1)
		wantAway(t, err, true)
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it failed after %v, want 5s", took)
		}
		if !contains(err.Error(), "repeating it is safe") {
			t.Errorf("the error is %q, want that it says that repeating is safe", err)
		}
		log.set(func(s *store) { s.silent = false })
		d.accept(r, 1)
		d.says(at, "15:00:00 referral/1 accepted by 1")
		d.same()
	})
}

// TestALongWayIsLegal: catching up may take long as long as records come, and what
// came before the log fell silent is kept.
func TestALongWayIsLegal(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		other := realTime(t, log, 2)
		d.join(person{}, 1, 2)
		head := d.Position()
		log.set(func(s *store) { s.pause = 4 * time.Second })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began := time.Now()
		if err := other.Tick(ctx, time.Now()); err != nil || other.Position() != head {
			t.Errorf("after %v the engine stands at %d, %v, want %d", time.Since(began), other.Position(), err, head)
		}
		if took, want := time.Since(began), time.Duration(head-1)*4*time.Second; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}

		d.join(person{}, 3)
		go func() {
			time.Sleep(10 * time.Second) // two records
			log.set(func(s *store) { s.pause = time.Hour })
		}()
		err := other.Tick(ctx, time.Now())
		wantAway(t, err, false)
		if p := other.Position(); p != head+3 {
			t.Errorf("the engine stands at %d, want %d", p, head+3)
		}
		log.set(func(s *store) { s.pause = 0 })
		if err := other.Tick(ctx, time.Now()); err != nil {
			t.Error(err)
		}
		other.same()
	})
}

// TestRunAway: Run lives through a log that hangs or fails for a minute, tells the
// operator so a few times, and does what is due within a second of its return, or of
// giving up what is never answered.
func TestRunAway(t *testing.T) {
	tests := []struct {
		name   string
		broken func(*store)
		within time.Duration
	}{
		{"fails", func(s *store) { s.fails = eventlogtest.ErrRefused }, time.Second},
		{"hangs until it is back", func(s *store) { s.hangs, s.back = true, make(chan struct{}) }, time.Second},
		{"never answers what it was asked while it was away", func(s *store) { s.hangs = true }, 6 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := newStore()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(opening))
				said := new(warnings)
				e, err := engine.Open(t.Context(), log, &engine.Options{NewID: newIDs(1), Logger: said.logger()})
				if err != nil {
					t.Fatal(err)
				}
				d := &desk{e, t, log, newClock(), newIDs(1)}
				d.join(person{}, 1, 2)
				stop := run(t, d)
				r := d.ask(tampa)
				time.Sleep(15*time.Minute - time.Second)
				log.counts()
				log.set(test.broken)
				time.Sleep(time.Minute)
				if appends, reads, waits := log.counts(); appends+reads+waits > 140 {
					t.Errorf("in a minute Run made %d appends, %d reads and %d waits, want one of each a second at most", appends, reads, waits)
				}
				d.offered(r, 1)
				log.set(func(s *store) {
					if s.back != nil {
						close(s.back)
					}
					s.hangs, s.back, s.fails = false, nil, nil
				})
				time.Sleep(test.within)
				synctest.Wait()
				d.offered(r, 2)
				text := said.take()
				if n := strings.Count(text, "will be tried again"); n < 2 || n > 14 {
					t.Errorf("Run said %d times that it tries again, want a few times a minute:\n%s", n, text)
				}
				if !contains(text, "goes on") {
					t.Errorf("Run does not say that it goes on:\n%s", text)
				}
				if err := stop(); !errors.Is(err, context.Canceled) {
					t.Errorf("Run = %v", err)
				}
				d.same()
			})
		})
	}
}

// TestNothingBehindAConflict: a log that answers conflicts and has nothing new, as
// while another append is under way, is asked again after a pause, and given up
// after Options.Patience.
func TestNothingBehindAConflict(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		busyUntil := time.Now().Add(50 * time.Millisecond)
		busy := func() error {
			if time.Now().Before(busyUntil) {
				return eventlog.ErrConflict
			}
			return nil
		}
		log.set(func(s *store) { s.answer = busy })
		r := d.ask(tampa)
		d.offered(r, 1)
		if appends, _, _ := log.counts(); appends > 20 {
			t.Errorf("%d appends while another was under way for 50ms", appends)
		}
		began := time.Now()
		busyUntil = began.Add(time.Hour)
		_, err := d.Accept(t.Context(), r.ID, 1)
		wantAway(t, err, false)
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("it took %v to give up, want about 5s", took)
		}
		if appends, reads, _ := log.counts(); appends > 100 || reads > 100 {
			t.Errorf("%d appends and %d reads within 5s", appends, reads)
		}
		busyUntil = time.Now()
		d.accept(r, 1)
		d.same()
	})
}

// TestFatalUncertain: an append whose outcome is open and whose log then says that
// it is no good leaves its own callers uncertain; everybody later learns why the
// engine stopped, and that is not uncertain.
func TestFatalUncertain(t *testing.T) {
	log := newStore()
	d := open(t, log, nil)
	d.join(person{}, 1)
	answers := []error{eventlog.ErrUncertain, eventlog.ErrPoisoned}
	log.set(func(s *store) {
		s.answer = func() error {
			err := answers[0]
			answers = answers[1:]
			return err
		}
	})
	_, err := d.Request(t.Context(), newCase(tampa))
	if !errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, eventlog.ErrPoisoned) {
		t.Errorf("the answer is %v, want ErrUncertain and ErrPoisoned", err)
	}
	_, err = d.Agent(t.Context(), 1, agent.SetOverride{Override: agent.OverrideOff})
	if errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, eventlog.ErrPoisoned) || !contains(err.Error(), "open log and engine anew") {
		t.Errorf("the next answer is %v, want ErrPoisoned and not ErrUncertain", err)
	}
}
