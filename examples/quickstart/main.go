// Command quickstart runs one afternoon at a referral desk under a simulated
// clock, prints what happens and why, and then proves that the log on disk says
// the same. It needs nothing but Go:
//
//	go run ./examples/quickstart
//
// Read main.go and day.go for how a desk is opened and led, story.go for the
// verbs, transcript.go for how a program follows the log, and proof.go for the
// replay. Run it again with -dir on the same directory for the next day.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/relevo-go/relevo/eventlog/filelog"
)

func main() {
	dir := flag.String("dir", "", "keep the log in this `directory`, or go on with the log there; by default a fresh one")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "quickstart: %q is not understood: it takes -dir alone\n", flag.Arg(0))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Stdout, *dir)
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped: the log is whole as far as it goes, and -dir with the same directory goes on with the next day")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run plays the next day of the log in dir, or the first in a fresh directory if
// dir is empty, and proves it.
func run(ctx context.Context, w io.Writer, dir string) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "relevo-quickstart-"); err != nil {
			return fmt.Errorf("%w: choose where to keep the log with -dir", err)
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if err := usable(dir); err != nil {
		return err
	}
	log, err := filelog.Open(dir, nil)
	switch {
	case errors.Is(err, filelog.ErrLocked):
		return fmt.Errorf("another program has the log in %s open: let it finish, or choose another directory with -dir: %w", dir, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("the directory cannot be written: choose another with -dir, or leave -dir out: %w", err)
	case err != nil:
		return fmt.Errorf("%w\nchoose another directory with -dir, or leave -dir out", err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()

	day, err := openDay(ctx, log)
	if err != nil {
		return err
	}
	defer day.eng.Close()
	day.transcript = &transcript{w: w, dir: dir, day: day}
	if err := day.morning(ctx); err != nil {
		return fmt.Errorf("the morning: %w", err)
	}
	for i, s := range story {
		day.transcript.title(i+1, s.title, s.about)
		if err := s.play(ctx, day); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	position, digest := day.eng.Digest()
	if err := errors.Join(day.eng.Close(), log.Close()); err != nil {
		return err
	}
	if err := prove(ctx, w, dir, day.clock, position, digest); err != nil {
		return err
	}
	invite(w, dir, day.last)
	return nil
}

// usable returns an error that says what to do if dir is there and is no place
// for a log.
func usable(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("the directory cannot be read: choose another with -dir, or leave -dir out: %w", err)
	case err != nil:
		return fmt.Errorf("%s is no directory: choose one with -dir, or leave -dir out", dir)
	}
	strange := ""
	for _, e := range entries {
		switch name := e.Name(); {
		case isSegment(name):
			return nil
		case name != "lock" && name != "segment.tmp": // what a run that was broken off may leave
			strange = name
		}
	}
	if strange != "" {
		return fmt.Errorf("%s holds something else than a log (%s): choose an empty directory with -dir, or leave -dir out", dir, strange)
	}
	return nil
}
