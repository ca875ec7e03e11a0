package book

import (
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

func (c *coder) figures(v *figures) {
	c.uint(&v.position)
	c.time(&v.time)
	number(c, &v.keep)
	c.counts(&v.counts)
	recorded := v.policy != nil
	if c.flag(&recorded); recorded {
		var p referral.Policy
		if v.policy != nil {
			p = *v.policy
		}
		if c.policy(&p); c.reading {
			v.policy = &p
		}
	}
}

func (c *coder) policy(v *referral.Policy) {
	number(c, &v.Window)
	number(c, &v.GiveUp)
	number(c, &v.Radius)
	number(c, &v.MaxOpenOffers)
	text(c, &v.Terms.CMS)
	text(c, &v.Terms.HelpOnDemand)
}

func (c *coder) counts(v *Counts) {
	number(c, &v.Agents)
	number(c, &v.Requested)
	number(c, &v.Offered)
	number(c, &v.Accepted)
	number(c, &v.Exhausted)
	number(c, &v.Withdrawn)
}

// agent packs the agent of a stream.
func (c *coder) agent(n agent.NPN, v *agent.Agent) {
	other := uint64(v.NPN ^ n) // 0, unless it has events but none of its registration
	if c.uint(&other); c.reading {
		v.NPN = agent.NPN(other) ^ n
	}
	word(c, &v.Name)
	c.profile(&v.Profile)
	c.flag(&v.Reviewed)
	for i := range length(c, &v.Training, 3) {
		c.completion(&v.Training[i])
	}
	for i := range length(c, &v.Registration, 3) {
		c.completion(&v.Registration[i])
	}
	for i := range length(c, &v.Accepted, 2) {
		c.acceptance(&v.Accepted[i])
	}
	c.licenses(&v.Licenses)
	number(c, &v.Display)
	number(c, &v.Unticked)
	for i := range length(c, &v.Languages, 2) {
		c.language(&v.Languages[i])
	}
	c.channels(&v.Channels)
	word(c, &v.Hours.Zone)
	var last agent.Shift
	for i := range length(c, &v.Hours.Weekly, 3) {
		c.shift(&v.Hours.Weekly[i], last)
		last = v.Hours.Weekly[i]
	}
	word(c, &v.Override)
	for i := range length(c, &v.Absences, 2) {
		c.absence(&v.Absences[i])
	}
	for i := range length(c, &v.Terminations, 2) {
		c.termination(&v.Terminations[i])
	}
}

func (c *coder) profile(v *agent.Profile) {
	word(c, &v.Name) // which is often the agent's
	text(c, &v.Email)
	text(c, &v.Phone)
	text(c, &v.Street)
	word(c, &v.City)
	c.state(&v.State)
	word(c, &v.ZIP)
	c.point(&v.Point)
	c.point(&v.Resolved)
}

func (c *coder) completion(v *agent.Completion) {
	number(c, &v.PlanYear)
	c.time(&v.From)
	c.time(&v.Until)
}

func (c *coder) acceptance(v *agent.Acceptance) {
	word(c, &v.Document)
	word(c, &v.Version)
}

// licenses makes one list of the lines of all licenses, of which each has a part.
func (c *coder) licenses(v *[]agent.License) {
	lines := 0
	for i := range *v {
		lines += len((*v)[i].Lines)
	}
	switch lines = c.count(lines, 4); {
	case c.lens != nil:
		c.lens.lines = again(c.lens.lines, lines)
		c.lines = c.lens.lines
	case c.reading:
		c.lines = make([]agent.Line, lines)
	}
	for i := range length(c, v, 7) {
		c.license(&(*v)[i])
	}
}

func (c *coder) license(v *agent.License) {
	c.state(&v.State)
	text(c, &v.Number)
	word(c, &v.Residency)
	word(c, &v.Status)
	c.time(&v.Effective)
	c.time(&v.Expires)
	n := 0
	if v.Lines != nil {
		n = len(v.Lines) + 1
	}
	if n = c.count(n, 1); c.reading && n > 0 {
		if n--; n > len(c.lines) {
			c.fail()
			return
		}
		v.Lines, c.lines = c.lines[:n:n], c.lines[n:]
	}
	for i := range v.Lines {
		c.line(&v.Lines[i])
	}
}

func (c *coder) line(v *agent.Line) {
	word(c, &v.Name)
	c.flag(&v.Health)
	c.flag(&v.Active)
	c.time(&v.Issued)
}

// shift packs a shift by what it differs in from the last one.
func (c *coder) shift(v *agent.Shift, last agent.Shift) {
	from, to := v.From-last.From, v.To-last.To
	number(c, &v.Day)
	number(c, &from)
	number(c, &to)
	if c.reading {
		v.From, v.To = last.From+from, last.To+to
	}
}

func (c *coder) absence(v *agent.Absence) {
	c.time(&v.From)
	c.time(&v.Until)
}

func (c *coder) termination(v *agent.Termination) {
	word(c, &v.Cause)
	c.state(&v.State)
}

// referral packs the referral of a stream, but for its head.
func (c *coder) referral(id uuid.UUID, v *entry) {
	requested := v.ID == id // or it has events but none of its request, and no ID
	if c.flag(&requested); c.reading && requested {
		v.ID = id
	}
	text(c, &v.Subject)
	c.state(&v.State)
	word(c, &v.ZIP)
	c.point(&v.Point)
	c.point(&v.Resolved)
	for i := range length(c, &v.Languages, 2) {
		c.language(&v.Languages[i])
	}
	c.time(&v.Requested)
	word(c, &v.Status)
	c.offer(&v.Offer)
	for i := range length(c, &v.Past, 9) {
		c.past(&v.Past[i])
	}
	c.time(&v.Since)
	c.time(&v.Until)
	c.time(&v.Contacted)
	word(c, &v.Outcome)
}

func (c *coder) offer(v *referral.Offer) {
	number(c, &v.To)
	c.time(&v.At)
	c.time(&v.Deadline)
	word(c, &v.Language)
	number(c, &v.Meters)
	c.channels(&v.Channels)
}

func (c *coder) past(v *referral.PastOffer) {
	c.offer(&v.Offer)
	word(c, &v.Ending)
	c.time(&v.EndedAt)
	for i := range length(c, &v.Reasons, 2) {
		c.reason(&v.Reasons[i])
	}
}

func (c *coder) reason(v *agent.Reason) {
	number(c, &v.Code)
	c.state(&v.State)
}
