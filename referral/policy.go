package referral

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
)

// Policy is what the rules leave to whoever runs the service. The policy in
// force stands in the log as an event, and every engine on the log obeys the
// newest (R30).
type Policy struct {
	// Window is how long an offer stays open; it must be positive (S17).
	Window time.Duration
	// GiveUp is how long a referral waits with nobody in line before it is
	// exhausted, counted from when it began to wait; 0 is for ever (R10). It holds
	// for referrals that wait already.
	GiveUp time.Duration
	// Radius is how far an agent in line may be; 0 is no limit (R33).
	Radius geo.Meters
	// MaxOpenOffers is how many open offers one agent may hold; 0 is no limit (R17).
	MaxOpenOffers int
	// Terms are the required versions of the terms of use (R19).
	Terms agent.Terms
}

// DefaultPolicy returns the source's policy: a window of 15 minutes (S17),
// giving up after 24 hours of waiting (R10), no radius, no limit of open
// offers, and any accepted version of both terms.
func DefaultPolicy() Policy { return Policy{Window: 15 * time.Minute, GiveUp: 24 * time.Hour} }

// maxWindow bounds a window: beyond a month an offer is no offer.
const maxWindow = 31 * 24 * time.Hour

// Check returns a [*Rejection] that says what is wrong with the policy, or nil.
func (p Policy) Check() error {
	switch {
	case p.Window > maxWindow:
		return agent.Reject("S17", "the policy's window is %v: an offer stays open for at most %v", p.Window, maxWindow)
	case p.Window <= 0:
		return agent.Reject("S17", "the policy's window is %v: give how long an offer stays open, such as 15m", p.Window)
	case p.GiveUp < 0:
		return agent.Reject("R10", "the policy's give-up time is %v: give how long a referral may wait, or 0 for ever", p.GiveUp)
	case p.Radius < 0:
		return agent.Reject("R33", "the policy's radius is %d m: give meters, or 0 for none", int64(p.Radius))
	case p.MaxOpenOffers < 0:
		return agent.Reject("R17", "the policy's limit of open offers is %d: give a number, or 0 for none", p.MaxOpenOffers)
	}
	return p.Terms.Check()
}

type policyJSON struct {
	Window        string      `json:"window"`
	GiveUp        string      `json:"give_up"`
	RadiusMeters  geo.Meters  `json:"radius_meters"`
	MaxOpenOffers int         `json:"max_open_offers"`
	Terms         agent.Terms `json:"terms"`
}

// MarshalJSON writes the policy as its event holds it, durations as Go prints
// them.
func (p Policy) MarshalJSON() ([]byte, error) {
	return json.Marshal(policyJSON{p.Window.String(), p.GiveUp.String(), p.Radius, p.MaxOpenOffers, p.Terms})
}

// UnmarshalJSON reads what [Policy.MarshalJSON] writes and checks it.
func (p *Policy) UnmarshalJSON(b []byte) error {
	j, err := wire.Decode(b, func(policyJSON) error { return nil })
	if err != nil {
		return err
	}
	read := Policy{Radius: j.RadiusMeters, MaxOpenOffers: j.MaxOpenOffers, Terms: j.Terms}
	if read.Window, err = time.ParseDuration(j.Window); err != nil {
		return fmt.Errorf("referral: the window %.40q is no duration such as 15m0s", j.Window)
	}
	if read.GiveUp, err = time.ParseDuration(j.GiveUp); err != nil {
		return fmt.Errorf("referral: the give-up time %.40q is no duration such as 24h0m0s", j.GiveUp)
	}
	*p = read
	return read.Check()
}

// PolicySet: the policy in force is this from here on (R30). Its record stands
// in the stream "desk".
type PolicySet Policy

// Kind returns "desk.policy_set.v1".
func (PolicySet) Kind() string { return "desk.policy_set.v1" }

// MarshalJSON writes the data of the event.
func (e PolicySet) MarshalJSON() ([]byte, error) { return Policy(e).MarshalJSON() }

// UnmarshalJSON reads the data of the event.
func (e *PolicySet) UnmarshalJSON(b []byte) error { return (*Policy)(e).UnmarshalJSON(b) }
