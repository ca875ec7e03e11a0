package book

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// Book is everything at one position of the log. It is for one goroutine at a
// time. The zero Book is not ready; use [New].
type Book struct {
	figures
	base      *Book // of a draft: what stands beneath it
	spare     *Book // a draft that was committed, with its room
	agents    table[agent.NPN, desk]
	referrals table[uuid.UUID, entry]
	shelf     shelf // referrals that had ended when the book was stored; a page of the table counts before it
	archive   archive
	// departures are the referrals that have ended, by slot, in the order in
	// which they will leave; none if they never do.
	departures departures
	ring       ring
	ringSize   int
	packing    []byte // what was packed last
	reader     Reader // of Replay
}

// figures are what stands in a book but for who is in it.
type figures struct {
	policy   *referral.Policy
	counts   Counts
	keep     time.Duration
	position uint64
	time     time.Time
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

// New returns the book of an empty log. It keeps everything for ever; see
// [NewKeeping].
func New() *Book { return &Book{ringSize: ringSize} }

// Draft returns a book that begins as b stands and leaves b as it is. While a
// draft is in use b must not change, except by the draft's own [Book.Commit].
func (b *Book) Draft() *Book {
	d := b.spare
	b.spare = nil
	if d == nil {
		d = &Book{base: b}
	}
	d.figures = b.figures
	d.agents.age = b.agents.age + 1 // no sheet beneath is the draft's
	return d
}

// Commit makes the book beneath a draft stand as the draft does. The draft must
// not be used afterwards.
func (d *Book) Commit() {
	b := d.base
	for p := range d.agents.leaves.all {
		b.seat(p, d.agents.age)
	}
	var slots []uint32 // by the draft's
	for p := range d.referrals.leaves.all {
		slots = append(slots, b.referrals.put(p))
	}
	b.figures = d.figures
	for _, chunk := range d.departures.chunks {
		for _, leaving := range chunk {
			leaving.slot = slots[leaving.slot]
			b.departures.push(leaving)
		}
	}
	if b.base == nil {
		b.depart()
	}
	d.agents.empty()
	d.referrals.empty()
	d.departures = departures{}
	b.spare = d
}

// Apply folds in the event of the record at a position, recorded at an instant,
// in a stream. It is the one fold: the engine, the audit and every test use it.
// A referral's event has the record's time, and times never run backwards.
//
// An event of an archived referral, which only an engine that keeps longer can
// have recorded, moves the counts, the position and the time, and nothing else.
func (b *Book) Apply(position uint64, at time.Time, s Stream, e Event) {
	at = at.UTC().Round(0)
	switch e := e.(type) {
	case referral.PolicySet:
		p := referral.Policy(e)
		b.policy = &p
	case referral.Event:
		if r, slot := b.openReferral(s.Referral); r != nil {
			was, had := r.Status, r.Offer.To
			r.Referral = referral.Apply(r.Referral, e)
			b.turned(position, e.Kind(), r, slot, was, had)
		}
		b.count(e.Kind())
	case agent.Event:
		d, slot := b.openAgent(s.Agent)
		a := b.take(s.Agent, d)
		if !a.Registered() {
			b.counts.Agents++
		}
		a.Agent = agent.Apply(a.Agent, e)
		b.lay(slot, d, a, at)
	}
	b.position, b.time = position, at
	if b.base == nil {
		b.depart()
	}
}

var (
	kindRequested = referral.Requested{}.Kind()
	kindOffered   = referral.Offered{}.Kind()
	kindAccepted  = referral.Accepted{}.Kind()
	kindExhausted = referral.Exhausted{}.Kind()
	kindWithdrawn = referral.Withdrawn{}.Kind()
)

// turned keeps account of a referral that an event has changed: it was of that
// status before, with its offer held by had.
func (b *Book) turned(position uint64, kind string, r *entry, slot uint32, was referral.Status, had agent.NPN) {
	if was == "" {
		r.position = position
	}
	if was == referral.StatusOffered && r.Status != referral.StatusOffered {
		d, _ := b.openAgent(had)
		d.open--
	}
	if kind == kindOffered {
		d, _ := b.openAgent(r.Offer.To)
		d.open, d.last = d.open+1, position
	}
	if b.keep > 0 && r.Status.Ended() {
		b.departures.push(departureOf(slot, r.Changed))
	}
}

// count counts a referral's event.
func (b *Book) count(kind string) {
	switch kind {
	case kindRequested:
		b.counts.Requested++
	case kindOffered:
		b.counts.Offered++
	case kindAccepted:
		b.counts.Accepted++
	case kindExhausted:
		b.counts.Exhausted++
	case kindWithdrawn:
		b.counts.Withdrawn++
	}
}

// openReferral returns a page of this very book for a referral, to be changed,
// and its slot; nil if the referral is archived.
func (b *Book) openReferral(id uuid.UUID) (*entry, uint32) {
	if r, slot := b.referrals.open(id); r != nil {
		if b.left(r) {
			return nil, 0
		}
		return r, slot
	}
	below := b.entry(id)
	if below == nil && b.Archived(id) {
		return nil, 0
	}
	r, slot := b.referrals.add(id)
	if below != nil {
		*r = *below
	}
	return r, slot
}

// root returns the book beneath all drafts.
func (b *Book) root() *Book {
	for b.base != nil {
		b = b.base
	}
	return b
}

// desk returns an agent's place, to be read only, or nil; of no book it is nil.
func (b *Book) desk(n agent.NPN) *desk {
	for ; b != nil; b = b.base {
		if d := b.agents.find(n); d != nil {
			return d
		}
	}
	return nil
}

// page returns a referral's page, to be read only, or nil.
func (b *Book) page(id uuid.UUID) *entry {
	for ; b != nil; b = b.base {
		if r := b.referrals.find(id); r != nil {
			return r
		}
	}
	return nil
}

// entry returns a referral, to be read only; nil if there is none, or none any
// more.
func (b *Book) entry(id uuid.UUID) *entry {
	r := b.page(id)
	if r == nil {
		r = b.root().shelf.take(id)
	}
	if r == nil || b.left(r) {
		return nil
	}
	return r
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
// there is none. That costs a microsecond or two and some lists. Who keeps one
// of the agent's texts keeps all of them, some hundred bytes.
func (b *Book) Agent(n agent.NPN) (agent.Agent, time.Time) {
	var a agent.Agent
	d := b.desk(n)
	if d == nil {
		return a, time.Time{}
	}
	d.read(&a, n)
	return a, d.changed()
}

// Load returns an agent's open offers and the position of its last one.
func (b *Book) Load(n agent.NPN) referral.Load {
	if d := b.desk(n); d != nil {
		return d.load()
	}
	return referral.Load{}
}

// Referral returns a referral and the position of its request; the zero
// Referral if there is none, or none any more: [Book.Archived] tells which.
func (b *Book) Referral(id uuid.UUID) (referral.Referral, uint64) {
	if r := b.entry(id); r != nil {
		return r.Referral, r.position
	}
	return referral.Referral{}, 0
}

// Peek is [Book.Referral] without a copy: nil if there is no such referral. What
// it points to is for reading, until the book changes.
func (b *Book) Peek(id uuid.UUID) (*referral.Referral, uint64) {
	if r := b.entry(id); r != nil {
		return &r.Referral, r.position
	}
	return nil, 0
}

// Agents yields every agent with its load, by NPN. It is not for a draft.
func (b *Book) Agents() iter.Seq2[agent.Agent, referral.Load] {
	return func(yield func(agent.Agent, referral.Load) bool) {
		for _, p := range desks(b.agents.leaves) {
			if !p.value.heard() {
				continue
			}
			var a agent.Agent
			if p.value.read(&a, p.key); !yield(a, p.value.load()) {
				return
			}
		}
	}
}

// Referrals yields every referral that has not left, with the position of its
// request, in the order of the requests. It is not for a draft.
func (b *Book) Referrals() iter.Seq2[referral.Referral, uint64] {
	return func(yield func(referral.Referral, uint64) bool) {
		var list []*entry
		for p := range b.referrals.leaves.all {
			list = append(list, &p.value)
		}
		for i := b.shelf.next; i < b.shelf.len; i++ {
			if b.referrals.find(b.shelf.id(i)) == nil {
				list = append(list, b.shelf.entry(i))
			}
		}
		slices.SortFunc(list, func(p, q *entry) int { return cmp.Compare(p.position, q.position) })
		for _, r := range list {
			if !yield(r.Referral, r.position) {
				return
			}
		}
	}
}

// Live yields every referral that has not ended, as [Book.Referrals] does. It
// unpacks none of those that had ended when the book was stored.
func (b *Book) Live() iter.Seq2[referral.Referral, uint64] {
	return func(yield func(referral.Referral, uint64) bool) {
		for _, p := range live(b.referrals.leaves) {
			if !yield(p.value.Referral, p.value.position) {
				return
			}
		}
	}
}

// live returns the pages of the referrals that have not ended, in the order of
// the requests.
func live(ls leaves[uuid.UUID, entry]) []*page[uuid.UUID, entry] {
	var list []*page[uuid.UUID, entry]
	for p := range ls.all {
		if !p.value.Status.Ended() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(p, q *page[uuid.UUID, entry]) int { return cmp.Compare(p.value.position, q.value.position) })
	return list
}
