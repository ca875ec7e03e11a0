package referraltest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// most is how many differences a failure shows.
const most = 20

// Outcome is what one command, or the passing of time, led to: the events that
// were recorded meanwhile, and the error that was answered. Ask it exactly one
// of its Then methods. An error that a test asks about in no way fails it.
type Outcome struct {
	t      testing.TB
	events []book.Event
	err    error
	asked  bool
}

// Events returns what was recorded, in order.
func (o *Outcome) Events() []book.Event { return o.events }

// Err returns what was answered.
func (o *Outcome) Err() error {
	o.asked = true
	return o.err
}

// Then holds the outcome to exactly these events, in this order, and no error.
// A field that is left zero in a wanted event matches anything, so a test names
// what it is about; inside a field everything counts. Instants are compared as
// instants. That a field is zero is asked of [Outcome.Events].
//
// A failure shows, for each event that is not there, the nearest one that is,
// field by field.
func (o *Outcome) Then(want ...book.Event) {
	o.t.Helper()
	o.asked = true
	if o.err != nil {
		o.t.Errorf("the answer is an error: %v", o.err)
		return
	}
	o.recorded(want)
}

// ThenNothing holds the outcome to no event and no error, as that of a command
// that would change nothing (R23).
func (o *Outcome) ThenNothing() {
	o.t.Helper()
	o.Then()
}

// ThenRejected holds the outcome to a rejection that cites the rule and is each
// of the given errors, and to no event.
func (o *Outcome) ThenRejected(rule string, is ...error) {
	o.t.Helper()
	o.ThenRejectedAfter(rule, is)
}

// ThenRejectedAfter is ThenRejected for a command before which the clock made
// something due: these events are recorded first (R8).
func (o *Outcome) ThenRejectedAfter(rule string, is []error, want ...book.Event) {
	o.t.Helper()
	o.asked = true
	rejection, ok := errors.AsType[*referral.Rejection](o.err)
	switch {
	case o.err == nil:
		o.t.Errorf("the command was not refused, want a rejection by %s", rule)
	case !ok:
		o.t.Errorf("the answer is %v, want a rejection by %s", o.err, rule)
	case rejection.Rule != rule:
		o.t.Errorf("the rejection is by %s, want %s: %v", rejection.Rule, rule, o.err)
	}
	for _, target := range is {
		if o.err != nil && !errors.Is(o.err, target) {
			o.t.Errorf("the rejection is not %q: %v", target, o.err)
		}
	}
	o.recorded(want)
}

// recorded compares the events with the wanted ones.
func (o *Outcome) recorded(want []book.Event) {
	o.t.Helper()
	for i, w := range want {
		if fault := unwanted(w); fault != "" {
			o.t.Errorf("the test wants as event %d what no log holds: %s", i+1, fault)
			return
		}
	}
	if faults := compare(want, o.events); len(faults) > 0 {
		if more := len(faults) - most; more > 0 {
			faults = append(faults[:most], fmt.Sprintf("and %d more", more))
		}
		o.t.Errorf("recorded: %s\n    want: %s\n%s", kinds(o.events), kinds(want), strings.Join(faults, "\n"))
	}
}
