package feed

import (
	"strconv"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// Registration is a row of the registration completion list: a plan year for
// which somebody registered with the Marketplace. From and Until are zero if
// the row has no registration for the individual market.
type Registration struct {
	Line        int // in the file, 0 if it is of none
	NPN         agent.NPN
	PlanYear    int
	From, Until time.Time
	// Invalid: the list says that NIPR does not know the number, or shows no
	// active health line for it.
	Invalid bool
	Status  Status
}

// Status is the list's code for a termination (R20) or its end: T or R, and a
// digit for the cause. The empty Status is neither.
type Status string

// causes are the causes of a termination by the digit of a [Status].
var causes = [...]struct {
	digit byte
	cause agent.Cause
}{
	{'1', agent.CauseResidentLicense},
	{'2', agent.CauseNonresidentLicense},
	{'3', agent.CauseFraud},
	{'4', agent.CauseNoncompliance},
}

// Valid reports whether s is empty or one of R1 to R4 and T1 to T4.
func (s Status) Valid() bool {
	return s == "" || len(s) == 2 && (s[0] == 'R' || s[0] == 'T') && '1' <= s[1] && s[1] <= '4'
}

// marketplace is a place in whose time zone the Marketplace's days count: the
// capital's.
const marketplace geo.State = "DC"

// registration reads a row of the registration completion list.
func (r *reader) registration() {
	g := Registration{Line: r.sheet.line, NPN: r.npn}
	year, err := strconv.Atoi(r.cell("applicable_plan_year"))
	if g.PlanYear = year; err != nil || year < 2014 || year > 9999 {
		r.problem("applicable_plan_year", "no plan year from 2014, the Marketplace's first, to 9999")
	}
	const begin, end = "individual_registration_completion_date", "individual_registration_completion_end_date"
	from, until := r.cell(begin), r.cell(end)
	switch {
	case absent(from) && absent(until): // registered for SHOP alone
	case absent(from):
		r.problem(begin, "a registration with an end needs the day on which it was completed")
	default:
		g.From = r.day(begin, marketplace, from, agent.RegistryBegin)
		if absent(until) {
			r.problem(end, "a registration needs its last day (S2)")
			break
		}
		flaws := len(r.bad)
		g.Until = r.day(end, marketplace, until, agent.RegistryEnd)
		switch {
		case len(r.bad) > flaws:
		case g.Until.IsZero():
			r.problem(end, "a registration is for a plan year and ends: give its last day (S2)")
		case !g.From.IsZero() && !g.From.Before(g.Until):
			r.problem(end, "the registration ends before it is completed (S2)")
		}
	}
	switch valid := r.cell("npn_valid_current_plan_year_only"); valid {
	case "", None:
	default:
		yes, ok := yesNo(valid)
		if g.Invalid = !yes; !ok {
			r.problem("npn_valid_current_plan_year_only", "write Y, N or %s", None)
		}
	}
	if s := r.cell("status"); !absent(s) {
		if g.Status = Status(r.keep(strings.ToUpper(s))); !g.Status.Valid() {
			r.problem("status", "write one of R1 to R4 and T1 to T4, or nothing (R20)")
		}
	}
	if r.bad == nil {
		r.feed.Registrations = append(r.feed.Registrations, g)
	}
}

const badDay = "no day as a registry writes it: give mm/dd/yyyy, yyyy-mm-dd or yyyymmdd (R35)"

// absent reports whether a cell holds nothing.
func absent(cell string) bool {
	switch strings.ToLower(cell) {
	case "", None, "null", "n/a", "na", "none":
		return true
	}
	return false
}

// padded returns a day as registries write it for one from which a spreadsheet
// took leading zeros: "1/5/2026" is 01/05/2026.
func padded(day string) string {
	if len(day) >= len("01/05/2026") {
		return day
	}
	parts := strings.Split(day, "/")
	if len(parts) != 3 {
		return day
	}
	for i, p := range parts[:2] {
		if len(p) == 1 {
			parts[i] = "0" + p
		}
	}
	return strings.Join(parts, "/")
}
