package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

// TestVerifyNamesTheFirstBadRecord spoils a recorded log in its content, seals it
// anew so that the chain holds, and asks which record is the first bad one.
func TestVerifyNamesTheFirstBadRecord(t *testing.T) {
	records := recorded(t)
	find := func(from int, kind string) int {
		t.Helper()
		for i := from; i < len(records); i++ {
			if records[i].Kind == kind {
				return i
			}
		}
		t.Fatalf("the recording has no %s", kind)
		return 0
	}
	accepted := find(0, referral.Accepted{}.Kind())
	withdrawn := find(0, referral.Withdrawn{}.Kind())
	offered := find(0, referral.Offered{}.Kind())
	newID := ids()
	insert := func(at int, like eventlog.Record, change func(*eventlog.Entry)) []eventlog.Entry {
		e := like.Entry
		e.ID, e.Time = newID(), records[at-1].Time
		if change != nil {
			change(&e)
		}
		return slices.Insert(entriesOf(records), at, e)
	}
	tests := []struct {
		name    string
		entries []eventlog.Entry
		at      int // index of the first bad record
		want    string
	}{
		{"an unknown kind", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Kind = "referral.pondered.v1" }), accepted, "unknown kind"},
		{"a later version of a kind", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Kind = "referral.accepted.v2" }), accepted, "referral.accepted.v1"},
		{"data of another kind", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Data = []byte(`{"color":"red"}`) }), accepted, "color"},
		{"a stream of nobody", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Stream = "weather/today" }), accepted, "stream"},
		{"a kind in the stream of another", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Stream = "desk" }), accepted, "belong"},
		{"accepted twice", insert(accepted+1, records[accepted], nil), accepted + 1, "invariant 4"},
		{"offered twice", insert(offered+1, records[offered], nil), offered + 1, "invariant 1"},
		{"requested twice", insert(offered+1, records[find(0, referral.Requested{}.Kind())], nil), offered + 1, "invariant 1"},
		{"withdrawn twice", insert(withdrawn+1, records[withdrawn], nil), withdrawn + 1, "invariant 4"},
		{"accepted by another", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Data = []byte(`{"by":"9900000001"}`) }), accepted, "invariant 1"},
		{"an answer to nobody's request", insert(accepted, records[accepted], func(e *eventlog.Entry) { e.Stream = "referral/" + newID().String() }), accepted, "S1"},
		{"contact after withdrawal", insert(withdrawn+1, records[withdrawn], func(e *eventlog.Entry) {
			*e = holding(t, *e, referral.Contacted{By: 9_900_000_001})
		}), withdrawn + 1, "invariant 4"},
		{"rescinded though nothing was lost", insert(accepted, records[accepted], func(e *eventlog.Entry) {
			_, event := eventOf(t, records[accepted])
			*e = holding(t, *e, referral.Rescinded{From: event.(referral.Accepted).By, Reasons: []agent.Reason{{Code: agent.IsTerminated, State: "GA"}}})
		}), accepted, "R7"},
		{"contact days after withdrawal", append(entriesOf(records), eventlog.Entry{
			ID: newID(), Stream: "desk", Time: records[len(records)-1].Time.Add(200 * time.Hour),
			Kind: referral.PolicySet{}.Kind(), Data: encoded(t, referral.PolicySet(referral.DefaultPolicy())),
		}, holding(t, eventlog.Entry{
			ID: newID(), Stream: records[withdrawn].Stream, Time: records[len(records)-1].Time.Add(200 * time.Hour),
		}, referral.Contacted{By: 9_900_000_001})), len(records) + 1, "invariant 4"},
		{"an offer days after acceptance", append(entriesOf(records), eventlog.Entry{
			ID: newID(), Stream: "desk", Time: records[len(records)-1].Time.Add(200 * time.Hour),
			Kind: referral.PolicySet{}.Kind(), Data: encoded(t, referral.PolicySet(referral.DefaultPolicy())),
		}, holding(t, eventlog.Entry{
			ID: newID(), Stream: records[accepted].Stream, Time: records[len(records)-1].Time.Add(200 * time.Hour),
		}, referral.Offered{To: 9_900_000_001, Deadline: records[len(records)-1].Time.Add(201 * time.Hour), Language: "es", Meters: -1})), len(records) + 1, "invariant 4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spoiled := sealed(t, test.entries)
			v, err := audit.Verify(each(spoiled))
			bad, ok := errors.AsType[*audit.RecordError](err)
			if !ok || bad.Position != spoiled[test.at].Position || bad.Kind != spoiled[test.at].Kind || bad.Stream != spoiled[test.at].Stream {
				t.Fatalf("Verify = %v, want a *RecordError of position %d", err, spoiled[test.at].Position)
			}
			if text := err.Error(); !strings.Contains(text, test.want) || !strings.HasPrefix(text, fmt.Sprintf("position %d", bad.Position)) {
				t.Errorf("the error is %q, want it to begin with the position and speak of %q", text, test.want)
			}
			if v.Position != bad.Position-1 || v.Digest != "" {
				t.Errorf("verified up to %d, digest %q, want %d and none", v.Position, v.Digest, bad.Position-1)
			}
		})
	}
}

