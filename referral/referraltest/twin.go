package referraltest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Twin is the deliberately dumb reader of a log: it folds every record and judges
// each by looking at everybody, so it costs as much as there are agents. It shares
// the rules with the engine and nothing else: no index, no timer, no draft. It is
// for one goroutine.
type Twin struct {
	book *book.Book
	live []uuid.UUID // referrals that have not ended, the oldest request first
	asks map[ask]bool
}

// ask is an offer of a referral to an agent, ever.
type ask struct {
	referral uuid.UUID
	agent    agent.NPN
}

// NewTwin returns the twin of an empty log.
func NewTwin() *Twin { return &Twin{book: book.New(), asks: map[ask]bool{}} }

// Book returns the fold of the records judged so far. It is the twin's own: read
// it, and apply nothing.
func (t *Twin) Book() *book.Book { return t.book }

// Position returns the position of the newest record judged.
func (t *Twin) Position() eventlog.Position {
	p, _ := t.book.Position()
	return eventlog.Position(p)
}

// Time returns the time of the newest record judged.
func (t *Twin) Time() time.Time {
	_, at := t.book.Position()
	return at
}

// Judge folds a record in, the next one of the log. An error names the position
// and the invariant or rule that the record breaks, which is then not folded in.
func (t *Twin) Judge(r eventlog.Record) error {
	stream, err := book.ParseStream(r.Stream)
	if err != nil {
		return fmt.Errorf("position %d: %w", r.Position, err)
	}
	e, err := book.Decode(stream, r.Kind, r.Time, r.Data)
	if err != nil {
		return fmt.Errorf("position %d: %w", r.Position, err)
	}
	before, _ := t.book.Referral(stream.Referral)
	policy, _ := t.book.Policy()
	say := func(format string, args ...any) error {
		return fmt.Errorf("position %d, %s: %s", r.Position, r.Kind, fmt.Sprintf(format, args...))
	}
	switch e := e.(type) {
	case referral.Requested:
		if before.Status != "" {
			return say("requested twice")
		}
	case referral.Contacted, referral.OutcomeRecorded:
		if before.Status != referral.StatusAccepted {
			return say("on a referral that is %s (invariant 4)", before.Status)
		}
	case referral.Offered:
		if before.Status != referral.StatusPending && before.Status != referral.StatusWaiting {
			return say("on a referral that is %s (invariant 1)", before.Status)
		}
		if this := (ask{stream.Referral, e.To}); t.asks[this] {
			return say("agent %s is asked twice (invariant 3)", e.To)
		} else {
			t.asks[this] = true
		}
		line := referral.Line(before, t.book.Agents(), policy, r.Time)
		if len(line) == 0 || line[0].Agent != e.To {
			return say("to %s, but the line is %v (invariant 2)", e.To, line)
		}
		if line[0].Language != e.Language || !e.Deadline.Equal(r.Time.Add(policy.Window)) {
			return say("language %s, deadline %s: want %s and %s", e.Language, e.Deadline, line[0].Language, r.Time.Add(policy.Window))
		}
		for _, id := range t.live {
			if id == stream.Referral {
				break
			}
			older, _ := t.book.Referral(id)
			waits := older.Status == referral.StatusWaiting || older.Status == referral.StatusPending
			if waits && len(referral.Line(older, t.book.Agents(), policy, r.Time)) > 0 {
				return say("before the older request %s, which has a line too (R10)", older.ID)
			}
		}
	case referral.Accepted:
		if before.Status != referral.StatusOffered || before.Offer.To != e.By || !r.Time.Before(before.Offer.Deadline) {
			return say("by %s at %s of %+v (R1)", e.By, r.Time, before.Offer)
		}
	case referral.Declined:
		if before.Status != referral.StatusOffered || before.Offer.To != e.By || !r.Time.Before(before.Offer.Deadline) {
			return say("by %s at %s of %+v (R1)", e.By, r.Time, before.Offer)
		}
	case referral.Expired:
		if before.Status != referral.StatusOffered || r.Time.Before(before.Offer.Deadline) {
			return say("at %s of %+v", r.Time, before.Offer)
		}
	case referral.Rescinded:
		if before.Status != referral.StatusOffered {
			return say("on a referral that is %s", before.Status)
		}
	case referral.Waiting:
		if line := referral.Line(before, t.book.Agents(), policy, r.Time); len(line) > 0 {
			return say("but the line is %v (R10)", line)
		}
	case referral.Exhausted:
		if before.Status != referral.StatusWaiting || before.Until.IsZero() || r.Time.Before(before.Until) {
			return say("a referral %s until %s (R10)", before.Status, before.Until)
		}
	case referral.Withdrawn:
		if before.Status.Ended() {
			return say("on a referral that is %s (invariant 4)", before.Status)
		}
	}
	t.book.Apply(uint64(r.Position), r.Time, stream, e)
	switch after, _ := t.book.Referral(stream.Referral); {
	case before.Status == "" && after.Status != "":
		t.live = append(t.live, stream.Referral)
	case after.Status.Ended() && !before.Status.Ended():
		t.live = slices.DeleteFunc(t.live, func(id uuid.UUID) bool { return id == stream.Referral })
	}
	return nil
}

// Restless returns an error that names a referral which is not at rest at an instant
// at which nothing is due, or nil (invariant 7).
func (t *Twin) Restless(now time.Time) error {
	policy, _ := t.book.Policy()
	open := map[agent.NPN]int{}
	for _, id := range t.live {
		switch r, _ := t.book.Referral(id); r.Status {
		case referral.StatusOffered:
			open[r.Offer.To]++
			holder, _ := t.book.Agent(r.Offer.To)
			why := agent.Rescinding(holder.Verdict(r.Need(), policy.Terms, now))
			if !now.Before(r.Offer.Deadline) || why != nil {
				return fmt.Errorf("the offer to %s of %s is open at %s until %s: %v (R7)", r.Offer.To, r.ID, now, r.Offer.Deadline, why)
			}
		case referral.StatusWaiting:
			if line := referral.Line(r, t.book.Agents(), policy, now); len(line) > 0 {
				return fmt.Errorf("%s waits, but the line is %v (invariant 7)", r.ID, line)
			}
			if end := r.Since.Add(policy.GiveUp); policy.GiveUp == 0 && !r.Until.IsZero() || policy.GiveUp > 0 && !r.Until.Equal(end) {
				return fmt.Errorf("%s waits since %s until %s under %v (R30)", r.ID, r.Since, r.Until, policy.GiveUp)
			}
			if !r.Until.IsZero() && !now.Before(r.Until) {
				return fmt.Errorf("%s waits at %s until %s", r.ID, now, r.Until)
			}
		default:
			if !r.Status.Ended() {
				return fmt.Errorf("%s is %s (invariant 7)", r.ID, r.Status)
			}
		}
	}
	for a, l := range t.book.Agents() {
		if l.Open != open[a.NPN] {
			return fmt.Errorf("agent %s holds %d open offers, its load says %d", a.NPN, open[a.NPN], l.Open)
		}
	}
	return nil
}
