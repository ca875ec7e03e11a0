package storm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// weather is a storm that rages.
type weather struct {
	*testing.T
	Storm
	rnd    *rand.Rand
	log    eventlog.Log
	ledger *ledger
	tally  tally

	number int      // of the round
	did    []string // what happened in it
	calm   bool     // no fault has struck in it yet

	living []*process // by number
	lives  []*process // all, the dead too
	faults []Fault    // that have not had their turn
}

func begin(t *testing.T, s Storm) *weather {
	t.Helper()
	w := &weather{T: t, Storm: s, rnd: rand.New(rand.NewPCG(*seed, 0)), ledger: newLedger()}
	log, err := s.Open(context.Background(), s.Where)
	if err != nil {
		t.Fatalf("storm: opening the log: %v", err)
	}
	w.log = log
	t.Cleanup(func() {
		for _, p := range w.lives {
			p.kill()
		}
		log.Close()
	})
	w.living = make([]*process, engines)
	for i := range w.living {
		w.start(i)
	}
	for _, p := range w.living {
		w.resumed(p, p.began)
	}
	return w
}

// failf ends the test with what happened in the round and how to repeat it, and
// keeps the log.
func (w *weather) failf(format string, args ...any) {
	w.Helper()
	for _, p := range w.lives {
		p.kill() // what comes now is no part of it
	}
	if err := w.keep(); err != nil {
		w.Logf("keeping the log: %v", err)
	}
	w.Fatalf("storm %d, round %d (%s): %s\nmake such a storm, and keep its log, with: go test -run '^%s$' -storm.rounds %d -storm.seed %d -artifacts",
		*seed, w.number, strings.Join(w.did, "; "), fmt.Sprintf(format, args...), w.Name(), max(*rounds, w.number+1), *seed)
}

// keep writes the log down.
func (w *weather) keep() error {
	ctx, cancel := context.WithTimeout(context.Background(), w.Resume)
	defer cancel()
	f, err := os.Create(filepath.Join(w.ArtifactDir(), "storm.jsonl"))
	if err != nil {
		return err
	}
	_, err = eventlog.WriteLines(f, w.log.Read(ctx, 0))
	return errors.Join(err, f.Close())
}

func (w *weather) note(format string, args ...any) {
	w.did = append(w.did, fmt.Sprintf(format, args...))
}

func (w *weather) start(i int) {
	w.Helper()
	o := orders{Where: w.Where, Seed: *seed, Number: i}
	if was := w.living[i]; was != nil {
		o.Life = was.Life + 1
	}
	p, err := start(o)
	if err != nil {
		w.failf("starting engine %d: %v", i, err)
	}
	w.living[i] = p
	w.lives = append(w.lives, p)
}

// event is something that happens at a moment of a round.
type event struct {
	at time.Duration
	do func()
}

// round is two seconds of work in which things happen, and then the judgement.
func (w *weather) round() {
	w.Helper()
	w.did, w.calm = nil, true
	began := time.Now()
	var mended time.Time
	plan := append(w.kills(), w.fault(&mended)...)
	slices.SortStableFunc(plan, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	for _, e := range plan {
		w.until(began.Add(e.at))
		e.do()
	}
	w.until(began.Add(roundTime))
	for _, p := range w.living {
		since := p.began
		if mended.After(since) {
			since = mended
		}
		took := w.resumed(p, since)
		if since == mended {
			w.tally.mended(took)
		}
	}
	w.check()
}

// kills plans who is killed, and started again. The first engine lives on.
func (w *weather) kills() (plan []event) {
	for _, i := range w.rnd.Perm(engines - 1)[:1+w.rnd.IntN(engines-1)] {
		i++
		at, later := w.between(100, 1200), w.between(0, 500)
		plan = append(plan, event{at, func() {
			w.note("engine %d killed", i)
			killed := time.Now()
			w.living[i].kill()
			if w.calm {
				w.tally.carried(w.resumed(w.living[0], killed))
			}
		}}, event{at + later, func() { w.start(i) }})
	}
	return plan
}

// fault plans the round's fault.
func (w *weather) fault(mended *time.Time) (plan []event) {
	if len(w.Faults) == 0 {
		return nil
	}
	if len(w.faults) == 0 {
		w.faults = slices.Clone(w.Faults)
		w.rnd.Shuffle(len(w.faults), func(i, j int) { w.faults[i], w.faults[j] = w.faults[j], w.faults[i] })
	}
	f := w.faults[0]
	w.faults = w.faults[1:]
	var mend func() error
	at, later := w.between(100, 1000), w.between(50, 900)
	return []event{{at, func() {
		w.note("%s", f.Name)
		w.calm = false
		var err error
		if mend, err = f.Strike(w.rnd); err != nil {
			w.failf("%s: %v", f.Name, err)
		}
	}}, {at + later, func() {
		if mend != nil {
			if err := mend(); err != nil {
				w.failf("mending (%s): %v", f.Name, err)
			}
			w.note("mended")
		}
		*mended = time.Now()
	}}}
}

func (w *weather) between(least, most int) time.Duration {
	return time.Duration(least+w.rnd.IntN(most-least)) * time.Millisecond
}

// glance is how often the storm looks at its engines.
const glance = 5 * time.Millisecond

// until lets time pass while engines work.
func (w *weather) until(moment time.Time) {
	w.Helper()
	w.watch(func() bool { return !time.Now().Before(moment) })
}

// resumed waits until an engine answers after an instant, and returns how long
// that took.
func (w *weather) resumed(p *process, since time.Time) time.Duration {
	w.Helper()
	var at time.Time
	w.watch(func() (ok bool) {
		at, ok = p.answered(since)
		if !ok && time.Since(since) > w.Resume {
			list, _ := p.take()
			w.failf("engine %d has answered nothing for %v; the newest error of the store: %s", p.Number, w.Resume, last(list))
		}
		return ok
	})
	return at.Sub(since)
}

// watch waits for something while no engine ends by itself.
func (w *weather) watch(until func() bool) {
	w.Helper()
	look := time.NewTicker(glance)
	defer look.Stop()
	for {
		for _, p := range w.living {
			if err := p.failure(); err != nil {
				w.failf("engine %d: %v", p.Number, err)
			}
		}
		if until() {
			return
		}
		<-look.C
	}
}

// told returns what callers were told since the last time. The storm is over if some
// of it cannot be read, for then it is not checked.
func (w *weather) told() (told []report) {
	w.Helper()
	for _, p := range w.lives {
		list, err := p.take()
		if err != nil {
			w.failf("engine %d: %v", p.Number, err)
		}
		told = append(told, list...)
	}
	return told
}

// check reads the log and holds it to what callers were told before.
func (w *weather) check() {
	w.Helper()
	told := w.told()
	if n := w.tally.count(told); n == 0 {
		w.failf("no command was acknowledged in this round; the newest error of the store: %s", last(told))
	}
	w.read(w.number%few == few-1)
	for _, r := range told {
		if err := w.ledger.holds(r); err != nil {
			w.failf("%v", err)
		}
	}
}

// few is after how many rounds the log is read from its beginning, and not only
// what is new.
const few = 4

// read reads the log, again if the store cannot be read for a while.
func (w *weather) read(whole bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), w.Resume)
	defer cancel()
	for {
		err := w.ledger.read(ctx, w.log, whole)
		if err == nil {
			return
		}
		if _, may := errors.AsType[unreadError](err); !may || hopeless(err) || ctx.Err() != nil {
			w.failf("%v", err)
		}
		rest(ctx, 50*time.Millisecond)
	}
}
