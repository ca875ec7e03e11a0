package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/book"
)

// snapshot is a book and the head of the log that it stands at. As a file it is
// the line below, the head's sum, the stored book, and the SHA-256 of all that.
type snapshot struct {
	head eventlog.Head
	book *book.Book
}

const snapshotLine = "relevo snapshot 1\n"

// sealSnapshot returns the bytes of a snapshot.
func sealSnapshot(sum eventlog.Hash, still *book.Still) []byte {
	data := still.Append(append([]byte(snapshotLine), sum[:]...))
	whole := sha256.Sum256(data)
	return append(data, whole[:]...)
}

// errDamaged: the bytes are not those that were written.
var errDamaged = errors.New("it is damaged")

// readSnapshot reads what sealSnapshot wrote, at a position, of a desk that keeps
// ended referrals as long; whether it is of this log is not known by that. The
// snapshot keeps data. It is hashed while it is read, on another core if there
// is one, and what was read counts only if the hash holds.
func readSnapshot(data []byte, position eventlog.Position, keep time.Duration) (snapshot, error) {
	n := len(data) - sha256.Size
	if n < 0 {
		return snapshot{}, errDamaged
	}
	holds := make(chan bool, 1)
	go func() { holds <- sha256.Sum256(data[:n]) == [sha256.Size]byte(data[n:]) }()
	s, err := unpackSnapshot(data[:n], position, keep)
	if !<-holds {
		return snapshot{}, errDamaged
	}
	return s, err
}

// unpackSnapshot reads a snapshot whose hash is another's to check.
func unpackSnapshot(data []byte, position eventlog.Position, keep time.Duration) (snapshot, error) {
	rest, ok := bytes.CutPrefix(data, []byte(snapshotLine))
	if !ok || len(rest) < len(eventlog.Hash{}) {
		return snapshot{}, errors.New("it is of another version")
	}
	s := snapshot{head: eventlog.Head{Position: position, Sum: eventlog.Hash(rest)}}
	b, err := book.Restore(rest[len(eventlog.Hash{}):])
	if err != nil {
		return snapshot{}, err
	}
	at, _ := b.Position()
	switch {
	case at != uint64(position):
		return snapshot{}, fmt.Errorf("it is of position %d", at)
	case b.Keep() != keep:
		return snapshot{}, fmt.Errorf("it keeps ended referrals for %v, and Options.Keep says %v", b.Keep(), keep)
	}
	s.book = b
	return s, nil
}

// fit finds the snapshot's record in a log and takes its head from there. An
// error says that the log is not the one that the snapshot was taken of, or that
// it cannot be read.
func (s *snapshot) fit(ctx context.Context, log eventlog.Log) error {
	for r, err := range log.Read(ctx, s.head.Position-1) {
		switch {
		case err != nil:
			return err
		case r.Position != s.head.Position || r.Sum != s.head.Sum:
			return errors.New("the log has another record at its position")
		case !r.Head().Whole():
			return errors.New("it stands inside an append")
		}
		s.head = r.Head()
		return nil
	}
	return errors.New("the log ends before it")
}
