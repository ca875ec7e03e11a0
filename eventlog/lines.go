package eventlog

import "bytes"

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
	var (
		head    = *h // here, not there: what is on the stack is cheaper to change
		chain   chainer
		prev    = head.Sum.appendHex(make([]byte, 0, hexLen))
		kinds   = make(map[string]string, 32)
		streams = make([]byte, 0, len(lines)/8)
		ends    = make([]int, 0, len(lines)/256) // of each record's stream
		from    = len(dst)
	)
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
		streams = append(streams, stream...)
		ends = append(ends, len(streams))
		if r.Kind = kinds[string(kind)]; r.Kind == "" {
			r.Kind = string(kind)
			kinds[r.Kind] = r.Kind
		}
		prev = line[len(line)-len(`"}`)-hexLen : len(line)-len(`"}`)]
		n += end + 1
	}
	at, all := 0, string(streams)
	for i := range dst[from:] {
		dst[from+i].Stream = all[at:ends[i]]
		at = ends[i]
	}
	*h = head
	return dst, n, err
}
