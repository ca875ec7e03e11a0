package engine

import (
	"context"
	"time"
)

// pace lets the engines on a log take turns, so that none starves: an engine that
// has just written is the first to know what to write behind, and would win again
// and again. After a win it lets pass as many appends as rivals made since the win
// before, and waits for them no longer than they should take; so engines that are
// all busy go round and seldom meet. Now and then it makes room for one more, for
// rivals who never win cannot be met.
type pace struct {
	rivals int           // wins until the engine takes it that it is alone
	others int           // appends of rivals read since the last win
	reads  time.Duration // how long it took to catch up the last time there was something
	room   time.Time     // when there was room for one more the last time

	left  int           // appends of rivals to let pass before the next one
	until time.Time     // when they are not waited for any longer
	wait  time.Duration // how long they were from the win on

	barren time.Time // since when the log answers conflicts and has nothing new; zero if it does not
	pause  time.Duration
}

const (
	rivalry    = 8
	mostTurns  = 4  // of rivals that are waited for
	mostSlots  = 8  // for which they are, each as long as a read and an append
	courtesy   = 50 // slots of work for each slot of room
	leastWork  = 100 * time.Millisecond
	maxRest    = 200 * time.Millisecond
	leastPause = time.Millisecond
	mostPause  = 100 * time.Millisecond
)

// met: so many appends of rivals were read, and it took so long.
func (p *pace) met(appends int, took time.Duration) {
	p.rivals, p.reads = rivalry, took
	p.others += appends
	p.left -= appends
	p.barren, p.pause = time.Time{}, 0
}

// won: an append took so long. The next one comes when rivals had their turns, or
// should have had them.
func (p *pace) won(took time.Duration) {
	now, slot := time.Now(), took+p.reads
	most := mostSlots * slot
	switch {
	case p.rivals == 0:
		p.left, p.wait = 0, 0
	case p.others > 0:
		p.left = min(p.others, mostTurns)
		p.wait = time.Duration(p.left)*slot + slot/2
	default: // nobody else won: do they get no turn, or are they gone?
		p.left, p.wait = 1, min(2*p.wait, most)
		if p.rivals--; p.rivals == 0 {
			p.reads = 0
		}
	}
	switch {
	case p.room.IsZero():
		p.room = now
	case now.Sub(p.room) >= max(courtesy*most, leastWork):
		p.room, p.left, p.wait = now, p.left+1, most
	}
	p.until = now.Add(min(p.wait, maxRest))
	p.others, p.barren, p.pause = 0, time.Time{}, 0
}

// nothing: a rival is said to have been first, and there is nothing to read. It
// returns for how long that has been so.
func (p *pace) nothing() time.Duration {
	now := time.Now()
	if p.barren.IsZero() {
		p.barren = now
	}
	p.pause = min(max(2*p.pause, leastPause), mostPause)
	p.left, p.until = 1, now.Add(p.pause)
	return now.Sub(p.barren)
}

// rest returns for how long rivals are still waited for.
func (p *pace) rest() time.Duration {
	if p.left <= 0 {
		return 0
	}
	return max(0, time.Until(p.until))
}

// unmet reports whether rivals may have written what was not read, so that looking
// is cheaper than being late.
func (p *pace) unmet() bool { return p.rivals > 0 && p.others == 0 }

// giveWay waits until rivals had their turns, or should have had them, and reads
// what they append. Its error is that of reading.
func (e *Engine) giveWay() error {
	for {
		d := e.pace.rest()
		if d == 0 {
			return nil
		}
		known := e.head.Position
		ctx, stop := context.WithTimeout(e.alive, d)
		err := e.await(ctx, known+1)
		stop()
		if err == nil {
			if err := e.catchUp(); err != nil {
				return err
			}
		}
		if e.head.Position == known { // a log that cannot be waited for, or promises what it does not have
			rest(e.alive, e.pace.rest())
			return nil
		}
	}
}
