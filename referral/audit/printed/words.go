package printed

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
)

// none stands where there is no number.
const none = "–"

// thousands returns a number with a comma before each three digits.
func thousands[N int | int64 | uint64](n N) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// count returns how many there are of a thing.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// percent returns a part from 0 to 1 in whole percents. Only nothing is 0 %, and only
// all is 100 %.
func percent(part float64) string {
	switch whole := math.Round(part * 100); {
	case part > 0 && whole == 0:
		return "<1 %"
	case part < 1 && whole == 100:
		return ">99 %"
	default:
		return strconv.Itoa(int(whole)) + " %"
	}
}

// partOf returns which part of a whole there is, in whole percents.
func partOf(part, whole int) string {
	if whole == 0 {
		return none
	}
	return percent(float64(part) / float64(whole))
}

// span returns a duration in its two greatest units.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	two := func(d, great, small time.Duration, greatName, smallName string) string {
		text := fmt.Sprintf("%s %s", thousands(int64(d/great)), greatName)
		if rest := d % great / small; rest > 0 {
			text += fmt.Sprintf(" %d %s", rest, smallName)
		}
		return text
	}
	switch seconds, minutes, hours := d.Round(time.Second), d.Round(time.Minute), d.Round(time.Hour); {
	case d > 0 && d < time.Second:
		return "<1 s"
	case seconds < time.Minute:
		return fmt.Sprintf("%d s", seconds/time.Second)
	case seconds < time.Hour:
		return two(seconds, time.Minute, time.Second, "min", "s")
	case minutes < day:
		return two(minutes, time.Hour, time.Minute, "h", "min")
	default:
		return two(hours, day, time.Hour, "d", "h")
	}
}

// spanAt returns a quantile of nanoseconds.
func spanAt(s audit.Spread, q float64) string {
	if s.Len() == 0 {
		return none
	}
	return span(s.Duration(q))
}

// metersAt returns a quantile of meters.
func metersAt(s audit.Spread, q float64) string {
	if s.Len() == 0 {
		return none
	}
	return geo.Meters(s.Quantile(q)).String()
}

// each returns how many offers a referral has.
func each(f audit.Figures) string {
	if f.Requested == 0 {
		return none
	}
	return fmt.Sprintf("%.1f", f.OffersEach())
}

// stateName returns a state's name, its code if it has none.
func stateName(s geo.State) string {
	if name := s.Name(); name != "" {
		return name
	}
	if s == "" {
		return "no state"
	}
	return string(s)
}

// languageName returns a language's name with its key, or the key alone.
func languageName(k spoken.Key) string {
	if name := k.English(); name != string(k) {
		return fmt.Sprintf("%s (%s)", name, k)
	}
	return string(k)
}

// clock tells instants in a time zone.
type clock struct{ zone *time.Location }

func (c clock) in(at time.Time) time.Time {
	if c.zone == nil {
		return at.UTC()
	}
	return at.In(c.zone)
}

// minute returns an instant to the minute, and second to the second.
func (c clock) minute(at time.Time) string { return c.in(at).Format("2006-01-02 15:04") }
func (c clock) second(at time.Time) string { return c.in(at).Format("2006-01-02 15:04:05") }

// name returns the zone's name.
func (c clock) name() string {
	if c.zone == nil {
		return "UTC"
	}
	return c.zone.String()
}
