package audit

import (
	"testing"

	"github.com/relevo-go/relevo/referral"
)

// A story is told rather than another if people can follow it, then if it goes on in
// more ways, then if it has more steps.
func TestMoreTelling(t *testing.T) {
	ended := func(endings ...referral.Ending) (s Story) {
		for _, e := range endings {
			s.Referral.Past = append(s.Referral.Past, referral.PastOffer{Ending: e})
		}
		return s
	}
	long := ended(make([]referral.Ending, tellable+1)...)
	long.Referral.Past[0].Ending, long.Referral.Past[1].Ending = referral.EndedDeclined, referral.EndedExpired
	longer := ended(make([]referral.Ending, tellable+2)...)
	waited := ended(referral.EndedDeclined)
	waited.Waits = []Wait{{}}
	order := []Story{ // each more telling than the one before
		longer, long, ended(), ended(referral.EndedDeclined), ended(referral.EndedDeclined, referral.EndedDeclined),
		waited, ended(referral.EndedDeclined, referral.EndedExpired, referral.EndedDeclined), ended(referral.EndedDeclined, referral.EndedExpired, referral.EndedRescinded),
	}
	for i, s := range order {
		for j, than := range order {
			if got := s.moreTelling(than); got != (i > j) {
				t.Errorf("story %d is more telling than %d: %v", i, j, got)
			}
		}
	}
}
