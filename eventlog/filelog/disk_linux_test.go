package filelog

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// TestReservedRoomIsNoPartOfTheFile reserves room and gives it back: neither
// shows in the file, and of a file that somebody else made longer nothing is cut.
func TestReservedRoomIsNoPartOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := []byte("a line\n")
	holds := func(when string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s the file holds %q, %v, want %q", when, got, err, want)
		}
	}
	if _, err := f.Write(want); err != nil {
		t.Fatal(err)
	}
	size := int64(len(want))
	reserve(f, size, 1<<20)
	holds("with room reserved")
	release(f, size)
	holds("with the room given back")
	want = append(want, "of another\n"...)
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	release(f, size)
	holds("made longer by somebody else,")
}

// TestReadNamedPipe reads lines through a pipe that stands where a file might.
func TestReadNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.jsonl")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := FileHead(path); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("FileHead of a pipe = %v, want an error", err)
	}
	d := newMemDisk()
	want := large(t, d, 1<<40, 20, 4)
	b := d.contents()[segmentName(1)]
	for cut := range 2 {
		go func() {
			if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
				f.Write(b[:len(b)-cut])
				f.Close()
			}
		}()
		got, err := readTo(t, "ReadFile", ReadFile(path))
		damage, _ := asDamage(err)
		if cut == 0 && (err != nil || diffLines(want, got) != "") || cut == 1 && (!errors.Is(err, eventlog.ErrTorn) || damage.File != path) {
			t.Errorf("a pipe with %d bytes cut off gives %d of %d records, %v", cut, len(got), len(want), err)
		}
	}
}
