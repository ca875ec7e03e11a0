package engine

import (
	"iter"
	"slices"
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
	at      time.Time   // of the newest event, staged or in the log: times never run backwards (R25)
	budget  int         // about how many events it may stage
	fault   error       // an event that could not be written down
	stream  book.Stream // of the last entry
	name    string      // of that stream

	agents    []agent.NPN // touched, to be restored if the append fails; some stand there again
	referrals []uuid.UUID
	policies  bool // a policy was recorded
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
	s.stageEncoded(stream, e, data)
}

// stageEncoded is stage for an event whose data is known.
func (s *step) stageEncoded(stream book.Stream, e book.Event, data []byte) {
	if stream != s.stream || s.name == "" {
		s.stream, s.name = stream, stream.String()
	}
	s.entries = append(s.entries, eventlog.Entry{ID: s.newID(), Stream: s.name, Kind: e.Kind(), Time: s.at, Data: data})
	position, _ := s.draft.Position()
	had := s.holder(stream.Referral)
	s.draft.Apply(position+1, s.at, stream, e)
	s.changed(s.draft, stream, s.at)
	s.touch(stream, had)
}

// touch notes what an event changed, to be restored. had is who held the
// referral's offer before it.
func (s *step) touch(stream book.Stream, had agent.NPN) {
	switch {
	case stream.Agent != 0:
		s.agents = append(s.agents, stream.Agent)
	case stream.Referral != uuid.Nil:
		s.referrals = append(s.referrals, stream.Referral)
		for _, n := range [...]agent.NPN{had, s.holder(stream.Referral)} {
			if n != 0 {
				s.agents = append(s.agents, n)
			}
		}
	default:
		s.policies = true
		for n := range s.holding {
			s.agents = append(s.agents, n)
		}
	}
}

