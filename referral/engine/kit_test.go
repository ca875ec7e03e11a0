package engine_test

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

var write = flag.Bool("engine.write", false, "write the golden conversations of testdata anew")

// opening is when every test begins: a Monday, 10:00 in Tampa.
var opening = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// clock is a clock that only a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: opening} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) pass(d time.Duration) { c.set(c.Now().Add(d)) }

// newIDs returns a source of IDs that gives the same ones at every run; sources
// with different seeds never give the same.
func newIDs(seed uint64) func() uuid.UUID {
	var n uint64
	return func() uuid.UUID {
		n++
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:], 0x0199_0000_0000_7000|seed<<16)
		binary.BigEndian.PutUint64(id[8:], 0x8000_0000_0000_0000|n)
		return id
	}
}

// desk is an engine on a log under a test's clock. Its methods end the test
// unless the engine does as told; the engine's own answer with their errors.
type desk struct {
	*engine.Engine
	t     testing.TB
	log   eventlog.Log
	clock *clock
	ids   func() uuid.UUID
}

// open opens an engine on a log, nil for a new one, with a policy, nil for the
// log's.
func open(t testing.TB, log eventlog.Log, p *referral.Policy) *desk {
	t.Helper()
	return openAt(t, log, p, newClock(), newIDs(1))
}

func openAt(t testing.TB, log eventlog.Log, p *referral.Policy, c *clock, ids func() uuid.UUID) *desk {
	t.Helper()
	if log == nil {
		log = new(eventlog.Memory)
	}
	e, err := engine.Open(t.Context(), log, &engine.Options{Policy: p, Now: c.Now, NewID: ids})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return &desk{e, t, log, c, ids}
}

// again opens another engine on the same log, under the same clock, as after a
// restart or on another machine.
func (d *desk) again() *desk {
	d.t.Helper()
	return openAt(d.t, d.log, nil, d.clock, d.ids)
}

func policy(change func(*referral.Policy)) *referral.Policy {
	p := referral.DefaultPolicy()
	change(&p)
	return &p
}

// The places of most tests, from south to north.
const (
	miami     geo.ZIP = "33130"
	tampa     geo.ZIP = "33602"
	orlando   geo.ZIP = "32801"
	pensacola geo.ZIP = "32502"
)

// person is what a test says of an agent; the rest is as it takes to be
// eligible.
type person struct {
	zip       geo.ZIP // tampa if empty
	state     geo.State
	point     geo.Point
	languages []string
	licenses  []geo.State
	display   agent.Display
}

// eligible returns the commands that make an agent who gets offers: of an agent
// in Florida who speaks Spanish, unless p says otherwise.
func eligible(p person) []agent.Command {
	if p.state == "" {
		p.state = "FL"
	}
	if p.zip == "" {
		p.zip = tampa
	}
	if p.languages == nil {
		p.languages = []string{"es"}
	}
	if p.licenses == nil {
		p.licenses = []geo.State{"FL"}
	}
	if p.display == 0 {
		p.display = agent.DisplayAll
	}
	from, until := opening.AddDate(-1, 0, 0), opening.AddDate(1, 0, 0)
	commands := []agent.Command{
		agent.Register{Name: "Ana Sol"},
		agent.CompleteTraining{PlanYear: 2027, From: from, Until: until},
		agent.CompleteRegistration{PlanYear: 2027, From: from, Until: until},
		agent.AcceptTerms{Document: agent.CMS, Version: "2026"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "7"},
		agent.UpdateProfile{Name: "Ana Sol", Email: "ana@example.com", Street: "1 Palm St", City: "Tampa", State: p.state, ZIP: p.zip, Point: p.point},
		agent.SetLanguages{Languages: p.languages},
		agent.ReviewProfile{},
		agent.ChooseDisplay{Choice: p.display},
	}
	for _, s := range p.licenses {
		commands = append(commands, license(s))
	}
	return commands
}

// license returns a perpetual license in a state.
func license(s geo.State) agent.RecordLicense {
	return agent.RecordLicense{
		State: s, Number: "W" + string(s), Residency: agent.Resident, Status: agent.Active, Effective: opening.AddDate(-5, 0, 0),
		Lines: []agent.Line{{Name: "Health", Health: true, Active: true}},
	}
}

// until returns a license that ends at an instant.
func until(l agent.RecordLicense, end time.Time) agent.RecordLicense {
	l.Expires = end
	return l
}

// join makes agents eligible, each in one call.
func (d *desk) join(p person, npns ...agent.NPN) {
	d.t.Helper()
	for _, n := range npns {
		d.tell(n, eligible(p)...)
	}
}

// tell records facts about an agent.
func (d *desk) tell(n agent.NPN, commands ...agent.Command) {
	d.t.Helper()
	if _, err := d.Agent(d.t.Context(), n, commands...); err != nil {
		d.t.Fatalf("Agent(%s, %T …): %v", n, commands[0], err)
	}
}

