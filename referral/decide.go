package referral

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Decide returns the events that a command makes of a referral, or a
// [*Rejection] that cites the rule against it and wraps the sentinel to ask
// for. A command repeated after it took effect returns no event and no error
// (R23). Who is first in line is the desk's to find; Decide holds the rest.
func Decide(r Referral, c Command) ([]Event, error) {
	if c, ok := c.(Request); ok {
		return decideRequest(r, c)
	}
	if r.Status == "" {
		return nil, &Rejection{Rule: "S1", Err: fmt.Errorf("%w: check the ID, or request it first", ErrNotFound)}
	}
	switch c := c.(type) {
	case Accept:
		return decideAccept(r, c)
	case Decline:
		return decideDecline(r, c)
	case Withdraw:
		return decideWithdraw(r, c)
	case Contact:
		if err := r.holds(c.By); err != nil {
			return nil, err
		}
		if !r.Contacted.IsZero() {
			return nil, nil
		}
		return []Event{Contacted{c.By, utc(c.At)}}, nil
	case RecordOutcome:
		if err := r.holds(c.By); err != nil {
			return nil, err
		}
		if !c.Outcome.valid() {
			return nil, agent.Reject("B5", "the outcome is none of %q, %q, %q, %q", Enrolled, NotReached, NotInterested, Other)
		}
		if c.Outcome == r.Outcome {
			return nil, nil
		}
		return []Event{OutcomeRecorded{c.By, c.Outcome, utc(c.At)}}, nil
	case MakeOffer:
		return decideOffer(r, c)
	case Expire:
		switch {
		case r.Status != StatusOffered:
			return nil, nil
		case c.At.Before(r.Offer.Deadline):
			return nil, agent.Reject("R1", "the offer is open until %s", stamp(r.Offer.Deadline))
		}
		return []Event{Expired{r.Offer.To, r.Offer.Deadline, utc(c.At)}}, nil
	case Rescind:
		switch {
		case r.Status != StatusOffered:
			return nil, nil
		case len(c.Reasons) == 0:
			return nil, agent.Reject("R7", "an offer is rescinded for a reason: give one")
		case slices.ContainsFunc(c.Reasons, unheard):
			return nil, agent.Reject("R7", "a reason for rescinding has no rule, or a state that is none: give those of a verdict")
		}
		return []Event{Rescinded{r.Offer.To, c.Reasons, utc(c.At)}}, nil
	case Wait:
		switch {
		case r.Status == StatusWaiting && r.Until.Equal(c.Until):
			return nil, nil
		case r.Status == StatusWaiting, r.Status == StatusPending:
			if !recordable(c.Until) {
				return nil, agent.Reject("R10", "waiting ends beyond year 9999: give an earlier end, or none to wait for ever")
			}
			return []Event{Waiting{utc(c.Until), utc(c.At)}}, nil
		}
		return nil, agent.Reject("R10", "a referral that is %s does not wait", r.Status)
	case Exhaust:
		switch {
		case r.Status == StatusExhausted:
			return nil, nil
		case r.Status != StatusWaiting || r.Until.IsZero() || c.At.Before(r.Until):
			return nil, agent.Reject("R10", "giving up bounds waiting only, and not before its end")
		}
		return []Event{Exhausted{utc(c.At)}}, nil
	}
	return nil, fmt.Errorf("referral: %T is no command: give one of this package's, by value", c)
}

