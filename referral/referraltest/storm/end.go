package storm

import (
	"context"
	"strings"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// end stops the engines and holds their states, and that of a fresh one, to the
// fold of the log.
func (w *weather) end() {
	w.Helper()
	w.did = []string{"the storm is over"}
	for _, p := range w.living {
		p.stdin.Close()
	}
	patience := time.After(w.Resume)
	for _, p := range w.living {
		select {
		case <-p.gone:
		case <-patience:
			w.failf("engine %d does not stop within %v", p.Number, w.Resume)
		}
	}
	told := w.told()
	states := map[eventlog.Position]string{}
	stopped := 0
	for _, r := range told {
		if r.Verb != ended {
			continue
		}
		stopped++
		if d := states[r.Position]; d != "" && d != r.Digest {
			w.failf("two engines stand at %d with the states %s and %s (invariant 5)", r.Position, d, r.Digest)
		}
		states[r.Position] = r.Digest
	}
	if stopped != engines {
		var said []string
		for _, p := range w.living {
			said = append(said, p.said.String())
		}
		w.failf("%d of %d engines stopped as they were told; they said: %s", stopped, engines, strings.Join(said, ""))
	}
	w.tally.count(told)
	w.read(true)
	for _, r := range told {
		if err := w.ledger.holds(r); err != nil {
			w.failf("%v", err)
		}
	}
	w.fold(states)
	w.fresh()
	w.tally.finish(w.lives, w.ledger)
}

// fold holds the states in which engines stopped to the fold of the log up to
// there (invariant 5).
func (w *weather) fold(states map[eventlog.Position]string) {
	w.Helper()
	b := book.New()
	for r, err := range w.log.Read(context.Background(), 0) {
		if err == nil {
			err = b.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data)
		}
		if err != nil {
			w.failf("folding the log: %v", err)
		}
		if d := states[r.Position]; d != "" && d != b.Digest() {
			w.failf("an engine stopped at %d in the state %s, and the fold of the log is %s (invariant 5)", r.Position, d, b.Digest())
		}
	}
}

// fresh opens an engine on the log, which does what is due and then stands as the
// twin and the audit do.
func (w *weather) fresh() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), w.Resume)
	defer cancel()
	e, err := engine.Open(ctx, w.log, nil)
	if err != nil {
		w.failf("opening a fresh engine: %v", err)
	}
	defer e.Close()
	now := time.Now()
	if err := e.Tick(ctx, now); err != nil {
		w.failf("a fresh engine: %v", err)
	}
	w.read(true)
	position, digest := e.Digest()
	if position != w.ledger.twin.Position() || digest != w.ledger.twin.Book().Digest() {
		w.failf("a fresh engine stands at %d as %s, the fold of the log at %d as %s (invariant 5)",
			position, digest, w.ledger.twin.Position(), w.ledger.twin.Book().Digest())
	}
	if at := w.ledger.twin.Time(); now.Before(at) {
		now = at
	}
	if err := w.ledger.twin.Restless(now); err != nil {
		w.failf("%v", err)
	}
	if v, err := audit.Verify(w.log.Read(ctx, 0)); err != nil || v.Digest != digest {
		w.failf("the audit says %s, %v, and the engine stands as %s", v.Digest, err, digest)
	}
}