// ask requests help in Spanish from a ZIP in Florida.
func (d *desk) ask(zip geo.ZIP) referral.Referral {
	d.t.Helper()
	return d.request(referral.Request{Subject: "case-1", State: "FL", ZIP: zip, Languages: []string{"es"}})
}

func (d *desk) request(c referral.Request) referral.Referral {
	d.t.Helper()
	r, err := d.Request(d.t.Context(), c)
	if err != nil {
		d.t.Fatalf("Request: %v", err)
	}
	return r
}

// now returns the referral as it stands.
func (d *desk) now(r referral.Referral) referral.Referral {
	d.t.Helper()
	r, err := d.Referral(r.ID)
	if err != nil {
		d.t.Fatalf("Referral: %v", err)
	}
	return r
}

// offered checks that the referral is offered to the agent now.
func (d *desk) offered(r referral.Referral, to agent.NPN) {
	d.t.Helper()
	if r = d.now(r); r.Status != referral.StatusOffered || r.Offer.To != to {
		d.t.Errorf("the referral is %s (offered to %d), want it offered to %d", r.Status, r.Offer.To, to)
	}
}

func (d *desk) stands(r referral.Referral, want referral.Status) {
	d.t.Helper()
	if r = d.now(r); r.Status != want {
		d.t.Errorf("the referral is %s, want %s", r.Status, want)
	}
}

func (d *desk) accept(r referral.Referral, by agent.NPN) {
	d.t.Helper()
	if _, err := d.Accept(d.t.Context(), r.ID, by); err != nil {
		d.t.Fatalf("Accept by %s: %v", by, err)
	}
}

func (d *desk) decline(r referral.Referral, by agent.NPN) {
	d.t.Helper()
	if _, err := d.Decline(d.t.Context(), r.ID, by, ""); err != nil {
		d.t.Fatalf("Decline by %s: %v", by, err)
	}
}

// tick lets time pass and does a step.
func (d *desk) tick(pass time.Duration) {
	d.t.Helper()
	d.clock.pass(pass)
	if err := d.Tick(d.t.Context(), d.clock.Now()); err != nil {
		d.t.Fatalf("Tick: %v", err)
	}
}

// records returns the log after a position.
func records(t testing.TB, log eventlog.Log, after eventlog.Position) []eventlog.Record {
	t.Helper()
	var list []eventlog.Record
	for r, err := range log.Read(context.Background(), after) {
		if err != nil {
			t.Fatalf("reading the log: %v", err)
		}
		list = append(list, r)
	}
	return list
}

// lines returns the log after a position, one short line a record.
func (d *desk) lines(after eventlog.Position) []string {
	d.t.Helper()
	return transcript(d.t, d.log, after)
}

// says checks the log after a position, one line a record.
func (d *desk) says(after eventlog.Position, want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.lines(after)); diff != "" {
		d.t.Errorf("the log after %d (-want +got):\n%s", after, diff)
	}
}

// same checks that a fresh engine on the log stands as d does (invariant 5).
func (d *desk) same() {
	d.t.Helper()
	var w strings.Builder
	mine := book.New()
	for _, r := range records(d.t, d.log, 0) {
		s, err := book.ParseStream(r.Stream)
		if err != nil {
			d.t.Fatal(err)
		}
		e, err := book.Decode(s, r.Kind, r.Time, r.Data)
		if err != nil {
			d.t.Fatal(err)
		}
		mine.Apply(uint64(r.Position), r.Time, s, e)
	}
	mine.WriteCanonical(&w)
	position, digest := d.Digest()
	if digest != mine.Digest() {
		d.t.Errorf("the engine at %d does not stand as the fold of its log does (invariant 5): the fold is\n%s", position, w.String())
	}
}

// refused checks that err is a rejection under a rule, that errors.Is finds the
// sentinel in it, if any, and that its text has the words.
func refused(t testing.TB, err error, rule string, is error, words ...string) {
	t.Helper()
	rejection, ok := errors.AsType[*referral.Rejection](err)
	if !ok || rejection.Rule != rule {
		t.Errorf("the answer is %v, want a rejection under %s", err, rule)
		return
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("the answer is %q, want that it is %q", err, is)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the answer is %q, want that it says %q", err, w)
		}
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// newCase returns a request for help in Spanish.
func newCase(zip geo.ZIP) referral.Request {
	return referral.Request{Subject: "case-2", State: "FL", ZIP: zip, Languages: []string{"es"}}
}

// engineChanges yields the events after a position that are in the log now.
func engineChanges(t testing.TB, d *desk, after eventlog.Position) func(func(engine.Change, error) bool) {
	return func(yield func(engine.Change, error) bool) {
		last := d.Position()
		for c, err := range d.Changes(t.Context(), after) {
			if !yield(c, err) || c.Record.Position == last {
				return
			}
		}
	}
}
