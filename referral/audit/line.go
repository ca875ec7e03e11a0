package audit

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// View is what a question about a referral looked at.
type View struct {
	Position eventlog.Position  // of the last record that counts, 0 if none does
	At       time.Time          // the instant it is judged at
	Referral referral.Referral  // as it stood
	Offer    eventlog.Position  // of the offer that this is just before, 0 if it is not
	Made     referral.MakeOffer // that offer; zero if there is none
	Wait     eventlog.Position  // of the waiting that this is just before, 0 if it is not
}

// Standing is an agent's place in a line, with its name.
type Standing struct {
	referral.Place
	Name string
}

// Meters returns the distance in meters, -1 if it is unknown.
func (s Standing) Meters() geo.Meters {
	if s.Chord == geo.Unreachable {
		return -1
	}
	return s.Chord.Meters()
}

// Lineup is who stood in a referral's line, in order.
type Lineup struct {
	View
	Line []Standing
}

// Answer is why an agent was in a referral's line or was not (B2).
type Answer struct {
	View
	Agent   agent.Agent
	Load    referral.Load
	Reasons []agent.Reason // every reason against it, none if it was in line
	Place   Standing       // its place, or the one it would have had
	Rank    int            // 1 for the first in line, 0 if it was not in line
	Line    []Standing     // the whole line
	Earlier []Glimpse      // of the decisions before, if no moment was asked for
}

// Glimpse is how an agent stood just before an earlier offer or waiting of a referral.
type Glimpse struct {
	Position eventlog.Position // of the offer or the waiting
	At       time.Time
	To       agent.NPN // who was asked, 0 if it waited
	Rank, Of int       // its place in line, 0 if it was not in it, and how many were
	Reasons  []agent.Reason
}

// Line returns a referral's line as of a moment; for the zero Moment just before its
// latest offer, or if none was made just before it began to wait, or at the end of the
// log. Its error is that of the records, or says that there is no such referral or no
// such moment, or that the referral had ended by then.
func Line(records Records, id uuid.UUID, m Moment) (Lineup, error) {
	var before *Lineup
	p := newPast()
	err := p.replay(records, m, p.eachDecision(id, m, func(r *eventlog.Record, e book.Event) {
		if l, err := p.lineAt(id, r.Time); err == nil && (before == nil || before.supersedes(e)) {
			l.decided(r, e)
			before = &l
		}
	}))
	if err != nil {
		return Lineup{}, err
	}
	if before != nil {
		return *before, nil
	}
	return p.Line(id)
}

// Why returns why an agent was or was not in a referral's line as of a moment; for
// the zero Moment just before the agent's own offer, or if it had none as [Line] does.
// Its errors are those of Line, and [agent.ErrUnknown] if no record speaks of the
// agent.
func Why(records Records, id uuid.UUID, n agent.NPN, m Moment) (Answer, error) {
	var before *Answer
	var earlier []Glimpse
	p := newPast()
	err := p.replay(records, m, p.eachDecision(id, m, func(r *eventlog.Record, e book.Event) {
		if before != nil && (before.Made.To == n || !before.supersedes(e)) {
			return // nobody is asked twice
		}
		if a, err := p.whyAt(id, n, r.Time); err == nil {
			if before != nil {
				earlier = append(earlier, before.glimpse())
			}
			a.decided(r, e)
			before = &a
		}
	}))
	if err != nil {
		return Answer{}, err
	}
	if _, err := p.Agent(n); err != nil {
		return Answer{}, err
	}
	if before != nil {
		before.Earlier = earlier
		return *before, nil
	}
	return p.Why(id, n)
}

func (w *Answer) glimpse() Glimpse {
	return Glimpse{Position: w.Offer + w.Wait, At: w.At, To: w.Made.To, Rank: w.Rank, Of: len(w.Line), Reasons: w.Reasons}
}

// eachDecision returns what looks for the offers of a referral and for where it began
// to wait, if no moment was asked for.
func (p *Past) eachDecision(id uuid.UUID, m Moment, found func(*eventlog.Record, book.Event)) func(*eventlog.Record) {
	if m.kind != theEnd {
		return nil
	}
	stream := book.Stream{Referral: id}
	name := stream.String()
	return func(r *eventlog.Record) {
		if r.Kind != kindOffered && r.Kind != kindWaiting || r.Stream != name {
			return
		}
		if before, _ := p.book.Peek(id); r.Kind == kindWaiting && before != nil && before.Status == referral.StatusWaiting {
			return // a new policy changed until when
		}
		if e, err := book.Decode(stream, r.Kind, r.Time, r.Data); err == nil {
			found(r, e)
		}
	}
}

// supersedes reports whether a later decision is rather to be looked at: an offer
// always, and a wait if there was no offer.
func (v *View) supersedes(e book.Event) bool {
	_, offered := e.(referral.Offered)
	return offered || v.Offer == 0
}

// decided notes which decision the view is just before.
func (v *View) decided(r *eventlog.Record, e book.Event) {
	if offered, ok := e.(referral.Offered); ok {
		v.Offer, v.Made = r.Position, referral.MakeOffer(offered)
		return
	}
	v.Wait = r.Position
}

// Line returns a referral's line. Its error is that of [Past.Referral], or says that
// the referral had ended: nobody stands in line then.
func (p *Past) Line(id uuid.UUID) (Lineup, error) { return p.lineAt(id, p.at) }

// Why returns why an agent was or was not in a referral's line. Its errors are those
// of [Past.Line] and [Past.Agent].
func (p *Past) Why(id uuid.UUID, n agent.NPN) (Answer, error) {
	if _, err := p.Agent(n); err != nil {
		return Answer{}, err
	}
	return p.whyAt(id, n, p.at)
}

func (p *Past) lineAt(id uuid.UUID, at time.Time) (l Lineup, err error) {
	r, err := p.Referral(id)
	if err != nil {
		return l, err
	}
	if r.Status.Ended() {
		return l, fmt.Errorf("referral %s: %w: it was %s by then, and nobody stands in its line: ask for an earlier moment", id, referral.ErrEnded, r.Status)
	}
	l.View = View{Position: p.head.Position, At: at, Referral: r}
	policy, _ := p.book.Policy()
	for n := range p.roll.candidates(&r) {
		a, _ := p.book.Look(&p.roll.lens, n)
		load := p.book.Load(n)
		if referral.Verdict(r, *a, load, policy, at) == nil {
			l.Line = append(l.Line, Standing{referral.PlaceOf(r, *a, load), a.Name})
		}
	}
	slices.SortFunc(l.Line, func(s, t Standing) int { return s.Compare(t.Place) })
	return l, nil
}

func (p *Past) whyAt(id uuid.UUID, n agent.NPN, at time.Time) (w Answer, err error) {
	l, err := p.lineAt(id, at)
	if err != nil {
		return w, err
	}
	w.View, w.Line = l.View, l.Line
	w.Agent, _ = p.book.Agent(n)
	w.Agent.NPN = n
	w.Load = p.book.Load(n)
	policy, _ := p.book.Policy()
	w.Reasons = referral.Verdict(w.Referral, w.Agent, w.Load, policy, at)
	w.Place = Standing{referral.PlaceOf(w.Referral, w.Agent, w.Load), w.Agent.Name}
	w.Rank = 1 + slices.IndexFunc(w.Line, func(s Standing) bool { return s.Place.Agent == n })
	return w, nil
}
