package main

import (
	"context"
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
var errBehind = errors.New("this engine has not come so far yet, and nothing was recorded: send it again, or, if it never does, look whether the position is of this log")

// requestError is an error of a request for a referral, with its ID: it is repeated
// under that if it is not known whether it was recorded.
type requestError struct {
	id uuid.UUID
	error
}

func (e *requestError) Unwrap() error { return e.error }

// problemOf says what an error is to a caller, who wanted to read alone or to have
// something recorded. Details of ours, such as where the store is, stay with us: they
// are logged.
func problemOf(err error, reads bool) (p problem) {
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
	case is(errBehind):
		p.Status, p.Detail = http.StatusServiceUnavailable, errBehind.Error()
	case reads: // whatever became of what the engine had to record meanwhile
		p.Status, p.Detail = http.StatusServiceUnavailable, "this cannot be answered now: ask again"
	case is(eventlog.ErrUncertain), is(spent...):
		p.Status, p.Detail = http.StatusServiceUnavailable, "it is not known whether this was recorded: send it again as it is, a new referral with the same id; what took effect is answered as the first time"
		if request, ok := errors.AsType[*requestError](err); ok {
			p.ID = request.id
		}
	case is(eventlog.ErrTooLarge):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, "this is more than the log takes at once: send less in one request"
	case is(engine.ErrAway, context.DeadlineExceeded, context.Canceled):
		p.Status, p.Detail = http.StatusServiceUnavailable, "this was not done in time, and nothing was recorded: send it again"
	default: // the store's, or the engine's own: either way it has recorded nothing, as its documentation says
		p.Status, p.Detail = http.StatusServiceUnavailable, "this could not be done, and nothing was recorded: send it again"
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// spent are the errors after which an engine cannot use its log any more, and this
// process ends. The command that met one may have been recorded.
var spent = []error{
	engine.ErrClosed, eventlog.ErrClosed, eventlog.ErrPoisoned, eventlog.ErrCorrupt, eventlog.ErrLost, eventlog.ErrDiverged,
}

// refuse answers a request with an error, and returns the status.
func refuse(w http.ResponseWriter, r *http.Request, err error) int {
	p := problemOf(err, r.Method == http.MethodGet || r.Method == http.MethodHead)
	reply(w, "application/problem+json", p.Status, p)
	return p.Status
}
