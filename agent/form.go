package agent

import (
	"slices"

	"github.com/relevo-go/relevo/agent/wire"
)

// form reads or writes the data of an event, given by pointer, in its one
// canonical form: the keys and their order are those of the JSON tags.
func form(c *wire.Cursor, e any) {
	switch e := e.(type) {
	case *Registered:
		c.Key(`{"npn":`)
		c.Digits((*uint64)(&e.NPN))
		c.Key(`,"name":`)
		c.Text(&e.Name)
		c.Key(`}`)
	case *ProfileUpdated:
		(*Profile)(e).form(c)
	case *ProfileReviewed:
		c.Key(`{}`)
	case *TrainingCompleted:
		(*Completion)(e).form(c)
	case *RegistrationCompleted:
		(*Completion)(e).form(c)
	case *TermsAccepted:
		c.Key(`{"document":`)
		wire.Word(c, &e.Document)
		c.Key(`,"version":`)
		wire.Word(c, &e.Version)
		c.Key(`}`)
	case *LicenseRecorded:
		(*License)(e).form(c)
	case *LicenseRemoved:
		c.Key(`{"state":`)
		wire.State(c, &e.State)
		c.Key(`,"number":`)
		c.Text(&e.Number)
		c.Key(`}`)
	case *DisplayChosen:
		c.Key(`{"choice":`)
		wire.Int(c, &e.Choice)
		c.Key(`}`)
	case *StatesUnticked:
		c.Key(`{"states":`)
		wire.States(c, &e.States)
		c.Key(`}`)
	case *LanguagesSet:
		c.Key(`{"languages":`)
		wire.Languages(c, &e.Languages)
		c.Key(`}`)
	case *ChannelsSet:
		c.Key(`{"channels":`)
		wire.Words(c, &e.Channels)
		c.Key(`}`)
	case *HoursSet:
		(*Hours)(e).form(c)
	case *OverrideSet:
		c.Key(`{"override":`)
		wire.Word(c, &e.Override)
		c.Key(`}`)
	case *AbsenceSet:
		c.Key(`{"from":`)
		c.Time(&e.From)
		c.Key(`,"until":`)
		c.Time(&e.Until)
		c.Key(`}`)
	case *AbsenceCleared:
		c.Key(`{"from":`)
		c.Time(&e.From)
		c.Key(`}`)
	case *Terminated:
		(*Termination)(e).form(c)
	case *Reinstated:
		(*Termination)(e).form(c)
	default:
		c.Want(false)
	}
}

func (p *Profile) form(c *wire.Cursor) {
	c.Key(`{"name":`)
	c.Text(&p.Name)
	if c.Has(`,"email":`, p.Email != "") {
		c.Text(&p.Email)
		c.Want(p.Email != "")
	}
	if c.Has(`,"phone":`, p.Phone != "") {
		c.Text(&p.Phone)
		c.Want(p.Phone != "")
	}
	if c.Has(`,"street":`, p.Street != "") {
		c.Text(&p.Street)
		c.Want(p.Street != "")
	}
	if c.Has(`,"city":`, p.City != "") {
		wire.Word(c, &p.City)
		c.Want(p.City != "")
	}
	c.Key(`,"state":`)
	wire.State(c, &p.State)
	c.Key(`,"zip":`)
	wire.ZIP(c, &p.ZIP)
	wire.PointIf(c, `,"point":`, &p.Point)
	wire.PointIf(c, `,"resolved":`, &p.Resolved)
	c.Key(`}`)
}

func (p *Completion) form(c *wire.Cursor) {
	c.Key(`{"plan_year":`)
	wire.Int(c, &p.PlanYear)
	c.Key(`,"from":`)
	c.Time(&p.From)
	c.Key(`,"until":`)
	c.Time(&p.Until)
	c.Key(`}`)
}

func (l *License) form(c *wire.Cursor) {
	c.Key(`{"state":`)
	wire.State(c, &l.State)
	c.Key(`,"number":`)
	c.Text(&l.Number)
	c.Key(`,"residency":`)
	wire.Word(c, &l.Residency)
	c.Key(`,"status":`)
	wire.Word(c, &l.Status)
	c.Key(`,"effective":`)
	c.Time(&l.Effective)
	c.TimeIf(`,"expires":`, &l.Expires)
	c.Key(`,"lines":`)
	for i := 0; wire.Next(c, &l.Lines, i); i++ {
		n := &l.Lines[i]
		c.Key(`{"name":`)
		wire.Word(c, &n.Name)
		c.Key(`,"health":`)
		c.Bool(&n.Health)
		c.Key(`,"active":`)
		c.Bool(&n.Active)
		c.TimeIf(`,"issued":`, &n.Issued)
		c.Key(`}`)
	}
	c.Key(`}`)
}

func (h *Hours) form(c *wire.Cursor) {
	c.Key(`{"zone":`)
	wire.Word(c, &h.Zone)
	c.Key(`,"weekly":`)
	for i := 0; wire.Next(c, &h.Weekly, i); i++ {
		s := &h.Weekly[i]
		c.Key(`{"day":`)
		s.Day.form(c)
		c.Key(`,"from":`)
		s.From.form(c)
		c.Key(`,"to":`)
		s.To.form(c)
		c.Key(`}`)
	}
	c.Key(`}`)
}

func (d *Day) form(c *wire.Cursor) {
	name := ""
	if c.Writes() {
		c.Want(*d >= 0 && *d <= 6)
		name = d.String()
	}
	wire.Word(c, &name)
	if !c.Writes() {
		*d = Day(slices.Index(days[:], name))
		c.Want(*d >= 0)
	}
}

func (m *Minute) form(c *wire.Cursor) {
	text := ""
	if c.Writes() {
		c.Want(*m >= 0 && *m <= midnight)
		digits := m.digits()
		text = string(digits[:])
	}
	wire.Word(c, &text)
	if !c.Writes() {
		read, ok := minute(text)
		c.Want(ok)
		*m = read
	}
}

func (t *Termination) form(c *wire.Cursor) {
	c.Key(`{"cause":`)
	wire.Word(c, &t.Cause)
	if c.Has(`,"state":`, t.State != "") {
		wire.State(c, &t.State)
	}
	c.Key(`}`)
}

// Form reads or writes the reason in the one form that a log holds.
func (r *Reason) Form(c *wire.Cursor) {
	rule, code := r.Rule(), r.Code.String()
	c.Key(`{"rule":`)
	wire.Word(c, &rule)
	c.Key(`,"code":`)
	wire.Word(c, &code)
	if c.Has(`,"state":`, r.State != "") {
		wire.State(c, &r.State)
	}
	c.Key(`}`)
	if !c.Writes() {
		r.Code = codeOf(code)
	}
	c.Want(r.Code != 0)
}
