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
// index of agents, the schedules they have, the timers, who holds what and who
// waits where. All of it follows from the book and the time, and is made anew when
// an engine opens.
type derived struct {
	lives
	classes  classes
	index    near.Index
	tongues  map[spoken.Key]near.Language
	numbers  []near.Language     // what numbersOf returned last
	briefs   map[agent.NPN]brief // of the agents in the index
	channels [][]agent.Channel   // of briefs, each once
	sure     uuid.UUID           // of the referral whose offer is being made to somebody who loses nothing in the window
	gains    timers[agent.NPN]   // when the clock may add to a footing
	lens     book.Lens
	turned   turns
	changes  map[agent.NPN]struct{} // agents whose facts have changed since they were last judged
}

func newDerived(head time.Time) *derived {
	return &derived{
		lives: newLives(), classes: newClasses(), turned: turns{head: head},
		tongues: map[spoken.Key]near.Language{}, briefs: map[agent.NPN]brief{}, changes: map[agent.NPN]struct{}{},
	}
}

// derive makes everything anew from a book as it stands at an instant. What has
// ended has no part in it, so it costs nothing. Every waiting referral is woken:
// whoever may have joined a line meanwhile is found.
func derive(b *book.Book, at time.Time) *derived {
	d := newDerived(at)
	for i := range b.Stretches() {
		for a, load := range b.Stretch(i, &d.lens) {
			if a.Registered() {
				d.place(b, a, load, at)
			}
		}
	}
	for r, position := range b.Live() {
		d.referralChanged(b, r.ID, &r, position)
	}
	d.wakeAll()
	return d
}

// changed brings what is derived in line with an event that was folded into b.
// What follows from an agent's facts waits for judge, so that many facts of one
// agent cost no more than one.
func (d *derived) changed(b *book.Book, stream book.Stream, at time.Time) {
	switch {
	case stream.Agent != 0:
		d.changes[stream.Agent] = struct{}{}
	case stream.Referral != uuid.Nil:
		had := d.holder(stream.Referral)
		r, position := b.Peek(stream.Referral)
		d.referralChanged(b, stream.Referral, r, position)
		d.loadChanged(b, had, at)
		if has := d.holder(stream.Referral); has != had {
			d.loadChanged(b, has, at)
		}
	default:
		d.turnClasses(b, at)
		for n := range d.holding {
			d.changes[n] = struct{}{} // the limit of open offers may be another
		}
		d.wakeAll()
	}
}

// judge brings what follows from the facts of agents in line with the book.
func (d *derived) judge(b *book.Book, at time.Time) {
	for n := range d.changes {
		d.agentChanged(b, n, at)
	}
	clear(d.changes)
}

// agentChanged brings everything about an agent in line with the book: its
// place in the index at an instant, when the clock next adds to its footing, and
// what becomes of the offers it holds.
func (d *derived) agentChanged(b *book.Book, n agent.NPN, at time.Time) {
	a, _ := b.Look(&d.lens, n)
	if a == nil || !a.Registered() {
		d.gains.drop(n)
		delete(d.briefs, n)
		was, _ := d.index.ClassOf(uint64(n))
		d.index.Remove(uint64(n))
		d.enrol(was, idle)
		return
	}
	d.place(b, a, b.Load(n), at)
	d.turned.remember(turn{agent: n, at: at})
	for l := d.holding[n]; l != nil; l = l.next {
		r, _ := b.Peek(l.id)
		d.watchOffer(b, l, r)
	}
}

// place puts an agent into the index as its footing, its schedule and its offers
// have it at an instant. One at the limit of open offers is idle (R17). Whoever is
// to be found in a new way wakes those who wait for it.
func (d *derived) place(b *book.Book, a *agent.Agent, load referral.Load, at time.Time) {
	n := a.NPN
	footing, gains := a.Footing(at)
	if gains.IsZero() {
		d.gains.drop(n)
	} else {
		d.gains.set(n, gains, uint64(n))
	}
	policy, _ := b.Policy()
	class := idle
	if footing.OnDuty && footing.States != 0 && !atLimit(load, policy) {
		class = d.classOf(b, a, at)
	}
	d.briefs[n] = brief{steady: secondsOf(a.Steady(at)), channels: d.listOf(a.OfferChannels())}
	was, _ := d.index.ClassOf(uint64(n))
	fresh := d.index.Put(near.Entry{
		ID: uint64(n), Point: footing.Point, Last: load.LastOffer, States: footing.States, Languages: d.numbersOf(footing.Languages), Class: class,
	})
	d.enrol(was, class)
	if fresh && class != idle && d.classes.all[class].open {
		d.wake(b, n, footing)
	}
}

