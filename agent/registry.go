package agent

import (
	"fmt"
	"strings"
	"time"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
)

// RegistryBegin returns the instant at which a license that a registry shows
// with this first day begins to be valid: 00:00 of the day in the time zone of
// the state, or of the one where most people live if it has several (R35). The
// date is written as 20261123, 2026-11-23 or 11/23/2026.
func RegistryBegin(s geo.State, date string) (time.Time, error) {
	return registryDay(s, date, 0)
}

// RegistryEnd returns the instant at which a license that a registry shows with
// this last day ceases to be valid: the end of the day in the time zone of the
// state (R35). A perpetual expiry is the zero time, which a [License] takes for
// no end (R21): NULL, an empty date, and any day of 2999 or 9999.
func RegistryEnd(s geo.State, date string) (time.Time, error) {
	if d := strings.TrimSpace(date); d == "" || strings.EqualFold(d, "NULL") {
		return time.Time{}, nil
	}
	end, err := registryDay(s, date, 1)
	if err == nil && end.UTC().Year() >= perpetual {
		return time.Time{}, nil
	}
	return end, err
}

// registryDay returns the beginning of a registry's date, some days later.
func registryDay(s geo.State, date string, later int) (time.Time, error) {
	local, ok := zone.Of(s)
	if !ok {
		return time.Time{}, fmt.Errorf("agent: a registry's date counts in the time zone of a state: give the code of one")
	}
	for _, layout := range []string{"20060102", time.DateOnly, "01/02/2006"} {
		if day, err := time.Parse(layout, strings.TrimSpace(date)); err == nil {
			year, month, d := day.Date()
			return time.Date(year, month, d+later, 0, 0, 0, 0, local).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("agent: a registry's date is written as 20261123, 2026-11-23 or 11/23/2026, and this one is not")
}
