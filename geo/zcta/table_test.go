package zcta

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

// TestUnpackRefusesDamage changes the packed bytes and the columns in them, and
// wants an error, or, where a change keeps the form, a table, but never a panic.
func TestUnpackRefusesDamage(t *testing.T) {
	if _, err := unpack(nil); err == nil {
		t.Error("unpack(nil) gives no error")
	}
	if _, err := unpack(packed[:len(packed)/2]); err == nil {
		t.Error("unpack of half the bytes gives no error")
	}
	whole, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(b []byte) []byte
	}{
		{"a row too many", func(b []byte) []byte { b[0]++; return b }},
		{"a ZIP that stands twice", func(b []byte) []byte { b[6] = 0; return b }},
		{"the last number is missing", func(b []byte) []byte { return b[:len(b)-1] }},
		{"a number too many", func(b []byte) []byte { return append(b, 0) }},
		{"a set that is no state's", func(b []byte) []byte { return bytes.Replace(b, []byte("\x02MARI"), []byte("\x02MAXX"), 1) }},
		{"an empty set", func(b []byte) []byte { return bytes.Replace(b, []byte("\x71\x01PR"), []byte("\x72\x00\x01PR"), 1) }},
		{"a run of a set that is not there", func(b []byte) []byte { b[len(b)-3] |= 0x7f; return b }},
	}
	for _, test := range tests {
		if _, err := unpack(pack(t, test.change(slices.Clone(whole)))); err == nil {
			t.Errorf("%s: unpack gives no error", test.name)
		}
	}
	for i := 0; i < len(whole); i += len(whole)/40 + 1 {
		b := slices.Clone(whole)
		b[i] ^= 0xff
		if got, err := unpack(pack(t, b)); (got == nil) == (err == nil) {
			t.Errorf("byte %d changed: unpack = %v, %v, want a table or an error", i, got, err)
		}
	}
}

func pack(t *testing.T, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

func TestPointRefusesWhatIsOffTheEarth(t *testing.T) {
	for _, p := range [][2]int64{{900_001, 0}, {-900_001, 0}, {0, 1_800_001}, {0, -1_800_001}, {-1 << 63, 0}, {0, 1<<63 - 1}} {
		if got, err := point(p[0], p[1]); err == nil {
			t.Errorf("point(%d, %d) = %v, want an error", p[0], p[1], got)
		}
	}
	if got, err := point(279_534, -824_535); err != nil || got.String() != "27.9534000,-82.4535000" {
		t.Errorf("point(279534, -824535) = %v, %v, want 27.9534000,-82.4535000", got, err)
	}
}

func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	var last geo.States
	for b.Loop() {
		t, err := unpack(packed)
		if err != nil {
			b.Fatal(err)
		}
		last = t.places[0].States
	}
	if last != geo.StatesOf("PR") {
		b.Fatalf("the first ZIP lies in %v, want PR", last)
	}
}
