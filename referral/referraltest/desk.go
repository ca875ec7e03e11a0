package referraltest

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// Desk is an engine for one test. It is for one goroutine. What goes wrong that
// the test did not ask about, such as a fact that is refused, ends the test.
type Desk struct {
	t      testing.TB
	now    time.Time
	ids    uint64
	log    eventlog.Memory
	policy *referral.Policy
	engine *engine.Engine
	last   *Outcome
}

// New opens a desk at an instant under [referral.DefaultPolicy].
func New(t testing.TB, now time.Time) *Desk {
	t.Helper()
	d := &Desk{t: t, now: now}
	d.Restart()
	t.Cleanup(d.heeded)
	return d
}

// heeded fails the test if the last outcome is an error and nobody asked.
func (d *Desk) heeded() {
	d.t.Helper()
	if o := d.last; o != nil && o.err != nil && !o.asked {
		d.t.Errorf("nobody asked about the outcome before, which is an error: %v", o.err)
	}
	d.last = nil
}

// Restart opens a fresh engine on the desk's log, as after a crash.
func (d *Desk) Restart() {
	d.t.Helper()
	if d.engine != nil {
		d.engine.Close()
	}
	eng, err := engine.Open(context.Background(), &d.log, &engine.Options{
		Now: func() time.Time { return d.now }, NewID: d.newID, Policy: d.policy,
	})
	if err != nil {
		d.t.Fatalf("opening the desk: %v", err)
	}
	d.engine = eng
}

// newID counts, so that a failing test says the same every time.
func (d *Desk) newID() uuid.UUID {
	d.ids++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], d.ids)
	return id
}

// Now returns the time on the desk's clock.
func (d *Desk) Now() time.Time { return d.now }

// Engine returns the engine, for what the kit has no word for.
func (d *Desk) Engine() *engine.Engine { return d.engine }

// Log returns the desk's log, to read it or to copy it.
func (d *Desk) Log() eventlog.Log { return &d.log }

// Given records facts about an agent, none of which may be refused.
func (d *Desk) Given(n agent.NPN, facts ...agent.Command) {
	d.t.Helper()
	if _, err := d.engine.Agent(context.Background(), n, facts...); err != nil {
		d.t.Fatalf("given: agent %s: %v", n, err)
	}
}

// Eligible registers an agent for whom nothing is missing: the facts are those of
// [Eligible], at the desk's time.
func (d *Desk) Eligible(n agent.NPN, state geo.State, zip geo.ZIP, tags ...string) {
	d.t.Helper()
	d.Given(n, Eligible(n, d.now, state, zip, tags...)...)
}

