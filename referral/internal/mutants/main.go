// Command mutants breaks the code on purpose, one place at a time, and counts
// in how many walks each break is caught, and by which other tests. It prints
// the table that stands in CONTRIBUTING.md. The checkout is not touched: broken
// files are laid over it.
//
//	go run ./referral/internal/mutants -walks 100
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mutant is one break: the first place where a file has from becomes to.
type mutant struct {
	invariant string
	says      string
	file      string
	from, to  string
}

var mutants = []mutant{
	{"1", "an agent may accept after its offer expired", "referral/decide.go",
		"case asked && past.Ending == EndedExpired:\n", "case asked && past.Ending == EndedExpired:\n\t\treturn nil\n"},
	{"1", "a referral that is offered takes another offer", "referral/engine/step.go",
		"for _, l := range s.takeReady() {", "ready := s.takeReady()\n\tfor _, l := range s.all {\n\t\tif l.lost != nil {\n\t\t\tready = append(ready, l)\n\t\t}\n\t}\n\tfor _, l := range ready {"},
	{"2", "a license that ends by the clock is not noticed", "agent/license.go",
		"\toffer(l.Expires)\n", ""},
	{"2", "who lost its footing by the clock stays in line", "referral/engine/step.go",
		"!a.Stands(r.State, at) {", "a == nil {"},
	{"2", "who lost its footing while the clock stood still stays in line", "referral/engine/brief.go",
		"return at.Unix() < b.steady", "return true"},
	{"2", "schedules do not follow the clock", "referral/engine/classes.go",
		"d.classes.turns.set(c, until, uint64(c))", "_ = until"},
	{"2", "a clock that is set back turns no schedule back", "referral/engine/turns.go",
		"\t\tif t.at.After(at) {\n", "\t\tif t.at.After(at) && t.agent != 0 {\n"},
	{"2", "a clock that is set back gives no footing back", "referral/engine/turns.go",
		"\t\tif t.at.After(at) {\n", "\t\tif t.at.After(at) && t.agent == 0 {\n"},
	{"2", "new terms close no schedule", "referral/engine/derived.go",
		"\t\td.turnClasses(b, at)\n", ""},
	{"2", "ties go by NPN alone", "referral/engine/derived.go",
		"d.index.SetLast(uint64(n), b.Load(n).LastOffer)", ""},
	{"2", "the second in line is asked", "referral/engine/step.go",
		"for place, known := range s.line(r, p, s.at) {\n", "first := s.at.Second()%7 == 0\n\tfor place, known := range s.line(r, p, s.at) {\n\t\tif first {\n\t\t\tfirst = false\n\t\t\tcontinue\n\t\t}\n"},
	{"3", "a decline is forgotten", "referral/referral.go",
		"if p.To == n {", "if p.To == n && p.Ending != EndedDeclined {"},
	{"4", "a consumer may withdraw after acceptance", "referral/decide.go",
		"case r.Status.Ended():\n\t\treturn nil, reject(\"R24\"", "case r.Status == StatusExhausted:\n\t\treturn nil, reject(\"R24\""},
	{"5", "a step's loads are not kept", "referral/book/desk.go",
		"\tslot := b.agents.put(p)\n", "\tif was != nil {\n\t\tp.value.open, p.value.last = was.open, was.last\n\t}\n\tslot := b.agents.put(p)\n"},
	{"5", "what another engine wrote is passed over", "referral/engine/engine.go",
		"e.book.Apply(uint64(r.Position), r.Time, stream, event)", "if r.Position%11 != 0 {\n\t\t\te.book.Apply(uint64(r.Position), r.Time, stream, event)\n\t\t}"},
	{"6", "of several facts those before the refused one are recorded", "referral/engine/verbs.go",
		"\t\t\t\tif err != nil {\n\t\t\t\t\treturn err\n\t\t\t\t}\n\t\t\t\tfor _, event := range more {", "\t\t\t\tif err != nil {\n\t\t\t\t\tfor _, event := range events {\n\t\t\t\t\t\ts.stage(book.Stream{Agent: n}, event)\n\t\t\t\t\t}\n\t\t\t\t\treturn err\n\t\t\t\t}\n\t\t\t\tfor _, event := range more {"},
	{"7", "nobody who joins a line wakes who waits", "referral/engine/derived.go",
		"if fresh && class != idle", "if fresh && false && class != idle"},
	{"7", "a schedule that opens wakes nobody", "referral/engine/classes.go",
		"d.classes.opened || open && cl.agents > 0", "false"},
	{"7", "what a footing gains by the clock is not noticed", "referral/engine/derived.go",
		"d.gains.set(n, gains, uint64(n))", "_ = gains"},
	{"7", "an offer stays open when its holder's license ends", "referral/engine/derived.go",
		"\tl.lost = why\n", "\tif why != nil {\n\t\twhy, due = nil, r.Offer.Deadline\n\t}\n\tl.lost = why\n"},
	{"7", "a failed append leaves what was derived", "referral/engine/work.go",
		"\ts.restore(e.book, s.at)\n\tswitch {", "\tswitch {"},
	{"7", "an engine that fell behind does not look again at who waits", "referral/engine/engine.go",
		"e.derived.wakeIfWaiting(stream)", ""},
}

