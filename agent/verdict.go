package agent

import (
	"cmp"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Need is what a referral asks of an agent: a state where the consumer resides
// and the consumer's languages, the preferred one first (S14, R13).
type Need struct {
	State     geo.State
	Languages []spoken.Key
}

// Verdict returns every reason why the agent may not be offered what n asks for
// at an instant under the required terms, in the order of the codes, or nil if
// it may (B2). Reasons that [Reason.Rescinds] also end an offer that is open.
func (a Agent) Verdict(n Need, p Terms, at time.Time) []Reason {
	why := a.absent(p)
	add := func(c Code, s geo.State, out bool) {
		if out {
			why = append(why, Reason{c, s})
		}
	}
	add(NoTraining, "", !covered(a.Training, at))
	add(NoRegistration, "", !covered(a.Registration, at))
	add(DisplayUnset, "", a.Display == 0)
	add(DisplayIsNone, "", a.Display == DisplayNone)
	add(NotHome, n.State, a.Display == DisplayHome && n.State != a.Profile.State)
	add(NoHomeLicense, a.Profile.State, a.Display == DisplayHome && !a.licensed(at).Has(a.Profile.State))
	add(IsTerminated, n.State, terminated(a.Terminations).Has(n.State))
	for _, c := range a.licenseFlaws(n.State, at) {
		add(c, n.State, true)
	}
	add(Unticked, n.State, a.unticked().Has(n.State))
	add(NoLanguages, "", len(a.Languages) == 0)
	_, speaks := a.Speaks(n.Languages)
	add(OtherLanguages, "", len(a.Languages) > 0 && !speaks)
	add(OffDuty, "", !a.onDuty(at))
	slices.SortFunc(why, func(r, s Reason) int { return cmp.Compare(r.Code, s.Code) })
	return why
}

// Rescinding returns the reasons of a verdict that end an open offer (R7), or nil.
func Rescinding(verdict []Reason) (why []Reason) {
	for _, r := range verdict {
		if r.Rescinds() {
			why = append(why, r)
		}
	}
	return why
}

// Speaks returns the first of the wanted languages that the agent speaks (R13).
func (a Agent) Speaks(want []spoken.Key) (spoken.Key, bool) {
	for _, k := range want {
		if slices.ContainsFunc(a.Languages, func(l spoken.Language) bool { return l.Key == k }) {
			return k, true
		}
	}
	return "", false
}

// licenseFlaws returns why no license is valid in the state, each flaw once, or
// nil if one is (R21).
func (a Agent) licenseFlaws(s geo.State, at time.Time) (flaws []Code) {
	held := false
	for _, l := range a.Licenses {
		if l.State != s {
			continue
		}
		held = true
		flaw := l.flaw(at)
		if flaw == 0 {
			return nil
		}
		if !slices.Contains(flaws, flaw) {
			flaws = append(flaws, flaw)
		}
	}
	if !held {
		return []Code{NoLicense}
	}
	slices.Sort(flaws)
	return flaws
}
