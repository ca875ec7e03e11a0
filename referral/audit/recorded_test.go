package audit_test

import (
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

func TestTheRecordedLogHolds(t *testing.T) {
	r := firstAfternoon(t)
	v, err := audit.Verify(r.Records(), eventlog.Head{Position: r.Position, Sum: r.Sum})
	if err != nil {
		t.Fatal(err)
	}
	if v.Position != r.Position || v.Sum != r.Sum || v.Digest != r.Digest {
		t.Errorf("Verify = %d, %s, %s, want %d, %s, %s", v.Position, v.Sum, v.Digest, r.Position, r.Sum, r.Digest)
	}
	for j, err := range audit.Rematch(r.Records(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if d := j.Differences(); len(d) > 0 {
			t.Errorf("position %d: recorded %+v, judged %+v: %v", j.Position, j.Recorded, j.Judged, d)
		}
	}
}

// TestEveryPastStateIsTheFold rebuilds the state at every position of a recorded
// log (B3), and compares it with a fold that stops there.
func TestEveryPastStateIsTheFold(t *testing.T) {
	r := firstAfternoon(t)
	fold := book.New()
	step := eventlog.Position(1)
	if testing.Short() {
		step = 20
	}
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if err := fold.Replay(uint64(record.Position), record.Time, record.Stream, record.Kind, record.Data); err != nil {
			t.Fatal(err)
		}
		if record.Position%step != 0 {
			continue
		}
		past, err := audit.AsOf(r.Records(), audit.After(record.Position))
		if err != nil {
			t.Fatal(err)
		}
		if past.Digest() != fold.Digest() || past.Head().Sum != record.Sum || past.Counts() != fold.Counts() {
			t.Fatalf("as of %d the digest is %s, the fold's is %s", record.Position, past.Digest(), fold.Digest())
		}
	}
}
