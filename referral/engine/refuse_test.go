package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestRefusedInputs: a refused input leaves the log as it is, cites a rule, and
// says what is wrong and what to do, without personal data (R29).
func TestRefusedInputs(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	d.tell(2, agent.Register{Name: "Luz Mar"})
	r := d.ask(tampa)
	ask := func(change func(*referral.Request)) func() error {
		return func() error {
			c := newCase(tampa)
			change(&c)
			_, err := d.Request(t.Context(), c)
			return err
		}
	}
	tell := func(n agent.NPN, commands ...agent.Command) func() error {
		return func() error { _, err := d.Agent(t.Context(), n, commands...); return err }
	}
	answer := func(verb func() (referral.Referral, error)) func() error {
		return func() error { _, err := verb(); return err }
	}
	profile := func(change func(*agent.UpdateProfile)) agent.UpdateProfile {
		c := agent.UpdateProfile{Name: "Ana Sol", Email: "ana@example.com", State: "FL", ZIP: tampa}
		change(&c)
		return c
	}
	badLicense := license("FL")
	badLicense.Expires = badLicense.Effective
	ctx := t.Context()
	tests := []struct {
		sentence string
		do       func() error
		rule     string
		is       error
		words    []string
	}{
		{"NPN 0", tell(0, agent.Register{Name: "Ana Sol"}), "R22", nil, []string{"one to ten digits"}},
		{"an NPN of eleven digits", tell(10_000_000_000, agent.Register{Name: "Ana Sol"}), "R22", nil, []string{"10000000000", "one to ten digits"}},
		{"two NPNs at once", tell(3, agent.Register{NPN: 4, Name: "Ana Sol"}), "R22", nil, []string{"4", "3"}},
		{"a registration without a name", tell(3, agent.Register{}), "R22", nil, []string{"name"}},
		{"an unknown agent", tell(3, agent.SetOverride{Override: agent.OverrideOff}), "R22", agent.ErrUnknown, []string{"register"}},
		{"no command about an unknown agent", tell(3), "R22", agent.ErrUnknown, []string{"3"}},
		{"a review without terms", tell(2, agent.ReviewProfile{}), "S13", nil, []string{"cms", "help_on_demand", "accept"}},
		{"a review without a profile", tell(2,
			agent.AcceptTerms{Document: agent.CMS, Version: "1"}, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"}, agent.ReviewProfile{},
		), "S13", nil, []string{"profile"}},
		{"a good command with a bad one", tell(2, agent.ChooseDisplay{Choice: 1}, agent.ChooseDisplay{Choice: 5}), "R26", nil, []string{"5", "1, 2, 3, 4"}},
		{"display choice 0", tell(1, agent.ChooseDisplay{}), "R26", nil, []string{"0", "1, 2, 3, 4"}},
		{"preferences while dormant", tell(2, agent.UntickStates{States: []geo.State{"FL"}}), "R4", nil, []string{"choose"}},
		{"a profile in no state", tell(1, profile(func(c *agent.UpdateProfile) { c.State = "ZZ" })), "S13", nil, []string{`"ZZ"`}},
		{"a profile whose ZIP lies elsewhere", tell(1, profile(func(c *agent.UpdateProfile) { c.State = "GA" })), "R16", nil, []string{"33602", "FL", "GA"}},
		{"a profile with half a ZIP", tell(1, profile(func(c *agent.UpdateProfile) { c.ZIP = "336" })), "S13", nil, []string{`"336"`}},
		{"a license that ends as it begins", tell(1, badLicense), "R21", nil, []string{"ends before it begins"}},
		{"a language that is a label", tell(1, agent.SetLanguages{Languages: []string{"español"}}), "R27", nil, nil},
		{"hours in no zone", tell(1, agent.SetHours{Zone: "Florida"}), "B1", nil, []string{"America/New_York"}},

		{"no subject", ask(func(c *referral.Request) { c.Subject = "" }), "R29", nil, []string{"opaque key"}},
		{"a subject with a line break", ask(func(c *referral.Request) { c.Subject = "Eva\nRey" }), "R29", nil, []string{"opaque key"}},
		{"no state", ask(func(c *referral.Request) { c.State = "" }), "S14", nil, nil},
		{"a state that is none", ask(func(c *referral.Request) { c.State = "Flordia" }), "S14", nil, []string{`"Flordia"`}},
		{"a ZIP that is none", ask(func(c *referral.Request) { c.ZIP = "3360" }), "R16", nil, []string{`"3360"`}},
		{"a ZIP outside its state", ask(func(c *referral.Request) { c.ZIP = "30303" }), "R16", nil, []string{"30303", "GA", "FL"}},
		{"an unknown ZIP without a point", ask(func(c *referral.Request) { c.ZIP = "33999" }), "R15", nil, []string{"33999", "point"}},
		{"no place", ask(func(c *referral.Request) { c.ZIP = "" }), "R15", nil, []string{"ZIP", "point"}},
		{"no language", ask(func(c *referral.Request) { c.Languages = nil }), "R14", nil, []string{"such as es"}},
		{"a tag that is none", ask(func(c *referral.Request) { c.Languages = []string{"es", "x!"} }), "R27", nil, nil},
		{"a tag of a family", ask(func(c *referral.Request) { c.Languages = []string{"qu"} }), "R27", nil, []string{"quz"}},
		{"another request's ID", ask(func(c *referral.Request) { c.ID = r.ID }), "R23", referral.ErrExists, []string{"new ID"}},

		{"an unknown referral", answer(func() (referral.Referral, error) { return d.Accept(ctx, uuid.UUID{1}, 1) }), "S1", referral.ErrNotFound, []string{"ID"}},
		{"an acceptance by one who was not asked", answer(func() (referral.Referral, error) { return d.Accept(ctx, r.ID, 2) }), "R23", referral.ErrNotOffered, []string{"agent 2"}},
		{"an acceptance by one who is unknown", answer(func() (referral.Referral, error) { return d.Accept(ctx, r.ID, 77) }), "R23", agent.ErrUnknown, []string{"77", "register"}},
		{"an acceptance by nobody", answer(func() (referral.Referral, error) { return d.Accept(ctx, r.ID, 0) }), "R23", referral.ErrNotOffered, nil},
		{"a decline with an essay", answer(func() (referral.Referral, error) { return d.Decline(ctx, r.ID, 1, strings.Repeat("no ", 100)) }), "R29", nil, []string{"200 bytes"}},
		{"contact before acceptance", answer(func() (referral.Referral, error) { return d.Contact(ctx, r.ID, 1) }), "B5", referral.ErrNotOffered, []string{"accepted"}},
		{"an outcome before acceptance", answer(func() (referral.Referral, error) { return d.RecordOutcome(ctx, r.ID, 1, referral.Enrolled) }), "B5", referral.ErrNotOffered, nil},
		{"withdrawal of nothing", answer(func() (referral.Referral, error) { return d.Withdraw(ctx, uuid.UUID{1}) }), "S1", referral.ErrNotFound, nil},
	}
	before, digest := d.Head(), ""
	_, digest = d.Digest()
	for _, test := range tests {
		t.Run(test.sentence, func(t *testing.T) {
			err := test.do()
			refused(t, err, test.rule, test.is, test.words...)
			if err != nil && (contains(err.Error(), "Eva") || contains(err.Error(), "Ana") || contains(err.Error(), "example.com")) {
				t.Errorf("%q holds personal data", err)
			}
			if head := d.Head(); head != before {
				t.Errorf("the log moved from %d to %d: %q", before.Position, head.Position, d.lines(before.Position))
			}
			if _, after := d.Digest(); after != digest {
				t.Error("the state changed")
			}
		})
	}
	if n := len(records(t, d.log, before.Position)); n != 0 {
		t.Errorf("%d records were added", n)
	}
}

