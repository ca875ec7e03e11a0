package referral

import (
	"fmt"
	"time"

	"github.com/relevo-go/relevo/agent"
)

// Lawful returns nil if an event may follow what has happened to a referral, and
// otherwise a [*Rejection] that names the rule or the invariant against it: one
// open offer and one holder at most, nobody asked twice, nothing but contact and
// outcome after acceptance, and nothing after the other ends. No desk records an
// event that is not lawful. That it went to the first in line, only who knows
// all agents can tell.
func Lawful(r Referral, e Event) error { return r.allows(e) }

// allows is [Lawful]. It keeps no hold of e, so that an event read on the spot
// needs no allocation.
func (r *Referral) allows(e Event) error {
	if _, first := e.(Requested); first != (r.Status == "") {
		if first {
			return breaks("invariant 1", "it is requested twice")
		}
		return breaks("S1", "there was no request before it")
	}
	switch e := e.(type) {
	case Offered:
		switch {
		case r.Status == StatusOffered:
			return breaks("invariant 1", "agent %s holds an open offer of it", r.Offer.To)
		case r.Status.Ended():
			return r.over()
		case r.Asked(e.To):
			return breaks("invariant 3", "agent %s was asked before", e.To)
		case !e.At.Before(e.Deadline):
			return breaks("R1", "its deadline is not after it")
		}
	case Accepted:
		return r.answers(e.By, e.At)
	case Declined:
		return r.answers(e.By, e.At)
	case Expired:
		switch {
		case r.Status != StatusOffered || e.From != r.Offer.To:
			return r.notHeld(e.From)
		case !e.Deadline.Equal(r.Offer.Deadline) || e.At.Before(e.Deadline):
			return breaks("R1", "the offer is open until %s", stamp(r.Offer.Deadline))
		}
	case Rescinded:
		if r.Status != StatusOffered || e.From != r.Offer.To {
			return r.notHeld(e.From)
		}
	case Waiting:
		switch {
		case r.Status.Ended():
			return r.over()
		case r.Status == StatusOffered:
			return breaks("R10", "agent %s holds an open offer of it", r.Offer.To)
		}
	case Exhausted:
		switch {
		case r.Status.Ended():
			return r.over()
		case r.Status != StatusWaiting || r.Until.IsZero() || e.At.Before(r.Until):
			return breaks("R10", "giving up bounds waiting only, and not before its end")
		}
	case Withdrawn:
		if r.Status.Ended() {
			return r.over()
		}
	case Contacted:
		return r.heldBy(e.By)
	case OutcomeRecorded:
		return r.heldBy(e.By)
	}
	return nil
}

// answers returns why an agent's answer is not that of the open offer's holder
// within the window.
func (r *Referral) answers(by agent.NPN, at time.Time) error {
	switch {
	case r.Status != StatusOffered || by != r.Offer.To:
		return r.notHeld(by)
	case !at.Before(r.Offer.Deadline):
		return breaks("R1", "the offer was open until %s", stamp(r.Offer.Deadline))
	}
	return nil
}

// notHeld returns why an offer of an agent cannot end here.
func (r *Referral) notHeld(n agent.NPN) error {
	switch {
	case r.Status.Ended():
		return r.over()
	case r.Status == StatusOffered:
		return breaks("invariant 1", "the open offer is held by agent %s, not %s", r.Offer.To, n)
	}
	return breaks("invariant 1", "agent %s holds no offer of it", n)
}

func (r *Referral) heldBy(n agent.NPN) error {
	switch {
	case r.Status != StatusAccepted:
		return breaks("invariant 4", "nobody has accepted it")
	case r.Offer.To != n:
		return breaks("invariant 1", "agent %s accepted it, not %s", r.Offer.To, n)
	}
	return nil
}

// over returns that the referral has ended.
func (r *Referral) over() error {
	if r.Status == StatusAccepted {
		return breaks("invariant 4", "agent %s has accepted it", r.Offer.To)
	}
	return breaks("invariant 4", "it is %s since %s", r.Status, stamp(r.Changed))
}

func breaks(rule, format string, args ...any) error {
	return &Rejection{Rule: rule, Err: fmt.Errorf(format, args...)}
}
