package referral

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
)

// Encode returns the data of an event's record: one JSON object on one line,
// its keys in a fixed order.
func Encode(e Event) ([]byte, error) {
	if e != nil {
		if i, ok := place[e.Kind()]; ok {
			if data := kinds[i].write(e); data != nil {
				return data, nil
			}
		}
	}
	return wire.Encode(e)
}

// Decode reads the data of a record of one of this package's [Kinds], which
// stands in the stream of the referral id and was recorded at an instant. It
// refuses keys it does not know and values that no rule allows.
func Decode(kind string, id uuid.UUID, at time.Time, data []byte) (Event, error) {
	i, ok := place[kind]
	if !ok {
		return nil, unknownKind(kind)
	}
	if e, ok := kinds[i].read(data, id, at); ok {
		return e, nil
	}
	return kinds[i].judged(data, id, at)
}

// Fold makes r the referral after the event that [Decode] reads, by [Apply], and
// allocates no event. Texts and lists that come again are the memory's, which may
// be nil. An error is Decode's, and leaves r as it was.
func Fold(r *Referral, m *wire.Memory, kind string, id uuid.UUID, at time.Time, data []byte) error {
	return fold(r, m, kind, id, at, data, false)
}

// FoldLawful is [Fold], with the error of [Lawful] if the event is not.
func FoldLawful(r *Referral, m *wire.Memory, kind string, id uuid.UUID, at time.Time, data []byte) error {
	return fold(r, m, kind, id, at, data, true)
}

func fold(r *Referral, m *wire.Memory, kind string, id uuid.UUID, at time.Time, data []byte, lawful bool) error {
	i, ok := place[kind]
	if !ok {
		return unknownKind(kind)
	}
	if ok, err := kinds[i].fold(r, m, data, id, at, lawful); ok {
		return err
	}
	e, err := kinds[i].judged(data, id, at)
	if err == nil && lawful {
		err = r.allows(e)
	}
	if err == nil {
		r.apply(e)
	}
	return err
}

func unknownKind(kind string) error {
	return fmt.Errorf("referral: %.60q is no kind of referral event", kind)
}

// DecodePolicy reads the data of a desk.policy_set record.
func DecodePolicy(data []byte) (PolicySet, error) {
	e, err := wire.Decode(data, func(PolicySet) error { return nil })
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

// kindReader reads and writes the events of one kind. The first three know the
// canonical form alone, and the last judges any other.
type kindReader struct {
	kind   string
	write  func(Event) []byte // nil if the event has another form
	read   func(data []byte, id uuid.UUID, at time.Time) (Event, bool)
	fold   func(r *Referral, m *wire.Memory, data []byte, id uuid.UUID, at time.Time, lawful bool) (bool, error)
	strict func(data []byte, id uuid.UUID, at time.Time) (Event, error)
}

// judged is strict, with an error that names the kind.
func (k kindReader) judged(data []byte, id uuid.UUID, at time.Time) (Event, error) {
	e, err := k.strict(data, id, at)
	if err != nil {
		return nil, fmt.Errorf("referral: data of %s: %w", k.kind, err)
	}
	return e, nil
}

// of makes the reader of one kind of event: complete says whether the data has
// all it needs.
func of[E Event](needs string, complete func(E) bool) kindReader {
	var zero E
	return kindReader{
		kind: zero.Kind(),
		write: func(e Event) []byte {
			v, ok := e.(E)
			if !ok {
				return nil
			}
			var room wire.Room
			c := wire.Writing(&room)
			if form(&c, &v); !c.Done() {
				return nil
			}
			return bytes.Clone(c.Written())
		},
		read: func(data []byte, id uuid.UUID, at time.Time) (Event, bool) {
			return read(nil, data, id, at, complete)
		},
		fold: func(r *Referral, m *wire.Memory, data []byte, id uuid.UUID, at time.Time, lawful bool) (bool, error) {
			e, ok := read(m, data, id, at, complete)
			if ok && lawful {
				if err := r.allows(e); err != nil {
					return true, err
				}
			}
			if ok {
				r.apply(e)
			}
			return ok, nil
		},
		strict: func(data []byte, id uuid.UUID, at time.Time) (Event, error) {
			e, err := wire.Decode(data, func(e E) error {
				if !complete(e) {
					return errors.New("missing or wrong: " + needs)
				}
				return nil
			})
			fromRecord(&e, id, at)
			return e, err
		},
	}
}

// read reads the data of an event if it has the canonical form and is complete,
// and adds what the record holds outside it.
func read[E Event](m *wire.Memory, data []byte, id uuid.UUID, at time.Time, complete func(E) bool) (e E, ok bool) {
	c := wire.Reading(data, m)
	form(&c, &e)
	fromRecord(&e, id, at)
	return e, c.Done() && complete(e)
}

var kinds = []kindReader{
	of("subject, state, zip or point, languages", func(e Requested) bool {
		return e.Subject != "" && e.State.Valid() && (e.Point.Known() || e.Resolved.Known()) &&
			len(e.Languages) > 0 && agent.CheckLanguages(e.Languages) == nil
	}),
	of("to, deadline, language, channels", func(e Offered) bool {
		return e.To.Valid() && instant(e.Deadline) && e.Language.Valid() && !slices.ContainsFunc(e.Channels, unknown)
	}),
	of("by", func(e Accepted) bool { return e.By.Valid() }),
	of("by", func(e Declined) bool { return e.By.Valid() }),
	of("from, deadline", func(e Expired) bool { return e.From.Valid() && instant(e.Deadline) }),
	of("from, reasons", func(e Rescinded) bool { return e.From.Valid() && len(e.Reasons) > 0 }),
	of("until", func(e Waiting) bool { return e.Until.IsZero() || instant(e.Until) }),
	of("", func(Exhausted) bool { return true }),
	of("", func(Withdrawn) bool { return true }),
	of("by", func(e Contacted) bool { return e.By.Valid() }),
	of("by, outcome", func(e OutcomeRecorded) bool { return e.By.Valid() && e.Outcome.valid() }),
}

// place is where in kinds each kind is.
var place = func() map[string]int {
	at := make(map[string]int, len(kinds))
	for i, k := range kinds {
		at[k.kind] = i
	}
	return at
}()

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
	j, err := wire.Decode(b, func(offeredJSON) error { return nil })
	if err != nil {
		return err
	}
	*e = Offered{To: j.To, Deadline: j.Deadline, Language: j.Language, Meters: -1, Channels: j.Channels}
	if j.Meters != nil {
		e.Meters = *j.Meters
	}
	return nil
}
