// Relevo answers what happened in a log of package eventlog, and why.
//
//	go install github.com/relevo-go/relevo/referral/cmd/relevo@latest
//	relevo help
//
// It is a door to package referral/audit, which answers the questions: what is here
// reads flags, opens the log and prints. One command changes a log that is there:
// import, a door to package agent/feed and to the desk, package referral/engine.
//
// Its exit status is 0 if all is well, 1 if it found something (damage, a torn end
// under verify, a difference, a problem in a file), and 2 if there is no answer: a
// usage error, no log, no permission, or a command that was broken off.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	// A reader who has seen enough closes the pipe: that is an error of writing, not
	// the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	// A pass over a log leaves much behind and keeps little: so the collector need not
	// come each time that the little doubles.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, isTerminal(os.Stderr))
	stop()
	os.Exit(status)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
