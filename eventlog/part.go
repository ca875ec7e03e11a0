package eventlog

import (
	"bytes"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// partSize is about how many bytes of lines are verified together.
const partSize = 32 << 10

// part is some whole lines of an input, and what they are found to hold.
type part struct {
	head   Head // before the lines; when they are verified, behind those that are good
	lines  []byte
	offset int64 // of the lines in the input

	records []Record
	good    int   // the length of the lines that are good
	err     error // what is wrong with the next

	done chan struct{} // holds a token when the part is verified
}

// verify reads the records of a part, which share nothing with its lines.
func (p *part) verify() {
	p.records, p.good, p.err = p.head.NextLines(p.records[:0], bytes.Clone(p.lines))
	if damage, ok := errors.AsType[*CorruptError](p.err); ok {
		damage.Offset = p.offset + int64(p.good)
	}
	p.done <- struct{}{}
}

// verify verifies parts on all cores, the first ones first. The caller waits for
// each, and calls stop, which leaves nothing behind.
func verify(parts []*part) (stop func()) {
	if len(parts) <= 1 { // little came: it is not worth goroutines
		for _, p := range parts {
			p.verify()
		}
		return func() {}
	}
	var begun atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		all.Go(func() {
			for i := begun.Add(1); int(i) <= len(parts); i = begun.Add(1) {
				parts[i-1].verify()
			}
		})
	}
	return func() {
		begun.Store(int64(len(parts)))
		all.Wait()
	}
}
