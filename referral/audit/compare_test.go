package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/simulation"
)

// points are compared by their coordinates.
var points = cmp.Comparer(func(p, q geo.Point) bool { return p == q })

// stateAt folds records up to a position.
func stateAt(t *testing.T, records []eventlog.Record, p eventlog.Position) *book.Book {
	t.Helper()
	b := book.New()
	for _, r := range records[:p] {
		s, e := eventOf(t, r)
		b.Apply(uint64(r.Position), r.Time, s, e)
	}
	return b
}

// TestCompareIsTwoStates compares pairs of moments of a recorded log with the two
// states themselves.
func TestCompareIsTwoStates(t *testing.T) {
	records := recorded(t)
	end := records[len(records)-1].Position
	for _, pair := range [][2]eventlog.Position{{0, end}, {0, 900}, {900, 901}, {900, 1500}, {1500, 1500}, {1600, end}} {
		from, to := pair[0], pair[1]
		c, err := audit.Compare(each(records), audit.After(from), audit.After(to))
		if err != nil {
			t.Fatal(err)
		}
		before, after := stateAt(t, records, from), stateAt(t, records, to)
		if c.From.Position != from || c.To.Position != to || c.Before != before.Counts() || c.After != after.Counts() {
			t.Errorf("from %d to %d: %+v", from, to, c)
		}
		agents, referrals := map[agent.NPN]bool{}, map[uuid.UUID][]string{}
		for _, r := range records[from:to] {
			s, _ := eventOf(t, r)
			if s.Agent != 0 {
				agents[s.Agent] = true
			}
			if s.Referral != uuid.Nil {
				referrals[s.Referral] = append(referrals[s.Referral], r.Kind)
			}
		}
		if len(c.Agents) != len(agents) || len(c.Referrals) != len(referrals) {
			t.Errorf("from %d to %d: %d agents and %d referrals, want %d and %d", from, to, len(c.Agents), len(c.Referrals), len(agents), len(referrals))
		}
		for _, a := range c.Agents {
			was, _ := before.Agent(a.NPN)
			is, _ := after.Agent(a.NPN)
			if diff := cmp.Diff(was, a.Before, points) + cmp.Diff(is, a.After, points); diff != "" || !agents[a.NPN] {
				t.Errorf("agent %s from %d to %d (-state +compare):\n%s", a.NPN, from, to, diff)
			}
		}
		for _, r := range c.Referrals {
			was, _ := before.Referral(r.ID)
			is, _ := after.Referral(r.ID)
			if was.Status.Ended() && r.Before.Status == "" { // more than an hour before
				was, is = referral.Referral{}, referral.Referral{}
			}
			if diff := cmp.Diff(was, r.Before, points) + cmp.Diff(is, r.After, points) + cmp.Diff(referrals[r.ID], r.Kinds); diff != "" {
				t.Errorf("referral %s from %d to %d (-state +compare):\n%s", r.ID, from, to, diff)
			}
		}
	}
}

func TestCompareByTime(t *testing.T) {
	records := recorded(t)
	from, to := records[1000].Time, records[1400].Time
	c, err := audit.Compare(each(records), audit.At(from), audit.At(to))
	if err != nil {
		t.Fatal(err)
	}
	if c.From.Time.After(from) || c.To.Time.After(to) || !records[c.From.Position].Time.After(from) || !records[c.To.Position].Time.After(to) {
		t.Errorf("from %s to %s are positions %d and %d", from, to, c.From.Position, c.To.Position)
	}
}

func TestCompareTheWrongWayRound(t *testing.T) {
	records := recorded(t)
	for _, pair := range [][2]audit.Moment{
		{audit.After(900), audit.After(800)},
		{audit.At(records[900].Time.Add(time.Hour)), audit.At(records[900].Time)},
		{audit.After(1_000_000), {}},
		{audit.After(900), audit.At(records[5].Time)},
	} {
		if c, err := audit.Compare(each(records), pair[0], pair[1]); err == nil {
			t.Errorf("from %v to %v: positions %d and %d, want an error", pair[0], pair[1], c.From.Position, c.To.Position)
		}
	}
}

func TestChangesInLines(t *testing.T) {
	a := audit.AgentChange{
		Before: agent.Agent{NPN: 7, Display: agent.DisplayAll, Absences: []agent.Absence{{From: time.Unix(0, 0).UTC(), Until: time.Unix(60, 0).UTC()}}},
		After:  agent.Agent{NPN: 7, Display: agent.DisplayNone, Channels: []agent.Channel{agent.Email, agent.Text}},
	}
	want := []string{
		`absences: - from 1970-01-01T00:00:00Z, until 1970-01-01T00:01:00Z`,
		`channels: + email`,
		`channels: + text`,
		`display: 1 → 4`,
	}
	if diff := cmp.Diff(want, a.Lines()); diff != "" {
		t.Errorf("the changes of an agent (-want +got):\n%s", diff)
	}
	order := audit.AgentChange{
		Before: agent.Agent{Channels: []agent.Channel{agent.Email, agent.Text}},
		After:  agent.Agent{Channels: []agent.Channel{agent.Text, agent.Email}},
	}
	if got := strings.Join(order.Lines(), "\n"); got != `channels: email, text → text, email` {
		t.Errorf("another order is told as %q", got)
	}
	r := audit.ReferralChange{Before: referral.Referral{Status: referral.StatusOffered}, After: referral.Referral{Status: referral.StatusAccepted}}
	if got := strings.Join(r.Lines(), "\n"); got != `status: offered → accepted` {
		t.Errorf("the changes of a referral are %q", got)
	}
}

// A referral that ended days before the second moment is told as it ended, and one
// that had ended days before the first only by what was recorded of it.
func TestCompareOverDays(t *testing.T) {
	log := new(eventlog.Memory)
	if err := simulation.Run(t.Context(), log, simulation.Options{Agents: 50, Referrals: 120, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	var records []eventlog.Record
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	end := eventlog.Position(len(records))
	late := 0
	for _, from := range []eventlog.Position{0, end / 3, end * 2 / 3} {
		c, err := audit.Compare(each(records), audit.After(from), audit.Moment{})
		if err != nil {
			t.Fatal(err)
		}
		before, after := stateAt(t, records, from), stateAt(t, records, end)
		for _, r := range c.Referrals {
			was, _ := before.Referral(r.ID)
			is, _ := after.Referral(r.ID)
			if r.After.Status == "" && was.Status.Ended() && r.Before.Status == "" {
				late++
				continue
			}
			if diff := cmp.Diff(was, r.Before, points) + cmp.Diff(is, r.After, points); diff != "" {
				t.Errorf("referral %s from %d (-state +compare):\n%s", r.ID, from, diff)
			}
		}
		if from == 0 && len(c.Referrals) != 120 {
			t.Errorf("%d referrals are new, want 120", len(c.Referrals))
		}
	}
	t.Logf("%d referrals had ended more than an hour before", late)
}
