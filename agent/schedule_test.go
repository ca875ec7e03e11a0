package agent_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
)

// An agent takes new offers where its footing is while its schedule is open: the
// two together are its standing, whenever before the schedule was taken.
func TestScheduleAndFootingMakeTheStanding(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	inLine, all := 0, 0
	for range 3_000 {
		a := randomAgent(t, rng)
		terms := agent.Terms{CMS: pick(rng, []string{"", "", "1", "2026"})}
		for range 6 {
			at := moment(rng)
			schedule := a.Schedule(at.Add(-time.Duration(rng.IntN(400)) * time.Hour))
			open, _ := schedule.Open(terms, at)
			footing, _ := a.Footing(at)
			whole, _ := a.Standing(terms, at)
			for _, state := range someStates {
				want := whole.OnDuty && whole.States.Has(state)
				if got := open && footing.OnDuty && footing.States.Has(state); got != want {
					t.Fatalf("at %s in %s: open %v and %+v, but the standing is %+v\n%+v", at, state, open, footing, whole, a)
				}
				if got := open && a.Stands(state, at); got != want {
					t.Fatalf("at %s: open %v, Stands(%s) = %v, but the standing is %+v\n%+v", at, open, state, !want, whole, a)
				}
				if all++; want {
					inLine++
				}
			}
			if footing.Point != whole.Point || !slices.Equal(footing.Languages, whole.Languages) {
				t.Fatalf("the footing is %+v, the standing %+v", footing, whole)
			}
		}
	}
	if inLine < all/20 {
		t.Errorf("%d of %d are in line: the sample shows too little", inLine, all)
	}
}

// Until the instant that comes with it, a footing may shrink but never gains.
func TestFootingGains(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 10))
	gained := 0
	for range 5_000 {
		a := randomAgent(t, rng)
		at := moment(rng)
		before, gains := a.Footing(at)
		if !gains.IsZero() && !gains.After(at) {
			t.Fatalf("Footing at %s gains at %s", at, gains)
		}
		end := at.Add(60 * day)
		if !gains.IsZero() && gains.Before(end) {
			end = gains
			if now, _ := a.Footing(gains); now.OnDuty && now.States&^before.States != 0 || now.OnDuty && !before.OnDuty {
				gained++
			}
		}
		for probe := at; probe.Before(end); probe = probe.Add(max(15*time.Minute, end.Sub(at)/200)) {
			if now, _ := a.Footing(probe); now.States&^before.States != 0 || now.OnDuty && !before.OnDuty {
				t.Fatalf("Footing at %s is %+v and gains at %s, but at %s it is %+v\n%+v", at, before, gains, probe, now, a)
			}
		}
	}
	if gained < 200 {
		t.Errorf("a footing gained %d times: the sample shows too little", gained)
	}
}

// Until the instant at which an agent is steady no longer, its footing is what it
// is, and who is eligible loses nothing.
func TestSteady(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 14))
	turned, eligible := 0, 0
	for range 4_000 {
		a := randomAgent(t, rng)
		at := moment(rng)
		before, _ := a.Footing(at)
		until := a.Steady(at)
		if !until.IsZero() && !until.After(at) {
			t.Fatalf("Steady(%s) = %s", at, until)
		}
		end := at.Add(60 * day)
		if !until.IsZero() && until.Before(end) {
			end = until
			if now, _ := a.Footing(until); !now.Equal(before) {
				turned++
			}
		}
		for probe := at; probe.Before(end); probe = probe.Add(max(15*time.Minute, end.Sub(at)/100)) {
			if now, _ := a.Footing(probe); !now.Equal(before) {
				t.Fatalf("Steady(%s) = %s; the footing is %+v, and at %s %+v\n%+v", at, until, before, probe, now, a)
			}
		}
		need := agent.Need{State: pick(rng, someStates), Languages: []spoken.Key{"es"}}
		if _, why := a.Loss(need, at, at.Add(1)); why == nil {
			eligible++
			if lost, why := a.Loss(need, at, end); why != nil {
				t.Fatalf("Steady(%s) = %s, but it loses eligibility at %s: %v\n%+v", at, until, lost, why, a)
			}
		}
	}
	if turned < 200 || eligible < 200 {
		t.Errorf("a footing turned %d times and %d were eligible: the sample shows too little", turned, eligible)
	}
}

// A schedule is open or closed until the instant it names.
func TestScheduleHoldsUntil(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	turned := 0
	for range 2_000 {
		s := randomAgent(t, rng).Schedule(noon.Add(-40 * day))
		at := moment(rng)
		open, until := s.Open(anyTerms, at)
		if !until.IsZero() && !until.After(at) {
			t.Fatalf("Open at %s holds until %s", at, until)
		}
		end := at.Add(60 * day)
		if !until.IsZero() && until.Before(end) {
			end = until
			if next, _ := s.Open(anyTerms, until); next != open {
				turned++
			}
		}
		for probe := at; probe.Before(end); probe = probe.Add(max(15*time.Minute, end.Sub(at)/200)) {
			if now, _ := s.Open(anyTerms, probe); now != open {
				t.Fatalf("Open at %s is %v until %s, but at %s %v\n%+v", at, open, until, probe, now, s)
			}
		}
	}
	if turned < 200 {
		t.Errorf("a schedule turned %d times: the sample shows too little", turned)
	}
}

// Agents whose schedules have the same key are open at the same times, and what
// differs in their past alone does not tell them apart.
func TestScheduleKey(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	same := map[string]agent.Schedule{}
	shared := 0
	for range 6_000 {
		a := randomAgent(t, rng)
		from := noon.Add(8 * day)
		s := a.Schedule(from)
		if got := string(a.AppendSchedule(nil, from)); got != s.Key() {
			t.Fatalf("AppendSchedule = %q, Key() = %q", got, s.Key())
		}
		other, ok := same[s.Key()]
		if !ok {
			same[s.Key()] = s
			continue
		}
		shared++
		for range 20 {
			at := from.Add(time.Duration(rng.IntN(24*40)) * time.Hour)
			got, _ := s.Open(anyTerms, at)
			if want, _ := other.Open(anyTerms, at); got != want {
				t.Fatalf("two schedules have the key %q; at %s one is open, %v, the other %v", s.Key(), at, got, want)
			}
		}
	}
	if shared < 500 {
		t.Errorf("%d of 6,000 share a schedule: the sample shows too little", shared)
	}

	a := fold(t, agent.Agent{}, ready...)
	b := fold(t, a, agent.CompleteTraining{PlanYear: 2020, From: noon.Add(-2000 * day), Until: noon.Add(-1600 * day)})
	if a.Schedule(noon).Key() != b.Schedule(noon).Key() {
		t.Error("training of 2020 makes another schedule in 2026")
	}
	if a.Schedule(noon.Add(-1900*day)).Key() == b.Schedule(noon.Add(-1900*day)).Key() {
		t.Error("training of 2020 makes no other schedule in 2020")
	}
	earlier := fold(t, agent.Agent{}, ready[0], agent.CompleteTraining{PlanYear: 2026, From: noon.Add(-20 * day), Until: noon.Add(100 * day)})
	later := fold(t, agent.Agent{}, ready[0], agent.CompleteTraining{PlanYear: 2026, From: noon.Add(-10 * day), Until: noon.Add(100 * day)})
	if earlier.Schedule(noon).Key() != later.Schedule(noon).Key() {
		t.Error("the day on which training was completed makes another schedule afterwards")
	}
}
