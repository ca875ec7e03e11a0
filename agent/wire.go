package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
)

// Encode returns the data of an event's record: one JSON object on one line,
// its keys in a fixed order.
func Encode(e Event) ([]byte, error) { return EncodeData(e) }

// EncodeData returns v as JSON on one line without HTML escapes, the form of
// every record's data.
func EncodeData(v any) ([]byte, error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads the data of a record of one of this package's [Kinds]. It
// refuses keys it does not know and values that no rule allows.
func Decode(kind string, data []byte) (Event, error) {
	i := slices.IndexFunc(kinds, func(k kindReader) bool { return k.kind == kind })
	if i < 0 {
		return nil, fmt.Errorf("agent: %.60q is no kind of agent event", kind)
	}
	e, err := kinds[i].read(data)
	if err != nil {
		return nil, fmt.Errorf("agent: data of %s: %w", kind, err)
	}
	return e, nil
}

// Kinds returns every kind of agent event, in the order of the rulebook.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.kind
	}
	return names
}

// decodeStrict reads exactly one JSON value with no unknown keys.
func decodeStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return brief(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// brief returns an error of reading JSON with at most a little of the data,
// which encoding/json and time repeat at any length.
func brief(err error) error {
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("the key %.40s is unknown", key)
	}
	if value, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("the value of %q is of another type, or out of range", value.Field)
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("an instant is not of the form 2026-11-23T17:00:00Z")
	}
	return err
}

// DecodeData reads data into a new T and checks it. The keys are exactly those
// that [EncodeData] writes of the value: none unknown, missing, in another case
// or null.
func DecodeData[T any](data []byte, check func(T) error) (T, error) {
	var v T
	if err := decodeStrict(data, &v); err != nil {
		return v, err
	}
	if err := check(v); err != nil {
		return v, err
	}
	written, err := EncodeData(v)
	if err != nil || bytes.Equal(written, data) && !bytes.Contains(data, []byte("null")) {
		return v, err
	}
	return v, sameKeys(data, written)
}

// sameKeys returns an error unless data has the same objects as what is written
// of it, with the same keys, and lists of the same length, and no null.
func sameKeys(data, written []byte) error {
	var given, want any
	if err := errors.Join(json.Unmarshal(data, &given), json.Unmarshal(written, &want)); err != nil {
		return err
	}
	return alike(given, want)
}

func alike(given, want any) error {
	if given == nil {
		return errors.New("a value is null")
	}
	switch want := want.(type) {
	case map[string]any:
		given, _ := given.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, ok := given[key]
			if !ok {
				return fmt.Errorf("the key %q is missing", key)
			}
			if err := alike(value, want[key]); err != nil {
				return err
			}
		}
		if len(given) > len(want) {
			return errors.New("a key is there twice, in another case, or without a value")
		}
	case []any:
		given, _ := given.([]any)
		if len(given) != len(want) {
			return errors.New("a list has too many values or too few")
		}
		for i := range want {
			if err := alike(given[i], want[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

type kindReader struct {
	kind string
	read func(data []byte) (Event, error)
}

// of makes the reader of one kind of event.
func of[E Event](check func(E) error) kindReader {
	var zero E
	return kindReader{zero.Kind(), func(data []byte) (Event, error) { return DecodeData(data, check) }}
}

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
	of(func(e HoursSet) error { _, err := Hours(e).clean(); return err }),
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
