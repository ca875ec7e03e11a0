package referral

import (
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
)

// Apply returns the referral as it stands after e. It cannot fail, and it
// leaves r as it was.
func Apply(r Referral, e Event) Referral {
	r.apply(e)
	return r
}

// apply is Apply in place. It changes no list that r shares with another, and
// keeps no hold of e, so that an event folded on the spot needs no allocation.
func (r *Referral) apply(e Event) {
	switch e := e.(type) {
	case Requested:
		*r = Referral{
			ID: e.ID, Subject: e.Subject, State: e.State, ZIP: e.ZIP, Point: e.Point, Resolved: e.Resolved,
			Languages: e.Languages, Requested: e.At, Status: StatusPending, Changed: e.At,
		}
	case Offered:
		r.Changed, r.Status, r.Since, r.Until = e.At, StatusOffered, time.Time{}, time.Time{}
		r.Offer = Offer{e.To, e.At, e.Deadline, e.Language, e.Meters, e.Channels}
	case Accepted:
		r.Changed, r.Status = e.At, StatusAccepted
	case Declined:
		r.passOn(EndedDeclined, e.At, nil)
	case Expired:
		r.passOn(EndedExpired, e.At, nil)
	case Rescinded:
		r.passOn(EndedRescinded, e.At, e.Reasons)
	case Waiting:
		if r.Status != StatusWaiting {
			r.Since = e.At
		}
		r.Changed, r.Status, r.Until = e.At, StatusWaiting, e.Until
	case Exhausted:
		r.Changed, r.Status, r.Since, r.Until = e.At, StatusExhausted, time.Time{}, time.Time{}
	case Withdrawn:
		if r.Status == StatusOffered {
			r.passOn(EndedWithdrawn, e.At, nil)
		}
		r.Changed, r.Status, r.Since, r.Until = e.At, StatusWithdrawn, time.Time{}, time.Time{}
	case Contacted:
		r.Changed, r.Contacted = e.At, e.At
	case OutcomeRecorded:
		r.Changed, r.Outcome = e.At, e.Outcome
	}
}

// passOn ends the open offer and leaves the referral between two steps.
func (r *Referral) passOn(how Ending, at time.Time, why []agent.Reason) {
	r.Past = append(slices.Clip(r.Past), PastOffer{r.Offer, how, at, why})
	r.Offer, r.Status, r.Changed = Offer{}, StatusPending, at
}
