package audit

import "slices"

// Fairness is how offers and acceptances are shared among the agents.
type Fairness struct {
	Agents    int // who joined
	Asked     int // who were offered anything
	Accepting int // who accepted anything
	// Gini is 0 if every agent who joined had as many offers as every other, and near 1
	// if one had them all; GiniAsked is the same among those who were asked.
	Gini, GiniAsked float64
	// BusiestTenth is which part of the offers went to that tenth of the agents who
	// joined, rounded up, which had most, from 0 to 1.
	BusiestTenth float64
	Offers       Spread // to each agent who joined
}

// Lorenz returns which part of the offers went to that part of the agents who joined,
// from 0 to 1, which had least: as much, if all had the same. Between two agents it
// goes in a straight line. It takes a moment for each agent.
func (f Fairness) Lorenz(part float64) float64 {
	counts := f.Offers.sorted
	at := min(max(part, 0), 1) * float64(len(counts))
	least, all := 0.0, 0.0
	for i, n := range counts {
		all += float64(n)
		least += float64(n) * min(max(at-float64(i), 0), 1)
	}
	if all == 0 {
		return part
	}
	return least / all
}

func (m *measuring) fairness() Fairness {
	f := Fairness{Agents: m.past.Counts().Agents, Asked: len(m.offers), Accepting: len(m.accepting)}
	counts := make([]int64, 0, max(f.Agents, f.Asked))
	for _, n := range m.offers {
		counts = append(counts, int64(n))
	}
	f.GiniAsked = gini(counts)
	for len(counts) < f.Agents {
		counts = append(counts, 0)
	}
	f.Gini = gini(counts) // sorts them
	f.Offers = Spread{counts}
	busiest, all := int64(0), int64(0)
	for i, n := range counts {
		if all += n; i >= len(counts)-(len(counts)+9)/10 {
			busiest += n
		}
	}
	f.BusiestTenth = share(int(busiest), int(all))
	return f
}

// gini returns the Gini coefficient of numbers that are not negative, and sorts them;
// 0 if they are all 0, or none.
func gini(counts []int64) float64 {
	slices.Sort(counts)
	sum, weighted := int64(0), int64(0)
	for i, n := range counts {
		sum += n
		weighted += int64(2*(i+1)-len(counts)-1) * n
	}
	if sum == 0 {
		return 0
	}
	return float64(weighted) / (float64(len(counts)) * float64(sum))
}
