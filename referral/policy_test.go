package referral_test

import (
	"errors"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// The default policy is the source's (S17, R10, R17, R33).
func TestDefaultPolicy(t *testing.T) {
	want := referral.Policy{Window: 15 * time.Minute, GiveUp: 24 * time.Hour}
	if got := referral.DefaultPolicy(); got != want || got.Check() != nil {
		t.Errorf("DefaultPolicy() = %+v, want %+v", got, want)
	}
}

func TestPolicyCheck(t *testing.T) {
	for _, test := range []struct {
		rule   string
		change func(*referral.Policy)
	}{
		{"S17", func(p *referral.Policy) { p.Window = 0 }},
		{"S17", func(p *referral.Policy) { p.Window = -1 }},
		{"R10", func(p *referral.Policy) { p.GiveUp = -1 }},
		{"R33", func(p *referral.Policy) { p.Radius = -1 }},
		{"R17", func(p *referral.Policy) { p.MaxOpenOffers = -1 }},
		{"R19", func(p *referral.Policy) { p.Terms = agent.Terms{CMS: "2026 "} }},
		{"", func(p *referral.Policy) { p.Window = 1 }},
		{"", func(p *referral.Policy) { p.GiveUp = 0 }},
		{"", func(p *referral.Policy) {
			p.Radius, p.MaxOpenOffers, p.Terms = 1, 1, agent.Terms{CMS: "2026", HelpOnDemand: "7"}
		}},
	} {
		p := referral.DefaultPolicy()
		test.change(&p)
		err := p.Check()
		if refused, ok := errors.AsType[*referral.Rejection](err); ok != (test.rule != "") || ok && refused.Rule != test.rule {
			t.Errorf("Check of %+v = %v, want rule %q", p, err, test.rule)
		}
	}
}
