package book_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

var (
	noon     = time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	tampa, _ = geo.PointE7(279_506_000, -824_572_000)
)

// record is an event as a log holds it.
type record struct {
	stream book.Stream
	event  book.Event
	at     time.Time
}

// idOf returns the ID of the n-th referral.
func idOf(n int) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n)+1)
	return id
}

// decideRandom returns the records of one random command, decided against b;
// none if it was refused or changed nothing. Which referrals it is about moves
// on with time.
func decideRandom(rng *rand.Rand, b *book.Book, at time.Time) (records []record) {
	n := agent.NPN(1 + rng.IntN(5))
	id := idOf(int(at.Sub(noon)/(6*time.Minute)) + rng.IntN(8))
	add := func(s book.Stream, e book.Event) { records = append(records, record{s, e, at}) }
	switch kind := rng.IntN(20); {
	case kind == 0:
		p := referral.PolicySet(referral.DefaultPolicy())
		p.MaxOpenOffers = rng.IntN(3)
		add(book.Stream{}, p)
	case kind < 7:
		a, _ := b.Agent(n)
		commands := []agent.Command{
			agent.Register{NPN: n, Name: "Agent " + n.String()},
			agent.UpdateProfile{Name: "Ana", State: "FL", ZIP: "33602", Resolved: tampa},
			agent.ChooseDisplay{Choice: agent.Display(1 + rng.IntN(4))},
			agent.SetLanguages{Languages: []string{"es", "en"}[:rng.IntN(3)]},
			agent.AcceptTerms{Document: agent.CMS, Version: []string{"1", "2"}[rng.IntN(2)]},
			agent.RecordLicense{State: "FL", Number: "1", Residency: agent.Resident, Status: agent.Active, Effective: at, Lines: []agent.Line{{Name: "Health", Health: true, Active: true}}},
			agent.SetHours{Zone: []string{"America/New_York", "Pacific/Guam"}[rng.IntN(2)]},
		}
		if !a.Registered() {
			commands = commands[:1]
		}
		events, _ := agent.Decide(a, commands[rng.IntN(len(commands))])
		for _, e := range events {
			add(book.Stream{Agent: n}, e)
		}
	default:
		r, _ := b.Referral(id)
		commands := []referral.Command{
			referral.Accept{By: r.Offer.To, At: at},
			referral.Decline{By: r.Offer.To, At: at},
			referral.Expire{At: at},
			referral.Rescind{Reasons: []agent.Reason{{Code: agent.DisplayIsNone}}, At: at},
			referral.Wait{Until: at.Add(time.Hour), At: at},
			referral.Exhaust{At: at},
			referral.Contact{By: r.Offer.To, At: at},
			referral.RecordOutcome{By: r.Offer.To, Outcome: []referral.Outcome{referral.Enrolled, referral.Other}[rng.IntN(2)], At: at},
			referral.Withdraw{At: at},
			referral.MakeOffer{To: n, Deadline: at.Add(15 * time.Minute), Language: "es", Meters: 1, Channels: []agent.Channel{agent.App}, At: at},
			referral.MakeOffer{To: n, Deadline: at.Add(15 * time.Minute), Language: "es", Meters: -1, Channels: []agent.Channel{agent.App}, At: at},
		}
		c := commands[rng.IntN(len(commands))]
		if likely := map[referral.Status]int{referral.StatusPending: 9, referral.StatusOffered: 0, referral.StatusAccepted: 7}[r.Status]; rng.IntN(3) == 0 {
			c = commands[likely]
		}
		if _, withdraw := c.(referral.Withdraw); r.Status == "" || withdraw && rng.IntN(3) > 0 {
			c = referral.Request{ID: id, Subject: "case-" + id.String(), State: "FL", Point: tampa, Languages: []string{"es"}, At: at}
		}
		events, _ := referral.Decide(r, c)
		for _, e := range events {
			add(book.Stream{Referral: id}, e)
		}
	}
	return records
}

// long returns how often something is repeated: n times, or a fifth of it if the
// tests are to be short.
func long(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// history returns the records of some random commands.
func history(rng *rand.Rand, commands int) (records []record) {
	b, at := book.New(), noon
	for range commands {
		at = at.Add(time.Duration(rng.IntN(120)) * time.Second)
		for _, r := range decideRandom(rng, b, at) {
			records = append(records, r)
			b.Apply(uint64(len(records)), r.at, r.stream, r.event)
		}
	}
	return records
}

// fold applies records from the first position on.
func fold(records []record) *book.Book {
	b := book.New()
	for i, r := range records {
		b.Apply(uint64(i+1), r.at, r.stream, r.event)
	}
	return b
}

func encode(t testing.TB, e book.Event) []byte {
	t.Helper()
	data, err := book.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
