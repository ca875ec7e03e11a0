package agent

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
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

// Decode reads the data of a record of one of this package's [Kinds]. It
// refuses keys it does not know and values that no rule allows.
func Decode(kind string, data []byte) (Event, error) {
	i, ok := place[kind]
	if !ok {
		return nil, unknown(kind)
	}
	if e, ok := kinds[i].read(data); ok {
		return e, nil
	}
	return kinds[i].judged(data)
}

// Fold makes a the agent after the event that [Decode] reads, by [Apply], and
// allocates no event. Texts and lists that come again are the memory's, which may
// be nil. An error is Decode's, and leaves a as it was.
func Fold(a *Agent, m *wire.Memory, kind string, data []byte) error {
	i, ok := place[kind]
	if !ok {
		return unknown(kind)
	}
	if kinds[i].fold(a, m, data) {
		return nil
	}
	e, err := kinds[i].judged(data)
	if err == nil {
		a.apply(e)
	}
	return err
}

func unknown(kind string) error {
	return fmt.Errorf("agent: %.60q is no kind of agent event", kind)
}

// Kinds returns every kind of agent event, in the order of the rulebook.
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
	read   func(data []byte) (Event, bool)
	fold   func(a *Agent, m *wire.Memory, data []byte) bool
	strict func(data []byte) (Event, error)
}

// judged is strict, with an error that names the kind.
func (k kindReader) judged(data []byte) (Event, error) {
	e, err := k.strict(data)
	if err != nil {
		return nil, fmt.Errorf("agent: data of %s: %w", k.kind, err)
	}
	return e, nil
}

// of makes the reader of one kind of event.
func of[E Event](check func(E) error) kindReader {
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
		read: func(data []byte) (Event, bool) {
			return read(nil, data, check)
		},
		fold: func(a *Agent, m *wire.Memory, data []byte) bool {
			e, ok := read(m, data, check)
			if ok {
				a.apply(e)
			}
			return ok
		},
		strict: func(data []byte) (Event, error) {
			return wire.Decode(data, check)
		},
	}
}

// read reads the data of an event if it has the canonical form and passes the
// check.
func read[E Event](m *wire.Memory, data []byte, check func(E) error) (e E, ok bool) {
	c := wire.Reading(data, m)
	form(&c, &e)
	return e, c.Done() && check(e) == nil
}

// place is where in kinds each kind is.
var place = func() map[string]int {
	at := make(map[string]int, len(kinds))
	for i, k := range kinds {
		at[k.kind] = i
	}
	return at
}()

// utc reports whether all instants are in UTC, the one form a log holds.
func utc(all ...time.Time) bool {
	return !slices.ContainsFunc(all, func(t time.Time) bool { return t.Location() != time.UTC })
}

// want returns an error that names what is missing or wrong unless ok holds.
func want(ok bool, what string) error {
	if ok {
		return nil
	}
	return errors.New("missing or wrong: " + what)
}

var kinds = []kindReader{
	of(func(e Registered) error { return want(e.NPN.Valid() && e.Name != "", "npn, name") }),
	of(func(e ProfileUpdated) error {
		return want(e.Name != "" && e.State.Valid() && e.ZIP.Valid(), "name, state, zip")
	}),
	of(func(ProfileReviewed) error { return nil }),
	of(func(e TrainingCompleted) error { return Completion(e).check() }),
	of(func(e RegistrationCompleted) error { return Completion(e).check() }),
	of(func(e TermsAccepted) error {
		return want((e.Document == CMS || e.Document == HelpOnDemand) && e.Version != "", "document, version")
	}),
	of(func(e LicenseRecorded) error {
		l, err := License(e).clean()
		return errors.Join(err, want(l.equal(License(e)) && utc(e.Effective, e.Expires) &&
			!slices.ContainsFunc(e.Lines, func(n Line) bool { return !utc(n.Issued) }), "license in its recorded form"))
	}),
	of(func(e LicenseRemoved) error { return want(e.State.Valid() && e.Number != "", "state, number") }),
	of(func(e DisplayChosen) error { return want(e.Choice.Valid(), "choice") }),
	of(func(StatesUnticked) error { return nil }),
	of(func(e LanguagesSet) error { return CheckLanguages(e.Languages) }),
	of(func(e ChannelsSet) error {
		list, err := cleanChannels(e.Channels)
		return errors.Join(err, want(slices.Equal(list, e.Channels), "channels, each once and in order"))
	}),
	of(func(e HoursSet) error { return Hours(e).check() }),
	of(func(e OverrideSet) error {
		return want(e.Override == OverrideAuto || e.Override == OverrideOn || e.Override == OverrideOff, "override")
	}),
	of(func(e AbsenceSet) error {
		return want(!e.From.IsZero() && e.From.Before(e.Until) && utc(e.From, e.Until), "from, until")
	}),
	of(func(e AbsenceCleared) error { return want(!e.From.IsZero() && utc(e.From), "from") }),
	of(func(e Terminated) error { _, err := Termination(e).clean(); return err }),
	of(func(e Reinstated) error { _, err := Termination(e).clean(); return err }),
}

func (c Completion) check() error {
	return want(c.PlanYear > 0 && !c.From.IsZero() && c.From.Before(c.Until) && utc(c.From, c.Until), "plan_year, from, until")
}

// CheckLanguages returns an error unless every language has its tag and key.
func CheckLanguages(list []spoken.Language) error {
	for _, l := range list {
		if l.Tag == "" || l.Key == "" {
			return errors.New("missing or wrong: a language's tag, key")
		}
	}
	return nil
}
