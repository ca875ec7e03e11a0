package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/referraltest"
)

var kills = flag.Int("engine.kills", 20, "how many rounds of killing to make")

// killsPerLog is how many rounds go on with the same log, which grows.
const killsPerLog = 20

// TestKills kills processes at work on a log of files, and while they open it,
// and damages what they had written without an answer as the death of a machine
// may. Opened again, the log has every record that anybody was told of, its
// chain verifies, and the invariants hold; then it goes on.
//
// A seed says what callers do, when the kill comes, and what is damaged. How far
// a process has come by then is the machine's to say.
func TestKills(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = min(n, 5)
	}
	for seed := *walkSeed; n > 0; n, seed = n-killsPerLog, seed+1 {
		rounds := min(n, killsPerLog)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			k := &killer{T: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 0)), dir: filepath.Join(t.ArtifactDir(), "log"), twin: referraltest.NewTwin()}
			for k.round = range rounds {
				k.lives = nil
				for range 1 + k.rnd.IntN(3)/2 + k.rnd.IntN(4)/3 {
					k.live()
				}
				k.check()
			}
			if err := os.RemoveAll(k.dir); err != nil {
				t.Error(err)
			}
			t.Logf("%d records, %d reports; processes killed before they opened the log: %d, while they did: %d, at work: %d",
				k.twin.Position(), k.reports, k.killed[0], k.killed[1], k.killed[2])
		})
	}
}

// killer kills one process after another on one log.
type killer struct {
	*testing.T
	seed  uint64
	rnd   *rand.Rand
	dir   string
	round int
	lives []string // what happened in this round

	twin   *referraltest.Twin
	sums   []eventlog.Hash // of the records that were read, by position from 1
	claims []claim         // since they were read

	reports int
	killed  [3]int // before, in and after opening
}

// failf ends the test with what happened in this round and how to repeat it.
func (k *killer) failf(format string, args ...any) {
	k.Helper()
	k.Fatalf("seed %d, round %d (%s): %s\nmake such rounds, and keep the log, with: go test ./referral/engine -run 'TestKills$' -engine.kills %d -engine.seed %d -artifacts",
		k.seed, k.round, strings.Join(k.lives, "; "), fmt.Sprintf(format, args...), killsPerLog, k.seed)
}

// live starts a process, kills it, and damages what it leaves.
func (k *killer) live() {
	k.Helper()
	before, err := readTail(k.dir)
	if err != nil {
		k.failf("%v", err)
	}
	told := eventlog.Position(len(k.sums))
	for _, c := range k.claims {
		told = max(told, c.position)
	}
	began := time.Now()
	claims := k.kill()
	long := time.Since(began) > time.Second
	k.claims = append(k.claims, claims...)
	k.reports += len(claims)
	for _, c := range claims {
		told = max(told, c.position)
	}
	k.killed[min(len(claims), 2)]++
	did := "left as it was, since it lived long enough to note that all is durable"
	if !long {
		if did, err = damage(k.dir, k.rnd, before.head.Position, told); err != nil {
			k.failf("%v", err)
		}
	}
	k.lives = append(k.lives, fmt.Sprintf("killed after %d reports, the last at %d; %s", len(claims), told, did))
}

// kill starts a process, kills it at a random moment, and returns its reports.
// Some are killed as they start, some as they open the log, most at work.
func (k *killer) kill() (claims []claim) {
	k.Helper()
	after, later := 0, time.Duration(k.rnd.Int64N(int64(30*time.Millisecond)))
	switch n := k.rnd.IntN(8); {
	case n > 2:
		after, later = 2+k.rnd.IntN(150), time.Duration(k.rnd.Int64N(int64(2*time.Millisecond)))
	case n > 0:
		after, later = 1, time.Duration(k.rnd.Int64N(int64(5*time.Millisecond)))
	}
	self, err := os.Executable()
	if err != nil {
		k.failf("%v", err)
	}
	var said bytes.Buffer
	process := exec.Command(self)
	process.Env = append(os.Environ(), lifeDir+"="+k.dir, fmt.Sprintf("%s=%d", lifeSeed, k.rnd.Uint64()))
	process.Stderr = &said
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		k.failf("%v", err)
	}
	defer process.Process.Kill()
	die := func() { process.Process.Kill() } // it is dead already if it ended by itself, which it says
	if after == 0 {
		time.AfterFunc(later, die)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		c, err := parseClaim(lines.Text())
		if err != nil {
			k.failf("%v", err)
		}
		if claims = append(claims, c); len(claims) == after {
			time.AfterFunc(later, die)
		}
	}
	process.Wait() // the error is that it was killed
	if said.Len() > 0 {
		k.failf("%s", said.String())
	}
	return claims
}

