package referraltest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Outcome is what one command, or the passing of time, led to: the events that
// were recorded meanwhile, and the error that was answered. Ask it exactly one
// of its Then methods.
type Outcome struct {
	t      testing.TB
	events []book.Event
	err    error
}

// Events returns what was recorded, in order.
func (o *Outcome) Events() []book.Event { return o.events }

// Err returns what was answered.
func (o *Outcome) Err() error { return o.err }

// Then holds the outcome to exactly these events, in this order, and no error.
// A field that is left zero in a wanted event matches anything, so a test names
// what it is about. A failure shows, for each event that is not there, the
// nearest one that is, field by field.
func (o *Outcome) Then(want ...book.Event) {
	o.t.Helper()
	if o.err != nil {
		o.t.Errorf("the command was refused: %v", o.err)
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
	if len(want) == len(o.events) {
		same := true
		for i := range want {
			same = same && len(differences(want[i], o.events[i])) == 0
		}
		if same {
			return
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "recorded: %s\n    want: %s", kinds(o.events), kinds(want))
	for i, w := range want {
		if i < len(o.events) && len(differences(w, o.events[i])) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\nevent %d, %s, ", i+1, w.Kind())
		text.WriteString(o.nearest(i, w))
	}
	for i := len(want); i < len(o.events); i++ {
		fmt.Fprintf(&text, "\nevent %d is not wanted: %s", i+1, show(o.events[i]))
	}
	o.t.Error(text.String())
}

// nearest tells which recorded event comes nearest to a wanted one, and how it
// differs.
func (o *Outcome) nearest(i int, want book.Event) string {
	best, least := -1, 0
	for j, e := range o.events {
		n := 10 * len(differences(want, e))
		if j != i {
			n++ // between equals, the one in its place
		}
		if e.Kind() == want.Kind() && (best < 0 || n < least) {
			best, least = j, n
		}
	}
	if best < 0 {
		return "is not recorded, nor is any other of its kind"
	}
	if fields := differences(want, o.events[best]); len(fields) > 0 {
		return fmt.Sprintf("differs from the nearest, event %d:\n  %s", best+1, strings.Join(fields, "\n  "))
	}
	return fmt.Sprintf("is recorded as event %d", best+1)
}

func kinds(events []book.Event) string {
	if len(events) == 0 {
		return "nothing"
	}
	names := make([]string, len(events))
	for i, e := range events {
		names[i] = e.Kind()
	}
	return strings.Join(names, ", ")
}

// show prints an event as its record's data.
func show(e book.Event) string {
	data, err := book.Encode(e)
	if err != nil {
		return fmt.Sprintf("%+v", e)
	}
	return e.Kind() + " " + string(data)
}

// differences returns, for each field that is set in the wanted event and is
// another in the recorded one, a line that names both.
func differences(want, got book.Event) (lines []string) {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	if w.Type() != g.Type() {
		return []string{fmt.Sprintf("kind: want %s, got %s", want.Kind(), got.Kind())}
	}
	for i := range w.NumField() {
		a, b := w.Field(i), g.Field(i)
		if !a.IsZero() && !equal(a.Interface(), b.Interface()) {
			lines = append(lines, fmt.Sprintf("%s: want %v, got %v", w.Type().Field(i).Name, a, b))
		}
	}
	return lines
}

// equal compares by a type's own Equal, as instants need, or deeply.
func equal(a, b any) bool {
	if own := reflect.ValueOf(a).MethodByName("Equal"); own.IsValid() && own.Type().NumIn() == 1 &&
		own.Type().In(0) == reflect.TypeOf(b) && own.Type().NumOut() == 1 && own.Type().Out(0).Kind() == reflect.Bool {
		return own.Call([]reflect.Value{reflect.ValueOf(b)})[0].Bool()
	}
	return reflect.DeepEqual(a, b)
}
