package feed

import (
	"strings"

	"github.com/relevo-go/relevo/agent"
)

// weekdays are what a cell calls the days, by their first three letters.
const weekdays = "sun mon tue wed thu fri sat"

const wellFormedWeek = "write days and times as in mon-fri 09:00-17:00; sat 10:00-14:00, or - for always (B1)"

// week reads weekly hours: "mon-fri 09:00-12:00 13:00-17:00; sat 10:00-14:00".
func week(cell string) (shifts []agent.Shift, flaw string) {
	shifts = []agent.Shift{}
	if cell == None {
		return shifts, ""
	}
	for part := range strings.FieldsFuncSeq(cell, func(c rune) bool { return c == ';' || c == '|' }) {
		words := strings.FieldsFunc(part, func(c rune) bool { return c == ' ' || c == ',' || c == '\t' })
		var days []agent.Day
		for len(words) > 0 {
			more, ok := daysOf(words[0])
			if !ok {
				break
			}
			days, words = append(days, more...), words[1:]
		}
		if len(days) == 0 || len(days) > 7 || len(words) == 0 {
			return nil, wellFormedWeek
		}
		for _, d := range days {
			for _, w := range words {
				from, to, _ := strings.Cut(w, "-")
				s := agent.Shift{Day: d}
				if s.From.UnmarshalText(clock(from)) != nil || s.To.UnmarshalText(clock(to)) != nil {
					return nil, wellFormedWeek
				}
				shifts = append(shifts, s)
			}
		}
	}
	return shifts, ""
}

// clock returns a time of day with two digits for the hour.
func clock(s string) []byte {
	if len(s) == len("9:00") {
		s = "0" + s
	}
	return []byte(s)
}

// daysOf reads a weekday or a range of them.
func daysOf(word string) (days []agent.Day, ok bool) {
	first, last, ranged := strings.Cut(word, "-")
	from, ok := dayOf(first)
	if !ok || !ranged {
		return []agent.Day{from}, ok
	}
	to, ok := dayOf(last)
	if !ok {
		return nil, false
	}
	for d := from; ; d = (d + 1) % 7 {
		days = append(days, d)
		if d == to {
			return days, true
		}
	}
}

// dayOf reads a weekday's name or its first three letters, in any case.
func dayOf(s string) (agent.Day, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) < 3 {
		return 0, false
	}
	at := strings.Index(weekdays, s[:3])
	if at < 0 {
		return 0, false
	}
	d := agent.Day(at / 4)
	return d, len(s) == 3 || s == d.String()
}