// check opens the log and holds it to what was told and to the invariants.
func (k *killer) check() {
	k.Helper()
	log, err := filelog.Open(k.dir, &filelog.Options{SegmentBytes: 2_000 + k.rnd.Int64N(12_000)})
	if err != nil {
		k.failf("%v", err)
	}
	if head, err := eventlog.Verify(log.Read(context.Background(), 0)); err != nil {
		k.failf("Verify: %v, after %d", err, head.Position)
	}
	k.read(log)

	now := k.twin.Time().Add(time.Duration(k.rnd.IntN(20)) * time.Minute)
	if k.twin.Position() == 0 {
		now = opening
	}
	e, err := engine.Open(context.Background(), log, &engine.Options{Now: func() time.Time { return now }})
	if err == nil {
		err = e.Tick(context.Background(), now)
	}
	if err != nil {
		k.failf("the engine: %v", err)
	}
	k.read(log)
	for _, c := range k.claims {
		if !c.holds(k.twin.Book()) {
			r, _ := k.twin.Book().Referral(c.referral)
			k.failf("a process was told at %d that %s is %s by %s, and the log says %+v", c.position, c.referral, c.verb, c.agent, r)
		}
	}
	k.claims = nil
	if p, digest := e.Digest(); p != k.twin.Position() || digest != k.twin.Book().Digest() {
		k.failf("the engine stands at %d as %s, the fold of the log at %d as %s (invariant 5)", p, digest, k.twin.Position(), k.twin.Book().Digest())
	}
	if err := k.twin.Restless(now); err != nil {
		k.failf("%v", err)
	}
	if err := e.Close(); err != nil {
		k.failf("%v", err)
	}
	if err := log.Close(); err != nil {
		k.failf("%v", err)
	}
}

// read reads the whole log. Records that were read or told of before must be
// there as they were, new ones are judged, and the segments have their lines and
// nothing else.
func (k *killer) read(log eventlog.Log) {
	k.Helper()
	var lines []byte
	n := 0
	for r, err := range log.Read(context.Background(), 0) {
		if err != nil {
			k.failf("%v", err)
		}
		lines = append(r.AppendLine(lines), '\n')
		if n++; n <= len(k.sums) {
			if k.sums[n-1] != r.Sum {
				k.failf("the record at %d is another than it was", r.Position)
			}
			continue
		}
		k.sums = append(k.sums, r.Sum)
		if err := k.twin.Judge(r); err != nil {
			k.failf("%v", err)
		}
		if bytes.Contains(r.Data, []byte(neverRecorded)) {
			k.failf("the record at %d was refused (invariant 6)", r.Position)
		}
	}
	if n < len(k.sums) {
		k.failf("the log ends at %d, and had %d records", n, len(k.sums))
	}
	for _, c := range k.claims {
		if c.position > eventlog.Position(n) {
			k.failf("the log ends at %d, and a process was told of %d", n, c.position)
		}
		if c.position > 0 && k.sums[c.position-1] != c.sum {
			k.failf("the record at %d is another than a process was told of", c.position)
		}
	}
	segments, err := filepath.Glob(filepath.Join(k.dir, "*.jsonl"))
	if err != nil {
		k.failf("%v", err)
	}
	for _, s := range segments { // in order
		text, err := os.ReadFile(s)
		if err != nil {
			k.failf("%v", err)
		}
		rest, ok := bytes.CutPrefix(lines, text)
		if !ok {
			k.failf("%s has other bytes than the lines that are read", filepath.Base(s))
		}
		lines = rest
	}
	if len(lines) > 0 {
		k.failf("%d bytes of lines are in no segment", len(lines))
	}
}
