package main

import (
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// problem is an error as it is answered (RFC 9457), as application/problem+json.
type problem struct {
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Rule   string    `json:"rule,omitempty"`  // the number of the rule that refuses it
	Field  string    `json:"field,omitempty"` // what cannot be read
	ID     uuid.UUID `json:"id,omitzero"`     // repeat the request with this ID
}

// errBehind: the engine has not read what the caller has seen, maybe since its store
// is away. If it never will, the position is of another log, or of this one before
// it was restored.
var errBehind = errors.New("this engine has not come so far yet: send it again, or, if it never does, look whether the position is of this log")

// requestError is an error of a request, with the ID to repeat it under if it is
// not known whether it was recorded.
type requestError struct {
	id uuid.UUID
	error
}

func (e *requestError) Unwrap() error { return e.error }

// problemOf says what an error is to a caller. Details of ours, such as where the
// store is, stay with us: they are logged.
func problemOf(err error) (p problem) {
	if rejection, ok := errors.AsType[*referral.Rejection](err); ok {
		p.Rule = rejection.Rule
	}
	p.Detail = err.Error()
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	input, unreadable := errors.AsType[*inputError](err)
	_, long := errors.AsType[*http.MaxBytesError](err)
	route, unrouted := errors.AsType[*routeError](err)
	switch {
	case unrouted:
		p.Status = route.status
	case unreadable:
		p.Status, p.Field = http.StatusBadRequest, input.field
	case long:
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, "the body is too long"
	case is(engine.ErrClock):
		p.Status, p.Detail = http.StatusServiceUnavailable, "the clock here or at another engine is wrong: nothing was recorded"
	case is(engine.ErrArchived):
		p.Status = http.StatusGone
	case is(referral.ErrNotFound):
		p.Status = http.StatusNotFound
	case is(referral.ErrExists, referral.ErrNotOffered, referral.ErrTooLate, referral.ErrAnswered, referral.ErrEnded):
		p.Status = http.StatusConflict
	case is(agent.ErrUnknown):
		p.Status = http.StatusNotFound
	case p.Rule != "":
		p.Status = http.StatusUnprocessableEntity
	case is(eventlog.ErrTooLarge):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, "this is more than the log takes at once: send less in one request"
	case is(eventlog.ErrUncertain):
		p.Status, p.Detail = http.StatusServiceUnavailable, "it is not known whether this was recorded: send it again as it is, a new referral with the same id; what took effect is answered as the first time"
		if request, ok := errors.AsType[*requestError](err); ok {
			p.ID = request.id
		}
	case is(errBehind):
		p.Status, p.Detail = http.StatusServiceUnavailable, errBehind.Error()
	default:
		p.Status, p.Detail = http.StatusServiceUnavailable, "the log cannot be reached now, and nothing was recorded: send it again"
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// refuse answers an error and returns the status.
func refuse(w http.ResponseWriter, err error) int {
	p := problemOf(err)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	reply(w, "application/problem+json", p.Status, p)
	return p.Status
}
