package eventlogtest

import (
	"context"
	"errors"
	"sync"

	"github.com/relevo-go/relevo/eventlog"
)

var waitPromises = []promise{
	{"Wait", "Wait returns once the head is beyond the position, and at once if it is already", func(p *probe) {
		const waiting = 4
		errs := make([]error, waiting)
		var done sync.WaitGroup
		for i := range waiting {
			done.Go(func() { errs[i] = p.log.Wait(p.Context(), eventlog.Position(i/2)) })
		}
		p.append(0, entry(1))
		p.append(1, entry(2))
		done.Wait()
		if err := errors.Join(errs...); err != nil {
			p.broken("Wait = %v", err)
		}
		for after := range eventlog.Position(2) {
			if err := p.log.Wait(p.Context(), after); err != nil {
				p.broken("Wait(%d) with the head at 2 = %v", after, err)
			}
		}
	}},
	{"WaitBlocks", "Wait blocks while the head is not beyond the position, until its context is over", func(p *probe) {
		p.append(0, entries(1, 2)...)
		if err := p.log.Wait(p.canceled(), 2); !errors.Is(err, context.Canceled) {
			p.broken("Wait(2) with the head at 2 under a canceled context = %v, want context.Canceled", err)
		}
		for _, after := range []eventlog.Position{3, 4, eventlog.MaxPosition} {
			ctx, cancel := context.WithCancel(p.Context())
			answer := make(chan error, 1)
			go func() { answer <- p.log.Wait(ctx, after) }()
			if after == 4 { // the head moves, but not beyond
				p.append(2, entry(3))
			}
			cancel()
			if err := <-answer; !errors.Is(err, context.Canceled) {
				p.broken("Wait(%d) = %v, want context.Canceled", after, err)
			}
		}
	}},
	{"Closed", "a closed log answers ErrClosed, to those who wait too, and closing again is no error", func(p *probe) {
		p.append(0, entry(1))
		answer := make(chan error, 1)
		go func() { answer <- p.log.Wait(p.Context(), 1) }()
		if err := p.log.Close(); err != nil {
			p.broken("Close = %v", err)
		}
		if err := <-answer; !errors.Is(err, eventlog.ErrClosed) {
			p.broken("Wait when the log is closed = %v, want ErrClosed", err)
		}
		if _, err := p.log.Append(p.Context(), 1, entry(2)); !errors.Is(err, eventlog.ErrClosed) {
			p.broken("Append = %v, want ErrClosed", err)
		}
		if err := p.log.Wait(p.Context(), 0); !errors.Is(err, eventlog.ErrClosed) {
			p.broken("Wait = %v, want ErrClosed", err)
		}
		var last error
		for _, err := range p.log.Read(p.Context(), 0) {
			last = err
		}
		if !errors.Is(last, eventlog.ErrClosed) {
			p.broken("Read yields %v, want ErrClosed", last)
		}
		if err := p.log.Close(); err != nil {
			p.broken("closing again = %v", err)
		}
	}},
}
