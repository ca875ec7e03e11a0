package book

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// coder writes values to bytes or reads them back: one description of the
// fields serves both ways, so that the two cannot part. Writing changes nothing
// of what it writes, which others may be reading. Reading takes any bytes: what
// they cannot mean is bad, and from there on everything reads as zero.
type coder struct {
	buf     []byte // what is written, or what is left to read
	reading bool
	bad     bool
	unix    int64             // of the last time, from which the next one counts
	nano    uint64            // of the last time, which the next one often has too
	words   map[string]string // read so far; nil if they are not to be shared
}

func (c *coder) fail() {
	c.bad, c.buf = true, nil
}

// next takes some bytes off what is left to read.
func (c *coder) next(n uint64) []byte {
	if n > uint64(len(c.buf)) {
		c.fail()
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	read, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail()
		read, n = 0, 0
	}
	*v, c.buf = read, c.buf[n:]
}

// count writes a number of things to come, or reads it: each takes at least
// some bytes, so there are never more than what is left can hold.
func (c *coder) count(n int, each uint64) int {
	v := uint64(n)
	c.uint(&v)
	if c.reading && v > uint64(len(c.buf))/each {
		c.fail()
		v = 0
	}
	return int(v)
}

func number[N ~int | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint64](c *coder, v *N) {
	zigzag := uint64(int64(*v)<<1) ^ uint64(int64(*v)>>63)
	c.uint(&zigzag)
	if c.reading {
		read := int64(zigzag>>1) ^ -int64(zigzag&1)
		if *v = N(read); int64(*v) != read {
			*v = 0
			c.fail()
		}
	}
}

func (c *coder) flag(v *bool) {
	var bit uint64
	if *v {
		bit = 1
	}
	if c.uint(&bit); !c.reading {
		return
	}
	if *v = bit == 1; bit > 1 {
		c.fail()
	}
}

func text[S ~string](c *coder, v *S) {
	n := c.count(len(*v), 1)
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	*v = S(c.next(uint64(n)))
}

// word is text of which there are few different ones; those of the rulebook take
// one byte, and the others share theirs when they are read.
func word[S ~string](c *coder, v *S) {
	if !c.reading {
		if i := slices.Index(dictionary, string(*v)); i >= 0 {
			c.buf = append(c.buf, byte(i)<<1|1)
			return
		}
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*v))<<1)
		c.buf = append(c.buf, *v...)
		return
	}
	var n uint64
	if c.uint(&n); n&1 == 1 {
		if n >>= 1; n >= uint64(len(dictionary)) {
			c.fail()
			n = 0
		}
		*v = S(dictionary[n])
		return
	}
	b := c.next(n >> 1)
	s, known := c.words[string(b)]
	if !known {
		if s = string(b); c.words != nil {
			c.words[s] = s
		}
	}
	*v = S(s)
}

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

// time writes an instant, which is in UTC, by its distance from the last one.
func (c *coder) time(v *time.Time) {
	if !c.reading {
		if v.IsZero() {
			c.buf = append(c.buf, 0)
			return
		}
		unix := v.Unix()
		away := unix - c.unix
		c.unix = unix
		c.buf = binary.AppendUvarint(c.buf, (uint64(away<<1)^uint64(away>>63))+1)
		c.buf = binary.AppendUvarint(c.buf, uint64(v.Nanosecond())^c.nano)
		c.nano = uint64(v.Nanosecond())
		return
	}
	var away, nano uint64
	if c.uint(&away); away == 0 {
		*v = time.Time{}
		return
	}
	c.uint(&nano)
	if nano ^= c.nano; nano >= uint64(time.Second) {
		c.fail()
		nano = 0
	}
	c.nano = nano
	away--
	c.unix += int64(away>>1) ^ -int64(away&1)
	*v = time.Unix(c.unix, int64(nano)).UTC()
}

// list tells a list that is nil from an empty one.
func list[T any](c *coder, v *[]T, each func(*coder, *T)) {
	n := 0
	if *v != nil {
		n = len(*v) + 1
	}
	if n = c.count(n, 1); !c.reading {
		for i := range *v {
			each(c, &(*v)[i])
		}
		return
	}
	if *v = nil; n == 0 {
		return
	}
	*v = make([]T, 0, min(n-1, 16))
	for range n - 1 {
		if c.bad {
			return
		}
		*v = append(*v, *new(T))
		each(c, &(*v)[len(*v)-1])
	}
}

func (c *coder) point(v *geo.Point) {
	known := v.Known()
	lat, lng := v.E7()
	if c.flag(&known); !known {
		return // what is read into has none either
	}
	number(c, &lat)
	number(c, &lng)
	if c.reading {
		p, err := geo.PointE7(lat, lng)
		if err != nil {
			c.fail()
		}
		*v = p
	}
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
