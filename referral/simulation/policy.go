package simulation

import (
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// firstPolicy is in force at the beginning: the source's.
func firstPolicy() referral.Policy { return referral.DefaultPolicy() }

// secondPolicy limits open offers and asks for a new version of CMS's terms
// (R19), which agents accept some before it is in force and some after.
func (w *world) secondPolicy() referral.Policy {
	p := firstPolicy()
	p.MaxOpenOffers = 3
	p.Terms = agent.Terms{CMS: w.secondTerms()}
	return p
}

// newPolicyAt is when the second policy comes into force: in the middle, at three
// in the morning in New York if the simulation begins when it does by default.
func (w *world) newPolicyAt() time.Time {
	return w.options.Begin.Add(time.Duration(w.options.Days)*12*time.Hour + 7*time.Hour)
}

// newTermsAt is from when on the second version can be accepted.
func (w *world) newTermsAt() time.Time {
	at := w.newPolicyAt().Add(-36 * time.Hour)
	if opening := w.options.Begin.Add(opening); at.Before(opening) {
		return opening
	}
	return at
}

// The versions of the terms are months.
func (w *world) firstTerms() string  { return w.options.Begin.AddDate(0, 0, -110).Format("2006-01") }
func (w *world) secondTerms() string { return w.options.Begin.Format("2006-01") }
