package engine

import (
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// step is one unit of the desk's work: events staged on a draft of the book, to
// be appended together. A reader sees nothing of it before it is durable.
type step struct {
	*derived
	draft   *book.Book
	newID   func() uuid.UUID
	entries []eventlog.Entry
	at      time.Time // of the newest event, staged or in the log: times never run backwards (R25)
	head    time.Time // of the newest event in the log
	budget  int       // about how many events it may stage
	fault   error     // an event that could not be written down

	agents    []agent.NPN // touched, to be restored if the append fails; some stand there again
	referrals []uuid.UUID
}

// full reports whether the step should be appended before more is staged. Every
// prefix of the log is a legal start (invariant 7), so any event may be the last.
func (s *step) full() bool { return len(s.entries) >= s.budget || s.fault != nil }

// stage adds an event to the step and folds it in.
func (s *step) stage(stream book.Stream, e book.Event) {
	data, err := book.Encode(e)
	if err != nil {
		s.fault = err
		return
	}
	s.entries = append(s.entries, eventlog.Entry{ID: s.newID(), Stream: stream.String(), Kind: e.Kind(), Time: s.at, Data: data})
	position, _ := s.draft.Position()
	var before referral.Referral
	if stream.Referral != uuid.Nil {
		before, _ = s.draft.Referral(stream.Referral)
	}
	s.draft.Apply(position+1, s.at, stream, e)
	s.changed(s.draft, stream, before.Offer.To, s.at)
	s.touch(stream, before.Offer.To)
}

// changed brings what is derived in line with an event that was folded into b.
// had is who held the referral's offer before it.
func (d *derived) changed(b *book.Book, stream book.Stream, had agent.NPN, at time.Time) {
	switch {
	case stream.Agent != 0:
		d.agentChanged(b, stream.Agent, at)
	case stream.Referral != uuid.Nil:
		d.referralChanged(b, stream.Referral)
		r, _ := b.Referral(stream.Referral)
		d.loadChanged(b, r.Offer.To)
		if had != r.Offer.To {
			d.loadChanged(b, had)
		}
	default:
		for n := range d.standings {
			d.agentChanged(b, n, at)
		}
		d.wakeAll()
	}
}

func (s *step) touch(stream book.Stream, had agent.NPN) {
	switch {
	case stream.Agent != 0:
		s.agents = append(s.agents, stream.Agent)
		for id := range s.holding[stream.Agent] {
			s.referrals = append(s.referrals, id)
		}
	case stream.Referral != uuid.Nil:
		r, _ := s.draft.Referral(stream.Referral)
		s.referrals = append(s.referrals, stream.Referral)
		s.agents = append(s.agents, r.Offer.To, had)
	default:
		for n := range s.standings {
			s.agents = append(s.agents, n)
		}
	}
}

// restore takes back what the step did to what is derived: the append failed,
// and b is how the book stands without it.
func (s *step) restore(b *book.Book, at time.Time) {
	for _, id := range s.referrals {
		s.referralChanged(b, id)
	}
	for _, n := range s.agents {
		s.agentChanged(b, n, at)
	}
	s.wakeAll()
}

// settle stages what the clock has made due at an instant, then asks the next
// in line for every referral that is ready. It returns false if the step is
// full before all of it is staged.
//
// What is due is taken in the order in which it fell due: offers that end (by
// deadline, then request, R18) and waits that give up, each after standings have
// followed the clock up to it; what a standing was in between concerns nobody.
// Next offers start now, whenever the last one ended.
func (s *step) settle(now time.Time) bool {
	s.at = later(s.at, now)
	s.turnBack(s.draft, s.head, s.at)
	for !s.full() {
		turn, turns := s.turns.due(s.at)
		offer, offers := s.offers.due(s.at)
		wait, waits := s.waits.due(s.at)
		until := s.at // the next instant at which standings count
		if offers && offer.at.Before(until) {
			until = offer.at
		}
		if waits && wait.at.Before(until) {
			until = wait.at
		}
		switch {
		case turns && !turn.at.After(until):
			s.turnTo(s.draft, turn.key, until)
		case offers && (!waits || !offer.at.After(wait.at)):
			s.endOffer(offer.key)
		case waits && s.woken[wait.key] && s.inLine(wait.key):
			// Somebody joined its line before it gave up: serve decides.
			s.referrals = append(s.referrals, wait.key)
			s.waits.drop(wait.key)
		case waits:
			s.decide(wait.key, referral.Exhaust{At: s.at})
		default:
			return s.serve()
		}
	}
	return false
}

func later(t, u time.Time) time.Time {
	if t.Before(u) {
		return u
	}
	return t
}

// endOffer rescinds an open offer whose holder lost eligibility first (R7, R8),
// or lets it expire.
func (s *step) endOffer(id uuid.UUID) {
	if l, lost := s.losses[id]; lost {
		s.decide(id, referral.Rescind{Reasons: l.reasons, At: s.at})
		return
	}
	s.decide(id, referral.Expire{At: s.at})
}

// serve asks the next in line for every referral that is between two steps or
// waiting and woken, the oldest request first (R10). It returns false if the
// step is full before it is done.
func (s *step) serve() bool {
	ready := make([]ranked, 0, len(s.pending)+len(s.woken))
	for id := range s.pending {
		ready = append(ready, s.rank(id))
	}
	for id := range s.woken {
		ready = append(ready, s.rank(id))
	}
	sortRanked(ready)
	for _, next := range ready {
		if s.full() {
			return false
		}
		s.serveOne(next.id)
	}
	return true
}

// serveOne makes an offer to the first in line, or lets the referral wait, or
// go on waiting, or give up.
func (s *step) serveOne(id uuid.UUID) {
	r, _ := s.draft.Referral(id)
	policy, _ := s.draft.Policy()
	if offer, ok := s.first(r, policy); ok {
		s.decide(id, offer)
		return
	}
	delete(s.woken, id)
	since, until := s.at, time.Time{}
	if r.Status == referral.StatusWaiting {
		since = r.Since
	}
	if policy.GiveUp > 0 {
		until = since.Add(policy.GiveUp)
	}
	// Of a referral that waits already this records until when a new policy lets
	// it (R30), and otherwise nothing.
	s.decide(id, referral.Wait{Until: until, At: s.at})
	if !until.IsZero() && !until.After(s.at) {
		s.decide(id, referral.Exhaust{At: s.at})
	}
}

// inLine reports whether anybody is in the referral's line, as far as the clock
// has been followed.
func (s *step) inLine(id uuid.UUID) bool {
	r, _ := s.draft.Referral(id)
	policy, _ := s.draft.Policy()
	_, ok := s.first(r, policy)
	return ok
}

// line yields who is in the referral's line, in order (R2, R12).
func (s *step) line(r referral.Referral, p referral.Policy) iter.Seq[referral.Place] {
	return func(yield func(referral.Place) bool) {
		want := r.Need().Languages
		for m := range s.index.Line(s.query(r, p)) {
			n := agent.NPN(m.ID)
			if r.Asked(n) {
				continue
			}
			a, _ := s.draft.Agent(n)
			language, _ := a.Speaks(want)
			if !yield(referral.Place{Agent: n, Chord: m.Chord, LastOffer: m.Last, Language: language}) {
				return
			}
		}
	}
}

// first finds the first in the referral's line and the offer to make (R13).
func (s *step) first(r referral.Referral, p referral.Policy) (referral.MakeOffer, bool) {
	for place := range s.line(r, p) {
		a, _ := s.draft.Agent(place.Agent)
		meters := geo.Meters(-1)
		if place.Chord != geo.Unreachable {
			meters = place.Chord.Meters()
		}
		return referral.MakeOffer{
			To: place.Agent, Deadline: s.at.Add(p.Window), Language: place.Language, Meters: meters, Channels: a.OfferChannels(), At: s.at,
		}, true
	}
	return referral.MakeOffer{}, false
}

// decide stages what a command makes of a referral. The desk's own commands are
// never refused; a refusal is a fault of the desk.
func (s *step) decide(id uuid.UUID, c referral.Command) {
	if err := s.tryDecide(id, c); err != nil {
		s.fault = err
	}
}

func (s *step) tryDecide(id uuid.UUID, c referral.Command) error {
	r, _ := s.draft.Referral(id)
	events, err := referral.Decide(r, c)
	for _, e := range events {
		s.stage(book.Stream{Referral: id}, e)
	}
	return err
}
