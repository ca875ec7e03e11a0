package audit

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Story is what became of one referral.
type Story struct {
	Referral referral.Referral // as it was in the end
	Waits    []Wait            // in order
	Ended    time.Time         // when it was accepted, given up or withdrawn; zero if none of that yet
}

// Wait is a time in which nobody was in line. To is zero if it goes on.
type Wait struct{ From, To time.Time }

// Steps returns how many offers and waits there were.
func (s Story) Steps() int {
	n := len(s.Referral.Past) + len(s.Waits)
	if s.Referral.Offer.To != 0 {
		n++
	}
	return n
}

// variety returns in how many ways it went on: declined, expired and rescinded offers,
// and waits.
func (s Story) variety() (n int) {
	for _, way := range [...]referral.Ending{referral.EndedDeclined, referral.EndedExpired, referral.EndedRescinded} {
		if slices.ContainsFunc(s.Referral.Past, func(p referral.PastOffer) bool { return p.Ending == way }) {
			n++
		}
	}
	if len(s.Waits) > 0 {
		n++
	}
	return n
}

// tellable is how many steps people follow on one page.
const tellable = 12

// moreTelling reports whether a story says more than another: one that people can
// follow, in which much happened, step by step.
func (s Story) moreTelling(than Story) bool {
	short, thanShort := s.Steps() <= tellable, than.Steps() <= tellable
	if short != thanShort {
		return short
	}
	if v, w := s.variety(), than.variety(); v != w {
		return v > w
	}
	return s.Steps() > than.Steps()
}

// waited returns how long all of the waits took.
func waited(waits []Wait) (sum time.Duration) {
	for _, w := range waits {
		sum += w.To.Sub(w.From)
	}
	return sum
}

// stories are those that were asked for, or the best so far.
type stories struct {
	wanted []uuid.UUID // none for the most telling one
	list   map[uuid.UUID]*Story
	best   uuid.UUID
}

func newStories(wanted []uuid.UUID) stories {
	return stories{wanted: wanted, list: map[uuid.UUID]*Story{}}
}

// note takes in a referral's event that was just folded into the book. The waits are
// those of one that has ended with it.
func (l *stories) note(b *book.Book, is *referral.Referral, waits []Wait, ended bool, at time.Time) {
	if len(l.wanted) == 0 && is.ID != l.best && (!ended || is.Status != referral.StatusAccepted) {
		return
	}
	known := l.list[is.ID]
	switch {
	case known != nil:
	case slices.Contains(l.wanted, is.ID):
		known = new(Story)
	case len(l.wanted) == 0:
		s := Story{Referral: *is, Waits: waits}
		if best := l.list[l.best]; best != nil && !s.moreTelling(*best) {
			return
		}
		clear(l.list)
		known, l.best = new(Story), is.ID
	default:
		return
	}
	l.list[is.ID] = known
	known.Referral, _ = b.Referral(is.ID)
	if ended {
		known.Waits, known.Ended = waits, at
	}
}

// goOn takes in what came of an accepted referral, which may have left the book.
func (l *stories) goOn(r *eventlog.Record, s book.Stream) error {
	if len(l.wanted) == 0 && s.Referral != l.best {
		return nil
	}
	known := l.list[s.Referral]
	if known == nil {
		return nil
	}
	event, err := book.Decode(s, r.Kind, r.Time, r.Data)
	if err != nil {
		return recordError(r, err)
	}
	if e, ok := event.(referral.Event); ok {
		known.Referral = referral.Apply(known.Referral, e)
	}
	return nil
}

// told returns the stories in order. The waits are those of live referrals.
func (l *stories) told(b *book.Book, waits map[uuid.UUID][]Wait) (list []Story, err error) {
	ids := l.wanted
	if len(ids) == 0 && l.best != uuid.Nil {
		ids = []uuid.UUID{l.best}
	}
	for _, id := range ids {
		s := l.list[id]
		if s == nil {
			return nil, fmt.Errorf("referral %s: %w in this log", id, referral.ErrNotFound)
		}
		if s.Ended.IsZero() {
			s.Waits = slices.Clone(waits[id])
			if since := s.Referral.Since; s.Referral.Status == referral.StatusWaiting {
				s.Waits = append(s.Waits, Wait{From: since})
			}
		}
		list = append(list, *s)
	}
	return list, nil
}
