package book_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// keeper is the dumb twin of a book that keeps for a while: after every event it
// looks at all referrals.
type keeper struct {
	keep time.Duration
	here map[uuid.UUID]referral.Referral
	gone map[uuid.UUID]bool
}

func newKeeper(keep time.Duration) *keeper {
	return &keeper{keep, map[uuid.UUID]referral.Referral{}, map[uuid.UUID]bool{}}
}

func (k *keeper) apply(r record) {
	if e, ok := r.event.(referral.Event); ok && !k.gone[r.stream.Referral] {
		k.here[r.stream.Referral] = referral.Apply(k.here[r.stream.Referral], e)
	}
	for id, here := range k.here {
		if k.keep > 0 && here.Status.Ended() && !here.Changed.After(r.at.Add(-k.keep)) {
			delete(k.here, id)
			k.gone[id] = true
		}
	}
}

// same holds what a book says of every referral to what the twin says.
func (k *keeper) same(t *testing.T, why string, b *book.Book, draft bool) {
	t.Helper()
	for n := range 170 {
		id := idOf(n)
		got, _ := b.Referral(id)
		if !reflect.DeepEqual(k.here[id], got) || b.Archived(id) != k.gone[id] {
			t.Fatalf("%s: referral %d is archived: %v, want %v (-want +got):\n%s", why, n, b.Archived(id), k.gone[id], cmp.Diff(k.here[id], got, exact))
		}
	}
	if draft {
		return
	}
	ended := 0
	for range b.Referrals() {
		ended++
	}
	if ended != len(k.here) {
		t.Fatalf("%s: the book holds %d referrals, want %d", why, ended, len(k.here))
	}
}

// What has left a book follows from the log and keep alone: folded at once,
// through drafts, or stored and read between any two records, a book says of
// every referral what a twin says that looks at all of them after each event.
// The log is by somebody who keeps for ever, so it has events of those that have
// left.
func TestKeep(t *testing.T) {
	later := 0 // events of referrals that had left
	for seed := range uint64(4 * long(5)) {
		rng := rand.New(rand.NewPCG(seed, 9))
		keep := []time.Duration{0, time.Nanosecond, 3 * time.Minute, 20 * time.Minute}[seed%4]
		twin, direct, drafted, stored := newKeeper(keep), book.NewKeeping(keep), book.NewKeeping(keep), book.NewKeeping(keep)
		var draft *book.Book
		for i, r := range history(rng, 600) {
			position := uint64(i + 1)
			if twin.gone[r.stream.Referral] {
				later++
			}
			twin.apply(r)
			direct.Apply(position, r.at, r.stream, r.event)
			stored.Apply(position, r.at, r.stream, r.event)
			if draft == nil {
				draft = drafted.Draft()
			}
			draft.Apply(position, r.at, r.stream, r.event)
			if rng.IntN(20) == 0 {
				twin.same(t, "in a draft", draft, true)
			}
			if rng.IntN(6) == 0 {
				draft.Commit()
				draft = nil
				twin.same(t, "through drafts", drafted, false)
			}
			if rng.IntN(20) == 0 {
				stored = restored(t, stored)
			}
			if rng.IntN(10) == 0 {
				twin.same(t, "folded at once", direct, false)
				twin.same(t, "stored and read", stored, false)
				if !bytes.Equal(direct.Still().Append(nil), stored.Still().Append(nil)) {
					t.Fatalf("at %d a book that was stored and read is stored in other bytes than one that was not", position)
				}
			}
		}
		if keep > 0 && len(twin.gone) < 20 {
			t.Errorf("of seed %d only %d referrals have left: the sample shows too little", seed, len(twin.gone))
		}
		if keep == 0 && len(twin.gone) > 0 {
			t.Errorf("%d referrals have left a book that keeps for ever", len(twin.gone))
		}
	}
	if later < 10 {
		t.Errorf("only %d events are of referrals that had left: the sample shows too little", later)
	}
}

// An event of a referral that has left is counted, and moves the book on; it
// does not bring the referral back. A request of the same ID neither.
func TestEventsOfWhatHasLeft(t *testing.T) {
	b := book.NewKeeping(time.Minute)
	s := book.Stream{Referral: idOf(1)}
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	requested := referral.Requested{ID: idOf(1), Subject: "case", State: "FL", At: at(0)}
	b.Apply(1, at(0), s, requested)
	b.Apply(2, at(0), s, referral.Withdrawn{At: at(0)})
	b.Apply(3, at(1).Add(-1), book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	if r, _ := b.Referral(idOf(1)); r.Status != referral.StatusWithdrawn || b.Archived(idOf(1)) {
		t.Errorf("a nanosecond before its minute is over the referral is %q, archived: %v", r.Status, b.Archived(idOf(1)))
	}
	b.Apply(4, at(1), book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	requested.At = at(2)
	b.Apply(5, at(2), s, requested)
	if r, _ := b.Referral(idOf(1)); r.Status != "" || !b.Archived(idOf(1)) {
		t.Errorf("a referral that has left is %q after an event, archived: %v", r.Status, b.Archived(idOf(1)))
	}
	if p, when := b.Position(); p != 5 || !when.Equal(at(2)) || b.Counts().Requested != 2 {
		t.Errorf("the book stands at %d, %s, with %+v", p, when, b.Counts())
	}
	if b.Archived(idOf(2)) {
		t.Error("a referral that nobody requested is archived")
	}
}
