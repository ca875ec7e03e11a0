package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/engine"
)

// The exit statuses.
const (
	fine     = 0
	found    = 1 // damage, a torn end under verify, a difference, a problem in a file
	noAnswer = 2
)

// program is one run of the command.
type program struct {
	ctx      context.Context
	stdin    io.Reader
	out      *bufio.Writer // flushed before the end and before each wait
	screen   *screen       // beneath out
	stderr   io.Writer
	progress *progress
	log      *source         // nil until it is opened
	desk     *engine.Options // of the desk of an import; nil except in tests
	callers  int             // who apply an import at once
}

// run runs a command and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, isTerminal bool) int {
	p := newProgram(ctx, stdin, stdout, stderr)
	if isTerminal {
		p.progress.to(stderr, time.Now)
	}
	return p.run(args)
}

func newProgram(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) *program {
	p := &program{ctx: ctx, stdin: stdin, stderr: stderr, progress: &progress{}, callers: 64}
	p.screen = &screen{w: stdout, progress: p.progress}
	p.out = bufio.NewWriterSize(p.screen, 64<<10)
	return p
}

func (p *program) run(args []string) int {
	status, err := p.dispatch(args)
	if p.log != nil {
		p.log.close()
	}
	p.progress.erase()
	p.out.Flush()
	switch {
	case errors.Is(p.screen.err, syscall.EPIPE), errors.Is(p.screen.err, io.ErrClosedPipe):
		if errors.Is(err, p.screen.err) {
			return fine // nobody reads on, so nobody wants the rest
		}
	case p.screen.err != nil:
		fmt.Fprintf(p.stderr, "relevo: standard output: %v\n", p.screen.err)
		return noAnswer
	}
	if p.log != nil && p.log.torn != nil {
		fmt.Fprintf(p.stderr, "relevo: %s\n", plain(p.log.torn))
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return status
	}
	fmt.Fprintf(p.stderr, "relevo: %s\n", p.explain(err))
	if usage, ok := errors.AsType[*usageError](err); ok && usage.command.name != "" {
		fmt.Fprintf(p.stderr, "usage: relevo %s %s (relevo %[1]s -h says more)\n", usage.command.name, usage.command.args)
	}
	return statusOf(err)
}

// usageError is a command that was not given as it should be.
type usageError struct {
	command command
	text    string
}

func (e *usageError) Error() string { return e.text }

// statusOf returns the exit status of an error.
func statusOf(err error) int {
	_, record := errors.AsType[*audit.RecordError](err)
	_, head := errors.AsType[*audit.HeadError](err)
	if record || head || errors.Is(err, eventlog.ErrCorrupt) {
		return found
	}
	return noAnswer
}

// explain returns an error's text, with the place of the record it is about.
func (p *program) explain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped"
	}
	if text, ok := strings.CutSuffix(plain(err), agent.ErrUnknown.Error()); ok {
		return text + "no record of this log speaks of it by then"
	}
	if r, ok := errors.AsType[*audit.RecordError](err); ok && p.log != nil {
		return p.log.place(r.Position) + ": " + plain(err)
	}
	return plain(err)
}

// plain returns an error's text without the names of packages before it.
func plain(err error) string {
	text := err.Error()
	for _, name := range []string{"engine: ", "filelog: ", "open: ", "read: ", "eventlog: ", "feed: "} {
		text = strings.TrimPrefix(text, name)
	}
	return inner.Replace(text)
}

// inner takes the names of packages out of an error within an error.
var inner = strings.NewReplacer(": book: ", ": ", ": agent: ", ": ", ": referral: ", ": ", ": eventlog: ", ": ", ": geo: ", ": ", ": spoken: ", ": ")

// screen is standard output. It keeps the first error, so that whoever reads a log
// can stop.
type screen struct {
	w        io.Writer
	progress *progress
	err      error
}

func (s *screen) Write(b []byte) (int, error) {
	s.progress.erase()
	n, err := s.w.Write(b)
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}