func decideRequest(r Referral, c Request) ([]Event, error) {
	if c.ID == uuid.Nil {
		return nil, agent.Reject("R23", "the request has no ID")
	}
	e, err := c.clean()
	if err != nil {
		return nil, err
	}
	if r.Status != "" {
		if r.Subject != e.Subject || r.State != e.State || r.ZIP != e.ZIP || r.Point != e.Point || !slices.EqualFunc(r.Languages, e.Languages, sameTag) {
			return nil, &Rejection{Rule: "R23", Err: fmt.Errorf("%w: repeat it with the same content, or give a new ID", ErrExists)}
		}
		return nil, nil
	}
	if err := e.placed(); err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// Requested returns the event that [Decide] makes of a request whose ID is new,
// or why it is refused. The ID may be zero and be given to the event later.
func (c Request) Requested() (Requested, error) {
	e, err := c.clean()
	if err == nil {
		err = e.placed()
	}
	return e, err
}

// placed returns why nobody can be sought for the request, or nil.
func (e *Requested) placed() error {
	if !e.Point.Known() && !e.Resolved.Known() {
		return agent.Reject("R15", "ZIP %s is not in the table of centroids: give the consumer's point, or a ZIP near by", e.ZIP)
	}
	return nil
}

// clean returns the request as it is recorded, or a rejection.
func (c Request) clean() (e Requested, err error) {
	if c.Subject == "" || len(c.Subject) > maxText || !plain(c.Subject) {
		return e, agent.Reject("R29", "the request's subject is not a key of 1 to %d bytes without control characters: give your own opaque key for the consumer", maxText)
	}
	state, err := geo.ParseState(string(c.State))
	if err != nil {
		return e, &Rejection{Rule: "S14", Err: err}
	}
	zip := c.ZIP
	if zip != "" {
		if zip, err = geo.ParseZIP(string(zip)); err != nil {
			return e, &Rejection{Rule: "R16", Err: err}
		}
	}
	if zip == "" && !c.Point.Known() {
		return e, agent.Reject("R15", "the request says not where the consumer is: give a ZIP or a point")
	}
	languages, err := spoken.ParseAll(c.Languages)
	if err != nil {
		return e, &Rejection{Rule: "R27", Err: err}
	}
	if len(languages) == 0 {
		return e, agent.Reject("R14", "the request has no language: give what the consumer speaks, such as es or en, the preferred one first")
	}
	return Requested{c.ID, c.Subject, state, zip, c.Point, c.Resolved, languages, utc(c.At)}, nil
}

// sameTag compares what was given, which a newer table does not change (R31).
func sameTag(a, b spoken.Language) bool {
	return strings.EqualFold(strings.ReplaceAll(a.Tag, "_", "-"), strings.ReplaceAll(b.Tag, "_", "-"))
}

// maxText bounds a subject or a reason, in bytes.
const maxText = 200

func plain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func decideAccept(r Referral, c Accept) ([]Event, error) {
	if r.Status == StatusAccepted && r.Offer.To == c.By {
		return nil, nil
	}
	if err := r.answerable(c.By, c.At); err != nil {
		return nil, err
	}
	return []Event{Accepted{c.By, utc(c.At)}}, nil
}

func decideDecline(r Referral, c Decline) ([]Event, error) {
	if p, asked := r.past(c.By); asked && p.Ending == EndedDeclined {
		return nil, nil
	}
	if err := r.answerable(c.By, c.At); err != nil {
		return nil, err
	}
	if len(c.Reason) > maxText || !plain(c.Reason) {
		return nil, agent.Reject("R29", "the reason is not text of at most %d bytes without control characters", maxText)
	}
	return []Event{Declined{c.By, c.Reason, utc(c.At)}}, nil
}

// answerable returns why the agent cannot answer at an instant, or nil if it
// holds the open offer within its window (R1, R8, R23).
func (r Referral) answerable(by agent.NPN, at time.Time) error {
	if r.Offer.To == by && by != 0 {
		switch {
		case r.Status == StatusAccepted:
			return reject("R23", ErrAnswered, "agent %s accepted it", by)
		case !at.Before(r.Offer.Deadline):
			return reject("R1", ErrTooLate, "the offer to agent %s was open until %s", by, stamp(r.Offer.Deadline))
		}
		return nil
	}
	past, asked := r.past(by)
	switch {
	case asked && past.Ending == EndedDeclined:
		return reject("R23", ErrAnswered, "agent %s declined it, and nobody is asked twice", by)
	case asked && past.Ending == EndedExpired:
		return reject("R1", ErrTooLate, "the offer to agent %s was open until %s, and nobody is asked twice", by, stamp(past.Deadline))
	case asked && past.Ending == EndedRescinded:
		return reject("R7", ErrNotOffered, "the offer to agent %s was rescinded: %s", by, because(past.Reasons))
	case r.Status == StatusExhausted || r.Status == StatusWithdrawn:
		return reject("R24", ErrEnded, "it is %s", r.Status)
	}
	return reject("R23", ErrNotOffered, "agent %s was not asked", by)
}

// because returns the first of the reasons that ended an offer.
func because(reasons []agent.Reason) string {
	if len(reasons) == 0 {
		return "it lost eligibility"
	}
	return "it " + reasons[0].String()
}

func decideWithdraw(r Referral, c Withdraw) ([]Event, error) {
	switch {
	case r.Status == StatusWithdrawn:
		return nil, nil
	case r.Status.Ended():
		return nil, reject("R24", ErrEnded, "it is %s, too late to withdraw", r.Status)
	}
	return []Event{Withdrawn{utc(c.At)}}, nil
}

// holds returns nil if the agent holds the accepted referral (B5).
func (r Referral) holds(by agent.NPN) error {
	if by == 0 || r.Holder() != by {
		return reject("B5", ErrNotOffered, "only who accepted the referral records contact and outcome, and agent %s did not", by)
	}
	return nil
}

func decideOffer(r Referral, c MakeOffer) ([]Event, error) {
	switch {
	case r.Status != StatusPending && r.Status != StatusWaiting:
		return nil, agent.Reject("R11", "a referral that is %s takes no new offer", r.Status)
	case r.Asked(c.To):
		return nil, agent.Reject("R11", "agent %s was asked before", c.To)
	case !c.At.Before(c.Deadline):
		return nil, agent.Reject("R1", "an offer needs a deadline after its beginning")
	case !c.To.Valid() || !c.Language.Valid():
		return nil, agent.Reject("R13", "an offer needs an agent and the language that matched")
	case !recordable(c.Deadline):
		return nil, agent.Reject("R1", "an offer needs a deadline before year 10000")
	case slices.ContainsFunc(c.Channels, unknown):
		return nil, agent.Reject("S16", "a channel is none of %q, %q, %q", agent.Email, agent.Text, agent.App)
	case c.Meters < -1:
		return nil, agent.Reject("R15", "an offer's distance is %d m: give meters, or -1 if it is unknown", int64(c.Meters))
	}
	c.Deadline, c.At = utc(c.Deadline), utc(c.At)
	return []Event{Offered(c)}, nil
}

func (o Outcome) valid() bool {
	return o == Enrolled || o == NotReached || o == NotInterested || o == Other
}

// reject returns a rejection that wraps a sentinel.
func reject(rule string, sentinel error, format string, args ...any) error {
	return &Rejection{Rule: rule, Err: fmt.Errorf("%w: %s", sentinel, fmt.Sprintf(format, args...))}
}

// utc returns an instant as it is recorded: in UTC, without a monotonic reading.
func utc(t time.Time) time.Time { return t.UTC().Round(0) }

// recordable reports whether t is in the years that a record can hold.
func recordable(t time.Time) bool { y := t.UTC().Year(); return 1 <= y && y <= 9999 }

// unheard reports whether r is no reason that a verdict gives.
func unheard(r agent.Reason) bool { return r.Rule() == "" || r.State != "" && !r.State.Valid() }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
