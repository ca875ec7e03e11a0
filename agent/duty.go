package agent

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/relevo-go/relevo/geo/zone"
)

// Override switches duty by hand (B1). The zero Override is OverrideAuto.
type Override string

const (
	// OverrideAuto follows hours and absences.
	OverrideAuto Override = "auto"
	// OverrideOn is on duty whatever hours and absences say.
	OverrideOn Override = "on"
	// OverrideOff is off duty.
	OverrideOff Override = "off"
)

// Hours are the weekly hours in a time zone (B1). The zero Hours are always.
type Hours struct {
	Zone   string  `json:"zone"`
	Weekly []Shift `json:"weekly"`
}

// Shift is one stretch of a weekday. From is inside it and To is not; a To
// before From is on the next day, and To may be "24:00".
type Shift struct {
	Day  Day    `json:"day"`
	From Minute `json:"from"`
	To   Minute `json:"to"`
}

// Day is a weekday, written in a log as "monday".
type Day time.Weekday

// Minute is a time of day in minutes since midnight, written as "09:30".
type Minute int16

// MinuteOf returns the time of day at an hour and a minute.
func MinuteOf(hour, minute int) Minute { return Minute(hour*60 + minute) }

const midnight Minute = 24 * 60

// days are the weekdays' names in a log.
var days = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// String returns the weekday in small letters.
func (d Day) String() string {
	if d < 0 || int(d) >= len(days) {
		return "day " + strconv.Itoa(int(d))
	}
	return days[d]
}

