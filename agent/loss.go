package agent

import "time"

// Loss returns the first instant from one on and before another at which the
// clock alone leaves the agent without the eligibility that n asks for, and every
// reason of [Agent.Verdict] then that ends an open offer (R7, R8), or no reasons if
// it stays eligible. Unticked states, duty and terms do not count.
func (a Agent) Loss(n Need, from, until time.Time) (at time.Time, why []Reason) {
	_, speaks := a.Speaks(n.Languages)
	for at = from; at.Before(until); {
		if !speaks || !a.displayed(at).Has(n.State) {
			if why := Rescinding(a.Verdict(n, Terms{}, at)); why != nil {
				return at, why
			}
		}
		if at = a.nextCover(at); at.IsZero() {
			break
		}
	}
	return time.Time{}, nil
}

// nextCover returns the first instant after at, at which the clock alone may
// change what licenses, training and registration let the agent do, or zero if
// none does.
func (a Agent) nextCover(at time.Time) time.Time {
	n := next{after: at}
	a.covers(n.offer)
	return n.at
}

// covers offers every instant at which a license, training or registration may
// turn.
func (a Agent) covers(offer func(time.Time)) {
	for _, l := range a.Licenses {
		l.boundaries(offer)
	}
	for _, y := range a.Training {
		offer(y.From)
		offer(y.Until)
	}
	for _, y := range a.Registration {
		offer(y.From)
		offer(y.Until)
	}
}