// atLimit reports whether an agent is at the limit of open offers (R17).
func atLimit(l referral.Load, p referral.Policy) bool {
	return p.MaxOpenOffers > 0 && l.Open >= p.MaxOpenOffers
}

// loadChanged tells the index of an agent's last offer. Under a limit of open
// offers the agent may have come to it, or have a place free again.
func (d *derived) loadChanged(b *book.Book, n agent.NPN, at time.Time) {
	if n == 0 {
		return
	}
	if policy, _ := b.Policy(); policy.MaxOpenOffers > 0 {
		d.agentChanged(b, n, at)
		return
	}
	d.index.SetLast(uint64(n), b.Load(n).LastOffer)
}

// referralChanged brings everything about a referral in line with how it stands
// in the book; nil if it is not there.
func (d *derived) referralChanged(b *book.Book, id uuid.UUID, r *referral.Referral, position uint64) {
	if r == nil || r.Status == "" || r.Status.Ended() {
		d.drop(id)
		return
	}
	l := d.of(id, position)
	var holder agent.NPN
	var waits geo.State
	switch r.Status {
	case referral.StatusOffered:
		holder = r.Offer.To
	case referral.StatusWaiting:
		waits = r.State
	}
	d.file(l, holder, waits)
	l.pending = r.Status == referral.StatusPending
	l.woken = l.woken && waits != ""
	if l.pending {
		d.prepare(l)
	}
	if holder != 0 {
		d.watchOffer(b, l, r)
		return
	}
	l.lost = nil
	due := time.Time{}
	if waits != "" {
		due, _ = referral.Due(*r)
	}
	d.setAlarm(l, due)
}

// watchOffer sets the alarm of an open offer: its deadline, or before that the
// instant at which its holder ceases to be eligible, seen from the holder's
// facts as they stand in the book and nothing else, so that every engine finds
// the same: of facts that one command records together the last ones count. It
// begins where the holder's facts last changed, or where the offer did: what was
// due before then is in the log.
func (d *derived) watchOffer(b *book.Book, l *live, r *referral.Referral) {
	if d.sure == l.id {
		l.lost = nil
		d.setAlarm(l, r.Offer.Deadline)
		return
	}
	holder, from := b.Look(&d.lens, r.Offer.To)
	if holder == nil {
		holder = new(agent.Agent)
	}
	from = later(from, r.Offer.At)
	due, why := holder.Loss(r.Need(), from, r.Offer.Deadline)
	if why == nil {
		due = r.Offer.Deadline
	}
	l.lost = why
	d.setAlarm(l, due)
}

// next returns when the clock next has something to do: now if a referral is
// between two steps or woken, or if facts are not judged yet, and false if never.
func (d *derived) next(now time.Time) (at time.Time, ok bool) {
	if d.anyReady() || d.classes.opened || len(d.changes) > 0 {
		return now, true
	}
	earliest := func(t time.Time, found bool) {
		if found && (!ok || t.Before(at)) {
			at, ok = t, true
		}
	}
	gain, found := d.gains.next()
	earliest(gain.at, found)
	class, found := d.classes.turns.next()
	earliest(class.at, found)
	alarm, found := d.nextAlarm()
	earliest(alarm.at, found)
	return at, ok
}

// numbersOf returns the index's numbers of languages, giving new ones as needed.
// They are good until it is called again.
func (d *derived) numbersOf(keys []spoken.Key) []near.Language {
	list := d.numbers[:0]
	for _, k := range keys {
		n, ok := d.tongues[k]
		if !ok {
			n = near.Language(len(d.tongues))
			d.tongues[k] = n
		}
		list = append(list, n)
	}
	d.numbers = list
	return list
}

// query returns what the index is asked for a referral.
func (d *derived) query(r *referral.Referral, p referral.Policy) near.Query {
	q := near.Query{From: r.Position(), State: r.State, Within: geo.ChordWithin(p.Radius)}
	for _, l := range r.Languages {
		if n, ok := d.tongues[l.Key]; ok {
			q.Languages = append(q.Languages, n)
		}
	}
	return q
}