func encoded(t *testing.T, e book.Event) []byte {
	t.Helper()
	data, err := book.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Contact may come long after acceptance, when the referral has left memory.
func TestLateContactIsLawful(t *testing.T) {
	records := recorded(t)
	entries := entriesOf(records)
	newID, late := ids(), records[len(records)-1].Time.Add(100*time.Hour)
	for _, r := range records {
		if s, e := eventOf(t, r); s.Referral != uuid.Nil {
			if accepted, ok := e.(referral.Accepted); ok {
				entries = append(entries,
					holding(t, eventlog.Entry{ID: newID(), Stream: "desk", Time: late}, referral.PolicySet(referral.DefaultPolicy())),
					holding(t, eventlog.Entry{ID: newID(), Stream: r.Stream, Time: late}, referral.Contacted{By: accepted.By}))
				break
			}
		}
	}
	if _, err := audit.Verify(each(sealed(t, entries))); err != nil {
		t.Error(err)
	}
}

// A log continues every head it had, and no other.
func TestVerifyContinuesAHead(t *testing.T) {
	records := recorded(t)
	half := records[len(records)/2].Head()
	if _, err := audit.Verify(each(records), half, records[0].Head(), eventlog.Head{}); err != nil {
		t.Error(err)
	}
	third := len(records) / 3
	for records[third-1].Position < records[third-1].Last {
		third++ // the end of an append
	}
	other := half
	other.Sum[0]++
	for name, test := range map[string]struct {
		records []eventlog.Record
		head    eventlog.Head
		want    string
	}{
		"a log that was cut off":      {records[:third], half, "cut off"},
		"a log that was written anew": {records, other, "written anew"},
		"an empty log":                {nil, half, "cut off"},
		"a sum before the first":      {records, eventlog.Head{Sum: half.Sum}, "written anew"},
	} {
		_, err := audit.Verify(each(test.records), test.head)
		bad, ok := errors.AsType[*audit.HeadError](err)
		if !ok || bad.Want != test.head || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Verify = %v, want a *HeadError that says %q", name, err, test.want)
		}
	}
}

// Records out of order, or not the first ones, are no log.
func TestVerifyTakesOneLogInOrder(t *testing.T) {
	records := recorded(t)
	swapped := slices.Clone(records)
	swapped[9], swapped[10] = swapped[10], swapped[9]
	for name, list := range map[string][]eventlog.Record{
		"a log that begins later": records[5:],
		"a record is missing":     slices.Delete(slices.Clone(records), 7, 8),
		"two change places":       swapped,
		"a record comes twice":    slices.Insert(slices.Clone(records), 7, records[6]),
	} {
		if _, err := audit.Verify(each(list)); !errors.Is(err, eventlog.ErrCorrupt) {
			t.Errorf("%s: Verify = %v, want ErrCorrupt", name, err)
		}
	}
	failing := errors.New("the disk is gone")
	_, err := audit.Verify(func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, failing) })
	if !errors.Is(err, failing) {
		t.Errorf("Verify = %v, want the records' error", err)
	}
	for i, r := range records {
		if r.Position < r.Last {
			if v, err := audit.Verify(each(records[:i+1])); !errors.Is(err, eventlog.ErrCorrupt) || v.Position != r.Position {
				t.Errorf("up to %d, inside an append: Verify = %d, %v, want ErrCorrupt", r.Position, v.Position, err)
			}
			break
		}
	}
	if v, err := audit.Verify(each(nil)); err != nil || v.Position != 0 || v.Digest == "" {
		t.Errorf("Verify of an empty log = %+v, %v, want position 0 and a digest", v, err)
	}
}

// What a desk that stopped left undone is counted, and so is what was taken out.
func TestVerifyCountsWhatIsOverdue(t *testing.T) {
	records := recorded(t)
	if v, err := audit.Verify(each(records)); err != nil || v.Overdue != 0 {
		t.Errorf("of the whole log %d referrals are overdue, %v, want none", v.Overdue, err)
	}
	// Without a referral's end and all that follows it, its offer stands for ever.
	last := slices.IndexFunc(records, func(r eventlog.Record) bool { return r.Kind == referral.Accepted{}.Kind() })
	entries := entriesOf(records[:last])
	for _, r := range records[last:] {
		if r.Stream != records[last].Stream {
			entries = append(entries, r.Entry)
		}
	}
	if v, err := audit.Verify(each(sealed(t, entries))); err != nil || v.Overdue != 1 {
		t.Errorf("without one referral's end %d are overdue, %v, want 1", v.Overdue, err)
	}
}
