package referral

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Encode returns the data of an event's record: one JSON object on one line,
// its keys in a fixed order.
func Encode(e Event) ([]byte, error) { return agent.EncodeData(e) }

// Decode reads the data of a record of one of this package's [Kinds], which
// stands in the stream of the referral id and was recorded at an instant. It
// refuses keys it does not know and values that no rule allows.
func Decode(kind string, id uuid.UUID, at time.Time, data []byte) (Event, error) {
	i := slices.IndexFunc(kinds, func(k kindReader) bool { return k.kind == kind })
	if i < 0 {
		return nil, fmt.Errorf("referral: %.60q is no kind of referral event", kind)
	}
	e, err := kinds[i].read(data, id, at)
	if err != nil {
		return nil, fmt.Errorf("referral: data of %s: %w", kind, err)
	}
	return e, nil
}

// DecodePolicy reads the data of a desk.policy_set record.
func DecodePolicy(data []byte) (PolicySet, error) {
	e, err := agent.DecodeData(data, func(PolicySet) error { return nil })
	if err != nil {
		return e, fmt.Errorf("referral: data of %s: %w", e.Kind(), err)
	}
	return e, nil
}

// Kinds returns every kind of referral event, in the order of the rulebook.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.kind
	}
	return names
}

type kindReader struct {
	kind string
	read func(data []byte, id uuid.UUID, at time.Time) (Event, error)
}

// of makes the reader of one kind of event: stamp adds what the record holds
// outside the data, and complete says whether the data has all it needs.
func of[E Event](needs string, complete func(E) bool, stamp func(*E, uuid.UUID, time.Time)) kindReader {
	var zero E
	return kindReader{zero.Kind(), func(data []byte, id uuid.UUID, at time.Time) (Event, error) {
		e, err := agent.DecodeData(data, func(e E) error {
			if !complete(e) {
				return errors.New("missing or wrong: " + needs)
			}
			return nil
		})
		stamp(&e, id, at)
		return e, err
	}}
}

var kinds = []kindReader{
	of("subject, state, zip or point, languages", func(e Requested) bool {
		return e.Subject != "" && e.State.Valid() && (e.Point.Known() || e.Resolved.Known()) &&
			len(e.Languages) > 0 && agent.CheckLanguages(e.Languages) == nil
	}, func(e *Requested, id uuid.UUID, at time.Time) { e.ID, e.At = id, at }),
	of("to, deadline, language, channels", func(e Offered) bool {
		return e.To.Valid() && instant(e.Deadline) && e.Language.Valid() && !slices.ContainsFunc(e.Channels, unknown)
	},
		func(e *Offered, _ uuid.UUID, at time.Time) { e.At = at }),
	of("by", func(e Accepted) bool { return e.By.Valid() },
		func(e *Accepted, _ uuid.UUID, at time.Time) { e.At = at }),
	of("by", func(e Declined) bool { return e.By.Valid() },
		func(e *Declined, _ uuid.UUID, at time.Time) { e.At = at }),
	of("from, deadline", func(e Expired) bool { return e.From.Valid() && instant(e.Deadline) },
		func(e *Expired, _ uuid.UUID, at time.Time) { e.At = at }),
	of("from, reasons", func(e Rescinded) bool { return e.From.Valid() && len(e.Reasons) > 0 },
		func(e *Rescinded, _ uuid.UUID, at time.Time) { e.At = at }),
	of("until", func(e Waiting) bool { return e.Until.IsZero() || instant(e.Until) },
		func(e *Waiting, _ uuid.UUID, at time.Time) { e.At = at }),
	of("", func(Exhausted) bool { return true },
		func(e *Exhausted, _ uuid.UUID, at time.Time) { e.At = at }),
	of("", func(Withdrawn) bool { return true },
		func(e *Withdrawn, _ uuid.UUID, at time.Time) { e.At = at }),
	of("by", func(e Contacted) bool { return e.By.Valid() },
		func(e *Contacted, _ uuid.UUID, at time.Time) { e.At = at }),
	of("by, outcome", func(e OutcomeRecorded) bool { return e.By.Valid() && e.Outcome.valid() },
		func(e *OutcomeRecorded, _ uuid.UUID, at time.Time) { e.At = at }),
}

// instant reports whether t is one in UTC, the one form a log holds.
func instant(t time.Time) bool { return !t.IsZero() && t.Location() == time.UTC }

func unknown(c agent.Channel) bool { return !c.Valid() }

// offeredJSON is the data of an Offered: an unknown distance has no key.
type offeredJSON struct {
	To       agent.NPN       `json:"to"`
	Deadline time.Time       `json:"deadline"`
	Language spoken.Key      `json:"language"`
	Meters   *geo.Meters     `json:"meters,omitempty"`
	Channels []agent.Channel `json:"channels"`
}

// MarshalJSON writes the data of the event.
func (e Offered) MarshalJSON() ([]byte, error) {
	j := offeredJSON{e.To, e.Deadline, e.Language, nil, e.Channels}
	if j.Channels == nil {
		j.Channels = []agent.Channel{}
	}
	if e.Meters >= 0 {
		j.Meters = &e.Meters
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads the data of the event.
func (e *Offered) UnmarshalJSON(b []byte) error {
	j, err := agent.DecodeData(b, func(offeredJSON) error { return nil })
	if err != nil {
		return err
	}
	*e = Offered{To: j.To, Deadline: j.Deadline, Language: j.Language, Meters: -1, Channels: j.Channels}
	if j.Meters != nil {
		e.Meters = *j.Meters
	}
	return nil
}
