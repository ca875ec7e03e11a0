package main

import (
	"cmp"
	"slices"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral/engine"
)

// facts is what may be told of an agent. What is left out stays as it is, and a fact
// that is known adds nothing (R23). What is told and empty is for the rules to judge.
type facts struct {
	Name                   *string           // joins Help On Demand (R22)
	Training, Registration *agent.Completion // with the Marketplace, for a plan year
	Accepted               []agent.Acceptance
	Profile                *agent.Profile
	Languages              []string
	Licenses               []agent.License
	Display                *agent.Display
	Unticked               *geo.States
	Channels               []agent.Channel
	Hours                  *agent.Hours
	Override               *agent.Override
	Reviewed               bool
}

// commands returns the facts as the desk takes them, in the order the rules want.
func (f facts) commands() (all []agent.Command) {
	if f.Name != nil {
		all = append(all, agent.Register{Name: *f.Name})
	}
	if c := f.Training; c != nil {
		all = append(all, agent.CompleteTraining{PlanYear: c.PlanYear, From: c.From, Until: c.Until})
	}
	if c := f.Registration; c != nil {
		all = append(all, agent.CompleteRegistration{PlanYear: c.PlanYear, From: c.From, Until: c.Until})
	}
	for _, a := range f.Accepted {
		all = append(all, agent.AcceptTerms{Document: a.Document, Version: a.Version})
	}
	if p := f.Profile; p != nil {
		all = append(all, agent.UpdateProfile{
			Name: p.Name, Email: p.Email, Phone: p.Phone, Street: p.Street, City: p.City, State: p.State, ZIP: p.ZIP, Point: p.Point,
		})
	}
	if f.Languages != nil {
		all = append(all, agent.SetLanguages{Languages: f.Languages})
	}
	for _, l := range f.Licenses {
		all = append(all, agent.RecordLicense{
			State: l.State, Number: l.Number, Residency: l.Residency, Status: l.Status, Effective: l.Effective, Expires: l.Expires, Lines: l.Lines,
		})
	}
	if f.Display != nil {
		all = append(all, agent.ChooseDisplay{Choice: *f.Display})
	}
	if f.Unticked != nil {
		all = append(all, agent.UntickStates{States: slices.Collect(f.Unticked.All())})
	}
	if f.Channels != nil {
		all = append(all, agent.SetChannels{Channels: f.Channels})
	}
	if h := f.Hours; h != nil {
		all = append(all, agent.SetHours{Zone: h.Zone, Weekly: h.Weekly})
	}
	if f.Override != nil {
		all = append(all, agent.SetOverride{Override: *f.Override})
	}
	if f.Reviewed {
		all = append(all, agent.ReviewProfile{})
	}
	return all
}

// record is PUT /agents/{npn}: all the facts are recorded or, if one is refused, none.
func record(desk *engine.Engine, in *input) (any, error) {
	var told facts
	in.read(&told)
	n := in.npn("npn", in.PathValue("npn"))
	if in.err != nil {
		return nil, in.err
	}
	return desk.Agent(in.Context(), n, told.commands()...)
}

// whois is GET /agents/{npn}: all that is known of an agent, as the newest record
// leaves it.
func whois(desk *engine.Engine, in *input) (any, error) {
	n := in.npn("npn", in.PathValue("npn"))
	if in.err != nil {
		return nil, in.err
	}
	return desk.Agent(in.Context(), n)
}

// card is what a person may see of an agent (R28, R32).
type card struct {
	NPN        agent.NPN `json:"npn"`
	Name       string    `json:"name"`
	Email      string    `json:"email,omitempty"`
	Phone      string    `json:"phone,omitempty"`
	Street     string    `json:"street,omitempty"`
	City       string    `json:"city,omitempty"`
	State      geo.State `json:"state"`
	ZIP        geo.ZIP   `json:"zip"`
	Languages  []string  `json:"languages"`
	Kilometers *int      `json:"kilometers,omitempty"` // from the ZIP that was asked about
}

// directory is GET /directory?state=FL&zip=33602: who may be shown in a state, the
// nearest to the ZIP first.
func directory(desk *engine.Engine, in *input) (any, error) {
	query := in.URL.Query()
	state, err := geo.ParseState(query.Get("state"))
	if err != nil {
		return nil, &inputError{"state", "is no US jurisdiction: give a postal code such as FL"}
	}
	var from geo.Point
	if text := query.Get("zip"); text != "" {
		zip, err := geo.ParseZIP(text)
		if err != nil {
			return nil, &inputError{"zip", "is no ZIP Code: give five digits"}
		}
		place, _ := zcta.Lookup(zip)
		from = place.Point
	}
	cards := []card{}
	for _, c := range desk.Directory(state) {
		shown := card{c.NPN, c.Name, c.Email, c.Phone, c.Street, c.City, c.State, c.ZIP, c.Languages, nil}
		if km, ok := c.Kilometers(from); ok {
			shown.Kilometers = &km
		}
		cards = append(cards, shown)
	}
	slices.SortStableFunc(cards, func(a, b card) int {
		if a.Kilometers == nil || b.Kilometers == nil {
			return 0
		}
		return cmp.Compare(*a.Kilometers, *b.Kilometers)
	})
	return cards, nil
}
