package eventlog

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowPrefix is the slow twin of [ParsePrefix]: it tries every length.
func slowPrefix(b []byte) (r Record, n int, ok bool) {
	for n := range len(b) + 1 {
		if r, err := ParseLine(b[:n]); err == nil {
			return r, n, true
		}
	}
	return Record{}, 0, false
}

func comparePrefix(t *testing.T, b []byte) {
	t.Helper()
	r, n, err := ParsePrefix(b)
	want, wantN, ok := slowPrefix(b)
	if ok != (err == nil) || n != wantN {
		t.Fatalf("ParsePrefix(%q) = %d, %v, the slow twin says %d, %t", b, n, err, wantN, ok)
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Fatalf("ParsePrefix(%q): (-twin +got)\n%s", b, diff)
	}
}

// TestParsePrefix reads lines that end anywhere, that others follow, and in which
// any byte is changed.
func TestParsePrefix(t *testing.T) {
	for _, body := range golden[1:] {
		line := []byte(body + `,"sum":"` + strings.Repeat("0f", 32) + `"}`)
		for n := range line {
			if _, _, err := ParsePrefix(line[:n]); err != io.ErrUnexpectedEOF {
				t.Errorf("ParsePrefix of the first %d bytes of a line = %v, want io.ErrUnexpectedEOF", n, err)
			}
			if testing.Short() && n%8 != 0 {
				continue
			}
			spoiled := bytes.Clone(line)
			spoiled[n] = 0
			comparePrefix(t, spoiled)
			if _, _, err := ParsePrefix(append(spoiled, line...)); err == nil || err == io.ErrUnexpectedEOF {
				t.Errorf("ParsePrefix of a line with a zero at %d = %v, want what is wrong", n, err)
			}
		}
		for _, behind := range []string{"", "\n", "}", "garbage", string(line)} {
			comparePrefix(t, append(bytes.Clone(line), behind...))
		}
	}
}

func FuzzParsePrefix(f *testing.F) {
	f.Add([]byte(golden[1] + `,"sum":"` + strings.Repeat("0f", 32) + `"}` + "\n{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4096 {
			comparePrefix(t, b)
		}
	})
}
