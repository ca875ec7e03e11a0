package audit_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

// lived is a referral as the dumb twin sees it: all states that it ever was in.
type lived struct {
	story audit.Story
	order int // of its end
}

// livedThrough folds every referral by itself.
func livedThrough(t *testing.T, records []eventlog.Record) map[uuid.UUID]*lived {
	t.Helper()
	all := map[uuid.UUID]*lived{}
	b := book.New()
	for i, r := range records {
		s, e := eventOf(t, r)
		was, _ := b.Referral(s.Referral)
		b.Apply(uint64(r.Position), r.Time, s, e)
		if s.Referral == uuid.Nil {
			continue
		}
		is, _ := b.Referral(s.Referral)
		if all[is.ID] == nil {
			all[is.ID] = new(lived)
		}
		l := all[is.ID]
		l.story.Referral = is
		if was.Status == referral.StatusWaiting && is.Status != was.Status {
			l.story.Waits[len(l.story.Waits)-1].To = r.Time
		}
		if is.Status == referral.StatusWaiting && is.Status != was.Status {
			l.story.Waits = append(l.story.Waits, audit.Wait{From: r.Time})
		}
		if is.Status.Ended() && !was.Status.Ended() {
			l.story.Ended, l.order = r.Time, i
		}
	}
	return all
}

// ways returns in how many ways a story went on.
func ways(s audit.Story) int {
	ways := map[string]bool{}
	for _, p := range s.Referral.Past {
		ways[string(p.Ending)] = true
	}
	for range s.Waits {
		ways["waited"] = true
	}
	return len(ways)
}

func TestStories(t *testing.T) {
	day := simulatedDay(t)
	for name, records := range map[string][]eventlog.Record{"recorded": recorded(t), "simulated": day, "cut off": day[:len(day)/2]} {
		all := livedThrough(t, records)
		var ids []uuid.UUID
		var best *lived
		for id, l := range all {
			ids = append(ids, id)
			n := l.story.Steps()
			if want := len(l.story.Referral.Past) + len(l.story.Waits); n != want && (n != want+1 || l.story.Referral.Offer.To == 0) {
				t.Errorf("%s: referral %s has %d steps", name, id, n)
			}
			if l.story.Referral.Status != referral.StatusAccepted {
				continue
			}
			if best == nil {
				best = l
				continue
			}
			m := best.story.Steps()
			long, bestLong := n > 12, m > 12
			switch {
			case long != bestLong:
				if bestLong {
					best = l
				}
			case ways(l.story) != ways(best.story):
				if ways(l.story) > ways(best.story) {
					best = l
				}
			case n > m || n == m && l.order < best.order:
				best = l
			}
		}
		report, err := audit.Measure(each(records), audit.Breakdown{}, ids...)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Stories) != len(all) {
			t.Fatalf("%s: %d stories are told of %d", name, len(report.Stories), len(all))
		}
		for i, s := range report.Stories {
			if diff := cmp.Diff(all[ids[i]].story, s, points); diff != "" {
				t.Errorf("%s: the story of %s (-lived through +told):\n%s", name, ids[i], diff)
			}
		}
		if report, err = audit.Measure(each(records), audit.Breakdown{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]audit.Story{best.story}, report.Stories, points); diff != "" || best.story.Steps() < 4 {
			t.Errorf("%s: the most telling story (-lived through +told):\n%s", name, diff)
		}
	}
	id := uuid.UUID{15: 9}
	if _, err := audit.Measure(each(recorded(t)), audit.Breakdown{}, id); !errors.Is(err, referral.ErrNotFound) || !strings.Contains(err.Error(), id.String()) {
		t.Errorf("the story of a referral that is not there: %v, want %v", err, referral.ErrNotFound)
	}
}

// What is recorded of a referral long after it ended belongs to its story.
func TestStoryGoesOn(t *testing.T) {
	records := recorded(t)
	report, err := audit.Measure(each(records), audit.Breakdown{})
	if err != nil {
		t.Fatal(err)
	}
	told := report.Stories[0].Referral
	at := records[len(records)-1].Time
	entries := entriesOf(records)
	for i := range 2 { // the second comes when the referral has left the book
		at = at.Add(48 * time.Hour)
		e := entries[0]
		e.ID, e.Time, e.Stream = uuid.NewSHA1(told.ID, []byte{byte(i)}), at, book.Stream{Referral: told.ID}.String()
		entries = append(entries, holding(t, e, referral.OutcomeRecorded{By: told.Holder(), Outcome: referral.Other}))
	}
	if report, err = audit.Measure(each(sealed(t, entries)), audit.Breakdown{}); err != nil {
		t.Fatal(err)
	}
	if got := report.Stories[0].Referral; got.ID != told.ID || got.Outcome != referral.Other || !got.Changed.Equal(at) {
		t.Errorf("the story ends with outcome %q at %s, want %q at %s", got.Outcome, got.Changed, referral.Other, at)
	}
}
