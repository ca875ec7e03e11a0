package audit_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
)

// TestTap compares what a filter hands over in passing with what it selects.
func TestTap(t *testing.T) {
	r := firstAfternoon(t)
	var middle eventlog.Record
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if record.Position == 1400 {
			middle = record
		}
	}
	for _, f := range []audit.Filter{
		{},
		{Kind: "referral"},
		{Agent: 9900216511},
		{State: "PR"},
		{Language: "ur"},
		{Until: middle.Time},
		{Since: middle.Time, State: "FL", Kind: "referral.accepted"},
	} {
		var want, got []eventlog.Position
		for e, err := range f.Select(r.Records()) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, e.Record.Position)
		}
		n := eventlog.Position(0)
		for record, err := range f.Tap(r.Records(), func(e audit.Entry) { got = append(got, e.Record.Position) }) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; record.Position != n {
				t.Fatalf("%+v: Tap yields position %d, want %d", f, record.Position, n)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || n != r.Position || len(want) == 0 {
			t.Errorf("%+v: Tap yields %d records and hands over others than Select (-want +got):\n%s", f, n, diff)
		}
	}
}

func TestTapEndsWithAnError(t *testing.T) {
	broken := errors.New("broken")
	for f, want := range map[audit.Filter]error{{}: broken, {Kind: "no such"}: nil} {
		n := 0
		var last error
		for _, err := range f.Tap(func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, broken) }, func(audit.Entry) { n++ }) {
			last = err
		}
		if last == nil || want != nil && !errors.Is(last, want) || n > 0 {
			t.Errorf("%+v: Tap ends with %v after %d, want %v after none", f, last, n, want)
		}
	}
}
