package referral

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent/wire"
)

// form reads or writes the data of an event, given by pointer, in its one
// canonical form: the keys and their order are those of the JSON tags.
func form(c *wire.Cursor, e any) {
	switch e := e.(type) {
	case *Requested:
		c.Key(`{"subject":`)
		c.Text(&e.Subject)
		c.Key(`,"state":`)
		wire.State(c, &e.State)
		if c.Has(`,"zip":`, e.ZIP != "") {
			wire.ZIP(c, &e.ZIP)
		}
		wire.PointIf(c, `,"point":`, &e.Point)
		wire.PointIf(c, `,"resolved":`, &e.Resolved)
		c.Key(`,"languages":`)
		wire.Languages(c, &e.Languages)
		c.Key(`}`)
	case *Offered:
		e.form(c)
	case *Accepted:
		c.Key(`{"by":`)
		c.Digits((*uint64)(&e.By))
		c.Key(`}`)
	case *Declined:
		c.Key(`{"by":`)
		c.Digits((*uint64)(&e.By))
		if c.Has(`,"reason":`, e.Reason != "") {
			wire.Word(c, &e.Reason)
			c.Want(e.Reason != "")
		}
		c.Key(`}`)
	case *Expired:
		c.Key(`{"from":`)
		c.Digits((*uint64)(&e.From))
		c.Key(`,"deadline":`)
		c.Time(&e.Deadline)
		c.Key(`}`)
	case *Rescinded:
		c.Key(`{"from":`)
		c.Digits((*uint64)(&e.From))
		c.Key(`,"reasons":`)
		for i := 0; wire.Next(c, &e.Reasons, i); i++ {
			e.Reasons[i].Form(c)
		}
		c.Key(`}`)
	case *Waiting:
		c.Key(`{`)
		c.TimeIf(`"until":`, &e.Until)
		c.Key(`}`)
	case *Exhausted, *Withdrawn:
		c.Key(`{}`)
	case *Contacted:
		c.Key(`{"by":`)
		c.Digits((*uint64)(&e.By))
		c.Key(`}`)
	case *OutcomeRecorded:
		c.Key(`{"by":`)
		c.Digits((*uint64)(&e.By))
		c.Key(`,"outcome":`)
		wire.Word(c, &e.Outcome)
		c.Key(`}`)
	default:
		c.Want(false)
	}
}

func (e *Offered) form(c *wire.Cursor) {
	c.Key(`{"to":`)
	c.Digits((*uint64)(&e.To))
	c.Key(`,"deadline":`)
	c.Time(&e.Deadline)
	c.Key(`,"language":`)
	wire.LanguageKey(c, &e.Language)
	if c.Has(`,"meters":`, e.Meters >= 0) {
		wire.Int(c, &e.Meters)
		c.Want(e.Meters >= 0)
	} else {
		e.Meters = -1
	}
	c.Key(`,"channels":`)
	wire.Words(c, &e.Channels)
	for _, channel := range e.Channels {
		c.Want(channel.Valid()) // what MarshalJSON writes of any other is escaped
	}
	c.Key(`}`)
}

// fromRecord sets what the record of an event, given by pointer, holds outside its
// data: the time, and of a request the referral's ID.
func fromRecord(e any, id uuid.UUID, at time.Time) {
	switch e := e.(type) {
	case *Requested:
		e.ID, e.At = id, at
	case *Offered:
		e.At = at
	case *Accepted:
		e.At = at
	case *Declined:
		e.At = at
	case *Expired:
		e.At = at
	case *Rescinded:
		e.At = at
	case *Waiting:
		e.At = at
	case *Exhausted:
		e.At = at
	case *Withdrawn:
		e.At = at
	case *Contacted:
		e.At = at
	case *OutcomeRecorded:
		e.At = at
	}
}
