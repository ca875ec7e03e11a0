package eventlog

import (
	"bytes"
	"errors"
	"sync"
)

// NextLines parses lines that stand one after another, each with its newline,
// and moves h on over their records, as [Head.NextLine] does line by line, at
// less cost. It appends the records to dst and returns them with the number of
// bytes they take. That is all of lines unless the end has no newline yet or a
// line is bad: the error is then a [CorruptError] for the first bad one, and h
// stands before it.
//
// A record's Data is a piece of lines, without room to grow into the next.
// Streams and kinds are shared among the records of a call: who keeps one of
// them for long keeps the names of all.
func (h *Head) NextLines(dst []Record, lines []byte) (records []Record, n int, err error) {
	var chain chainer
	head, from := *h, len(dst) // here, not there: what is on the stack is cheaper to change
	prev := head.Sum.appendHex(make([]byte, 0, hexLen))
	names := namesPool.Get().(*names)
	for err == nil {
		end := bytes.IndexByte(lines[n:], '\n')
		if end < 0 {
			break
		}
		line := lines[n : n+end]
		dst = append(dst, Record{})
		r := &dst[len(dst)-1]
		stream, kind, wrong := r.parse(line)
		if wrong != nil {
			err = head.corrupt(wrong)
		} else {
			err = head.next(r, &chain, prev, line[:len(line)-sumTail])
		}
		if err != nil {
			dst = dst[:len(dst)-1]
			break
		}
		r.Kind = names.kind(kind)
		names.streams = append(names.streams, stream...)
		names.ends = append(names.ends, len(names.streams))
		prev = line[len(line)-len(`"}`)-hexLen : len(line)-len(`"}`)]
		n += end + 1
	}
	names.give(dst[from:])
	namesPool.Put(names)
	*h = head
	return dst, n, err
}

// NextAppend moves h on over the first append of records that another log sealed, and
// appends their lines, each with its newline, to dst: what an [Importer] stores. It
// returns the lines, and how many records they are. The lines are held to what
// [Head.NextLines] takes, so that nothing is stored that cannot be read. Records that
// end inside the append are [ErrTorn]. If there is an error, h stays, and the lines are
// dst.
func (h *Head) NextAppend(dst []byte, records []Record) (lines []byte, n int, err error) {
	lines = dst
	for whole := false; n < len(records) && !whole; n++ {
		lines = append(records[n].AppendLine(lines), '\n')
		whole = records[n].Head().Whole()
	}
	head := *h
	read, _, err := head.NextLines(nil, lines[len(dst):])
	switch {
	case err != nil:
	case len(read) != n:
		err = h.corrupt(errors.New("eventlog: a record here is more than one line"))
	case !head.Whole():
		err = h.corrupt(ErrTorn)
	}
	if err != nil {
		return dst, 0, err
	}
	*h = head
	return lines, n, nil
}

// names are the streams and kinds of records that are read together.
type names struct {
	kinds   map[string]string
	streams []byte // one after the other
	ends    []int  // of each record's stream
}

// namesPool keeps names for their room, and for the kinds, which come again.
var namesPool = sync.Pool{New: func() any { return &names{kinds: map[string]string{}} }}

// manyKinds is how many kinds are remembered at most.
const manyKinds = 256

// kind returns a kind, which is the same string each time if it comes again.
func (n *names) kind(kind []byte) string {
	if k, ok := n.kinds[string(kind)]; ok {
		return k
	}
	if len(n.kinds) >= manyKinds {
		clear(n.kinds)
	}
	k := string(kind)
	n.kinds[k] = k
	return k
}

// give hands their streams to the records, and forgets them.
func (n *names) give(records []Record) {
	at, all := 0, string(n.streams)
	for i := range records {
		records[i].Stream = all[at:n.ends[i]]
		at = n.ends[i]
	}
	n.streams, n.ends = n.streams[:0], n.ends[:0]
}
