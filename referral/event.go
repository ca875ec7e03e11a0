package referral

import (
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"

	"github.com/google/uuid"
)

// Event is a fact about one referral, of one of the kinds below. Its fields are
// the data of its record, but for At and Requested's ID, which are the record's
// time and stream.
type Event interface {
	// Kind returns the versioned word of the wire form, "referral.offered.v1".
	Kind() string
	// When returns At.
	When() time.Time
}

type (
	// Requested: a consumer asks for help.
	Requested struct {
		ID        uuid.UUID         `json:"-"`
		Subject   string            `json:"subject"`
		State     geo.State         `json:"state"`
		ZIP       geo.ZIP           `json:"zip,omitempty"`
		Point     geo.Point         `json:"point,omitzero"`
		Resolved  geo.Point         `json:"resolved,omitzero"`
		Languages []spoken.Language `json:"languages"`
		At        time.Time         `json:"-"`
	}
	// Offered: the first in line is asked, until the deadline.
	Offered struct {
		To       agent.NPN
		Deadline time.Time
		Language spoken.Key
		Meters   geo.Meters // -1 if unknown, and then not in the data
		Channels []agent.Channel
		At       time.Time
	}
	// Accepted: the agent holds the referral.
	Accepted struct {
		By agent.NPN `json:"by"`
		At time.Time `json:"-"`
	}
	// Declined: the agent turned the offer down.
	Declined struct {
		By     agent.NPN `json:"by"`
		Reason string    `json:"reason,omitempty"`
		At     time.Time `json:"-"`
	}
	// Expired: the agent let the deadline pass.
	Expired struct {
		From     agent.NPN `json:"from"`
		Deadline time.Time `json:"deadline"`
		At       time.Time `json:"-"`
	}
	// Rescinded: the agent lost eligibility while it held the offer.
	Rescinded struct {
		From    agent.NPN      `json:"from"`
		Reasons []agent.Reason `json:"reasons"`
		At      time.Time      `json:"-"`
	}
	// Waiting: nobody is in line; giving up is at Until, if ever. Of a referral
	// that waits already, a new policy changed that (R30).
	Waiting struct {
		Until time.Time `json:"until,omitzero"`
		At    time.Time `json:"-"`
	}
	// Exhausted: waiting gave up.
	Exhausted struct {
		At time.Time `json:"-"`
	}
	// Withdrawn: the consumer withdrew.
	Withdrawn struct {
		At time.Time `json:"-"`
	}
	// Contacted: the holder reached the consumer.
	Contacted struct {
		By agent.NPN `json:"by"`
		At time.Time `json:"-"`
	}
	// OutcomeRecorded: what came of it.
	OutcomeRecorded struct {
		By      agent.NPN `json:"by"`
		Outcome Outcome   `json:"outcome"`
		At      time.Time `json:"-"`
	}
)

func (Requested) Kind() string       { return "referral.requested.v1" }
func (Offered) Kind() string         { return "referral.offered.v1" }
func (Accepted) Kind() string        { return "referral.accepted.v1" }
func (Declined) Kind() string        { return "referral.declined.v1" }
func (Expired) Kind() string         { return "referral.expired.v1" }
func (Rescinded) Kind() string       { return "referral.rescinded.v1" }
func (Waiting) Kind() string         { return "referral.waiting.v1" }
func (Exhausted) Kind() string       { return "referral.exhausted.v1" }
func (Withdrawn) Kind() string       { return "referral.withdrawn.v1" }
func (Contacted) Kind() string       { return "referral.contacted.v1" }
func (OutcomeRecorded) Kind() string { return "referral.outcome_recorded.v1" }

func (e Requested) When() time.Time       { return e.At }
func (e Offered) When() time.Time         { return e.At }
func (e Accepted) When() time.Time        { return e.At }
func (e Declined) When() time.Time        { return e.At }
func (e Expired) When() time.Time         { return e.At }
func (e Rescinded) When() time.Time       { return e.At }
func (e Waiting) When() time.Time         { return e.At }
func (e Exhausted) When() time.Time       { return e.At }
func (e Withdrawn) When() time.Time       { return e.At }
func (e Contacted) When() time.Time       { return e.At }
func (e OutcomeRecorded) When() time.Time { return e.At }
