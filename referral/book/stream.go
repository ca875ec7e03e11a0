package book

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
)

// Stream says what an event is about: one agent, one referral, or, as the zero
// Stream, the desk itself. Streams are comparable.
type Stream struct {
	Agent    agent.NPN
	Referral uuid.UUID
}

// String returns the stream's name in a log: "agent/<npn>", "referral/<uuid>"
// or "desk".
func (s Stream) String() string {
	switch {
	case s.Agent != 0:
		return "agent/" + s.Agent.String()
	case s.Referral != uuid.Nil:
		return "referral/" + s.Referral.String()
	}
	return "desk"
}

// ParseStream reads what [Stream.String] writes, and nothing else.
func ParseStream(name string) (s Stream, err error) {
	if npn, ok := strings.CutPrefix(name, "agent/"); ok {
		s.Agent, err = agent.ParseNPN(npn)
	} else if id, ok := strings.CutPrefix(name, "referral/"); ok {
		s.Referral, err = uuid.Parse(id)
	}
	if err != nil || s.String() != name {
		return Stream{}, fmt.Errorf("book: %.60q is no stream: want agent/<npn>, referral/<uuid> or desk", name)
	}
	return s, nil
}
