package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/simulation"
)

// prove rebuilds the day from what is on disk and compares: the chain of the
// records must hold (B6), and the state must be the one that the desk had.
func prove(ctx context.Context, w io.Writer, dir string, c *simulation.Clock, position eventlog.Position, digest string) (err error) {
	log, err := filelog.Open(dir, &filelog.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	head, err := eventlog.Verify(log.Read(ctx, 0))
	if err != nil {
		return err
	}
	eng, err := engine.Open(ctx, log, &engine.Options{Now: c.Now, NewID: c.NewID})
	if err != nil {
		return err
	}
	defer eng.Close()
	again, replayed := eng.Digest()

	fmt.Fprintf(w, "\nThe proof\n")
	fmt.Fprintf(w, "   The desk and the log were closed, and the log was read from disk again.\n")
	fmt.Fprintf(w, "   The chain of %s records is whole (B6). The state's digest, of the desk and of the log:\n", grouped(int(head.Position)))
	fmt.Fprintf(w, "   at %d  %s\n   at %d  %s\n", position, digest, again, replayed)
	if again != position || replayed != digest {
		return fmt.Errorf("the log in %s does not lead to the state that the desk had: please report this, with the directory", dir)
	}
	fmt.Fprintf(w, "   They are the same.\n")
	return nil
}

// looks are ways to look at the log without this program, each with what it shows.
// REF stands for a referral's ID.
var looks = []struct{ about, command string }{
	{"what happened, how often", `jq -r .kind *.jsonl | sort | uniq -c`},
	{"the last referral, step by step", `grep -h referral/REF *.jsonl | jq -c '[.time, .kind, .data]'`},
	{"the newest record's sum, as it stands and as it follows from the one before: the same twice",
		`cat *.jsonl | tail -n 1 | jq -r .sum` + "\n" +
			`cat *.jsonl | tail -n 2 | sed -e '1s/.*"sum":"//;1s/"}$//' -e '2s/,"sum":"[^"]*"}$//' |` + "\n" +
			`  tr -d '\n' | sha256sum`},
}

// invite says how to look at the log and how to go on.
func invite(w io.Writer, dir string, last uuid.UUID) {
	fmt.Fprintf(w, "\nThe log is plain text. Look at it:\n   cd %s\n", quoted(dir))
	for _, l := range looks {
		fmt.Fprintf(w, "   # %s\n", l.about)
		for line := range strings.Lines(strings.ReplaceAll(l.command, "REF", last.String()) + "\n") {
			fmt.Fprintf(w, "   %s", line)
		}
	}
	fmt.Fprintf(w, "\nFor the next day of this log:\n   go run ./examples/quickstart -dir %s\n", quoted(dir))
}

// isSegment reports whether a file's name is that of a log's segment: twenty
// digits and .jsonl.
func isSegment(name string) bool {
	digits, ok := strings.CutSuffix(name, ".jsonl")
	return ok && len(digits) == 20 && strings.Trim(digits, "0123456789") == ""
}
