package book

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/referral"
)

// Reader folds the records of a log, one after the other, without an allocation
// for their events. It keeps the texts and lists that come again. The zero Reader
// is ready; it is for one goroutine at a time.
type Reader struct {
	memory wire.Memory
	lawful bool   // a referral's event that is not [referral.Lawful] is refused
	name   string // of the last stream, since several records of one come together
	last   Stream
}

// stream is [ParseStream].
func (r *Reader) stream(name string) (Stream, error) {
	if name == r.name && name != "" {
		return r.last, nil
	}
	s, err := ParseStream(name)
	if err == nil {
		r.name, r.last = name, s
	}
	return s, err
}

// Agent makes a the agent after the event of a record in the stream of n:
// [agent.Apply] of what [Decode] reads. An error is Decode's, and leaves a as it
// was.
func (r *Reader) Agent(a *agent.Agent, n agent.NPN, kind string, data []byte) error {
	s := Stream{Agent: n}
	if kind == (agent.Registered{}).Kind() { // its NPN must be the stream's
		e, err := Decode(s, kind, time.Time{}, data)
		if err == nil {
			*a = agent.Apply(*a, e)
		}
		return err
	}
	if n != 0 && agent.Fold(a, &r.memory, kind, data) == nil {
		return nil
	}
	return refusal(s, kind, time.Time{}, data)
}

// Referral makes x the referral after the event of a record in the stream of id,
// recorded at an instant: [referral.Apply] of what [Decode] reads. An error is
// Decode's, and leaves x as it was.
func (r *Reader) Referral(x *referral.Referral, id uuid.UUID, kind string, at time.Time, data []byte) error {
	fold := referral.Fold
	if r.lawful {
		fold = referral.FoldLawful
	}
	if id != uuid.Nil {
		err := fold(x, &r.memory, kind, id, at, data)
		if _, unlawful := err.(*referral.Rejection); err == nil || unlawful {
			return err
		}
	}
	return refusal(Stream{Referral: id}, kind, at, data)
}

// refusal returns why a record is not folded.
func refusal(s Stream, kind string, at time.Time, data []byte) error {
	if _, err := Decode(s, kind, at, data); err != nil {
		return err
	}
	return misplaced(s, kind)
}
