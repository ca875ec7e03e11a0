package book_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

func canonical(t *testing.T, b *book.Book) string {
	t.Helper()
	var w bytes.Buffer
	if err := b.WriteCanonical(&w); err != nil {
		t.Fatal(err)
	}
	return w.String()
}

// A draft that is committed is the same as applying its events directly, and
// one that is dropped leaves no trace. While it is in use the book beneath it
// stands as it did.
func TestDraft(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range long(20) {
		direct, b, at, position := book.New(), book.New(), noon, uint64(0)
		for range 60 {
			before := canonical(t, b)
			keep, draft := rng.IntN(4) > 0, b.Draft()
			var staged []record
			next := position
			for range 1 + rng.IntN(5) {
				at = at.Add(time.Duration(rng.IntN(120)) * time.Second)
				for _, r := range decideRandom(rng, draft, at.In(time.FixedZone("", 3600))) {
					next++
					draft.Apply(next, r.at, r.stream, r.event)
					staged = append(staged, r)
				}
			}
			if diff := cmp.Diff(before, canonical(t, b)); diff != "" {
				t.Fatalf("a draft changed the book beneath it (-before +after):\n%s", diff)
			}
			if !keep {
				continue
			}
			for _, r := range staged {
				position++
				direct.Apply(position, r.at, r.stream, r.event)
			}
			for n := agent.NPN(1); n <= 5; n++ {
				if draft.Load(n) != direct.Load(n) {
					t.Fatalf("agent %s has load %+v in a draft, want %+v", n, draft.Load(n), direct.Load(n))
				}
			}
			if got, _ := draft.Position(); got != position || draft.Counts() != direct.Counts() {
				t.Fatalf("a draft is at %d with %+v, want %d with %+v", got, draft.Counts(), position, direct.Counts())
			}
			draft.Commit()
			if diff := cmp.Diff(canonical(t, direct), canonical(t, b)); diff != "" {
				t.Fatalf("committed (-direct +committed):\n%s", diff)
			}
		}
	}
}

// Invariant 5: for every prefix, what is rebuilt from the log's bytes equals
// the state that wrote them, in another time zone too.
func TestReplayEqualsEveryPrefix(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	kinds := map[string]bool{}
	for range long(20) {
		written, read := book.New(), book.New()
		for i, r := range history(rng, 200) {
			position := uint64(i + 1)
			written.Apply(position, r.at.In(time.FixedZone("", -8*3600)), r.stream, r.event)
			stream, err := book.ParseStream(r.stream.String())
			if err != nil || stream != r.stream {
				t.Fatalf("ParseStream(%q) = %v, %v", r.stream, stream, err)
			}
			e, err := book.Decode(stream, r.event.Kind(), r.at, encode(t, r.event))
			if err != nil {
				t.Fatal(err)
			}
			kinds[e.Kind()] = true
			read.Apply(position, r.at, stream, e)
			if written.Digest() != read.Digest() {
				t.Fatalf("after %s at %d (-written +read):\n%s", e.Kind(), position, cmp.Diff(canonical(t, written), canonical(t, read)))
			}
		}
	}
	if len(kinds) < 17 {
		t.Errorf("the sample shows %d kinds: %v", len(kinds), kinds)
	}
}

// R12, R17: an agent's load is how many referrals are offered to it now, and
// the position of its last offer, as a recount of the whole log says.
func TestLoad(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	most := 0
	for range 40 {
		records := history(rng, 300)
		b := fold(records)
		want := map[agent.NPN]referral.Load{}
		for i, r := range records {
			if o, ok := r.event.(referral.Offered); ok {
				want[o.To] = referral.Load{LastOffer: uint64(i + 1)}
			}
		}
		for r := range b.Referrals() {
			if r.Status == referral.StatusOffered {
				l := want[r.Offer.To]
				l.Open++
				want[r.Offer.To] = l
				most = max(most, l.Open)
			}
		}
		for n := agent.NPN(1); n <= 6; n++ {
			if b.Load(n) != want[n] {
				t.Fatalf("Load(%s) = %+v, want %+v", n, b.Load(n), want[n])
			}
		}
	}
	if most < 2 {
		t.Error("no agent ever held two offers: the sample shows too little")
	}
}

// Agents come by NPN, referrals in the order of their requests, and both stop
// when they are told to.
func TestOrder(t *testing.T) {
	b := fold(history(rand.New(rand.NewPCG(7, 8)), 400))
	var agents []agent.NPN
	for a, l := range b.Agents() {
		agents = append(agents, a.NPN)
		if got, changed := b.Agent(a.NPN); got.NPN != a.NPN || changed.IsZero() || l != b.Load(a.NPN) {
			t.Errorf("Agent(%s) = %+v, %s, load %+v, want %+v", a.NPN, got, changed, b.Load(a.NPN), l)
		}
	}
	var positions []uint64
	for r, p := range b.Referrals() {
		positions = append(positions, p)
		if got, at := b.Referral(r.ID); got.ID != r.ID || at != p {
			t.Errorf("Referral(%s) = %s at %d, want it at %d", r.ID, got.ID, at, p)
		}
	}
	if !slices.IsSorted(agents) || !slices.IsSorted(positions) || len(agents) != b.Counts().Agents || len(positions) != b.Counts().Requested || len(agents) < 4 || len(positions) < 4 {
		t.Errorf("agents %v, requests %v, counts %+v", agents, positions, b.Counts())
	}
	for range b.Agents() {
		break
	}
	for range b.Referrals() {
		break
	}
	if a, at := b.Agent(99); a.Registered() || !at.IsZero() {
		t.Errorf("Agent(99) = %+v, %s, want none", a, at)
	}
	if r, p := b.Referral(idOf(999)); r.Status != "" || p != 0 {
		t.Errorf("Referral of no request = %+v at %d, want none", r, p)
	}
}

// An event of somebody who has a page is folded in without a new one, but for the
// first after a still; its own lists are the rulebook's.
func TestFoldingAllocatesNothing(t *testing.T) {
	b := fold(history(rand.New(rand.NewPCG(9, 10)), 400))
	b.Still()
	position, at := b.Position()
	events := []book.Event{agent.DisplayChosen{Choice: agent.DisplayAll}, agent.ProfileReviewed{}}
	next := func() {
		for _, e := range events {
			position++
			b.Apply(position, at, book.Stream{Agent: 1}, e)
		}
		b.Apply(position, at, book.Stream{Referral: idOf(3)}, contacted)
	}
	if got := testing.AllocsPerRun(100, next); got > 0 {
		t.Errorf("three events of an agent and a referral that are there allocate %v times", got)
	}
}

var contacted book.Event = referral.Contacted{At: noon}

// R30: before a policy stands in the log the default is in force; then the
// newest.
func TestR30_Policy(t *testing.T) {
	b := book.New()
	if p, recorded := b.Policy(); recorded || p != referral.DefaultPolicy() {
		t.Errorf("Policy of an empty log = %+v, %v", p, recorded)
	}
	for i, limit := range []int{3, 0, 5} {
		want := referral.DefaultPolicy()
		want.MaxOpenOffers = limit
		b.Apply(uint64(i+1), noon, book.Stream{}, referral.PolicySet(want))
		if p, recorded := b.Policy(); !recorded || p != want {
			t.Errorf("Policy after %d = %+v, %v, want %+v", i+1, p, recorded, want)
		}
	}
}
