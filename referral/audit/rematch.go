package audit

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Decision is what the desk decides for a referral between two steps: whom to ask,
// or to wait because nobody is in line.
type Decision struct {
	To       agent.NPN // 0 is to wait
	Deadline time.Time // of an offer
	Language spoken.Key
	Meters   geo.Meters // -1 if unknown
	Channels []agent.Channel
	Until    time.Time // of waiting; zero is for ever
}

// Judgement is a recorded decision beside the one that the rules make of the same
// prefix of the log.
type Judgement struct {
	Position eventlog.Position // of the record
	At       time.Time
	Referral uuid.UUID
	Recorded Decision
	Judged   Decision
	// Against are the reasons against the agent who was asked, none if it is in line.
	Against []agent.Reason
}

// Differs reports whether the two decisions are not the same.
func (j Judgement) Differs() bool { return len(j.Differences()) > 0 }

// Difference is one way in which two decisions differ.
type Difference string

const (
	OtherAgent    Difference = "agent"    // another is first in line
	WouldWait     Difference = "wait"     // nobody is in line
	WouldOffer    Difference = "offer"    // somebody is in line
	OtherDeadline Difference = "deadline" // the window is another (S17)
	OtherLanguage Difference = "language" // another language matches (R13)
	OtherDistance Difference = "distance" // the distance is another (R15)
	OtherChannels Difference = "channels" // it is announced elsewhere (R34)
	OtherUntil    Difference = "until"    // waiting gives up at another time (R10)
)

// Differences returns how the decisions differ. Of offers to different agents, and of
// an offer and waiting, nothing else is compared.
func (j Judgement) Differences() (list []Difference) {
	a, b := j.Recorded, j.Judged
	add := func(d Difference, differs bool) {
		if differs {
			list = append(list, d)
		}
	}
	switch {
	case a.To == b.To && a.To == 0:
		add(OtherUntil, !a.Until.Equal(b.Until))
	case a.To == b.To:
		add(OtherDeadline, !a.Deadline.Equal(b.Deadline))
		add(OtherLanguage, a.Language != b.Language)
		add(OtherDistance, a.Meters != b.Meters)
		add(OtherChannels, !slices.Equal(a.Channels, b.Channels))
	case a.To == 0:
		add(WouldOffer, true)
	case b.To == 0:
		add(WouldWait, true)
	default:
		add(OtherAgent, true)
	}
	return list
}

// Rematch judges each recorded decision, an offer or a waiting, against its own
// prefix of the log (B4): by the rules of this version, under the policy in force
// then, or under what a change makes of it. What would have followed from another
// decision is not carried on: each is judged on what was recorded before it. Its
// error, the last pair, is that of [AsOf], or says what is wrong with the policy.
//
// Without a change nothing differs, unless the rules have changed since or another
// desk wrote the log.
func Rematch(records Records, change Change) iter.Seq2[Judgement, error] {
	return func(yield func(Judgement, error) bool) {
		if _, err := change.of(referral.DefaultPolicy()); err != nil {
			yield(Judgement{}, err)
			return
		}
		p, more := newPast(), true
		var unread error
		err := p.replay(func(yieldRecord func(eventlog.Record, error) bool) {
			for r, err := range records {
				if !more || unread != nil || !yieldRecord(r, err) {
					return
				}
			}
		}, Moment{}, func(r *eventlog.Record) {
			j, ok, err := p.judge(r, change)
			if err != nil {
				unread = err
			} else if ok {
				more = yield(j, nil)
			}
		})
		if err == nil {
			err = unread
		}
		if err != nil && more {
			yield(Judgement{}, err)
		}
	}
}

var (
	kindOffered = referral.Offered{}.Kind()
	kindWaiting = referral.Waiting{}.Kind()
)

// judge judges the decision that a record holds, if it holds one, against what was
// recorded before it.
func (p *Past) judge(r *eventlog.Record, change Change) (j Judgement, ok bool, err error) {
	if r.Kind != kindOffered && r.Kind != kindWaiting {
		return j, false, nil
	}
	stream, err := book.ParseStream(r.Stream)
	if err != nil {
		return j, false, recordError(r, err)
	}
	event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
	if err != nil {
		return j, false, recordError(r, err)
	}
	before, _ := p.book.Peek(stream.Referral)
	if before == nil {
		return j, false, recordError(r, fmt.Errorf("there was no live request before it: verify the log"))
	}
	inForce, _ := p.book.Policy()
	if inForce, err = change.of(inForce); err != nil {
		return j, false, err
	}
	j = Judgement{Position: r.Position, At: r.Time, Referral: stream.Referral}
	switch e := event.(type) {
	case referral.Offered:
		j.Recorded = Decision{To: e.To, Deadline: e.Deadline, Language: e.Language, Meters: e.Meters, Channels: e.Channels}
		a, _ := p.book.Agent(e.To)
		a.NPN = e.To
		j.Against = referral.Verdict(*before, a, p.book.Load(e.To), inForce, r.Time)
	case referral.Waiting:
		j.Recorded = Decision{Until: e.Until}
	}
	j.Judged = p.decide(before, j.Recorded.To, inForce, r.Time)
	return j, true, nil
}

// decide returns what the desk decides for a referral at an instant. Who is thought
// to be first is looked at first, which spares looking at most others.
func (p *Past) decide(r *referral.Referral, thought agent.NPN, policy referral.Policy, at time.Time) Decision {
	var first referral.Place
	var channels []agent.Channel
	look := func(n agent.NPN) {
		a, _ := p.book.Look(&p.roll.lens, n)
		if a == nil {
			return
		}
		load := p.book.Load(n)
		place := referral.PlaceOf(*r, *a, load)
		if (first.Agent == 0 || place.Compare(first) < 0) && referral.Verdict(*r, *a, load, policy, at) == nil {
			first, channels = place, slices.Clone(a.OfferChannels())
		}
	}
	look(thought)
	for n, chord := range p.roll.candidates(r) {
		if first.Agent == 0 || chord <= first.Chord {
			look(n)
		}
	}
	if first.Agent == 0 {
		since := at
		if r.Status == referral.StatusWaiting {
			since = r.Since
		}
		if policy.GiveUp == 0 {
			return Decision{}
		}
		return Decision{Until: since.Add(policy.GiveUp)}
	}
	meters := geo.Meters(-1)
	if first.Chord != geo.Unreachable {
		meters = first.Chord.Meters()
	}
	return Decision{To: first.Agent, Deadline: at.Add(policy.Window), Language: first.Language, Meters: meters, Channels: channels}
}
