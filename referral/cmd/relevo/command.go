package main

import (
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// command is one of what the program can do.
type command struct {
	name     string
	args     string // "LOG ID"
	does     string // in a few words
	more     string // in whole sentences
	examples string // a line each, with what it does behind #
	log      string // what LOG is, if not what it is to all others
	run      func(*call) (status int, err error)
}

// commands returns all of them, in the order in which help lists them.
func commands() []command {
	return []command{
		verifyCommand, logCommand, showCommand, lineCommand, whyCommand, stateCommand, diffCommand, rematchCommand,
		statsCommand, reportCommand, importCommand, simulateCommand,
	}
}

const overview = `Relevo answers what happened in a referral log, and why, from the log alone. All
commands but import leave the log as it is.

usage: relevo COMMAND LOG … [flags]

LOG is the directory of a log, a .jsonl file, or - for standard input. Flags may
stand before or after arguments. A moment is a position of the log or a time.

`

// dispatch finds the command and runs it.
func (p *program) dispatch(args []string) (status int, err error) {
	if len(args) == 0 {
		p.list(p.stderr)
		return noAnswer, nil
	}
	switch name := args[0]; name {
	case "-h", "-help", "--help", "help":
		if name == "help" && len(args) > 1 {
			return p.dispatch([]string{args[1], "-h"})
		}
		p.list(p.out)
		return fine, nil
	case "version", "-version", "--version":
		fmt.Fprintln(p.out, "relevo", version())
		return fine, nil
	default:
		for _, c := range commands() {
			if c.name == name {
				return c.run(p.call(c, args[1:]))
			}
		}
		return noAnswer, &usageError{text: fmt.Sprintf("there is no command %.40q; the nearest is %s: relevo help lists all", name, nearest(name))}
	}
}

// list prints all commands.
func (p *program) list(w io.Writer) {
	fmt.Fprint(w, overview)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, c.does)
	}
	fmt.Fprintf(w, "  %-8s  %s\n\n", "version", "which version of relevo this is")
	fmt.Fprintln(w, "relevo help COMMAND says more, with examples. The exit status is 0 if all is well, 1 if")
	fmt.Fprintln(w, "something was found (damage, a difference, a problem in a file), and 2 if there is no answer.")
}

// help prints what a command does.
func (c *call) help() {
	fmt.Fprintf(c.out, "usage: relevo %s %s\n\n%s\n", c.command.name, c.command.args, c.command.more)
	switch {
	case c.command.log != "":
		fmt.Fprint(c.out, c.command.log)
	case strings.HasPrefix(c.command.args, "LOG"):
		fmt.Fprint(c.out, "LOG is the directory of a log, a .jsonl file, or - for standard input.\n")
	}
	fmt.Fprint(c.out, "\n")
	c.flags.VisitAll(func(f *flag.Flag) {
		name, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(c.out, "  %s\n", strings.TrimSpace("-"+f.Name+" "+name))
		for line := range strings.Lines(usage) {
			fmt.Fprintf(c.out, "        %s\n", strings.TrimSpace(line))
		}
	})
	fmt.Fprintf(c.out, "\nexamples:\n\n%s", c.command.examples)
}

// nearest returns the command whose name begins as a word does, for as long as any.
func nearest(word string) (best string) {
	most := -1
	for _, c := range commands() {
		n := 0
		for n < min(len(word), len(c.name)) && word[n] == c.name[n] {
			n++
		}
		if n > most {
			best, most = c.name, n
		}
	}
	return best
}

// version returns the version that the go command built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}
