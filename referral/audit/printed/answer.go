package printed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/referral/audit"
)

// keyFigures are the few numbers to see first.
func keyFigures(r audit.Report) []fact {
	f := r.All
	return []fact{
		{thousands(f.Requested), "referrals", fmt.Sprintf("%s offers each", each(f))},
		{partOf(f.Accepted, f.Requested), "accepted", thousands(f.Accepted) + " by an agent"},
		{spanAt(f.ToAccept, 0.5), "to accept", "half within that time"},
		{spanAt(f.ToAccept, 0.9), "to accept", "nine in ten"},
		{partOf(f.Exhausted, f.Requested), "given up", thousands(f.Exhausted) + " with nobody left"},
		{percent(r.Fairness.BusiestTenth), "of the offers", "went to the busiest tenth of the agents"},
	}
}

// enough is how many accepted referrals a group needs to be compared with others.
const enough = 10

// answers are what a manager asks, in sentences.
func answers(r audit.Report, byState, byLanguage []audit.Figures) (list []string) {
	f := r.All
	if f.Requested == 0 {
		return []string{"Nobody asked for help."}
	}
	first := fmt.Sprintf("Of %s, %s were accepted by an agent", count(f.Requested, "referral"), partOf(f.Accepted, f.Requested))
	if f.Accepted > 0 {
		first += fmt.Sprintf(": half of them within %s of the request, and nine in ten within %s", spanAt(f.ToAccept, 0.5), spanAt(f.ToAccept, 0.9))
	}
	list = append(list, first+".")
	var compared []string
	for _, by := range []struct {
		groups []audit.Figures
		name   func(audit.Figures) string
	}{
		{byState, func(f audit.Figures) string { return "in " + stateName(f.State) }},
		{byLanguage, func(f audit.Figures) string { return "for " + f.Language.English() }},
	} {
		groups := slices.DeleteFunc(slices.Clone(by.groups), func(f audit.Figures) bool { return f.ToAccept.Len() < enough })
		if len(groups) < 2 {
			continue
		}
		slices.SortStableFunc(groups, func(a, b audit.Figures) int {
			return int(a.ToAccept.Duration(0.5) - b.ToAccept.Duration(0.5))
		})
		best, worst := groups[0], groups[len(groups)-1]
		compared = append(compared, fmt.Sprintf("shortest %s (half within %s) and longest %s (%s)",
			by.name(best), spanAt(best.ToAccept, 0.5), by.name(worst), spanAt(worst.ToAccept, 0.5)))
	}
	if len(compared) > 0 {
		list = append(list, fmt.Sprintf("The wait was %s; groups with fewer than %d accepted referrals are not compared.", strings.Join(compared, ", and "), enough))
	}
	if r.Fairness.Agents > 0 && f.Offers > 0 {
		list = append(list, fmt.Sprintf("The work was shared so that the busiest tenth of the %s had %s of the offers, where 10 %% would be even.",
			count(r.Fairness.Agents, "agent"), percent(r.Fairness.BusiestTenth)))
	}
	if n := len(r.Unserved); n > 0 {
		u := r.Unserved[0]
		text := fmt.Sprintf("Nobody in %s serves %s, which consumers asked for", stateName(u.State), u.Language.English())
		if n > 1 {
			text += fmt.Sprintf("; in all there are %s such pairs of a state and a language", thousands(n))
		}
		list = append(list, text+".")
	}
	return list
}