func main() {
	walks := flag.Int("walks", 100, "how many walks, clusters and crowds to make of each mutant")
	only := flag.String("only", "", "only mutants whose line, such as \"5: a step's loads are not kept\", has this")
	flag.Parse()
	if err := run(*walks, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(walks int, only string) error {
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	fmt.Printf("| invariant | broken so that | walks | clusters | crowds | other tests |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, m := range mutants {
		if !strings.Contains(m.invariant+": "+m.says, only) {
			continue
		}
		overlay, err := m.lay(scratch)
		if err != nil {
			return err
		}
		seeds, err := failures(overlay, "-run", "^(TestWalks|TestClusters|TestCrowds)$", "-timeout", "3m", "./referral/engine", "-engine.walks", fmt.Sprint(walks))
		if err != nil {
			return err
		}
		others, err := failures(overlay, "-short", "-skip", "^(TestWalks|TestClusters|TestCrowds)$", "-timeout", "3m", "./agent", "./referral/...", "./examples/logs/...")
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %d |\n", m.invariant, m.says, seeds.of("TestWalks", walks), seeds.of("TestClusters", walks), seeds.of("TestCrowds", walks), len(others.whole))
	}
	return nil
}

// lay writes the broken file and the overlay that puts it in its place.
func (m mutant) lay(scratch string) (overlay string, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	broken := bytes.Replace(source, []byte(m.from), []byte(m.to), 1)
	if bytes.Equal(broken, source) {
		return "", fmt.Errorf("%s has no %q: bring the mutant up to date", m.file, m.from)
	}
	file, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	laid := filepath.Join(scratch, "broken.go")
	data, err := json.Marshal(map[string]map[string]string{"Replace": {file: laid}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(laid, broken, 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, data, 0o600)
}

// failed counts the tests that failed: whole ones, and seeds within one.
type failed struct {
	whole map[string]bool
	seeds map[string]int
	ended map[string]bool // the test did not come to its end
}

// of says in how many seeds a test failed.
func (f failed) of(test string, walks int) string {
	if f.ended[test] {
		return "does not end"
	}
	return fmt.Sprintf("%d of %d", f.seeds[test], walks)
}

// failures runs tests over the overlay.
func failures(overlay string, args ...string) (failed, error) {
	f := failed{map[string]bool{}, map[string]int{}, map[string]bool{}}
	cmd := exec.Command("go", append([]string{"test", "-json", "-overlay", overlay}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return f, err
	}
	if err := cmd.Start(); err != nil {
		return f, err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<26)
	open := map[string]bool{}
	for lines.Scan() {
		var e struct{ Action, Package, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		test, seed, within := strings.Cut(e.Test, "/")
		switch {
		case e.Action == "build-fail":
			return f, fmt.Errorf("a mutant does not compile: %s", e.Output)
		case e.Action == "run" && !within && e.Test != "":
			open[e.Package+" "+test] = true
		case e.Action == "fail" && within && !strings.Contains(seed, "/"):
			f.seeds[test]++
		case e.Action == "fail" && e.Test != "" && !within:
			f.whole[e.Package+" "+test] = true
			fallthrough
		case e.Action == "pass" && !within:
			delete(open, e.Package+" "+test)
		}
	}
	for name := range open {
		_, test, _ := strings.Cut(name, " ")
		f.ended[test] = true
		f.whole[name] = true
	}
	_ = cmd.Wait() // a broken program fails its tests, which is what is counted
	return f, lines.Err()
}
