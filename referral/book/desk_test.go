package book_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// twin is what a book says of an agent, kept in the plainest way.
type twin struct {
	Agent   agent.Agent
	Changed time.Time
	Load    referral.Load
}

// floor is a book whose agents have twins.
type floor struct {
	book     *book.Book
	twins    map[agent.NPN]twin
	held     map[int]agent.NPN // who holds the n-th referral's open offer
	position uint64
	lens     *book.Lens
}

// draft returns a floor to try something on.
func (f floor) draft() floor {
	f.book, f.twins, f.held = f.book.Draft(), maps.Clone(f.twins), maps.Clone(f.held)
	return f
}

// commit makes the floor stand as its draft does.
func (f *floor) commit(d floor) {
	d.book.Commit()
	d.book = f.book
	*f = d
}

// apply folds in a random event: of an agent, an offer, or the end of one.
func (f *floor) apply(t *testing.T, rng *rand.Rand, at time.Time, replay bool) {
	t.Helper()
	n := agent.NPN(1 + rng.IntN(12))
	s, e := book.Stream{Agent: n}, randomEvent(rng, n, at)
	f.position++
	w := f.twins[n]
	switch id := rng.IntN(6); {
	case rng.IntN(4) > 0:
		w.Agent, w.Changed = agent.Apply(w.Agent, e), at
		f.twins[n] = w
	case f.held[id] == 0:
		s, e = book.Stream{Referral: idOf(id)}, referral.Offered{To: n, Deadline: at.Add(time.Minute), Language: "es", Channels: []agent.Channel{agent.App}, At: at}
		w.Load = referral.Load{Open: w.Load.Open + 1, LastOffer: f.position}
		f.twins[n], f.held[id] = w, n
	default:
		s, e = book.Stream{Referral: idOf(id)}, referral.Declined{By: f.held[id], At: at}
		w := f.twins[f.held[id]]
		w.Load.Open--
		f.twins[f.held[id]], f.held[id] = w, 0
	}
	// What no log could hold is folded in as well, but not read.
	if !replay || f.book.Replay(f.position, at, s.String(), e.Kind(), encode(t, e)) != nil {
		f.book.Apply(f.position, at, s, e)
	}
	f.check(t)
}

// check compares every agent with its twin.
func (f *floor) check(t *testing.T) {
	t.Helper()
	for n := range agent.NPN(14) {
		a, changed := f.book.Agent(n)
		if diff := cmp.Diff(f.twins[n], twin{a, changed, f.book.Load(n)}, exact); diff != "" {
			t.Fatalf("agent %s at %d (-twin +book):\n%s", n, f.position, diff)
		}
		if (f.position+uint64(n))%5 == 0 { // now and then, for comparing takes long
			f.look(t, n, a, changed)
		}
	}
}

// look compares an agent with how it is seen through a lens, which showed another,
// and again through the lens that shows it.
func (f *floor) look(t *testing.T, n agent.NPN, a agent.Agent, changed time.Time) {
	t.Helper()
	for range 2 {
		seen, when := f.book.Look(f.lens, n)
		if seen == nil {
			seen = new(agent.Agent)
		}
		if diff := cmp.Diff(twin{Agent: a, Changed: changed}, twin{Agent: *seen, Changed: when}, exact, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("agent %s at %d, through a lens (-Agent +Look):\n%s", n, f.position, diff)
		}
	}
}

// randomEvent returns an event of an agent, such as a log may hold.
func randomEvent(rng *rand.Rand, n agent.NPN, now time.Time) agent.Event {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	at := func() time.Time {
		switch t := now.Add(time.Duration(rng.IntN(9)-4) * time.Hour); rng.IntN(5) {
		case 0:
			return t.Add(time.Duration(rng.IntN(2_000_000_000)))
		case 1:
			return t.Add(time.Duration(rng.IntN(9999)) * time.Second)
		case 2:
			return time.Date(1+rng.IntN(9999), 12, 31, 23, 59, 59, rng.IntN(1_000_000_000), time.UTC)
		default:
			return t
		}
	}
	state := geo.State(pick("FL", "GA", "WY", "AK"))
	point, _ := geo.PointE7(int32(rng.IntN(900_000_000)), -int32(rng.IntN(1_800_000_000)))
	switch rng.IntN(20) {
	case 0, 1:
		return agent.Registered{NPN: n, Name: pick("Sample Heron", "Sample Pipit")}
	case 2, 3:
		return agent.ProfileUpdated{
			Name: pick("Sample Heron", "Sampel", "", "es"), Email: pick("", "heron@example.com"), Phone: pick("", "202-555-0123"), Street: pick("", "1 Sample Street"),
			City: pick("", "Sampleville", "Sample Heron"), State: state, ZIP: geo.ZIP(pick("33602", "33603")), Point: []geo.Point{{}, point}[rng.IntN(2)], Resolved: point,
		}
	case 4:
		return agent.ProfileReviewed{}
	case 5:
		return agent.TrainingCompleted{PlanYear: 2026 + rng.IntN(3), From: at(), Until: at()}
	case 6:
		return agent.RegistrationCompleted{PlanYear: 2026 + rng.IntN(3), From: at(), Until: at()}
	case 7:
		return agent.TermsAccepted{Document: agent.Document(pick("cms", "help_on_demand")), Version: pick("2026-07", "2027", "a sentence that is a version")}
	case 8, 9, 10:
		l := agent.LicenseRecorded{State: state, Number: pick("1", "W2"), Residency: agent.Resident, Status: agent.Active, Effective: at(), Lines: []agent.Line{}}
		for range rng.IntN(4) {
			l.Lines = append(l.Lines, agent.Line{Name: pick("Health", "Accident & Health or Sickness", "Life"), Health: rng.IntN(2) == 0, Active: rng.IntN(2) == 0, Issued: []time.Time{{}, at()}[rng.IntN(2)]})
		}
		if rng.IntN(2) == 0 {
			l.Expires = at()
		}
		return l
	case 11:
		return agent.LicenseRemoved{State: state, Number: pick("1", "W2")}
	case 12:
		return agent.DisplayChosen{Choice: agent.Display(1 + rng.IntN(4))}
	case 13:
		return agent.StatesUnticked{States: geo.States(rng.Uint64()) & geo.EveryState}
	case 14:
		languages := []spoken.Language{{Tag: "es-MX", Key: "es"}, {Tag: "nv", Key: "nv"}, {Tag: "en", Key: "en"}, {Tag: "nv-US", Key: "nv"}}
		return agent.LanguagesSet{Languages: languages[:rng.IntN(5)]}
	case 15:
		return agent.ChannelsSet{Channels: [][]agent.Channel{{}, {agent.Text}, {agent.Email, agent.App}, {agent.App, agent.Email, agent.Text}}[rng.IntN(4)]}
	case 16:
		h := agent.HoursSet{Zone: pick("America/New_York", "Pacific/Guam"), Weekly: []agent.Shift{}}
		for d := range rng.IntN(6) {
			h.Weekly = append(h.Weekly, agent.Shift{Day: agent.Day(d), From: agent.MinuteOf(rng.IntN(24), 0), To: agent.MinuteOf(24, 0)})
		}
		return h
	case 17:
		return agent.OverrideSet{Override: agent.Override(pick("auto", "on", "off"))}
	case 18:
		if rng.IntN(2) == 0 {
			return agent.AbsenceCleared{From: now}
		}
		return agent.AbsenceSet{From: now, Until: at()}
	default:
		term := agent.Termination{Cause: agent.CauseNonresidentLicense, State: state}
		if rng.IntN(2) == 0 {
			return agent.Reinstated(term)
		}
		return agent.Terminated(term)
	}
}

