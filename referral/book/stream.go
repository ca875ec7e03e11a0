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

// ParseStream reads what [Stream.String] writes, and nothing else. It allocates
// nothing but an error.
func ParseStream(name string) (s Stream, err error) {
	ok := name == "desk"
	if npn, is := strings.CutPrefix(name, "agent/"); is {
		s.Agent, err = agent.ParseNPN(npn)
		ok = err == nil
	} else if id, is := strings.CutPrefix(name, "referral/"); is {
		s.Referral, ok = parseID(id)
	}
	if !ok {
		return Stream{}, fmt.Errorf("book: %.60q is no stream: want agent/<npn>, referral/<uuid> or desk", name)
	}
	return s, nil
}

// parseID reads an ID in its one canonical form, with small letters; the nil
// UUID is no ID.
func parseID(text string) (id uuid.UUID, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return uuid.Nil, false
	}
	var bad byte
	for i, at := range [...]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, low := digits[text[at]], digits[text[at+1]]
		bad |= high | low
		id[i] = high<<4 | low&0xf
	}
	if bad > 0xf || id == uuid.Nil {
		return uuid.Nil, false
	}
	return id, true
}

// digits is the value of each hexadecimal digit, and 0xff of every other byte.
var digits = func() (value [256]byte) {
	for i := range value {
		value[i] = 0xff
	}
	for i, c := range "0123456789abcdef" {
		value[c] = byte(i)
	}
	return value
}()