// MarshalText returns the weekday in small letters.
func (d Day) MarshalText() ([]byte, error) {
	if d < 0 || d > 6 {
		return nil, fmt.Errorf("agent: %d is no weekday", int(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [Day.MarshalText] writes.
func (d *Day) UnmarshalText(b []byte) error {
	i := slices.Index(days[:], string(b))
	if i < 0 {
		return fmt.Errorf("agent: a shift's day is not one of sunday to saturday")
	}
	*d = Day(i)
	return nil
}

// String returns the time of day as "09:30".
func (m Minute) String() string {
	if m < 0 || m > midnight {
		return fmt.Sprintf("%02d:%02d", m/60, m%60)
	}
	digits := m.digits()
	return string(digits[:])
}

// digits returns the text of a minute of a day.
func (m Minute) digits() [5]byte {
	h, min := byte(m/60), byte(m%60)
	return [...]byte{'0' + h/10, '0' + h%10, ':', '0' + min/10, '0' + min%10}
}

// MarshalText returns the time of day as "09:30".
func (m Minute) MarshalText() ([]byte, error) {
	if m < 0 || m > midnight {
		return nil, fmt.Errorf("agent: %d is no minute of a day", int(m))
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads "00:00" to "24:00".
func (m *Minute) UnmarshalText(b []byte) error {
	read, ok := minute(string(b))
	if !ok {
		return fmt.Errorf("agent: a shift's time is not of the form 09:30, from 00:00 to 24:00")
	}
	*m = read
	return nil
}

// minute reads "00:00" to "24:00".
func minute(s string) (Minute, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	h, min := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	return MinuteOf(h, min), min <= 59 && MinuteOf(h, min) <= midnight
}

func (h Hours) equal(k Hours) bool { return h.Zone == k.Zone && slices.Equal(h.Weekly, k.Weekly) }

// IsZero reports whether nothing is set, so that encoding/json can omit it.
func (h Hours) IsZero() bool { return h.Zone == "" && h.always() }

// always reports whether there are no shifts, so that duty is always.
func (h Hours) always() bool { return len(h.Weekly) == 0 }

// maxShifts bounds a week: ten shifts a day are more than anybody works, and
// each costs time whenever duty is judged.
const maxShifts = 70

// maxAbsences bounds the absences on record, for the same reason.
const maxAbsences = 500

// clean returns the hours as recorded, or a rejection.
func (h Hours) clean() (Hours, error) {
	err := h.check()
	h.Weekly = append([]Shift{}, h.Weekly...)
	return h, err
}

// check returns a rejection of hours that no clock has. Shifts need a zone.
func (h Hours) check() error {
	if h.Zone != "" || !h.always() {
		if _, err := zone.Load(h.Zone); err != nil {
			return &Rejection{"B1", err}
		}
	}
	if len(h.Weekly) > maxShifts {
		return Reject("B1", "the week has %d shifts: give at most %d", len(h.Weekly), maxShifts)
	}
	for _, s := range h.Weekly {
		if s.Day < 0 || s.Day > 6 {
			return Reject("B1", "a shift's day is not one of sunday to saturday")
		}
		if s.From < 0 || s.From >= midnight || s.To < 0 || s.To > midnight || s.From == s.To {
			return Reject("B1", "the shift on %s runs from minute %d to minute %d: give two different times of day from 00:00 to 24:00", s.Day, s.From, s.To)
		}
	}
	return nil
}

func (a Agent) override() Override {
	if a.Override == "" {
		return OverrideAuto
	}
	return a.Override
}

// onDuty reports whether the agent takes new offers at an instant (B1).
func (a Agent) onDuty(at time.Time) bool {
	return a.present(at) && (a.override() == OverrideOn || a.Hours.on(at))
}

// present reports whether the agent is on duty within its hours: it is neither
// switched off nor absent, or it is switched on.
func (a Agent) present(at time.Time) bool {
	switch a.override() {
	case OverrideOn:
		return true
	case OverrideOff:
		return false
	}
	return !slices.ContainsFunc(a.Absences, func(b Absence) bool { return within(at, b.From, b.Until) })
}

// dutyBoundaries offers every instant after at, up to the next days, at which
// duty may turn.
func (a Agent) dutyBoundaries(at time.Time, offer func(time.Time)) {
	if a.override() != OverrideAuto {
		return
	}
	for _, b := range a.Absences {
		offer(b.From)
		offer(b.Until)
	}
	a.Hours.boundaries(at, offer)
}

// on reports whether an instant is within the hours.
func (h Hours) on(at time.Time) bool {
	on := h.always()
	h.around(at, func(from, until time.Time) { on = on || within(at, from, until) })
	return on
}

// boundaries offers the beginnings and ends of the shifts around an instant.
func (h Hours) boundaries(at time.Time, offer func(time.Time)) {
	h.around(at, func(from, until time.Time) { offer(from); offer(until) })
}

// around yields the shifts that begin from two days before at to eight days
// after it, as instants: every shift that can cover at, and at least one more
// of each. A shift that daylight saving skips ends as it begins.
func (h Hours) around(at time.Time, yield func(from, until time.Time)) {
	if h.always() {
		return
	}
	loc, err := zone.Load(h.Zone)
	if err != nil {
		return // a zone is checked before it is recorded
	}
	y, m, d := at.In(loc).Date()
	for day := -2; day <= 8; day++ {
		weekday := time.Date(y, m, d+day, 12, 0, 0, 0, time.UTC).Weekday()
		for _, s := range h.Weekly {
			if time.Weekday(s.Day) != weekday {
				continue
			}
			last := day
			if s.To <= s.From {
				last++
			}
			yield(wall(loc, y, m, d+day, s.From, false), wall(loc, y, m, d+last, s.To, true))
		}
	}
}

// wall returns the instant of a local time of day. Of a time that daylight
// saving repeats it is the first, or the second if late is set; of one that it
// skips it is the instant of the skip.
func wall(loc *time.Location, y int, m time.Month, d int, minute Minute, late bool) time.Time {
	utc := time.Date(y, m, d, 0, int(minute), 0, 0, time.UTC)
	_, before := utc.Add(-36 * time.Hour).In(loc).Zone()
	_, after := utc.Add(36 * time.Hour).In(loc).Zone()
	first, second := utc.Add(-time.Duration(before)*time.Second), utc.Add(-time.Duration(after)*time.Second)
	_, atFirst := first.In(loc).Zone()
	_, atSecond := second.In(loc).Zone()
	switch {
	case atFirst == before && atSecond == after: // once, or repeated
		if late {
			return second
		}
		return first
	case atFirst == before:
		return first
	case atSecond == after:
		return second
	}
	skip, _ := first.In(loc).ZoneBounds()
	return skip.UTC()
}