// TestRefusedPolicy: an engine does not open with a policy that no rule allows.
func TestRefusedPolicy(t *testing.T) {
	tests := []struct {
		rule   string
		change func(*referral.Policy)
	}{
		{"S17", func(p *referral.Policy) { p.Window = 0 }},
		{"R10", func(p *referral.Policy) { p.GiveUp = -1 }},
		{"R33", func(p *referral.Policy) { p.Radius = -1 }},
		{"R17", func(p *referral.Policy) { p.MaxOpenOffers = -1 }},
	}
	for _, test := range tests {
		d := open(t, nil, nil)
		_, err := engine.Open(t.Context(), d.log, &engine.Options{Policy: policy(test.change), Now: d.clock.Now})
		refused(t, err, test.rule, nil)
		if n := len(records(t, d.log, 1)); n != 0 {
			t.Errorf("%d records were added", n)
		}
	}
}

// TestReadingTheUnknown: what is asked about nobody is answered as such.
func TestReadingTheUnknown(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	if _, err := d.Referral(uuid.UUID{1}); !errors.Is(err, referral.ErrNotFound) {
		t.Errorf("Referral = %v, want ErrNotFound", err)
	}
	if _, err := d.Verdict(uuid.UUID{1}, 1); !errors.Is(err, referral.ErrNotFound) {
		t.Errorf("Verdict = %v, want ErrNotFound", err)
	}
	if _, err := d.Verdict(r.ID, 5); !errors.Is(err, agent.ErrUnknown) {
		t.Errorf("Verdict = %v, want ErrUnknown", err)
	}
	if cards := d.Directory("ZZ"); len(cards) != 0 {
		t.Errorf("Directory of no state = %v", cards)
	}
}

// TestPointWithoutZIP: a point alone is a place, and so is a point with a ZIP
// that no table has (R15).
func TestPointWithoutZIP(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	for _, zip := range []geo.ZIP{"", "33999"} {
		r := d.request(referral.Request{Subject: "case-1", State: "FL", ZIP: zip, Point: point(t, 27.95, -82.46), Languages: []string{"es"}})
		d.offered(r, 1)
	}
	if _, err := geo.MakePoint(91, 0); err == nil {
		t.Error("MakePoint(91, 0) = nil, want an error")
	}
}
