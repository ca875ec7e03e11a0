package book

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/referral"
)

// dictionary is the words of one byte, the most frequent first, at most 64.
var dictionary = []string{
	"", "es", "en", string(agent.Email), string(agent.Text), string(agent.App),
	string(referral.StatusAccepted), string(referral.StatusExhausted), string(referral.StatusWithdrawn),
	string(referral.StatusOffered), string(referral.StatusWaiting), string(referral.StatusPending),
	string(referral.EndedDeclined), string(referral.EndedExpired), string(referral.EndedRescinded), string(referral.EndedWithdrawn),
	string(referral.Enrolled), string(referral.NotReached), string(referral.NotInterested), string(referral.Other),
	string(agent.Active), string(agent.Inactive), string(agent.Resident), string(agent.Nonresident), "Health",
	string(agent.CMS), string(agent.HelpOnDemand),
}

func (c *coder) language(v *spoken.Language) {
	word(c, &v.Tag)
	word(c, &v.Key)
}

func (c *coder) channel(v *agent.Channel) { word(c, v) }

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

func (c *coder) desk(v *desk) {
	c.flag(&v.heard)
	number(c, &v.load.Open)
	number(c, &v.load.LastOffer)
	if !v.heard {
		return
	}
	c.time(&v.changed)
	c.agent(&v.agent)
}

func (c *coder) agent(v *agent.Agent) {
	number(c, &v.NPN)
	text(c, &v.Name)
	c.profile(&v.Profile)
	c.flag(&v.Reviewed)
	list(c, &v.Training, (*coder).completion)
	list(c, &v.Registration, (*coder).completion)
	list(c, &v.Accepted, (*coder).acceptance)
	list(c, &v.Licenses, (*coder).license)
	number(c, &v.Display)
	number(c, &v.Unticked)
	list(c, &v.Languages, (*coder).language)
	list(c, &v.Channels, (*coder).channel)
	word(c, &v.Hours.Zone)
	list(c, &v.Hours.Weekly, (*coder).shift)
	word(c, &v.Override)
	list(c, &v.Absences, (*coder).absence)
	list(c, &v.Terminations, (*coder).termination)
}

func (c *coder) profile(v *agent.Profile) {
	text(c, &v.Name)
	text(c, &v.Email)
	text(c, &v.Phone)
	text(c, &v.Street)
	word(c, &v.City)
	word(c, &v.State)
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

func (c *coder) license(v *agent.License) {
	word(c, &v.State)
	text(c, &v.Number)
	word(c, &v.Residency)
	word(c, &v.Status)
	c.time(&v.Effective)
	c.time(&v.Expires)
	list(c, &v.Lines, (*coder).line)
}

func (c *coder) line(v *agent.Line) {
	word(c, &v.Name)
	c.flag(&v.Health)
	c.flag(&v.Active)
	c.time(&v.Issued)
}

func (c *coder) shift(v *agent.Shift) {
	number(c, &v.Day)
	number(c, &v.From)
	number(c, &v.To)
}

func (c *coder) absence(v *agent.Absence) {
	c.time(&v.From)
	c.time(&v.Until)
}

func (c *coder) termination(v *agent.Termination) {
	word(c, &v.Cause)
	word(c, &v.State)
}

// packedHead is how many bytes the head of a packed referral takes: its ID, the
// time of its last event, and the position of its request, each at its place.
const packedHead = 16 + 12 + 8

// packedTime returns the time of a packed referral's last event.
func packedTime(b []byte) time.Time {
	return time.Unix(int64(binary.LittleEndian.Uint64(b[16:])), int64(binary.LittleEndian.Uint32(b[24:]))).UTC()
}

func packedPosition(b []byte) uint64 { return binary.LittleEndian.Uint64(b[28:]) }

// referral packs a referral, each by itself.
func (c *coder) referral(key *uuid.UUID, v *entry) {
	if !c.reading {
		c.buf = append(c.buf, key[:]...)
		c.buf = binary.LittleEndian.AppendUint64(c.buf, uint64(v.Changed.Unix()))
		c.buf = binary.LittleEndian.AppendUint32(c.buf, uint32(v.Changed.Nanosecond()))
		c.buf = binary.LittleEndian.AppendUint64(c.buf, v.position)
	} else if head := c.next(packedHead); head != nil {
		*key, v.Changed, v.position = uuid.UUID(head[:16]), packedTime(head), packedPosition(head)
	}
	c.unix, c.nano = v.Changed.Unix(), uint64(v.Changed.Nanosecond())
	requested := v.ID == *key // or it has events but none of its request, and no ID
	if c.flag(&requested); c.reading && requested {
		v.ID = *key
	}
	text(c, &v.Subject)
	word(c, &v.State)
	word(c, &v.ZIP)
	c.point(&v.Point)
	c.point(&v.Resolved)
	list(c, &v.Languages, (*coder).language)
	c.time(&v.Requested)
	word(c, &v.Status)
	c.offer(&v.Offer)
	list(c, &v.Past, (*coder).past)
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
	list(c, &v.Channels, (*coder).channel)
}

func (c *coder) past(v *referral.PastOffer) {
	c.offer(&v.Offer)
	word(c, &v.Ending)
	c.time(&v.EndedAt)
	list(c, &v.Reasons, (*coder).reason)
}

func (c *coder) reason(v *agent.Reason) {
	number(c, &v.Code)
	word(c, &v.State)
}
