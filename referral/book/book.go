package book

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// Book is everything at one position of the log. It is for one goroutine at a
// time. The zero Book is not ready; use [New].
type Book struct {
	base      *Book // of a draft: what stands beneath it
	agents    map[agent.NPN]*agentPage
	loads     map[agent.NPN]referral.Load
	referrals map[uuid.UUID]*referralPage
	policy    *referral.Policy
	counts    Counts
	position  uint64
	time      time.Time
}

// agentPage is an agent and the time of its last event. Pages never change:
// an event makes a new one.
type agentPage struct {
	agent   agent.Agent
	changed time.Time
}

// referralPage is a referral and the log position of its request.
type referralPage struct {
	referral referral.Referral
	position uint64
}

// Counts counts what happened up to a position.
type Counts struct {
	Agents    int `json:"agents"`
	Requested int `json:"requested"`
	Offered   int `json:"offered"`
	Accepted  int `json:"accepted"`
	Exhausted int `json:"exhausted"`
	Withdrawn int `json:"withdrawn"`
}

// New returns the book of an empty log.
func New() *Book {
	return &Book{
		agents:    map[agent.NPN]*agentPage{},
		loads:     map[agent.NPN]referral.Load{},
		referrals: map[uuid.UUID]*referralPage{},
	}
}

// Draft returns a book that begins as b stands and leaves b as it is. While a
// draft is in use b must not change, except by the draft's own [Book.Commit].
func (b *Book) Draft() *Book {
	d := New()
	d.base, d.policy, d.counts, d.position, d.time = b, b.policy, b.counts, b.position, b.time
	return d
}

// Commit makes the book beneath a draft stand as the draft does. The draft must
// not be used afterwards.
func (d *Book) Commit() {
	b := d.base
	maps.Copy(b.agents, d.agents)
	maps.Copy(b.loads, d.loads)
	maps.Copy(b.referrals, d.referrals)
	b.policy, b.counts, b.position, b.time = d.policy, d.counts, d.position, d.time
}

// Apply folds in the event of the record at a position, recorded at an instant,
// in a stream. It is the one fold: the engine, the audit and every test use it.
func (b *Book) Apply(position uint64, at time.Time, s Stream, e Event) {
	at = at.UTC().Round(0)
	switch e := e.(type) {
	case referral.PolicySet:
		p := referral.Policy(e)
		b.policy = &p
	case referral.Event:
		b.applyReferral(position, s.Referral, e)
	case agent.Event:
		a, _ := b.Agent(s.Agent)
		if !a.Registered() {
			b.counts.Agents++
		}
		b.agents[s.Agent] = &agentPage{agent.Apply(a, e), at}
	}
	b.position, b.time = position, at
}

func (b *Book) applyReferral(position uint64, id uuid.UUID, e referral.Event) {
	page := b.referral(id)
	was := page.referral
	now := referral.Apply(was, e)
	if was.Status == "" {
		page.position = position
	}
	b.referrals[id] = &referralPage{now, page.position}
	if was.Status == referral.StatusOffered && now.Status != referral.StatusOffered {
		l := b.Load(was.Offer.To)
		l.Open--
		b.loads[was.Offer.To] = l
	}
	switch e := e.(type) {
	case referral.Requested:
		b.counts.Requested++
	case referral.Offered:
		b.counts.Offered++
		b.loads[e.To] = referral.Load{Open: b.Load(e.To).Open + 1, LastOffer: position}
	case referral.Accepted:
		b.counts.Accepted++
	case referral.Exhausted:
		b.counts.Exhausted++
	case referral.Withdrawn:
		b.counts.Withdrawn++
	}
}

// Position returns the position of the last event, and its time.
func (b *Book) Position() (uint64, time.Time) { return b.position, b.time }

// Counts returns what happened so far.
func (b *Book) Counts() Counts { return b.counts }

// Policy returns the policy in force, and false before any was recorded (R30).
func (b *Book) Policy() (referral.Policy, bool) {
	if b.policy == nil {
		return referral.DefaultPolicy(), false
	}
	return *b.policy, true
}

// Agent returns an agent and the time of its last event; the zero Agent if
// there is none.
func (b *Book) Agent(n agent.NPN) (agent.Agent, time.Time) {
	for ; b != nil; b = b.base {
		if p, ok := b.agents[n]; ok {
			return p.agent, p.changed
		}
	}
	return agent.Agent{}, time.Time{}
}

// Load returns an agent's open offers and the position of its last one.
func (b *Book) Load(n agent.NPN) referral.Load {
	for ; b != nil; b = b.base {
		if l, ok := b.loads[n]; ok {
			return l
		}
	}
	return referral.Load{}
}

// Referral returns a referral and the position of its request; the zero
// Referral if there is none.
func (b *Book) Referral(id uuid.UUID) (referral.Referral, uint64) {
	p := b.referral(id)
	return p.referral, p.position
}

func (b *Book) referral(id uuid.UUID) referralPage {
	for ; b != nil; b = b.base {
		if p, ok := b.referrals[id]; ok {
			return *p
		}
	}
	return referralPage{}
}

// Agents yields every agent with its load, by NPN. It is not for a draft.
func (b *Book) Agents() iter.Seq2[agent.Agent, referral.Load] {
	return func(yield func(agent.Agent, referral.Load) bool) {
		for _, n := range slices.Sorted(maps.Keys(b.agents)) {
			if !yield(b.agents[n].agent, b.loads[n]) {
				return
			}
		}
	}
}

// Referrals yields every referral with the position of its request, in the
// order of the requests. It is not for a draft.
func (b *Book) Referrals() iter.Seq2[referral.Referral, uint64] {
	return func(yield func(referral.Referral, uint64) bool) {
		byPosition := func(p, q *referralPage) int { return cmp.Compare(p.position, q.position) }
		for _, p := range slices.SortedFunc(maps.Values(b.referrals), byPosition) {
			if !yield(p.referral, p.position) {
				return
			}
		}
	}
}
