package storm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// tally is what was measured in a storm.
type tally struct {
	done, refused, failed, unsure int

	lives                         int
	records                       eventlog.Position
	expiries                      int
	appends, conflicts, uncertain int64
	pause                         time.Duration // in which no engine answered
	mends, carries                []time.Duration
}

// count adds reports, and returns how many of them acknowledge a command.
func (t *tally) count(list []report) (acknowledged int) {
	for _, r := range list {
		switch r.Verb {
		case done:
			acknowledged++
		case refused:
			t.refused++
		case failed:
			t.failed++
		case unsure:
			t.unsure++
		}
		t.appends, t.conflicts, t.uncertain = t.appends+r.Appends, t.conflicts+r.Conflicts, t.uncertain+r.Uncertain
	}
	t.done += acknowledged
	return acknowledged
}

func (t *tally) mended(d time.Duration)  { t.mends = append(t.mends, d) }
func (t *tally) carried(d time.Duration) { t.carries = append(t.carries, d) }

// finish measures what is known at the end.
func (t *tally) finish(lives []*process, l *ledger) {
	var all []time.Time
	for _, p := range lives {
		p.mu.Lock()
		all = append(all, p.answers...)
		p.mu.Unlock()
	}
	slices.SortFunc(all, time.Time.Compare)
	for i := 1; i < len(all); i++ {
		t.pause = max(t.pause, all[i].Sub(all[i-1]))
	}
	t.lives, t.records, t.expiries = len(lives), l.twin.Position(), l.ends
}

func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d commands acknowledged, %d refused by the rules; %d answers were errors of the store, %d of them uncertain; ",
		t.done, t.refused, t.failed+t.unsure, t.unsure)
	fmt.Fprintf(&b, "%d records, %d expiries; %d appends, %d conflicts, %d uncertain; ", t.records, t.expiries, t.appends, t.conflicts, t.uncertain)
	fmt.Fprintf(&b, "%d lives of engines; longest pause of all engines at once %v", t.lives, t.pause.Round(time.Millisecond))
	b.WriteString(measured("a fault is mended until each engine answers", t.mends))
	b.WriteString(measured("an engine is killed until the first one answers", t.carries))
	return b.String()
}

func measured(what string, list []time.Duration) string {
	if len(list) == 0 {
		return ""
	}
	slices.Sort(list)
	middle, longest := list[len(list)/2], list[len(list)-1]
	return fmt.Sprintf("; from when %s: median %v, longest %v", what, middle.Round(time.Millisecond), longest.Round(time.Millisecond))
}
