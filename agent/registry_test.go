package agent_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// R35: a registry's date counts from 00:00 of the first day to the end of the
// last, in the time zone of the state.
func TestR35_RegistryDates(t *testing.T) {
	tests := []struct {
		why        string
		state      geo.State
		date       string
		begin, end string
	}{
		{"Florida is mostly Eastern, in summer time.", "FL", "20260701", "2026-07-01T04:00:00Z", "2026-07-02T04:00:00Z"},
		{"Texas is mostly Central.", "TX", "2026-11-23", "2026-11-23T06:00:00Z", "2026-11-24T06:00:00Z"},
		{"Arizona keeps one time all year.", "AZ", "07/01/2026", "2026-07-01T07:00:00Z", "2026-07-02T07:00:00Z"},
		{"Indiana is mostly Eastern.", "IN", "20260115", "2026-01-15T05:00:00Z", "2026-01-16T05:00:00Z"},
		{"Guam is ahead.", "GU", "20260101", "2025-12-31T14:00:00Z", "2026-01-01T14:00:00Z"},
		{"The day on which summer time ends has 25 hours.", "NY", "20261101", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"The last day of a month ends with the month.", "NY", "20270228", "2027-02-28T05:00:00Z", "2027-03-01T05:00:00Z"},
	}
	for _, test := range tests {
		begin, err := agent.RegistryBegin(test.state, test.date)
		end, errEnd := agent.RegistryEnd(test.state, test.date)
		if err != nil || errEnd != nil || begin.Format(time.RFC3339) != test.begin || end.Format(time.RFC3339) != test.end {
			t.Errorf("%s %s %s: from %s (%v) to %s (%v), want %s to %s", test.why, test.state, test.date,
				begin.Format(time.RFC3339), err, end.Format(time.RFC3339), errEnd, test.begin, test.end)
		}
	}
}

// R21: perpetual expiries, in every spelling that registry files have.
func TestR21_PerpetualRegistryDates(t *testing.T) {
	for _, date := range []string{"NULL", "null", "", " ", "99991231", "29991231", "12/31/9999", "2999-12-31", "29991230"} {
		if end, err := agent.RegistryEnd("HI", date); err != nil || !end.IsZero() {
			t.Errorf("RegistryEnd(HI, %q) = %s, %v, want no end", date, end, err)
		}
	}
	if end, err := agent.RegistryEnd("GU", "29981231"); err != nil || end.IsZero() {
		t.Errorf("RegistryEnd(GU, 29981231) = %s, %v, want an end", end, err)
	}
	for _, bad := range []string{"20261301", "20260230", "23.11.2026", "2026-1-3", "tomorrow", "0"} {
		if at, err := agent.RegistryEnd("FL", bad); err == nil {
			t.Errorf("RegistryEnd(FL, %q) = %s, want an error", bad, at)
		}
		if at, err := agent.RegistryBegin("FL", bad); err == nil {
			t.Errorf("RegistryBegin(FL, %q) = %s, want an error", bad, at)
		}
	}
	if at, err := agent.RegistryBegin("NULL", "20260101"); err == nil {
		t.Errorf("RegistryBegin in no state = %s, want an error", at)
	}
	if at, err := agent.RegistryBegin("FL", "NULL"); err == nil {
		t.Errorf("RegistryBegin(FL, NULL) = %s, want an error: a license begins on a day", at)
	}
}
