package agent_test

import (
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// R29: no refusal repeats what identifies a person. Each command below is
// refused, at its every field in turn.
func TestR29_RefusalsHoldNoPersonalData(t *testing.T) {
	const name, email, phone, street, city = "Marker Name", "marker@mail", "555-MARKER", "1 Marker Street", "Markerville"
	whole := agent.UpdateProfile{Name: name, Email: email, Phone: phone, Street: street, City: city, State: "FL", ZIP: "33602"}
	spoil := func(change func(*agent.UpdateProfile)) agent.UpdateProfile { p := whole; change(&p); return p }
	fresh := fold(t, agent.Agent{}, joined[0])
	full := fold(t, agent.Agent{}, agent.Register{NPN: 17, Name: name}, whole, license("FL"))
	long := strings.Repeat("marker ", 40)
	tests := []struct {
		a agent.Agent
		c agent.Command
	}{
		{agent.Agent{}, whole},
		{agent.Agent{}, agent.Register{NPN: 17, Name: name + "\x00"}},
		{agent.Agent{}, agent.Register{NPN: 0, Name: name}},
		{full, agent.Register{NPN: 17, Name: "Other Marker"}},
		{full, agent.Register{NPN: 18, Name: name}},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Name += "\n" + name })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Name = long })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Name = "" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Email = "marker" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Email += "\x7fmarker" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Phone += "\xffmarker" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.Street += "\tmarker" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.City = long })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.State = "Ontario" })},
		{fresh, spoil(func(p *agent.UpdateProfile) { p.ZIP = "1" })},
		{full, agent.ReviewProfile{}},
		{full, agent.UntickStates{States: []geo.State{"FL"}}},
		{full, agent.ChooseDisplay{Choice: 9}},
		{full, agent.SetLanguages{Languages: []string{"no such language"}}},
		{full, changed(func(c *agent.RecordLicense) { c.Lines[0].Name = "" })},
		{full, agent.AcceptTerms{Document: "marker"}},
		{full, agent.SetChannels{Channels: []agent.Channel{"555-MARKER"}}},
	}
	for _, test := range tests {
		_, err := agent.Decide(test.a, test.c)
		if err == nil {
			t.Errorf("Decide(%+v) is not refused", test.c)
			continue
		}
		if s := err.Error(); strings.Contains(strings.ToLower(s), "marker") || len(s) > 300 {
			t.Errorf("Decide(%T) = %q, which repeats what it was given", test.c, s)
		}
	}
}
