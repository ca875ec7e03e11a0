package geo

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"
)

// State is a US jurisdiction with Marketplace agents: one of the 50 states,
// the District of Columbia, or the territories American Samoa, Guam, the
// Northern Mariana Islands, Puerto Rico and the US Virgin Islands. It holds
// the two-letter postal code in capitals; the empty State is no jurisdiction.
type State string

// jurisdictions lists every State by code, in the order of [State.Index].
var jurisdictions = [...]struct{ code, name string }{
	{"AK", "Alaska"}, {"AL", "Alabama"}, {"AR", "Arkansas"}, {"AS", "American Samoa"},
	{"AZ", "Arizona"}, {"CA", "California"}, {"CO", "Colorado"}, {"CT", "Connecticut"},
	{"DC", "District of Columbia"}, {"DE", "Delaware"}, {"FL", "Florida"}, {"GA", "Georgia"},
	{"GU", "Guam"}, {"HI", "Hawaii"}, {"IA", "Iowa"}, {"ID", "Idaho"},
	{"IL", "Illinois"}, {"IN", "Indiana"}, {"KS", "Kansas"}, {"KY", "Kentucky"},
	{"LA", "Louisiana"}, {"MA", "Massachusetts"}, {"MD", "Maryland"}, {"ME", "Maine"},
	{"MI", "Michigan"}, {"MN", "Minnesota"}, {"MO", "Missouri"}, {"MP", "Northern Mariana Islands"},
	{"MS", "Mississippi"}, {"MT", "Montana"}, {"NC", "North Carolina"}, {"ND", "North Dakota"},
	{"NE", "Nebraska"}, {"NH", "New Hampshire"}, {"NJ", "New Jersey"}, {"NM", "New Mexico"},
	{"NV", "Nevada"}, {"NY", "New York"}, {"OH", "Ohio"}, {"OK", "Oklahoma"},
	{"OR", "Oregon"}, {"PA", "Pennsylvania"}, {"PR", "Puerto Rico"}, {"RI", "Rhode Island"},
	{"SC", "South Carolina"}, {"SD", "South Dakota"}, {"TN", "Tennessee"}, {"TX", "Texas"},
	{"UT", "Utah"}, {"VA", "Virginia"}, {"VI", "US Virgin Islands"}, {"VT", "Vermont"},
	{"WA", "Washington"}, {"WI", "Wisconsin"}, {"WV", "West Virginia"}, {"WY", "Wyoming"},
}

// NumStates is the number of jurisdictions: 50 states, DC and five territories.
const NumStates = len(jurisdictions)

// stateIndex is one more than the index of the jurisdiction with these two
// letters, 0 for none.
var stateIndex = func() (t [26 * 26]uint8) {
	for i, j := range jurisdictions {
		t[int(j.code[0]-'A')*26+int(j.code[1]-'A')] = uint8(i + 1)
	}
	return t
}()

// ParseState reads a jurisdiction's postal code or English name, in any case
// and with space around it: "FL", "fl" and "Florida" are one.
func ParseState(s string) (State, error) {
	if State(s).Valid() {
		return State(s), nil
	}
	t := strings.Join(strings.Fields(s), " ")
	if u := State(strings.ToUpper(t)); u.Valid() {
		return u, nil
	}
	for _, j := range jurisdictions {
		if strings.EqualFold(t, j.name) {
			return State(j.code), nil
		}
	}
	return "", fmt.Errorf("geo: %s is no US jurisdiction: give the two-letter postal code or the English name of a state, DC, AS, GU, MP, PR or VI", quote(s))
}

// Valid reports whether s is the code of a jurisdiction.
func (s State) Valid() bool { return s.Index() >= 0 }

// Index returns the place of s among the codes in alphabetical order, from 0
// to [NumStates]-1, or -1 if s is no jurisdiction. A later jurisdiction would
// change it, so it is for memory, never for a log.
func (s State) Index() int {
	if len(s) != 2 || s[0]-'A' > 25 || s[1]-'A' > 25 {
		return -1
	}
	return int(stateIndex[int(s[0]-'A')*26+int(s[1]-'A')]) - 1
}

// Name returns the English name, or "" if s is no jurisdiction.
func (s State) Name() string {
	if i := s.Index(); i >= 0 {
		return jurisdictions[i].name
	}
	return ""
}

// MarshalText returns the code; an invalid non-empty State is an error.
func (s State) MarshalText() ([]byte, error) {
	if s != "" && !s.Valid() {
		return nil, fmt.Errorf("geo: %s is no state code", quote(string(s)))
	}
	return []byte(s), nil
}

// UnmarshalText reads exactly a code, the one form that is written.
func (s *State) UnmarshalText(b []byte) error {
	if !State(b).Valid() {
		return fmt.Errorf("geo: %s is no state code: want two capitals such as FL", quote(string(b)))
	}
	*s = State(b)
	return nil
}

// AllStates yields every jurisdiction in the order of their codes.
func AllStates() iter.Seq[State] { return EveryState.All() }

// States is a set of jurisdictions, one bit for each [State.Index]. The zero
// States is empty. Sets are values: compare them with ==.
type States uint64

// EveryState is the set of all jurisdictions.
const EveryState States = 1<<NumStates - 1

// StatesOf returns the set of the given states; those that are no
// jurisdiction are left out.
func StatesOf(states ...State) (set States) {
	for _, s := range states {
		set = set.With(s)
	}
	return set
}

// Has reports whether s is in the set.
func (set States) Has(s State) bool {
	i := s.Index()
	return i >= 0 && set>>i&1 == 1
}

// With returns the set with s added; an invalid s adds nothing.
func (set States) With(s State) States {
	if i := s.Index(); i >= 0 {
		set |= 1 << i
	}
	return set
}

// Without returns the set with s removed.
func (set States) Without(s State) States {
	if i := s.Index(); i >= 0 {
		set &^= 1 << i
	}
	return set
}

// Len returns how many states the set has.
func (set States) Len() int { return bits.OnesCount64(uint64(set & EveryState)) }

// All yields the states of the set in the order of their codes.
func (set States) All() iter.Seq[State] {
	return func(yield func(State) bool) {
		for rest := set & EveryState; rest != 0; rest &= rest - 1 {
			if !yield(State(jurisdictions[bits.TrailingZeros64(uint64(rest))].code)) {
				return
			}
		}
	}
}

// String lists the codes, separated by spaces.
func (set States) String() string {
	var b strings.Builder
	for s := range set.All() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(s))
	}
	return b.String()
}

// MarshalJSON writes the codes as an array in alphabetical order.
func (set States) MarshalJSON() ([]byte, error) {
	codes := slices.Collect(set.All())
	if codes == nil {
		codes = []State{}
	}
	return json.Marshal(codes)
}

// UnmarshalJSON reads an array of codes without repeats, in any order.
func (set *States) UnmarshalJSON(b []byte) error {
	var codes []State
	if err := json.Unmarshal(b, &codes); err != nil {
		return err
	}
	read := StatesOf(codes...)
	if read.Len() != len(codes) {
		return fmt.Errorf("geo: a state stands twice in the list of states")
	}
	*set = read
	return nil
}
