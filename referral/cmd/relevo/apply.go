package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/engine"
)

// apply opens the log for writing and a desk on it, records the plan, and prints what
// came of it.
func (i *importer) apply() (status int, err error) {
	i.out.Flush() // the notes, before all that takes long
	log, err := i.openToWrite()
	if err != nil {
		return fine, err
	}
	defer func() {
		if e := log.Close(); e != nil {
			err = errors.Join(err, fmt.Errorf("%s has what was recorded and was not closed as it should be: %w", i.dir, e))
		}
	}()
	before := log.Head()
	desk, err := engine.Open(i.ctx, &opening{log, i.progress}, i.desk)
	if err != nil {
		return fine, i.unfinished(err, 0)
	}
	defer desk.Close()
	i.progress.start("agents recorded", uint64(len(i.plan.Changes)))
	done := apply(i.ctx, desk, i.plan.Changes, i.callers, i.progress.at)
	i.progress.erase()
	for _, r := range done.refused {
		i.printf("agent %s was refused, and nothing of it was recorded: %s\n", r.npn, plain(r.err))
	}
	agents, others, err := countKinds(log.Read(context.WithoutCancel(i.ctx), before.Position))
	if err != nil {
		return fine, err
	}
	if after := log.Head(); after != before {
		i.printf("%s compared: %s changed.\n", count(uint64(i.plan.Agents), "agent"), thousands(uint64(done.recorded)))
		i.tabulate(agents)
		i.printHeads(others, before, after)
	}
	if done.err != nil {
		return fine, i.unfinished(done.err, done.recorded)
	}
	if len(done.refused) > 0 {
		return found, nil
	}
	return fine, nil
}

// openToWrite opens the log for writing.
func (i *importer) openToWrite() (*filelog.Log, error) {
	log, err := filelog.Open(i.dir, &filelog.Options{Logger: slog.New(slog.NewTextHandler(i.stderr, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))})
	switch {
	case errors.Is(err, filelog.ErrLocked):
		_, holder, _ := strings.Cut(err.Error(), " (") // if it is known
		if holder != "" {
			holder = " (" + holder
		}
		return nil, fmt.Errorf("%s is open for writing elsewhere%s: a desk at work keeps its log to itself. Import through it, with package agent/feed in the program that runs it, or stop it and import again; -dry-run works beside it", i.dir, holder)
	case errors.Is(err, eventlog.ErrCorrupt):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("nothing can be recorded in %s: %w", i.dir, cause(err))
	}
	if i.log != nil {
		i.log.torn = nil // it is cut off, and the logger has told
	}
	return log, nil
}

// opening is a log that tells how far an engine has come that reads it from its
// beginning.
type opening struct {
	*filelog.Log
	progress *progress
}

func (o *opening) Read(ctx context.Context, after eventlog.Position) audit.Records {
	if after > 0 {
		return o.Log.Read(ctx, after)
	}
	return o.progress.watch(o.Log.Read(ctx, after), o.Head().Position)
}

// unfinished returns an error with what became of the import before it.
func (i *importer) unfinished(err error, recorded int) error {
	so := fmt.Sprintf("%s of %s were recorded: import again, and it goes on from there", thousands(uint64(recorded)), count(uint64(len(i.plan.Changes)), "agent"))
	if recorded == 0 {
		so = "no agent was recorded"
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("stopped; " + so)
	case errors.Is(err, engine.ErrClock):
		return fmt.Errorf("%s: %s; %s", i.dir, plain(err), so)
	}
	return fmt.Errorf("%w; %s", err, so)
}

// printHeads prints what the desk recorded beside the import, and where the log ended
// and ends.
func (i *importer) printHeads(others []feed.Count, before, after eventlog.Head) {
	if len(others) > 0 {
		var parts []string
		offers := false
		for _, n := range others {
			parts = append(parts, thousands(uint64(n.Events))+" "+n.Kind)
			offers = offers || n.Kind == referral.Offered{}.Kind()
		}
		i.printf("The desk itself recorded %s.\n", strings.Join(parts, ", "))
		if offers {
			i.printf("An offer's time to be answered runs: start the program that tells agents of theirs.\n")
		}
	}
	if before.Position == 0 {
		i.printf("%s is a new log, and ends at\n", i.dir)
	} else {
		i.printf("%s ended at position %d, sum %s, and ends at\n", i.dir, before.Position, before.Sum)
	}
	i.printf("position %d\ntime %s\nsum %s\n", after.Position, i.teller.Time(after.Time), after.Sum)
}

// countKinds counts records by kind: those of agents, in the order of the rulebook, and the
// others as they come.
func countKinds(records audit.Records) (agents, others []feed.Count, err error) {
	of, last := map[string]*feed.Count{}, map[string]string{}
	var kinds []string
	for r, err := range records {
		if err != nil {
			return nil, nil, err
		}
		n := of[r.Kind]
		if n == nil {
			n = &feed.Count{Kind: r.Kind}
			of[r.Kind] = n
			kinds = append(kinds, r.Kind)
		}
		n.Events++
		if last[r.Kind] != r.Stream {
			n.Agents++
			last[r.Kind] = r.Stream
		}
	}
	for _, k := range agent.Kinds() {
		if n := of[k]; n != nil {
			agents = append(agents, *n)
		}
	}
	for _, k := range kinds {
		if !slices.Contains(agent.Kinds(), k) {
			others = append(others, *of[k])
		}
	}
	return agents, others, nil
}

// applied is what came of a plan.
type applied struct {
	recorded int
	refused  []refused // by NPN
	err      error     // what ended it before all were asked for
}

type refused struct {
	npn agent.NPN
	err error
}

// apply has a desk record changes, by several callers, who share the syncs of its log.
// A change that the desk refuses is passed over; what is wrong with log or clock, or the
// end of ctx, ends it. How many are done is told as it goes.
func apply(ctx context.Context, desk *engine.Engine, changes []feed.Change, callers int, tell func(uint64)) (done applied) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next, answers := make(chan feed.Change), make(chan refused, callers)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for c := range next {
				_, err := desk.Agent(ctx, c.NPN, c.Commands...)
				answers <- refused{c.NPN, err}
			}
		})
	}
	go func() {
		for _, c := range changes {
			select {
			case next <- c:
				continue
			case <-ctx.Done():
			}
			break
		}
		close(next)
		wg.Wait()
		close(answers)
	}()
	for a := range answers {
		_, rejected := errors.AsType[*referral.Rejection](a.err)
		switch {
		case a.err == nil:
			done.recorded++
			tell(uint64(done.recorded))
		case rejected && !errors.Is(a.err, engine.ErrClock), errors.Is(a.err, eventlog.ErrTooLarge):
			done.refused = append(done.refused, a)
		case done.err == nil:
			done.err = a.err
			stop()
		}
	}
	if done.err == nil && done.recorded+len(done.refused) < len(changes) {
		done.err = ctx.Err()
	}
	slices.SortFunc(done.refused, func(x, y refused) int { return cmp.Compare(x.npn, y.npn) })
	return done
}
