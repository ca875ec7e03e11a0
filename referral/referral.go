package referral

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Status is where a referral stands.
type Status string

const (
	// StatusPending is between two steps: the next in line is to be asked now.
	StatusPending Status = "pending"
	// StatusOffered has one open offer.
	StatusOffered Status = "offered"
	// StatusWaiting has nobody in line (R10).
	StatusWaiting Status = "waiting"
	// StatusAccepted is ended: an agent holds the referral.
	StatusAccepted Status = "accepted"
	// StatusExhausted is ended: it waited until giving up (R10).
	StatusExhausted Status = "exhausted"
	// StatusWithdrawn is ended: the consumer withdrew (R24).
	StatusWithdrawn Status = "withdrawn"
)

// Ended reports whether the status is accepted, exhausted or withdrawn.
func (s Status) Ended() bool {
	return s == StatusAccepted || s == StatusExhausted || s == StatusWithdrawn
}

// Offer is one offer of a referral to one agent, open in [At, Deadline) (R1).
type Offer struct {
	To       agent.NPN       `json:"to"`
	At       time.Time       `json:"at"`
	Deadline time.Time       `json:"deadline"`
	Language spoken.Key      `json:"language"` // the one that matched (R13)
	Meters   geo.Meters      `json:"meters"`   // between consumer and agent; -1 if one of them has no position. The operator's: a person is shown [agent.Card.Kilometers] (R28)
	Channels []agent.Channel `json:"channels"`
}

// Ending is how an offer ended.
type Ending string

const (
	EndedDeclined  Ending = "declined"
	EndedExpired   Ending = "expired"
	EndedRescinded Ending = "rescinded"
	EndedWithdrawn Ending = "withdrawn"
)

// PastOffer is an offer that ended without acceptance, and why.
type PastOffer struct {
	Offer
	Ending  Ending         `json:"ending"`
	EndedAt time.Time      `json:"ended_at"`
	Reasons []agent.Reason `json:"reasons,omitempty"` // of a rescinded one (R7)
}

// Outcome is what came of an accepted referral (B5).
type Outcome string

const (
	Enrolled      Outcome = "enrolled"
	NotReached    Outcome = "not_reached"
	NotInterested Outcome = "not_interested"
	Other         Outcome = "other"
)

// Referral is one request for help at one position of the log: the fold of its
// events by [Apply]. The zero Referral was never requested. A Referral is a
// value: Apply never changes what an earlier one holds, and callers must not
// change its slices.
type Referral struct {
	ID        uuid.UUID         `json:"id"`
	Subject   string            `json:"subject"` // the host's own key for the consumer (R29)
	State     geo.State         `json:"state"`
	ZIP       geo.ZIP           `json:"zip,omitempty"`
	Point     geo.Point         `json:"point,omitzero"`    // as given
	Resolved  geo.Point         `json:"resolved,omitzero"` // the ZIP's centroid at intake (R31)
	Languages []spoken.Language `json:"languages"`         // the preferred one first (R13)
	Requested time.Time         `json:"requested"`
	Status    Status            `json:"status"`
	Offer     Offer             `json:"offer,omitzero"`     // the open offer, or the accepted one
	Past      []PastOffer       `json:"past,omitempty"`     // in order
	Since     time.Time         `json:"since,omitzero"`     // when it began to wait, while it does
	Until     time.Time         `json:"until,omitzero"`     // when waiting gives up; zero is never
	Contacted time.Time         `json:"contacted,omitzero"` // when the holder said it reached the consumer (B5)
	Outcome   Outcome           `json:"outcome,omitempty"`  // the newest one (B5)
	Changed   time.Time         `json:"changed"`            // the time of its last event
}

// Holder returns the agent that accepted, or 0.
func (r Referral) Holder() agent.NPN {
	if r.Status == StatusAccepted {
		return r.Offer.To
	}
	return 0
}

// Position is where matching takes the consumer to be: the point given, or else
// the centroid of the ZIP (R15).
func (r Referral) Position() geo.Point {
	if r.Point.Known() {
		return r.Point
	}
	return r.Resolved
}

// Need returns what the referral asks of an agent (S14).
func (r Referral) Need() agent.Need {
	n := agent.Need{State: r.State, Languages: make([]spoken.Key, len(r.Languages))}
	for i, l := range r.Languages {
		n.Languages[i] = l.Key
	}
	return n
}

// Asked reports whether the agent was offered this referral, now or before (R11).
func (r Referral) Asked(n agent.NPN) bool {
	if r.Offer.To == n && n != 0 {
		return true
	}
	_, asked := r.past(n)
	return asked
}

// past returns the agent's ended offer of this referral.
func (r Referral) past(n agent.NPN) (PastOffer, bool) {
	for _, p := range r.Past {
		if p.To == n {
			return p, true
		}
	}
	return PastOffer{}, false
}

// Due returns when the clock next has something to do for the referral: its
// open offer's deadline, when its waiting gives up, or, between two steps, the
// time of its last event. It is derived, never stored; false if nothing is due
// ever. The desk adds what the clock does to an agent's eligibility (R8).
func Due(r Referral) (time.Time, bool) {
	switch r.Status {
	case StatusPending:
		return r.Changed, true
	case StatusOffered:
		return r.Offer.Deadline, true
	case StatusWaiting:
		return r.Until, !r.Until.IsZero()
	}
	return time.Time{}, false
}
