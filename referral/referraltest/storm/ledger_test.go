package storm

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// tape is a log that yields records as they are given.
type tape struct {
	eventlog.Log
	records []eventlog.Record
	err     error
}

func (t *tape) Read(context.Context, eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for _, r := range t.records {
			if !yield(r, nil) {
				return
			}
		}
		if t.err != nil {
			yield(eventlog.Record{}, t.err)
		}
	}
}

// history is a referral that one agent lets expire and another accepts, as a log
// has it.
func history(t *testing.T) (id uuid.UUID, records []eventlog.Record) {
	t.Helper()
	d := referraltest.New(t, time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC))
	d.Eligible(1, "FL", "33602", "es")
	d.Eligible(2, "FL", "33602", "es")
	id = d.Requested(referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"es"}})
	d.Advance(15*time.Minute).Then(referral.Expired{From: 1}, referral.Offered{To: 2, Language: "es"})
	d.WhenReferral(id, referral.Accept{By: 2}).Then(referral.Accepted{By: 2})
	for r, err := range d.Log().Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return id, records
}

// again seals entries of records anew, each in an append of its own.
func again(t *testing.T, records ...eventlog.Record) (sealed []eventlog.Record) {
	t.Helper()
	var head eventlog.Head
	for _, r := range records {
		s, err := head.Seal(r.Entry)
		if err != nil {
			t.Fatal(err)
		}
		sealed, head = append(sealed, s...), s[0].Head()
	}
	return sealed
}

// The ledger takes a log that is as it should be, and tells what is not.
func TestLedger(t *testing.T) {
	id, records := history(t)
	n := len(records)
	whole := records[n-1]
	accepted := report{Verb: done, Position: whole.Position, Sum: whole.Sum, Deed: deed(book.Stream{Referral: id}, referral.Accepted{By: 2})}
	other, first := whole, records[0]
	other.ID[3]++
	first.ID[3]++
	tests := []struct {
		name          string
		first, second []eventlog.Record
		err           error
		told          report
		wrong         string
	}{
		{"a lawful log and what was told of it", records[:n-1], records, nil, accepted, ""},
		{"an event of an acknowledged command is missing", records[:n-1], records[:n-1], nil,
			report{Verb: done, Position: records[n-2].Position, Sum: records[n-2].Sum, Deed: accepted.Deed}, "is not in the log"},
		{"the log ends before what was told", records[:n-1], records[:n-1], nil, accepted, "and a caller was answered at"},
		{"another record is where a caller was answered", records, records, nil,
			report{Verb: refused, Position: whole.Position, Sum: records[n-2].Sum}, "another sum than when"},
		{"a record that was read is another now", again(t, records[:n-1]...), again(t, append([]eventlog.Record{first}, records[1:n-1]...)...), nil, report{}, "with the sum"},
		{"a record that was read is gone", records, records[:n-1], nil, report{}, "and had"},
		{"the log ends inside an append", nil, records[:5], nil, report{}, "inside an append"},
		{"a record is changed", nil, append(append([]eventlog.Record{}, records[:n-1]...), other), nil, report{}, "was changed"},
		{"an event is there twice", nil, again(t, append(append([]eventlog.Record{}, records...), whole)...), nil, report{}, "and again at"},
		{"a command's event is there twice", nil, again(t, append(append([]eventlog.Record{}, records...), other)...), nil, report{}, "and again at"},
		{"an expired offer expires again", nil, again(t, append(append([]eventlog.Record{}, records...), moved(records[n-3]))...), nil, report{}, "expired"},
		{"the log cannot be read now", nil, nil, errors.New("away"), report{}, "away"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLedger()
			if test.first != nil {
				if err := l.read(t.Context(), &tape{records: test.first}, true); err != nil {
					t.Fatal(err)
				}
			}
			err := l.read(t.Context(), &tape{records: test.second, err: test.err}, true)
			if _, may := errors.AsType[unreadError](err); may != (test.err != nil) {
				t.Errorf("whether %v may pass is %v", err, may)
			}
			if err == nil {
				err = l.holds(test.told)
			}
			switch {
			case test.wrong == "" && err != nil:
				t.Errorf("the ledger says %v, want that all is well", err)
			case test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)):
				t.Errorf("the ledger says %v, want %q in it", err, test.wrong)
			}
		})
	}
}

// moved returns a record whose event has another ID.
func moved(r eventlog.Record) eventlog.Record {
	r.ID[3]++
	r.Time = r.Time.Add(time.Hour)
	return r
}
