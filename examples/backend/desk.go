package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// desk is one engine and the log it stands on.
type desk struct {
	*engine.Engine
	number int // from 1
	log    *counted
	now    func() time.Time // the engine's clock

	mu    sync.Mutex
	heard time.Time // when the store last answered
	err   error     // why it did not since; nil if it did
}

// desks are the engines of this process. Every one serves every command, and
// which of them does makes no difference: the log decides every race.
type desks struct {
	all  []*desk
	next atomic.Uint64
}

// openDesks opens an engine on each log, with the options that opts gives for its
// number, and takes the logs over: it closes them if it fails, and Close does.
func openDesks(ctx context.Context, logs []eventlog.Log, opts func(number int) *engine.Options) (*desks, error) {
	ds := &desks{}
	for i, log := range logs {
		o := opts(i + 1)
		if o.Now == nil {
			o.Now = time.Now
		}
		d := &desk{number: i + 1, log: &counted{Log: log}, now: o.Now, heard: time.Now()}
		var err error
		if d.Engine, err = engine.Open(ctx, d.log, o); err != nil {
			return nil, errors.Join(fmt.Errorf("opening engine %d: %w", d.number, err), ds.Close(), closeLogs(logs))
		}
		ds.all = append(ds.all, d)
	}
	return ds, nil
}

// turn returns the engine whose turn it is.
func (ds *desks) turn() *desk {
	return ds.all[(ds.next.Add(1)-1)%uint64(len(ds.all))]
}

// newest returns the position of the engine that is furthest.
func (ds *desks) newest() (p eventlog.Position) {
	for _, d := range ds.all {
		p = max(p, d.Position())
	}
	return p
}

// run keeps every engine going until ctx is over. The channel has the errors of
// those that cannot go on, and is closed when all have stopped.
func (ds *desks) run(ctx context.Context) <-chan error {
	dead := make(chan error, len(ds.all))
	var running sync.WaitGroup
	for _, d := range ds.all {
		running.Go(func() {
			// What ended it for good is told also if ctx is over just then.
			if err := d.Run(ctx); ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
				d.note(err)
				dead <- fmt.Errorf("engine %d cannot go on: %w", d.number, err)
			}
		})
		running.Go(func() { d.askStore(ctx) })
	}
	go func() {
		running.Wait()
		close(dead)
	}()
	return dead
}

// snapshot writes every engine's state: it then opens with that, and reads of the log
// only what came after it.
func (ds *desks) snapshot(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	for _, d := range ds.all {
		err = errors.Join(err, d.Snapshot(ctx))
	}
	return err
}

// Close closes the engines and then their logs, and with them pools and connections.
func (ds *desks) Close() (err error) {
	for _, d := range ds.all {
		err = errors.Join(err, d.Engine.Close())
	}
	for _, d := range ds.all {
		err = errors.Join(err, d.log.Close())
	}
	return err
}

// every is how often an engine's store is asked whether it is there.
const every = time.Second

// askStore asks the store again and again whether it is there, with a step of the
// clock that finds nothing to do as a rule.
func (d *desk) askStore(ctx context.Context) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.note(d.Tick(ctx, d.now()))
		}
	}
}

// note keeps what the store answered.
func (d *desk) note(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err = err; err == nil {
		d.heard = time.Now()
	}
}

// last returns when the store last answered, and why it did not since.
func (d *desk) last() (heard time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.heard, d.err
}