// A book's agents are what their events make of them, whoever of them is packed
// when: through drafts that are committed, one upon another, or dropped, records
// that cannot be read, stills, which stay as they were, and books restored.
func TestAgentsAreTheirEvents(t *testing.T) {
	for _, ring := range []int{1, 3, 0} { // 0 is as many as ever
		t.Run(fmt.Sprint("ring=", ring), func(t *testing.T) {
			for seed := range uint64(long(20)) {
				walkFloor(t, rand.New(rand.NewPCG(seed, 20)), ring)
			}
		})
	}
}

func walkFloor(t *testing.T, rng *rand.Rand, ring int) {
	f := floor{book.New(), map[agent.NPN]twin{}, map[int]agent.NPN{}, 0, new(book.Lens)}
	limit := func() {
		if ring > 0 {
			book.SetRing(f.book, ring)
		}
	}
	limit()
	type kept struct {
		still *book.Still
		bytes []byte
		twins map[agent.NPN]twin
	}
	var stills []kept
	at := noon
	for range 60 {
		at = at.Add(time.Duration(rng.IntN(5)) * 10 * time.Minute)
		switch rng.IntN(8) {
		case 0:
			s := f.book.Still()
			stills = append(stills, kept{s, s.Append(nil), maps.Clone(f.twins)})
		case 1:
			f.book = restored(t, f.book)
			limit()
		case 2:
			n, before := agent.NPN(1+rng.IntN(13)), f.book.Still().Append(nil)
			if err := f.book.Replay(f.position+1, at, "agent/"+n.String(), "agent.display_chosen.v1", []byte("{}")); err == nil {
				t.Fatal("an event without its data is read")
			}
			if !bytes.Equal(f.book.Still().Append(nil), before) {
				t.Fatal("a record that is refused leaves something in the book")
			}
		case 3, 4, 5:
			d := f.draft()
			for range rng.IntN(6) {
				d.apply(t, rng, at, false)
			}
			if rng.IntN(3) == 0 {
				upper := d.draft()
				for range rng.IntN(6) {
					upper.apply(t, rng, at, false)
				}
				if d.check(t); rng.IntN(2) == 0 {
					d.commit(upper)
				}
			}
			if f.check(t); rng.IntN(3) > 0 {
				f.commit(d)
			}
		default:
			f.apply(t, rng, at, rng.IntN(2) == 0)
		}
		f.check(t)
		if n := book.Sheets(f.book); ring > 0 && n > ring {
			t.Fatalf("%d agents are unpacked, want at most %d", n, ring)
		}
	}
	for _, s := range stills {
		if !bytes.Equal(s.still.Append(nil), s.bytes) {
			t.Fatal("a still has changed since")
		}
		read, err := book.Restore(s.bytes)
		if err != nil {
			t.Fatal(err)
		}
		position, _ := read.Position()
		old := floor{read, s.twins, nil, position, new(book.Lens)}
		old.check(t)
	}
}

// Many may read a book at once, whoever is packed: the race detector sees that
// reading changes nothing.
func TestReadingChangesNothing(t *testing.T) {
	b := book.New()
	book.SetRing(b, 2)
	for i, r := range history(rand.New(rand.NewPCG(21, 22)), 200) {
		b.Apply(uint64(i+1), r.at, r.stream, r.event)
	}
	want := b.Digest()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for n := range agent.NPN(7) {
				a, _ := b.Agent(n)
				a.Verdict(agent.Need{}, agent.Terms{}, noon)
				b.Load(n)
			}
			for range b.Agents() {
			}
			if got := b.Digest(); got != want {
				t.Errorf("the digest is %s, want %s", got, want)
			}
		})
	}
	all.Wait()
}
