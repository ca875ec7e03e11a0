package referral

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Command is a wish about one referral; [Decide] turns it into events or
// refuses it. At is when the desk received it, and what it is judged by (R1).
type Command interface{ isCommand() }

// Request asks for help. Subject is the host's opaque key for the consumer,
// never a name, phone or e-mail (R29). The consumer resides in State; ZIP or
// Point, or both, say where. Languages are BCP 47 tags, the preferred one
// first. The desk gives an ID if it is zero and sets Resolved and At.
type Request struct {
	ID        uuid.UUID
	Subject   string
	State     geo.State
	ZIP       geo.ZIP
	Point     geo.Point
	Resolved  geo.Point
	Languages []string
	At        time.Time
}

// Accept takes the open offer. Only its holder may, within the window (R1).
type Accept struct {
	By agent.NPN
	At time.Time
}

// Decline turns the open offer down, with a reason in the agent's words if any.
type Decline struct {
	By     agent.NPN
	Reason string
	At     time.Time
}

// Withdraw takes the request back (R24).
type Withdraw struct{ At time.Time }

// Contact records that the holder reached the consumer (B5).
type Contact struct {
	By agent.NPN
	At time.Time
}

// RecordOutcome records what came of the referral (B5); a later one replaces it.
type RecordOutcome struct {
	By      agent.NPN
	Outcome Outcome
	At      time.Time
}

// MakeOffer is the desk's: it asks the first in line.
type MakeOffer struct {
	To       agent.NPN
	Deadline time.Time
	Language spoken.Key
	Meters   geo.Meters // -1 if unknown
	Channels []agent.Channel
	At       time.Time
}

// Expire is the desk's: the open offer's deadline has come (S17).
type Expire struct{ At time.Time }

// Rescind is the desk's: the holder of the open offer lost eligibility (R7).
type Rescind struct {
	Reasons []agent.Reason
	At      time.Time
}

// Wait is the desk's: nobody is in line (R10). A zero Until waits for ever. Sent
// to a referral that waits, it changes until when (R30).
type Wait struct{ Until, At time.Time }

// Exhaust is the desk's: the waiting has lasted until Until (R10).
type Exhaust struct{ At time.Time }

func (Request) isCommand()       {}
func (Accept) isCommand()        {}
func (Decline) isCommand()       {}
func (Withdraw) isCommand()      {}
func (Contact) isCommand()       {}
func (RecordOutcome) isCommand() {}
func (MakeOffer) isCommand()     {}
func (Expire) isCommand()        {}
func (Rescind) isCommand()       {}
func (Wait) isCommand()          {}
func (Exhaust) isCommand()       {}
