package agent

import (
	"errors"
	"fmt"
)

// ErrUnknown is the answer about an agent that never registered here.
var ErrUnknown = errors.New("no agent is registered under this NPN: register it first")

// Rejection is a refused command. Rule is the number of the rule that refuses
// it, such as "R26", and Err says what is wrong and what to do; errors.Is finds
// what Err is. A rejected command adds no event of its own.
type Rejection struct {
	Rule string
	Err  error
}

// Error returns the text of Err with the rule behind it.
func (r *Rejection) Error() string { return r.Err.Error() + " (" + r.Rule + ")" }

// Unwrap returns Err.
func (r *Rejection) Unwrap() error { return r.Err }

// Reject returns a [*Rejection] under a rule, with a text as fmt.Errorf makes it.
func Reject(rule, format string, args ...any) error {
	return &Rejection{Rule: rule, Err: fmt.Errorf(format, args...)}
}
