package referraltest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// The library's own tests of its rules. Each is named after its rule and each
// case is a sentence of it; the files are the parts of the rulebook.

// noon is noon on a Monday in New York.
var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

const (
	ana agent.NPN = 1001 + iota
	ben
	cho
)

// tampa is a request from the center of Tampa by somebody who speaks Spanish,
// and atlanta one from Atlanta.
var (
	tampa   = referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"es"}}
	atlanta = referral.Request{Subject: "case-2", State: "GA", ZIP: "30303", Languages: []string{"es"}}
)

// rule is one case of a rule, in one sentence, told at a fresh desk at noon.
type rule struct {
	says string
	so   func(t *testing.T, d *referraltest.Desk)
}

func hold(t *testing.T, rules ...rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.says, func(t *testing.T) { r.so(t, referraltest.New(t, noon)) })
	}
}

// speaking returns a request with other languages.
func speaking(r referral.Request, tags ...string) referral.Request {
	r.Languages = tags
	return r
}

// policy returns the default policy with something changed.
func policy(change func(*referral.Policy)) referral.Policy {
	p := referral.DefaultPolicy()
	change(&p)
	return p
}

// known returns an agent as it stands.
func known(t *testing.T, d *referraltest.Desk, n agent.NPN) agent.Agent {
	t.Helper()
	a, err := d.Engine().Agent(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shows holds the directory of a state to these agents.
func shows(t *testing.T, d *referraltest.Desk, in geo.State, want ...agent.NPN) {
	t.Helper()
	var got []agent.NPN
	for _, c := range d.Engine().Directory(in) {
		got = append(got, c.NPN)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the directory of %s shows %v, want %v", in, got, want)
	}
}

// because holds the verdict on an agent, in a referral, to these reasons.
func because(t *testing.T, d *referraltest.Desk, id uuid.UUID, n agent.NPN, want ...string) {
	t.Helper()
	reasons, err := d.Engine().Verdict(id, n)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range reasons {
		got = append(got, r.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the verdict on agent %s is %q, want %q", n, got, want)
	}
}

// choices returns the states of an agent's preference list with their ticks, and
// of each state that the list lacks the first reason.
func choices(t *testing.T, d *referraltest.Desk, n agent.NPN) (ticked, unticked []geo.State, missing map[geo.State]agent.Code) {
	t.Helper()
	missing = map[geo.State]agent.Code{}
	for _, c := range known(t, d, n).StateChoices(d.Now()) {
		switch {
		case c.Missing != nil:
			missing[c.State] = c.Missing[0].Code
		case c.Ticked:
			ticked = append(ticked, c.State)
		default:
			unticked = append(unticked, c.State)
		}
	}
	return ticked, unticked, missing
}
