package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// nothingOwn holds invariant 6: what a refused act recorded is the desk's.
func (w *walk) nothingOwn(a act, before eventlog.Position) {
	w.Helper()
	for r := range w.memory.Read(context.Background(), before) {
		switch r.Kind {
		case referral.Offered{}.Kind(), referral.Expired{}.Kind(), referral.Rescinded{}.Kind(), referral.Waiting{}.Kind(), referral.Exhausted{}.Kind():
		default:
			if !w.rivals {
				w.failf("%s was refused, and %s is at %d (invariant 6)", a.what, r.Kind, r.Position)
			}
		}
	}
}

// check reads what is new in the log into the twin, which judges every record.
func (w *walk) check() {
	w.Helper()
	for r, err := range w.memory.Read(context.Background(), w.twin.Position()) {
		if err != nil {
			w.failf("%v", err)
		}
		if err := w.twin.Judge(r); err != nil {
			w.failf("%v", err)
		}
	}
}

// failf ends the walk with the newest records and how to repeat it.
func (w *walk) failf(format string, args ...any) {
	w.Helper()
	for r := range w.memory.Read(context.Background(), max(w.twin.Position(), 40)-40) {
		w.Logf("%d %s %s %s %s [%d-%d]", r.Position, r.Time.Format(time.RFC3339), r.Stream, r.Kind, r.Data, r.First, r.Last)
	}
	path := filepath.Join(w.ArtifactDir(), fmt.Sprintf("%s-%d.jsonl", w.test, w.seed))
	if f, err := os.Create(path); err == nil {
		for r := range w.memory.Read(context.Background(), 0) {
			f.Write(append(r.AppendLine(nil), '\n'))
		}
		f.Close()
	}
	w.Fatalf("seed %d: %s\nrepeat it, and keep its log, with: go test ./referral/engine -run '%s$' -engine.walks 1 -engine.seed %d -artifacts",
		w.seed, fmt.Sprintf(format, args...), w.test, w.seed)
}

// rested holds invariant 7 at a station's time: it answered, so whatever was due
// by then is done.
func (w *walk) rested(s *station) {
	w.Helper()
	at := w.now.Add(s.skew)
	if at.Before(w.twin.Time()) {
		at = w.twin.Time()
	}
	if w.acting > 1 {
		return // within another's append, which goes on
	}
	if err := w.twin.Restless(at); err != nil {
		w.failf("%v", err)
	}
	if len(w.refs) > 0 {
		w.sameLine(s, pick(w, w.refs))
	}
	if w.rnd.IntN(30) == 0 {
		w.sameState(s)
	}
}

// sameState holds invariant 5 at a sampled prefix: if the engine stands at the
// head, its state is the fold of the log.
func (w *walk) sameState(s *station) {
	w.Helper()
	p, digest := s.engine.Digest()
	if fold := w.twin.Book().Digest(); p == w.twin.Position() && digest != fold {
		w.failf("at %d the state is %s, the fold of the log %s (invariant 5)", p, digest, fold)
	}
}

// sameLine holds the whole line that an engine finds to the twin's, who looks at
// everybody (R12, R13, R15).
func (w *walk) sameLine(s *station, id uuid.UUID) {
	w.Helper()
	w.acting += 2 // nobody comes between
	got, err := s.engine.Line(context.Background(), id, walkAgents)
	w.acting -= 2
	w.check()
	if passing(err) {
		return
	}
	at := w.now.Add(s.skew)
	if at.Before(w.twin.Time()) {
		at = w.twin.Time()
	}
	policy, _ := w.twin.Book().Policy()
	r, _ := w.twin.Book().Referral(id)
	var want []referral.Place
	if !r.Status.Ended() {
		want = referral.Line(r, w.twin.Book().Agents(), policy, at)
	}
	if errors.Is(err, engine.ErrArchived) != w.left(s, r) {
		w.failf("Line(%s) = %v, and it ended at %s", id, err, r.Changed)
	}
	if !slices.Equal(got, want) || err != nil && !errors.Is(err, referral.ErrNotFound) && !errors.Is(err, engine.ErrArchived) {
		w.failf("Line(%s) = %v, %v, want %v", id, got, err, want)
	}
}

// left reports whether a referral has left a station's engine, as the whole log
// says: it ended, and when an event came that was so much later, it had heard
// nothing since.
func (w *walk) left(s *station, now referral.Referral) bool {
	keep := s.keep
	if keep == 0 {
		keep = 30 * 24 * time.Hour
	}
	switch {
	case !now.Status.Ended():
		return false
	case !w.twin.Time().Before(now.Changed.Add(keep)):
		return true
	case now.Contacted.IsZero() && now.Outcome == "":
		return false
	}
	var r referral.Referral
	for rec := range w.memory.Read(context.Background(), 0) {
		if stream, err := book.ParseStream(rec.Stream); err == nil && stream.Referral == now.ID {
			e, _ := book.Decode(stream, rec.Kind, rec.Time, rec.Data)
			r = referral.Apply(r, e.(referral.Event))
		}
		if r.Status.Ended() && !rec.Time.Before(r.Changed.Add(keep)) {
			return true
		}
	}
	return false
}

// audited holds the log to what the audit says of it, which shares nothing with the
// desk's index: every record follows from those before it, and every offer and
// waiting is the one that the rules make of its own prefix (B4).
func (w *walk) audited() {
	w.Helper()
	if v, err := audit.Verify(w.memory.Read(context.Background(), 0)); err != nil || v.Digest != w.twin.Book().Digest() {
		w.failf("Verify = %+v, %v, want the digest %s", v, err, w.twin.Book().Digest())
	}
	for j, err := range audit.Rematch(w.memory.Read(context.Background(), 0), nil) {
		if err != nil || j.Differs() {
			w.failf("Rematch at %d: recorded %+v, judged %+v: %v, %v", j.Position, j.Recorded, j.Judged, j.Differences(), err)
		}
	}
}

// settled lets every engine catch up and do what is due, and holds invariant 5:
// its state is the fold of the log.
func (w *walk) settled() {
	w.Helper()
	w.now = w.now.Add(3 * time.Minute)
	for range 2 { // the second time all of them stand at the head
		for _, s := range w.stations {
			for {
				w.acting++
				err := s.engine.Tick(context.Background(), w.now.Add(s.skew))
				w.acting--
				if err == nil {
					break
				}
				if !passing(err) {
					w.failf("Tick: %v", err)
				}
			}
			w.check()
			w.rested(s)
		}
	}
	for i, s := range w.stations {
		if p := s.engine.Position(); p != w.twin.Position() {
			w.failf("engine %d stands at %d, the log at %d", i, p, w.twin.Position())
		}
		w.sameState(s)
	}
}
