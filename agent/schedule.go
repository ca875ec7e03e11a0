package agent

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Schedule is the part of a standing that many agents have in common, and that
// turns for all of them at once: the weekly hours, the times that training and
// Marketplace registration cover, and the accepted terms. The other part, which
// is an agent's own, is its [Agent.Footing]: an agent takes new offers where its
// footing is, while its schedule is open.
//
// A Schedule shares nothing with the agent it is taken from.
type Schedule struct {
	hours               Hours
	trained, registered []spell
	accepted            []Acceptance
	key                 string
}

// spell is a time from an instant, or since ever if that is zero, up to another.
type spell struct{ from, until time.Time }

// Schedule returns the agent's schedule from an instant on. What lies before it
// is left out, so that agents who differ in their past alone have the same; so an
// agent's schedule from a later instant may be another. Hours count only under
// [OverrideAuto].
func (a Agent) Schedule(from time.Time) Schedule {
	s := Schedule{
		trained: spells(nil, a.Training, from), registered: spells(nil, a.Registration, from),
		accepted: slices.Clone(a.Accepted), key: string(a.AppendSchedule(nil, from)),
	}
	for i, acceptance := range s.accepted {
		s.accepted[i] = Acceptance{Document(strings.Clone(string(acceptance.Document))), strings.Clone(acceptance.Version)}
	}
	if a.override() == OverrideAuto {
		s.hours = Hours{strings.Clone(a.Hours.Zone), slices.Clone(a.Hours.Weekly)}
	}
	return s
}

// AppendSchedule appends the key of the agent's schedule from an instant on, as
// [Schedule.Key] returns it, and makes no schedule for that.
func (a Agent) AppendSchedule(key []byte, from time.Time) []byte {
	var room [4]spell
	for _, completions := range [...][]Completion{a.Training, a.Registration} {
		list := spells(room[:0], completions, from)
		key = binary.AppendUvarint(key, uint64(len(list)))
		for _, s := range list {
			key = appendInstant(appendInstant(key, s.from), s.until)
		}
	}
	key = binary.AppendUvarint(key, uint64(len(a.Accepted)))
	for _, acceptance := range a.Accepted {
		key = appendString(appendString(key, string(acceptance.Document)), acceptance.Version)
	}
	if a.override() != OverrideAuto || a.Hours.always() {
		return key
	}
	key = appendString(key, a.Hours.Zone)
	for _, s := range a.Hours.Weekly {
		key = binary.BigEndian.AppendUint16(append(key, byte(s.Day)), uint16(s.From))
		key = binary.BigEndian.AppendUint16(key, uint16(s.To))
	}
	return key
}

// Key returns bytes that no other schedule has: those with the same key are open
// at the same times, under any terms. It is for memory, never for a log.
func (s Schedule) Key() string { return s.key }

// Open reports whether those who have the schedule take new offers at an
// instant under the required terms, and until when that holds; a zero until is
// for ever. Of instants before the one that the schedule was taken from it knows
// nothing.
func (s Schedule) Open(p Terms, at time.Time) (open bool, until time.Time) {
	open = inside(s.trained, at) && inside(s.registered, at) && s.hours.on(at) &&
		accepted(s.accepted, CMS, p.CMS) && accepted(s.accepted, HelpOnDemand, p.HelpOnDemand)
	n := next{after: at}
	for _, list := range [...][]spell{s.trained, s.registered} {
		for _, s := range list {
			n.offer(s.from)
			n.offer(s.until)
		}
	}
	s.hours.boundaries(at, n.offer)
	return open, n.at
}

// spells appends the times after an instant that intervals cover, in order and
// with those that meet in one.
func spells(list []spell, all []Completion, after time.Time) []spell {
	begin := len(list)
	for _, c := range all {
		if !c.Until.After(after) {
			continue
		}
		s := spell{c.From, c.Until}
		if !s.from.After(after) {
			s.from = time.Time{}
		}
		list = append(list, s)
	}
	added := list[begin:]
	slices.SortFunc(added, func(s, t spell) int { return s.from.Compare(t.from) })
	kept := 0
	for _, s := range added {
		if kept > 0 && !s.from.After(added[kept-1].until) {
			if s.until.After(added[kept-1].until) {
				added[kept-1].until = s.until
			}
			continue
		}
		added[kept] = s
		kept++
	}
	return list[:begin+kept]
}

func inside(all []spell, at time.Time) bool {
	return slices.ContainsFunc(all, func(s spell) bool { return within(at, s.from, s.until) })
}

func appendInstant(dst []byte, t time.Time) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.Unix()))
	return binary.BigEndian.AppendUint32(dst, uint32(t.Nanosecond()))
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
