package agent

import (
	"cmp"
	"slices"
	"time"

	"github.com/relevo-go/relevo/geo"
)

// Residency tells a license in the agent's home state from the others.
type Residency string

const (
	Resident    Residency = "resident"
	Nonresident Residency = "nonresident"
)

// LicenseStatus is a license's standing in the registry.
type LicenseStatus string

const (
	Active   LicenseStatus = "active"
	Inactive LicenseStatus = "inactive"
)

// License is one state license as the registry (NIPR) shows it. It is named by
// State and Number. It runs from Effective up to but not including Expires; a
// zero Expires is perpetual (R21).
type License struct {
	State     geo.State     `json:"state"`
	Number    string        `json:"number"`
	Residency Residency     `json:"residency"`
	Status    LicenseStatus `json:"status"`
	Effective time.Time     `json:"effective"`
	Expires   time.Time     `json:"expires,omitzero"`
	Lines     []Line        `json:"lines"`
}

// Line is a line of authority on a license. Issued is when it was granted; zero
// is with the license.
type Line struct {
	Name   string    `json:"name"`
	Health bool      `json:"health"`
	Active bool      `json:"active"`
	Issued time.Time `json:"issued,omitzero"`
}

// Valid reports whether the license lets the agent sell health insurance at an
// instant: active, within its interval, and with an active health line of
// authority that is issued by then (R21).
func (l License) Valid(at time.Time) bool { return l.flaw(at) == 0 }

// flaw returns why the license is not valid, or 0.
func (l License) flaw(at time.Time) Code {
	switch {
	case l.Status != Active:
		return LicenseInactive
	case at.Before(l.Effective):
		return LicenseNotYet
	case !l.Expires.IsZero() && !at.Before(l.Expires):
		return LicenseExpired
	case !slices.ContainsFunc(l.Lines, func(n Line) bool { return n.Health && n.Active && !at.Before(n.Issued) }):
		return NoHealthLine
	}
	return 0
}

// boundaries offers every instant at which the license's validity may turn.
func (l License) boundaries(offer func(time.Time)) {
	offer(l.Effective)
	offer(l.Expires)
	for _, n := range l.Lines {
		offer(n.Issued)
	}
}

func (l License) equal(m License) bool {
	return l.State == m.State && l.Number == m.Number && l.Residency == m.Residency && l.Status == m.Status &&
		l.Effective.Equal(m.Effective) && l.Expires.Equal(m.Expires) &&
		slices.EqualFunc(l.Lines, m.Lines, func(a, b Line) bool {
			return a.Name == b.Name && a.Health == b.Health && a.Active == b.Active && a.Issued.Equal(b.Issued)
		})
}

// byName orders licenses by state and number, which name them.
func byName(l, m License) int {
	return cmp.Or(cmp.Compare(l.State, m.State), cmp.Compare(l.Number, m.Number))
}

// maxLicenses bounds the licenses on record: nine for every jurisdiction.
const maxLicenses = 500

// perpetual is the first of the years with which registries say that a license
// does not end (R21).
const perpetual = 2999

// clean returns the license in the form it is recorded in, or a rejection. It
// leaves the given lines as they are, and returns them if they are clean. The
// registry's perpetual expiries, in 2999 and 9999, become zero.
func (l License) clean() (License, error) {
	state, err := geo.ParseState(string(l.State))
	if err != nil {
		return l, &Rejection{"R21", err}
	}
	l.State = state
	number, ok := text(l.Number)
	if !ok || number == "" {
		return l, Reject("R21", "the license in %s has no readable number: give the one the state issued", state)
	}
	l.Number = number
	if l.Residency != Resident && l.Residency != Nonresident {
		return l, Reject("R21", "license %s %.40s: residency is neither %q nor %q", state, number, Resident, Nonresident)
	}
	if l.Status != Active && l.Status != Inactive {
		return l, Reject("R21", "license %s %.40s: status is neither %q nor %q", state, number, Active, Inactive)
	}
	if l.Effective, err = instant(l.Effective); err != nil || l.Effective.IsZero() {
		return l, Reject("R21", "license %s %.40s: give an effective instant between years 1 and 9999", state, number)
	}
	if l.Expires.UTC().Year() >= perpetual {
		l.Expires = time.Time{}
	}
	if l.Expires, err = instant(l.Expires); err != nil {
		return l, Reject("R21", "license %s %.40s: expiry is not between years 1 and 9999; leave it zero for a perpetual license", state, number)
	}
	if !l.Expires.IsZero() && !l.Effective.Before(l.Expires) {
		return l, Reject("R21", "license %s %.40s ends before it begins: effective %s, expires %s", state, number,
			l.Effective.Format(time.RFC3339), l.Expires.Format(time.RFC3339))
	}
	owned := false
	for i, n := range l.Lines {
		if n.Name, ok = text(n.Name); ok && n.Name != "" {
			n.Issued, err = instant(n.Issued)
		}
		if n != l.Lines[i] {
			if !owned {
				l.Lines, owned = slices.Clone(l.Lines), true
			}
			l.Lines[i] = n
		}
		if !ok || n.Name == "" {
			return l, Reject("R21", "license %s %.40s: line of authority %d has no readable name", state, number, i+1)
		}
		if err != nil {
			return l, Reject("R21", "license %s %.40s: line %.40q is issued outside years 1 to 9999", state, number, n.Name)
		}
	}
	if l.Lines == nil {
		l.Lines = []Line{}
	}
	return l, nil
}
