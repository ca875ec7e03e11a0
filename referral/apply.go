package referral

import (
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
)

// Apply returns the referral as it stands after e. It cannot fail, and it
// leaves r as it was.
func Apply(r Referral, e Event) Referral {
	switch e := e.(type) {
	case nil:
		return r
	case Requested:
		r = Referral{
			ID: e.ID, Subject: e.Subject, State: e.State, ZIP: e.ZIP, Point: e.Point, Resolved: e.Resolved,
			Languages: e.Languages, Requested: e.At, Status: StatusPending,
		}
	case Offered:
		r.Status, r.Since, r.Until = StatusOffered, time.Time{}, time.Time{}
		r.Offer = Offer{e.To, e.At, e.Deadline, e.Language, e.Meters, e.Channels}
	case Accepted:
		r.Status = StatusAccepted
	case Declined:
		r = r.passOn(EndedDeclined, e.At, nil)
	case Expired:
		r = r.passOn(EndedExpired, e.At, nil)
	case Rescinded:
		r = r.passOn(EndedRescinded, e.At, e.Reasons)
	case Waiting:
		if r.Status != StatusWaiting {
			r.Since = e.At
		}
		r.Status, r.Until = StatusWaiting, e.Until
	case Exhausted:
		r.Status, r.Since, r.Until = StatusExhausted, time.Time{}, time.Time{}
	case Withdrawn:
		if r.Status == StatusOffered {
			r = r.passOn(EndedWithdrawn, e.At, nil)
		}
		r.Status, r.Since, r.Until = StatusWithdrawn, time.Time{}, time.Time{}
	case Contacted:
		r.Contacted = e.At
	case OutcomeRecorded:
		r.Outcome = e.Outcome
	}
	r.Changed = e.When()
	return r
}

// passOn ends the open offer and leaves the referral between two steps.
func (r Referral) passOn(how Ending, at time.Time, why []agent.Reason) Referral {
	r.Past = append(slices.Clip(r.Past), PastOffer{r.Offer, how, at, why})
	r.Offer, r.Status = Offer{}, StatusPending
	return r
}
