package referral

import (
	"errors"

	"github.com/relevo-go/relevo/agent"
)

// The refusals a caller asks for with errors.Is. They arrive inside a
// [*Rejection], whose text names the referral's situation and what to do.
var (
	// ErrNotFound: no referral was requested under this ID.
	ErrNotFound = errors.New("no such referral")
	// ErrExists: the ID belongs to a request with other content (R23).
	ErrExists = errors.New("a different request has this ID")
	// ErrNotOffered: the agent does not hold an offer of this referral.
	ErrNotOffered = errors.New("no offer is held by this agent")
	// ErrTooLate: the offer's window has closed (R1).
	ErrTooLate = errors.New("the offer has expired")
	// ErrAnswered: the agent answered this offer already, the other way (R23).
	ErrAnswered = errors.New("the offer is already answered")
	// ErrEnded: the referral is accepted, exhausted or withdrawn.
	ErrEnded = errors.New("the referral has ended")
)

// Rejection is a refused command with the number of the rule that refuses it.
type Rejection = agent.Rejection
