package filelog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
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
