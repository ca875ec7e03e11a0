package book

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
)

// appendAgent packs the agent of a stream. The same agent is always packed in the
// same bytes, and in one at least.
func appendAgent(dst []byte, n agent.NPN, a *agent.Agent) []byte {
	c := coder{buf: dst}
	c.agent(n, a)
	return c.buf
}

// unpackAgent makes a, which is zero before, the agent that was packed, and
// reports whether the text means one.
func unpackAgent(a *agent.Agent, n agent.NPN, packed string) bool {
	c := reading(packed)
	c.agent(n, a)
	return c.sound()
}

// packedHead is how many bytes the head of a packed referral takes: its ID, the
// time of its last event, and the position of its request, each at its place.
const packedHead = 16 + 12 + 8

// packedTime returns the time of a packed referral's last event.
func packedTime(b []byte) time.Time {
	return time.Unix(int64(binary.LittleEndian.Uint64(b[16:])), int64(binary.LittleEndian.Uint32(b[24:]))).UTC()
}

func packedPosition(b []byte) uint64 { return binary.LittleEndian.Uint64(b[28:]) }

// appendReferral packs a referral.
func appendReferral(dst []byte, id uuid.UUID, r *entry) []byte {
	dst = append(dst, id[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.Changed.Unix()))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(r.Changed.Nanosecond()))
	dst = binary.LittleEndian.AppendUint64(dst, r.position)
	c := coder{buf: dst, unix: r.Changed.Unix(), nano: uint32(r.Changed.Nanosecond())}
	c.referral(id, r)
	return c.buf
}

// unpackReferral makes r, which is zero before, the referral that was packed,
// returns its ID, and reports whether the bytes mean one. It keeps none of them.
func unpackReferral(r *entry, packed []byte) (id uuid.UUID, ok bool) {
	if len(packed) < packedHead {
		return uuid.Nil, false
	}
	id, r.Changed, r.position = uuid.UUID(packed[:16]), packedTime(packed), packedPosition(packed)
	c := reading(string(packed[packedHead:]))
	c.unix, c.nano = r.Changed.Unix(), uint32(r.Changed.Nanosecond())
	c.referral(id, r)
	return id, c.sound() && soundTime(r.Changed.Unix(), 0)
}

// parts takes a stored book apart. It takes any bytes, as a [coder] does any text.
type parts struct {
	left []byte
	bad  bool
}

// next takes some bytes off what is left.
func (p *parts) next(n uint64) []byte {
	if n > uint64(len(p.left)) {
		p.bad, p.left = true, nil
		return nil
	}
	b := p.left[:n]
	p.left = p.left[n:]
	return b
}

func (p *parts) number() uint64 {
	v, n := binary.Uvarint(p.left)
	if n <= 0 {
		p.bad, p.left = true, nil
		return 0
	}
	p.left = p.left[n:]
	return v
}

// count reads how many things follow, each in at least some bytes.
func (p *parts) count(each uint64) int {
	n := p.number()
	if n > uint64(len(p.left))/each {
		p.bad, p.left = true, nil
		return 0
	}
	return int(n)
}

// part reads a length and what has it.
func (p *parts) part() []byte { return p.next(p.number()) }

// appendPart writes what [parts.part] reads.
func appendPart(dst, part []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(part))), part...)
}
