package engine

import (
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// asking is a request for help on its way through the desk. There are many, so
// they are used again.
type asking struct {
	call
	engine  *Engine
	request referral.Request
	event   referral.Requested // what is recorded if the ID is new, but for ID and time
	data    []byte             // its data; nil if the request is refused
	result  referral.Referral
}

func newAsking() any {
	a := new(asking)
	a.call.decide, a.call.answer = a.decide, a.answer
	return a
}

// prepare makes it ask, and reads and writes the request in the caller's
// goroutine: whoever leads then only has to look whether the ID is new.
func (a *asking) prepare(e *Engine, c referral.Request) {
	a.engine, a.request, a.data, a.result, a.err = e, c, nil, referral.Referral{}, nil
	event, err := c.Requested()
	if err != nil {
		return
	}
	a.event = event
	a.data, _ = book.Encode(event)
}

func (a *asking) decide(s *step) error {
	if a.request.ID == uuid.Nil {
		a.request.ID = s.newID()
	}
	id := a.request.ID
	if s.draft.Archived(id) {
		return archived(id)
	}
	var err error
	if r, _ := s.draft.Peek(id); r == nil && a.data != nil {
		a.event.ID, a.event.At = id, s.at
		s.stageEncoded(book.Stream{Referral: id}, a.event, a.data)
	} else {
		a.request.At = s.at
		err = s.tryDecide(id, a.request)
	}
	a.result, _ = s.draft.Referral(id)
	return err
}

func (a *asking) answer() { a.engine.newest(&a.result, a.request.ID) }
