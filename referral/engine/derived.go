package engine

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// derived is what the desk keeps beside the book to find things fast: the
// index of agents, the timers, who holds what and who waits where. All of it
// follows from the book and the time, and is made anew when an engine opens.
type derived struct {
	index     near.Index
	tongues   map[spoken.Key]near.Language
	numbered  []near.Language // what numbers returned last
	standings map[agent.NPN]agent.Standing
	turns     timers[agent.NPN] // when a standing changes by the clock alone
	turned    []turn            // standings that changed so since the newest record
	offers    timers[uuid.UUID] // when an open offer ends; ranked by request (R18)
	waits     timers[uuid.UUID] // when waiting gives up; ranked by request
	losses    map[uuid.UUID]loss
	filed     map[uuid.UUID]filing
	holding   map[agent.NPN]map[uuid.UUID]bool // open offers
	waiting   map[geo.State]map[uuid.UUID]bool
	woken     map[uuid.UUID]bool // waiting, and somebody may have joined the line
	pending   map[uuid.UUID]bool // between two steps
}

// filing is where a referral is filed: under the holder of its open offer, or
// under the state in which it waits. It may be filed under neither.
type filing struct {
	holder agent.NPN
	state  geo.State
}

// onDuty is the class in the index of all who are on duty; the others are in the
// class 0.
const onDuty near.Class = 1

func newDerived() *derived {
	d := &derived{
		tongues:   map[spoken.Key]near.Language{},
		standings: map[agent.NPN]agent.Standing{},
		losses:    map[uuid.UUID]loss{},
		filed:     map[uuid.UUID]filing{},
		holding:   map[agent.NPN]map[uuid.UUID]bool{},
		waiting:   map[geo.State]map[uuid.UUID]bool{},
		woken:     map[uuid.UUID]bool{},
		pending:   map[uuid.UUID]bool{},
	}
	d.index.SetDuty(onDuty, true)
	return d
}

// derive makes everything anew from a book as it stands at an instant. What has
// ended has no part in it, so it costs nothing. Every
// waiting referral is woken: whoever may have joined a line meanwhile is found.
func derive(b *book.Book, at time.Time) *derived {
	d := newDerived()
	for a := range b.Agents() {
		d.agentChanged(b, a.NPN, at)
	}
	for r := range b.Live() {
		d.referralChanged(b, r.ID)
	}
	d.wakeAll()
	return d
}

// agentChanged brings everything about an agent in line with the book: its
// standing at an instant, its place in the index, when the clock next changes
// it, and what becomes of the offers it holds.
func (d *derived) agentChanged(b *book.Book, n agent.NPN, at time.Time) {
	a, _ := b.Agent(n)
	if !a.Registered() {
		delete(d.standings, n)
		d.turns.drop(n)
		d.index.Remove(uint64(n))
		return
	}
	policy, _ := b.Policy()
	s, until := a.Standing(policy.Terms, at)
	d.standings[n] = s
	if until.IsZero() {
		d.turns.drop(n)
	} else {
		d.turns.set(n, until, uint64(n))
	}
	d.loadChanged(b, n)
	for id := range d.holding[n] {
		d.watchOffer(b, id)
	}
}

// loadChanged puts an agent into the index as its standing and its offers have
// it. Whoever is to be found there in a new way wakes those who wait for it. An
// agent at the limit of open offers is held as off duty (R17).
func (d *derived) loadChanged(b *book.Book, n agent.NPN) {
	s, known := d.standings[n]
	if !known {
		return
	}
	policy, _ := b.Policy()
	load := b.Load(n)
	entry := near.Entry{
		ID: uint64(n), Point: s.Point, Last: load.LastOffer, States: s.States, Languages: d.numbers(s.Languages),
	}
	if s.OnDuty && (policy.MaxOpenOffers == 0 || load.Open < policy.MaxOpenOffers) {
		entry.Class = onDuty
	}
	if fresh := d.index.Put(entry); fresh && entry.Class == onDuty {
		d.wake(b, n, s)
	}
}

// referralChanged brings everything about a referral in line with the book.
func (d *derived) referralChanged(b *book.Book, id uuid.UUID) {
	r, position := b.Referral(id)
	d.file(r, id)
	if r.Status != referral.StatusWaiting {
		delete(d.woken, id)
	}
	if r.Status == referral.StatusPending {
		d.pending[id] = true
	} else {
		delete(d.pending, id)
	}
	if r.Status == referral.StatusOffered {
		d.watchOffer(b, id)
		d.waits.drop(id)
		return
	}
	delete(d.losses, id)
	d.offers.drop(id)
	if due, ok := referral.Due(r); ok && r.Status == referral.StatusWaiting {
		d.waits.set(id, due, position)
	} else {
		d.waits.drop(id)
	}
}

// file puts a referral where it belongs and takes it from where it was.
func (d *derived) file(r referral.Referral, id uuid.UUID) {
	was, now := d.filed[id], filing{}
	switch r.Status {
	case referral.StatusOffered:
		now.holder = r.Offer.To
	case referral.StatusWaiting:
		now.state = r.State
	}
	if was == now {
		return
	}
	remove(d.holding, was.holder, id)
	remove(d.waiting, was.state, id)
	add(d.holding, now.holder, id)
	add(d.waiting, now.state, id)
	if d.filed[id] = now; now == (filing{}) {
		delete(d.filed, id)
	}
}

// add puts a referral into a group; the zero key has none.
func add[K comparable](groups map[K]map[uuid.UUID]bool, key K, id uuid.UUID) {
	var none K
	if key == none {
		return
	}
	if groups[key] == nil {
		groups[key] = map[uuid.UUID]bool{}
	}
	groups[key][id] = true
}

func remove[K comparable](groups map[K]map[uuid.UUID]bool, key K, id uuid.UUID) {
	var none K
	if key == none {
		return
	}
	delete(groups[key], id)
	if len(groups[key]) == 0 {
		delete(groups, key)
	}
}

// next returns when the clock next has something to do: now if a referral is
// between two steps or woken, and false if never.
func (d *derived) next(now time.Time) (at time.Time, ok bool) {
	if len(d.pending) > 0 || len(d.woken) > 0 {
		return now, true
	}
	earliest := func(t time.Time, found bool) {
		if found && (!ok || t.Before(at)) {
			at, ok = t, true
		}
	}
	turn, found := d.turns.next()
	earliest(turn.at, found)
	offer, found := d.offers.next()
	earliest(offer.at, found)
	wait, found := d.waits.next()
	earliest(wait.at, found)
	return at, ok
}

// numbers returns the index's numbers of languages, giving new ones as needed.
// They are good until it is called again.
func (d *derived) numbers(keys []spoken.Key) []near.Language {
	list := d.numbered[:0]
	for _, k := range keys {
		n, ok := d.tongues[k]
		if !ok {
			n = near.Language(len(d.tongues))
			d.tongues[k] = n
		}
		list = append(list, n)
	}
	d.numbered = list
	return list
}

// query returns what the index is asked for a referral.
func (d *derived) query(r referral.Referral, p referral.Policy) near.Query {
	q := near.Query{From: r.Position(), State: r.State, Within: geo.ChordWithin(p.Radius)}
	for _, l := range r.Languages {
		if n, ok := d.tongues[l.Key]; ok {
			q.Languages = append(q.Languages, n)
		}
	}
	return q
}
