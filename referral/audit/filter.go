package audit

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Entry is a record with the stream and the event that it holds. Err is why there is
// no event, of a kind that this version does not know for example.
type Entry struct {
	Record eventlog.Record
	Stream book.Stream
	Event  book.Event
	Err    error
}

// Filter says which records are wanted: those to which everything that is set here
// applies. The zero Filter wants all.
type Filter struct {
	Referral uuid.UUID
	// Agent wants the records of its stream and those of referrals that name it.
	Agent agent.NPN
	// Kind is a kind, with or without its version, or a family: "agent",
	// "referral.offered", "referral.offered.v1".
	Kind string
	// State wants every record of a referral from there, and the records about agents
	// that name it: licenses, office, unticked states, terminations.
	State geo.State
	// Language wants every record of a referral that asks for it, among others, and
	// the records that say what an agent speaks.
	Language spoken.Key
	// Since is the first instant wanted, and Until the first not wanted any more.
	Since, Until time.Time
}

// Check returns what is wrong with the filter, or nil.
func (f Filter) Check() error {
	if f.Kind != "" && !slices.ContainsFunc(book.Kinds(), f.isKind) {
		text := fmt.Sprintf("no kind of event matches %.40q", f.Kind)
		_, err := book.Decode(book.Stream{}, f.Kind, time.Time{}, nil)
		if unknown, ok := errors.AsType[*book.UnknownKindError](err); ok {
			text += fmt.Sprintf(": give one such as %q, with or without its version, or a family such as \"agent\"", unknown.Nearest)
		}
		return errors.New(text)
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		return fmt.Errorf("nothing lies from %s up to %s: give the earlier first", f.Since.Format(time.RFC3339), f.Until.Format(time.RFC3339))
	}
	return nil
}

func (f Filter) isKind(kind string) bool {
	rest, ok := strings.CutPrefix(kind, f.Kind)
	return ok && (rest == "" || rest[0] == '.')
}

// Select yields the wanted ones of a log's records, in order. Its error, the last
// pair, is that of the records or of [Filter.Check]. A record that cannot be decoded
// is yielded with its Err if what can be told of it is wanted.
//
// To know which referrals are from a state or ask for a language, Select keeps the
// IDs of those that are and do.
func (f Filter) Select(records Records) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := f.Check(); err != nil {
			yield(Entry{}, err)
			return
		}
		s := f.begin()
		for r, err := range records {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !f.Until.IsZero() && !r.Time.Before(f.Until) {
				return // times never run backwards
			}
			if e, ok := s.wants(&r); ok && !yield(e, nil) {
				return
			}
		}
	}
}

// Tap yields a log's records as they are, and hands the wanted ones to keep on the
// way: for another question in the same pass. Its error is that of the records or of
// [Filter.Check].
func (f Filter) Tap(records Records, keep func(Entry)) Records {
	return func(yield func(eventlog.Record, error) bool) {
		if err := f.Check(); err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		s := f.begin()
		for r, err := range records {
			if err == nil && (f.Until.IsZero() || r.Time.Before(f.Until)) {
				if e, ok := s.wants(&r); ok {
					keep(e)
				}
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// selection is a filter at work.
type selection struct {
	Filter
	referrals map[uuid.UUID]struct{} // from the state, and asking for the language
}

func (f Filter) begin() *selection {
	return &selection{Filter: f, referrals: map[uuid.UUID]struct{}{}}
}

var kindRequested = referral.Requested{}.Kind()

// wants returns the entry of a record, and whether it is wanted.
func (s *selection) wants(r *eventlog.Record) (e Entry, ok bool) {
	byNeed := s.State != "" || s.Language != ""
	wanted := (s.Kind == "" || s.isKind(r.Kind)) && !r.Time.Before(s.Since)
	if !wanted && !(byNeed && r.Kind == kindRequested) {
		return e, false
	}
	e.Record = *r
	if e.Stream, e.Err = book.ParseStream(r.Stream); e.Err != nil {
		return e, s.Referral == uuid.Nil && s.Agent == 0 && !byNeed
	}
	if s.Referral != uuid.Nil && e.Stream.Referral != s.Referral {
		return e, false
	}
	if s.Agent != 0 && e.Stream.Agent != 0 && e.Stream.Agent != s.Agent {
		return e, false // others' facts need not be read
	}
	e.Event, e.Err = book.Decode(e.Stream, r.Kind, r.Time, r.Data)
	if byNeed && !s.needs(e) || !wanted {
		return e, false
	}
	return e, s.Agent == 0 || e.Stream.Agent == s.Agent || slices.Contains(Named(e.Event), s.Agent)
}

// needs reports whether an entry is about the wanted state and language.
func (s *selection) needs(e Entry) bool {
	if id := e.Stream.Referral; id != uuid.Nil {
		if asked, ok := e.Event.(referral.Requested); ok && (s.State == "" || asked.State == s.State) &&
			(s.Language == "" || slices.Contains(spoken.Keys(asked.Languages), s.Language)) {
			s.referrals[id] = struct{}{}
		}
		_, ok := s.referrals[id]
		return ok
	}
	return (s.State == "" || concerns(e.Event, s.State)) && (s.Language == "" || tells(e.Event, s.Language))
}

// Named returns the agents that an event of a referral names.
func Named(e book.Event) []agent.NPN {
	switch e := e.(type) {
	case referral.Offered:
		return []agent.NPN{e.To}
	case referral.Accepted:
		return []agent.NPN{e.By}
	case referral.Declined:
		return []agent.NPN{e.By}
	case referral.Expired:
		return []agent.NPN{e.From}
	case referral.Rescinded:
		return []agent.NPN{e.From}
	case referral.Contacted:
		return []agent.NPN{e.By}
	case referral.OutcomeRecorded:
		return []agent.NPN{e.By}
	}
	return nil
}

// concerns reports whether an event about an agent names a state.
func concerns(e book.Event, s geo.State) bool {
	switch e := e.(type) {
	case agent.ProfileUpdated:
		return e.State == s
	case agent.LicenseRecorded:
		return e.State == s
	case agent.LicenseRemoved:
		return e.State == s
	case agent.StatesUnticked:
		return e.States.Has(s)
	case agent.Terminated:
		return e.State == s
	case agent.Reinstated:
		return e.State == s
	}
	return false
}

// tells reports whether an event says that an agent speaks a language.
func tells(e book.Event, k spoken.Key) bool {
	set, ok := e.(agent.LanguagesSet)
	return ok && slices.Contains(spoken.Keys(set.Languages), k)
}
