package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent"
)

// desk is what is on record, without a desk.
type desk map[agent.NPN]agent.Agent

func (d desk) current(n agent.NPN) (agent.Agent, error) {
	if a, ok := d[n]; ok {
		return a, nil
	}
	return agent.Agent{}, &agent.Rejection{Rule: "R22", Err: fmt.Errorf("agent %s: %w", n, agent.ErrUnknown)}
}

// apply decides every command of the plan, as a desk would.
func (d desk) apply(t testing.TB, p Plan) {
	t.Helper()
	for _, c := range p.Changes {
		a := d[c.NPN]
		for i, command := range c.Commands {
			events, err := agent.Decide(a, command)
			if err != nil || len(events) != 1 || events[0].Kind() != c.Kinds[i] {
				t.Fatalf("Decide(%s, %+v) = %v, %v, want one event of kind %s", c.NPN, command, events, err, c.Kinds[i])
			}
			a = agent.Apply(a, events[0])
		}
		d[c.NPN] = a
	}
}

// read reads a file that has a name of its own.
func read(t testing.TB, name, text string) *Feed {
	t.Helper()
	f, err := Read(strings.NewReader(text), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compare(t testing.TB, d desk, feeds ...*Feed) Plan {
	t.Helper()
	p, err := Compare(d.current, feeds...)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Problems) > 0 && len(p.Changes) > 0 {
		t.Errorf("a plan has %d problems and %d changes, want none of one", len(p.Problems), len(p.Changes))
	}
	if !slices.IsSortedFunc(p.Changes, func(x, y Change) int { return int(x.NPN) - int(y.NPN) }) {
		t.Error("the changes are not by NPN")
	}
	return p
}

// written returns findings a line each.
func written(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// imported imports files whose kinds their headers tell, and fails on a problem.
func imported(t testing.TB, d desk, texts ...string) Plan {
	t.Helper()
	var feeds []*Feed
	for i, text := range texts {
		feeds = append(feeds, read(t, fmt.Sprintf("file%d.csv", i+1), text))
	}
	p := compare(t, d, feeds...)
	if len(p.Problems) > 0 {
		t.Fatalf("problems:\n%s", written(p.Problems))
	}
	d.apply(t, p)
	return p
}

func kinds(p Plan) (all []string) {
	for _, c := range p.Changes {
		for _, k := range c.Kinds {
			all = append(all, fmt.Sprintf("%s %s", c.NPN, strings.TrimSuffix(strings.TrimPrefix(k, "agent."), ".v1")))
		}
	}
	return all
}

// sortedLines returns the lines of a text in order.
func sortedLines(text string) []string {
	return slices.Sorted(strings.Lines(text))
}
