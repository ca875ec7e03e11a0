package referral

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Place is an agent's place in a referral's line.
type Place struct {
	Agent     agent.NPN
	Chord     geo.Chord  // the distance; geo.Unreachable without a position (R15)
	LastOffer uint64     // log position of the agent's last offer, 0 for never
	Language  spoken.Key // the first of the consumer's that the agent speaks (R13)
}

// Compare orders places: the nearer first (S15), then the one whose last offer
// is longest ago, then the lower NPN (R12).
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Chord, q.Chord), cmp.Compare(p.LastOffer, q.LastOffer), cmp.Compare(p.Agent, q.Agent))
}

// PlaceOf returns the place the agent would have in the line.
func PlaceOf(r Referral, a agent.Agent, l Load) Place {
	language, _ := a.Speaks(r.Need().Languages)
	return Place{a.NPN, geo.ChordBetween(r.Position(), a.Profile.Position()), l.LastOffer, language}
}

// Line returns who of the given agents is in the referral's line at an instant,
// in order, by judging every one of them (R2). Its cost grows with the agents;
// an engine answers the same from its index.
func Line(r Referral, agents iter.Seq2[agent.Agent, Load], p Policy, at time.Time) []Place {
	var line []Place
	for a, l := range agents {
		if Verdict(r, a, l, p, at) == nil {
			line = append(line, PlaceOf(r, a, l))
		}
	}
	slices.SortFunc(line, Place.Compare)
	return line
}
