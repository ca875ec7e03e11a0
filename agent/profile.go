package agent

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/relevo-go/relevo/geo"
)

// Profile is an agent's contact information and office, as the agent gave it,
// and where the office lies. Point is the office point if one was given;
// Resolved is the centroid of the ZIP as the table in use at intake had it
// (R31), unknown if the table lacks the ZIP.
type Profile struct {
	Name     string    `json:"name"`
	Email    string    `json:"email,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Street   string    `json:"street,omitempty"`
	City     string    `json:"city,omitempty"`
	State    geo.State `json:"state"`
	ZIP      geo.ZIP   `json:"zip"`
	Point    geo.Point `json:"point,omitzero"`
	Resolved geo.Point `json:"resolved,omitzero"`
}

// Position is where matching takes the agent to be: the office point, or else
// the centroid of its ZIP, or else unknown (R15).
func (p Profile) Position() geo.Point {
	if p.Point.Known() {
		return p.Point
	}
	return p.Resolved
}

// maxText bounds a name or an address line, in bytes.
const maxText = 200

// text returns s without space around it, and whether it is short, valid UTF-8
// without control characters.
func text(s string) (string, bool) {
	s = strings.TrimSpace(s)
	ok := len(s) <= maxText && utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
	return s, ok
}

// clean returns the profile in the form it is recorded in, or a rejection.
func (p Profile) clean() (Profile, error) {
	for _, f := range []struct {
		name string
		s    *string
	}{{"name", &p.Name}, {"email", &p.Email}, {"phone", &p.Phone}, {"street", &p.Street}, {"city", &p.City}} {
		s, ok := text(*f.s)
		if !ok {
			return p, Reject("S13", "the profile's %s is not text of at most %d bytes without control characters", f.name, maxText)
		}
		*f.s = s
	}
	if p.Name == "" {
		return p, Reject("S13", "the profile has no name: give the name that consumers are shown")
	}
	if p.Email != "" && !strings.Contains(p.Email, "@") {
		return p, Reject("S13", "the profile's email is no address: give one with an @, or none")
	}
	state, err := geo.ParseState(string(p.State))
	if err != nil {
		return p, &Rejection{"S13", err}
	}
	zip, err := geo.ParseZIP(string(p.ZIP))
	if err != nil {
		return p, &Rejection{"S13", err}
	}
	p.State, p.ZIP = state, zip
	return p, nil
}
