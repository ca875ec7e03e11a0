package engine

import (
	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
)

// resolveRequest adds to a request where its ZIP lies (R31).
func resolveRequest(c referral.Request) (referral.Request, error) {
	point, err := resolve(c.State, c.ZIP)
	c.Resolved = point
	return c, err
}

// resolveAgent completes an agent's command: the NPN of a registration, and
// where a profile's ZIP lies (R31).
func resolveAgent(n agent.NPN, c agent.Command) (agent.Command, error) {
	switch c := c.(type) {
	case agent.Register:
		if c.NPN == 0 {
			c.NPN = n
		}
		if c.NPN != n {
			return c, agent.Reject("R22", "the registration is of NPN %d, not of %d: give the same NPN twice, or leave it out of the registration", c.NPN, n)
		}
		return c, nil
	case agent.UpdateProfile:
		point, err := resolve(c.State, c.ZIP)
		c.Resolved = point
		return c, err
	}
	return c, nil
}

// resolve returns the centroid of a ZIP, unknown if the table lacks it, or a
// rejection that names both if the ZIP does not lie in the state (R16). What
// cannot be read is left to the rules to refuse.
func resolve(state geo.State, zip geo.ZIP) (geo.Point, error) {
	z, err := geo.ParseZIP(string(zip))
	if err != nil {
		return geo.Point{}, nil
	}
	place, known := zcta.Lookup(z)
	if !known {
		return geo.Point{}, nil
	}
	s, err := geo.ParseState(string(state))
	if err == nil && !place.States.Has(s) {
		return geo.Point{}, agent.Reject("R16", "ZIP %s lies in %s, not in %s: give the ZIP and the state of the same residence", z, place.States, s)
	}
	return place.Point, nil
}