// Eligible returns the facts of an agent for whom nothing is missing: an office at
// a ZIP of a state, languages as BCP 47 tags, display choice 1, and a license in
// the state that does not end. It was trained and registered a month ago, for the
// year to come.
func Eligible(n agent.NPN, now time.Time, state geo.State, zip geo.ZIP, tags ...string) []agent.Command {
	from, until := now.AddDate(0, -1, 0), now.AddDate(1, 0, 0)
	return []agent.Command{
		agent.Register{NPN: n, Name: "Agent " + n.String()},
		agent.UpdateProfile{Name: "Agent " + n.String(), Email: "agent-" + n.String() + "@example.com", State: state, ZIP: zip},
		agent.CompleteTraining{PlanYear: until.Year(), From: from, Until: until},
		agent.CompleteRegistration{PlanYear: until.Year(), From: from, Until: until},
		agent.AcceptTerms{Document: agent.CMS, Version: "1"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"},
		agent.ReviewProfile{},
		agent.ChooseDisplay{Choice: agent.DisplayAll},
		agent.SetLanguages{Languages: tags},
		license(state, now),
	}
}

// License returns the command that records an active health license in a state,
// effective a year ago and without an end. The test changes what it is about.
func (d *Desk) License(state geo.State) agent.RecordLicense { return license(state, d.now) }

func license(state geo.State, now time.Time) agent.RecordLicense {
	return agent.RecordLicense{
		State: state, Number: "L-" + string(state), Residency: agent.Resident, Status: agent.Active,
		Effective: now.AddDate(-1, 0, 0), Lines: []agent.Line{{Name: "Accident and Health", Health: true, Active: true}},
	}
}

// Requested makes a request, which may not be refused, and returns its ID.
func (d *Desk) Requested(r referral.Request) uuid.UUID {
	d.t.Helper()
	ref, err := d.engine.Request(context.Background(), r)
	if err != nil {
		d.t.Fatalf("given: a request: %v", err)
	}
	return ref.ID
}

// Referral returns a referral as it stands.
func (d *Desk) Referral(id uuid.UUID) referral.Referral {
	d.t.Helper()
	r, err := d.engine.Referral(id)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// When sends facts about an agent, all in one.
func (d *Desk) When(n agent.NPN, commands ...agent.Command) *Outcome {
	d.t.Helper()
	return d.outcome(func(ctx context.Context) error {
		_, err := d.engine.Agent(ctx, n, commands...)
		return err
	})
}

// WhenRequest sends a request for help.
func (d *Desk) WhenRequest(r referral.Request) *Outcome {
	d.t.Helper()
	return d.outcome(func(ctx context.Context) error {
		_, err := d.engine.Request(ctx, r)
		return err
	})
}

// WhenReferral sends a command about a referral: [referral.Accept],
// [referral.Decline], [referral.Withdraw], [referral.Contact] or
// [referral.RecordOutcome]. It arrives now, whatever its At says. The commands
// of the desk itself cannot be sent.
func (d *Desk) WhenReferral(id uuid.UUID, c referral.Command) *Outcome {
	d.t.Helper()
	send := func(ctx context.Context) (err error) {
		switch c := c.(type) {
		case referral.Accept:
			_, err = d.engine.Accept(ctx, id, c.By)
		case referral.Decline:
			_, err = d.engine.Decline(ctx, id, c.By, c.Reason)
		case referral.Withdraw:
			_, err = d.engine.Withdraw(ctx, id)
		case referral.Contact:
			_, err = d.engine.Contact(ctx, id, c.By)
		case referral.RecordOutcome:
			_, err = d.engine.RecordOutcome(ctx, id, c.By, c.Outcome)
		default:
			d.t.Fatalf("%T is not sent to a desk: send Accept, Decline, Withdraw, Contact or RecordOutcome", c)
		}
		return err
	}
	return d.outcome(send)
}

// WhenPolicy puts another policy in force: an engine is opened with it (R30).
func (d *Desk) WhenPolicy(p referral.Policy) *Outcome {
	d.t.Helper()
	return d.outcome(func(context.Context) error {
		d.policy = &p
		d.Restart()
		return nil
	})
}

// Advance moves the clock on, and lets the desk do everything that comes due on
// the way at the moment it comes due. Less than 0 sets the clock back, and the
// desk does nothing.
func (d *Desk) Advance(by time.Duration) *Outcome {
	d.t.Helper()
	return d.outcome(func(ctx context.Context) error {
		until := d.now.Add(by)
		if by < 0 {
			d.now = until
			return nil
		}
		for {
			due, ever := d.engine.Due()
			if !ever || due.After(until) {
				due = until
			}
			if due.After(d.now) {
				d.now = due
			}
			if err := d.engine.Tick(ctx, d.now); err != nil || !d.now.Before(until) {
				return err
			}
		}
	})
}

// Pass moves the clock on while no timer fires: what comes due on the way is
// recorded with the next command, before that is judged (R1, R8).
func (d *Desk) Pass(by time.Duration) { d.now = d.now.Add(by) }

// Downtime moves the clock on while nobody is at the desk: what came due on the
// way is only seen at the end (R18).
func (d *Desk) Downtime(by time.Duration) *Outcome {
	d.t.Helper()
	return d.outcome(func(ctx context.Context) error {
		d.now = d.now.Add(by)
		d.Restart()
		return d.engine.Tick(ctx, d.now)
	})
}

// outcome does something and collects what is recorded meanwhile.
func (d *Desk) outcome(do func(context.Context) error) *Outcome {
	d.t.Helper()
	d.heeded()
	ctx := context.Background()
	after := d.engine.Position()
	o := &Outcome{t: d.t, err: do(ctx)}
	d.last = o
	for r, err := range d.log.Read(ctx, after) {
		if err != nil {
			d.t.Fatal(err)
		}
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			d.t.Fatal(err)
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			d.t.Fatal(err)
		}
		o.events = append(o.events, event)
	}
	return o
}
