package agent

import (
	"errors"
	"time"
)

// Completion is a training or Marketplace registration completed for one plan
// year (R22). It is in force from From up to but not including Until.
type Completion struct {
	PlanYear int       `json:"plan_year"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
}

func (c Completion) equal(d Completion) bool {
	return c.PlanYear == d.PlanYear && c.From.Equal(d.From) && c.Until.Equal(d.Until)
}

// Absence is a time away, From up to but not including Until.
type Absence struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// within reports whether at lies in [from, until).
func within(at, from, until time.Time) bool { return !at.Before(from) && at.Before(until) }

// covered reports whether one of the intervals covers at.
func covered(all []Completion, at time.Time) bool {
	for _, c := range all {
		if within(at, c.From, c.Until) {
			return true
		}
	}
	return false
}

// instant returns t in UTC and without a monotonic reading, the form a log
// holds; the zero time stays zero.
func instant(t time.Time) (time.Time, error) {
	if t.IsZero() {
		return time.Time{}, nil
	}
	if t = t.UTC().Round(0); t.Year() < 1 || t.Year() > 9999 {
		return t, errors.New("the year is not between 1 and 9999")
	}
	return t, nil
}

// span returns an interval's ends as recorded, or a rejection.
func span(rule, what string, from, until time.Time) (time.Time, time.Time, error) {
	f, errFrom := instant(from)
	u, errUntil := instant(until)
	if errFrom != nil || errUntil != nil || f.IsZero() || u.IsZero() {
		return f, u, Reject(rule, "%s needs both its ends, between years 1 and 9999", what)
	}
	if !f.Before(u) {
		return f, u, Reject(rule, "%s ends before it begins: from %s, until %s", what, f.Format(time.RFC3339), u.Format(time.RFC3339))
	}
	return f, u, nil
}
