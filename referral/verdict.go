package referral

import (
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// Load is what an agent's offers, in all referrals, do to its place in line:
// how many are open, and the log position of the newest one, 0 for never.
type Load struct {
	Open      int    `json:"open"`
	LastOffer uint64 `json:"last_offer"`
}

// Verdict returns every reason why the agent is not in the referral's line at
// an instant, in the order of the codes, or nil if it is (B2): those of
// [agent.Agent.Verdict], and asked before (R11), the radius (R33), and the
// limit of open offers (R17).
func Verdict(r Referral, a agent.Agent, l Load, p Policy, at time.Time) []agent.Reason {
	why := a.Verdict(r.Need(), p.Terms, at)
	if r.Asked(a.NPN) {
		why = append(why, agent.Reason{Code: agent.AlreadyAsked})
	}
	if p.Radius > 0 {
		switch chord := geo.ChordBetween(r.Position(), a.Profile.Position()); {
		case chord == geo.Unreachable:
			why = append(why, agent.Reason{Code: agent.NoPosition})
		case chord > geo.ChordWithin(p.Radius):
			why = append(why, agent.Reason{Code: agent.BeyondRadius})
		}
	}
	if p.MaxOpenOffers > 0 && l.Open >= p.MaxOpenOffers {
		why = append(why, agent.Reason{Code: agent.AtLimit})
	}
	return why
}