// restore takes back what the step did to what is derived: the append failed,
// and b is how the book stands without it.
func (s *step) restore(b *book.Book, at time.Time) {
	for _, id := range s.referrals {
		r, position := b.Peek(id)
		s.referralChanged(b, id, r, position)
	}
	for _, n := range s.agents {
		s.changes[n] = struct{}{}
	}
	s.judge(b, at)
	if s.policies {
		s.turnClasses(b, at)
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
// Of standings the schedules are followed, and the footings that gain; one that
// only loses is looked at when it is met in line. Next offers start now, whenever
// the last one ended.
func (s *step) settle(now time.Time) bool {
	// As it is recorded, and by the wall clock, which may be set back: a monotonic
	// reading goes on when that is.
	s.at = later(s.at, now.UTC().Round(0))
	s.judge(s.draft, s.at)
	s.turnBack(s.draft, s.at)
	for !s.full() {
		class, classes := s.classes.turns.due(s.at)
		gain, gains := s.gains.due(s.at)
		alarm, rang := s.nextAlarm()
		rang = rang && !alarm.at.After(s.at)
		until := s.at // the next instant at which standings count
		if rang {
			until = alarm.at
		}
		l := alarm.key
		switch {
		case classes && !class.at.After(until):
			s.turnClass(s.draft, class.key, until)
		case gains && !gain.at.After(until):
			s.agentChanged(s.draft, gain.key, until)
		case s.classes.opened:
			s.wakeServed(s.draft)
		case !rang:
			if !s.serve() {
				return false
			}
			// Who was met and had lost its footing may have woken those who wait for
			// it elsewhere.
			if !s.anyReady() {
				return true
			}
		case l.state == "":
			s.endOffer(l)
		case l.woken && s.inLine(l.id, until):
			// Somebody joined its line before it gave up: serve decides.
			s.referrals = append(s.referrals, l.id)
			s.setAlarm(l, time.Time{})
		default:
			s.decide(l.id, referral.Exhaust{At: s.at})
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
func (s *step) endOffer(l *live) {
	if l.lost != nil {
		s.decide(l.id, referral.Rescind{Reasons: l.lost, At: s.at})
		return
	}
	s.decide(l.id, referral.Expire{At: s.at})
}

// serve asks the next in line for every referral that is between two steps or
// waiting and woken, the oldest request first (R10). It returns false if the
// step is full before it is done.
func (s *step) serve() bool {
	for _, l := range s.takeReady() {
		if s.full() {
			return false
		}
		s.serveOne(l)
	}
	return true
}

// serveOne makes an offer to the first in line, or lets the referral wait, or
// go on waiting, or give up.
func (s *step) serveOne(l *live) {
	r, _ := s.draft.Peek(l.id)
	policy, _ := s.draft.Policy()
	if offer, ok := s.first(r, policy); ok {
		s.decide(l.id, offer)
		s.sure = uuid.Nil
		return
	}
	l.woken = false
	since, until := s.at, time.Time{}
	if r.Status == referral.StatusWaiting {
		since = r.Since
	}
	if policy.GiveUp > 0 {
		until = since.Add(policy.GiveUp)
	}
	// Of a referral that waits already this records until when a new policy lets
	// it (R30), and otherwise nothing.
	s.decide(l.id, referral.Wait{Until: until, At: s.at})
	if !until.IsZero() && !until.After(s.at) {
		s.decide(l.id, referral.Exhaust{At: s.at})
	}
}

// inLine reports whether anybody is in the referral's line at an instant up to
// which the clock has been followed.
func (s *step) inLine(id uuid.UUID, at time.Time) bool {
	r, _ := s.draft.Peek(id)
	policy, _ := s.draft.Policy()
	for range s.line(r, policy, at) {
		return true
	}
	return false
}

// line yields who is in the referral's line at an instant up to which the clock
// has been followed, in order (R2, R12), with what is known of them. Whoever is
// met and has lost its footing since it was put into the index is put there anew.
func (s *step) line(r *referral.Referral, p referral.Policy, at time.Time) iter.Seq2[referral.Place, brief] {
	return func(yield func(referral.Place, brief) bool) {
		asked := r.Asked
		if len(r.Past) > manyAsked {
			asked = askedIn(r)
		}
		for m := range s.index.Line(s.query(r, p)) {
			n := agent.NPN(m.ID)
			if asked(n) {
				continue
			}
			known := s.briefs[n]
			if !known.holdsAt(at) {
				if a, _ := s.draft.Look(&s.lens, n); !a.Stands(r.State, at) {
					s.agentChanged(s.draft, n, at)
					continue
				}
			}
			language := r.Languages[0].Key
			if len(r.Languages) > 1 {
				a, _ := s.draft.Look(&s.lens, n)
				language, _ = a.Speaks(r.Need().Languages)
			}
			if !yield(referral.Place{Agent: n, Chord: m.Chord, LastOffer: m.Last, Language: language}, known) {
				return
			}
		}
	}
}

// manyAsked is how many past offers are too many to look through for each agent
// in line.
const manyAsked = 16

// askedIn returns the referral's Asked, which looks at its past offers once.
func askedIn(r *referral.Referral) func(agent.NPN) bool {
	all := make(map[agent.NPN]bool, len(r.Past))
	for i := range r.Past {
		all[r.Past[i].To] = true
	}
	return func(n agent.NPN) bool { return all[n] || r.Offer.To == n }
}

// first finds the first in the referral's line and the offer to make (R13).
func (s *step) first(r *referral.Referral, p referral.Policy) (referral.MakeOffer, bool) {
	for place, known := range s.line(r, p, s.at) {
		meters := geo.Meters(-1)
		if place.Chord != geo.Unreachable {
			meters = place.Chord.Meters()
		}
		deadline := s.at.Add(p.Window)
		if known.holdsAt(deadline) {
			s.sure = r.ID
		}
		return referral.MakeOffer{
			To: place.Agent, Deadline: deadline, Language: place.Language, Meters: meters, Channels: slices.Clone(s.channels[known.channels]), At: s.at,
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
