package agent_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
)

// B2: an agent has no reason against it exactly when its standing says that it
// is on duty, in the state, and speaks one of the languages.
func TestB2_VerdictAgreesWithStanding(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	inLine, all := 0, 0
	for range 4_000 {
		a := randomAgent(t, rng)
		terms := agent.Terms{CMS: pick(rng, []string{"", "", "", "1", "2026"})}
		for range 6 {
			need := agent.Need{State: pick(rng, someStates), Languages: []spoken.Key{pick(rng, []spoken.Key{"en", "es", "ht"}), "es"}[:min(2, rng.IntN(8))]}
			at := moment(rng)
			s, _ := a.Standing(terms, at)
			speaks := slices.ContainsFunc(need.Languages, func(k spoken.Key) bool { return slices.Contains(s.Languages, k) })
			want := s.OnDuty && s.States.Has(need.State) && speaks
			got := a.Verdict(need, terms, at)
			if (got == nil) != want {
				t.Fatalf("Verdict(%+v) at %s = %v, but Standing is %+v\n%+v", need, at, got, s, a)
			}
			all++
			if want {
				inLine++
			}
		}
	}
	if inLine < all/20 {
		t.Errorf("%d of %d are in line: the sample shows too little", inLine, all)
	}
}

// A standing holds until the instant it names, looked at hour by hour and just
// before that instant; a zero instant is for ever.
func TestStandingHoldsUntil(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	turned := 0
	for range 1_000 {
		a := randomAgent(t, rng)
		at := moment(rng).Add(time.Duration(rng.IntN(3)-1) * time.Duration(rng.IntN(int(time.Hour))))
		s, until := a.Standing(anyTerms, at)
		if !until.IsZero() && !until.After(at) {
			t.Fatalf("Standing at %s holds until %s", at, until)
		}
		end := at.Add(60 * day)
		if !until.IsZero() && until.Before(end) {
			end = until
			if next, _ := a.Standing(anyTerms, until); !next.Equal(s) {
				turned++
			}
			if last, _ := a.Standing(anyTerms, until.Add(-1)); !last.Equal(s) {
				t.Fatalf("Standing at %s is %+v until %s, but just before that %+v\n%+v", at, s, until, last, a)
			}
		}
		for probe := at.Add(time.Nanosecond); probe.Before(end); probe = probe.Add(max(15*time.Minute, end.Sub(at)/400)) {
			if now, _ := a.Standing(anyTerms, probe); !now.Equal(s) {
				t.Fatalf("Standing at %s is %+v until %s, but at %s %+v\n%+v", at, s, until, probe, now, a)
			}
		}
	}
	if turned < 200 {
		t.Errorf("a standing turned %d times: the sample shows too little", turned)
	}
}

// A shift that daylight saving skips still leaves a boundary, or an agent whose
// only shift it is would never be looked at again.
func TestStandingAfterASkippedShift(t *testing.T) {
	a := fold(t, agent.Agent{}, list(ready, agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{shift(time.Sunday, "02:15", "02:45")}})...)
	at := clock(t, "2026-03-03T12:00:00Z")
	for range 10 {
		s, until := a.Standing(anyTerms, at)
		if s.OnDuty {
			if want := clock(t, "2026-03-15T06:15:00Z"); !at.Equal(want) {
				t.Errorf("on duty first at %s, want %s", at, want)
			}
			return
		}
		if until.IsZero() {
			t.Fatalf("Standing at %s holds for ever, want until the shift of March 15", at)
		}
		at = until
	}
	t.Errorf("never on duty until %s, want on March 15", at)
}

func TestStandingEqual(t *testing.T) {
	a := fold(t, agent.Agent{}, ready...)
	s, _ := a.Standing(anyTerms, noon)
	for why, change := range map[string]func(*agent.Standing){
		"states":    func(s *agent.Standing) { s.States = s.States.With("TX") },
		"languages": func(s *agent.Standing) { s.Languages = slices.Concat(s.Languages, []spoken.Key{"ht"}) },
		"order":     func(s *agent.Standing) { s.Languages = []spoken.Key{"es", "en"} },
		"point":     func(s *agent.Standing) { s.Point = tampa },
		"duty":      func(s *agent.Standing) { s.OnDuty = false },
	} {
		other := s
		change(&other)
		if s.Equal(other) || !s.Equal(s) {
			t.Errorf("Equal of standings with other %s = %v, and of the same %v", why, s.Equal(other), s.Equal(s))
		}
	}
}
