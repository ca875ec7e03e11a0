package engine

import (
	"context"
	"time"
)

// pace rests between appends, so that none of the engines on a log starves: an
// engine that has just written is the first to know what to write behind, and would
// win again and again. After a win it lets pass what its rivals, of whom it knows by
// what they wrote, need to catch up and append in turn. One that has not met anybody
// pauses now and then, for rivals who never win cannot be met.
type pace struct {
	rivals int           // wins until the engine takes it that it is alone
	others int           // appends of rivals read since the last win
	slots  int           // how long the last pause was
	reads  time.Duration // how long it took to catch up the last time there was something
	alone  time.Time     // when the last courtesy was, while no rivals are known
	until  time.Time     // before then nothing is appended

	barren time.Time // since when the log answers conflicts and has nothing new; zero if it does not
	pause  time.Duration
}

const (
	rivalry    = 8
	mostTurns  = 4 // of rivals that are waited for
	mostSlots  = 8
	courtesy   = 50 // slots of work for each slot of a courtesy
	leastWork  = 100 * time.Millisecond
	maxRest    = 200 * time.Millisecond
	leastPause = time.Millisecond
	mostPause  = 100 * time.Millisecond
)

// met: so many appends of rivals were read, and it took so long.
func (p *pace) met(appends int, took time.Duration) {
	p.rivals, p.reads = rivalry, took
	p.others += appends
	p.until, p.barren, p.pause = time.Time{}, time.Time{}, 0
}

// won: an append took so long. The next one comes no sooner than rivals need for
// theirs.
func (p *pace) won(took time.Duration) {
	now, slot := time.Now(), max(took, p.reads)
	p.until, p.barren, p.pause = time.Time{}, time.Time{}, 0
	switch {
	case p.rivals > 0 && p.others > 0:
		p.slots = min(p.others+1, mostTurns)
	case p.rivals > 0: // nobody else won: do they get no turn, or are they gone?
		p.slots = min(2*p.slots, mostSlots)
		if p.rivals--; p.rivals == 0 {
			p.alone, p.reads = now, 0
		}
	case p.alone.IsZero():
		p.alone = now
		return
	case now.Sub(p.alone) < max(courtesy*mostSlots*slot, leastWork):
		return
	default:
		p.alone, p.slots = now, mostSlots
	}
	p.others = 0
	p.until = now.Add(min(time.Duration(p.slots)*slot, maxRest))
}

// nothing: a rival is said to have been first, and there is nothing to read. It
// returns for how long that has been so.
func (p *pace) nothing() time.Duration {
	now := time.Now()
	if p.barren.IsZero() {
		p.barren = now
	}
	p.pause = min(max(2*p.pause, leastPause), mostPause)
	p.until = now.Add(p.pause)
	return now.Sub(p.barren)
}

// rest pauses until the next append may come. It reports whether rivals may have
// written meanwhile, so that looking is cheaper than being late.
func (p *pace) rest(ctx context.Context) (look bool) {
	if d := time.Until(p.until); !p.until.IsZero() && d > 0 {
		rest(ctx, d)
	}
	return p.rivals > 0 && p.others == 0
}
