package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// sample holds one value of every sort.
type sample struct {
	Text  string    `json:"text"`
	Word  string    `json:"word"`
	Whole int64     `json:"whole"`
	Small uint8     `json:"small"`
	Is    bool      `json:"is"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
	Words []string  `json:"words"`
}

func (s *sample) form(c *Cursor) {
	c.Key(`{"text":`)
	c.Text(&s.Text)
	c.Key(`,"word":`)
	Word(c, &s.Word)
	c.Key(`,"whole":`)
	Int(c, &s.Whole)
	c.Key(`,"small":`)
	Int(c, &s.Small)
	c.Key(`,"is":`)
	c.Bool(&s.Is)
	c.Key(`,"at":`)
	c.Time(&s.At)
	c.TimeIf(`,"until":`, &s.Until)
	c.Key(`,"words":`)
	Words(c, &s.Words)
	c.Key(`}`)
}

var (
	noon   = time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	whole  = sample{"a <b> é", "Tampa", -12, 255, true, noon, noon.Add(1), []string{"x", "y"}}
	canons = []string{
		`{"text":"a <b> é","word":"Tampa","whole":-12,"small":255,"is":true,"at":"2026-11-23T17:00:00Z","until":"2026-11-23T17:00:00.000000001Z","words":["x","y"]}`,
		`{"text":"","word":"","whole":0,"small":0,"is":false,"at":"0001-01-01T00:00:00Z","words":[]}`,
		`{"text":"` + "\x7f\u00a0\U0001f600" + `","word":"]","whole":999999999999999999,"small":9,"is":false,"at":"9999-12-31T23:59:59.999999999Z","words":["",""]}`,
	}
)

func TestCursorReadsAndWrites(t *testing.T) {
	var m Memory
	for range 3 {
		for _, text := range canons {
			want, err := Decode(([]byte)(text), func(sample) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			var got sample
			c := Reading([]byte(text), &m)
			got.form(&c)
			if !c.Done() || !equal(got, want) {
				t.Errorf("%s reads as %+v, want %+v", text, got, want)
			}
			var room Room
			c = Writing(&room)
			want.form(&c)
			if !c.Done() || string(c.Written()) != text {
				t.Errorf("%+v is written as %s, want %s", want, c.Written(), text)
			}
		}
	}
}

func equal(a, b sample) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y) && a.At == b.At && a.Until == b.Until && (a.Words == nil) == (b.Words == nil)
}

// What is not in canonical form is not read.
func TestCursorGivesUp(t *testing.T) {
	for _, change := range [][2]string{
		{`{"text"`, `{ "text"`}, {`"text"`, `"Text"`}, {`]}`, `]} `}, {`]}`, `]}}`}, {`]}`, `]`}, {`"x","y"`, `"x", "y"`}, {`"x","y"`, `"x","y",`}, {`"x","y"`, `,"y"`},
		{`"x","y"`, `"x""y"`}, {`["x"`, `[["x"]`}, {`["x"`, `"x"`}, {`"x","y"`, `null`}, {`-12`, `-0`}, {`-12`, `012`}, {`-12`, `1.5`}, {`-12`, `1e3`}, {`-12`, ``}, {`-12`, `-`},
		{`-12`, `+1`}, {`-12`, `"1"`}, {`-12`, `1000000000000000000`}, {`255`, `256`}, {`255`, `-1`}, {`true`, `True`}, {`true`, `1`}, {`true`, `null`},
		{`00:00Z`, `00:00+00:00`}, {`00:00Z`, `00:00`}, {`2026-11-23T17:00:00Z`, `2026-11-23T25:00:00Z`}, {`2026-11-23T17:00:00Z`, `2026-02-30T17:00:00Z`},
		{`"2026-11-23T17:00:00Z"`, `""`}, {`"2026-11-23T17:00:00Z"`, `"Z"`}, {`2026-11-23T17:00:00.000000001Z`, `0001-01-01T00:00:00Z`},
		{`Tampa`, `Tam\u0070a`}, {`Tampa`, `Tam\"pa`}, {`Tampa`, "Tam\npa"}, {`Tampa`, "Tam\xffpa"}, {`Tampa`, "\xed\xa0\x80"}, {`"Tampa"`, `Tampa`}, {`"Tampa"`, `"Tampa`},
	} {
		data := strings.Replace(canons[0], change[0], change[1], 1)
		if data == canons[0] {
			t.Fatalf("%q is not in %s", change[0], data)
		}
		var got sample
		c := Reading([]byte(data), nil)
		if got.form(&c); c.Done() {
			t.Errorf("%s reads as %+v", data, got)
		}
	}
	for i := range len(canons[0]) {
		var got sample
		c := Reading([]byte(canons[0][:i]), new(Memory))
		if got.form(&c); c.Done() {
			t.Errorf("%s reads as %+v", canons[0][:i], got)
		}
	}
}

// What encoding/json escapes or refuses, and what no room holds, is not written.
func TestCursorDoesNotWrite(t *testing.T) {
	for why, change := range map[string]func(*sample){
		"a quote":       func(s *sample) { s.Text = `"` },
		"a backslash":   func(s *sample) { s.Word = `\` },
		"a control":     func(s *sample) { s.Word = "\x1f" },
		"no UTF-8":      func(s *sample) { s.Text = "\xff" },
		"a separator":   func(s *sample) { s.Text = "\u2028" },
		"another":       func(s *sample) { s.Words = []string{"\u2029"} },
		"no list":       func(s *sample) { s.Words = nil },
		"a far year":    func(s *sample) { s.At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"a long text":   func(s *sample) { s.Text = strings.Repeat("a", len(Room{})) },
		"long texts":    func(s *sample) { s.Words = []string{strings.Repeat("a", 300), strings.Repeat("a", 300)} },
		"a list's end":  func(s *sample) { s.Text = strings.Repeat("a", len(Room{})-len(canons[0])+len(s.Text)+1) },
		"a time's room": func(s *sample) { s.Text = strings.Repeat("a", 430) },
	} {
		s := whole
		change(&s)
		var room Room
		c := Writing(&room)
		if s.form(&c); c.Done() {
			t.Errorf("%s is written: %s", why, c.Written())
		}
	}
	fits := whole
	fits.Text = strings.Repeat("a", len(Room{})-len(canons[0])+len(fits.Text))
	var room Room
	c := Writing(&room)
	if fits.form(&c); !c.Done() || len(c.Written()) != len(room) {
		t.Errorf("what fills the room is not written: %s", c.Written())
	}
}

func TestDigits(t *testing.T) {
	for text, want := range map[string]uint64{
		`"1"`: 1, `"9999999999"`: 9_999_999_999, `"0"`: 0, `"01"`: 0, `"10000000000"`: 0, `""`: 0, `17`: 0, `"1x"`: 0, `"+1"`: 0, `"18446744073709551617"`: 0,
	} {
		var n uint64
		c := Reading([]byte(text), nil)
		if c.Digits(&n); c.Done() != (want > 0) || want > 0 && n != want {
			t.Errorf("%s reads as %d, %v, want %d", text, n, c.Done(), want)
		}
	}
	n := uint64(math.MaxUint64)
	var room Room
	c := Writing(&room)
	if c.Digits(&n); string(c.Written()) != `"18446744073709551615"` {
		t.Errorf("%d is written as %s", n, c.Written())
	}
}

// FuzzCursor holds that what a cursor reads is what Decode reads, whether a
// memory is new or knows it, and that what it writes is what Encode writes.
func FuzzCursor(f *testing.F) {
	for _, text := range canons {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"text":"\u2028` + "\u2028" + `","word":"","whole":1,"small":1,"is":true,"at":"2026-11-23T17:00:00Z","words":["a]"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		want, err := Decode(data, func(sample) error { return nil })
		if err == nil && (want.At.Location() != time.UTC || want.Until.Location() != time.UTC) {
			err = errors.New("not in UTC")
		}
		var m Memory
		for range 4 {
			var got sample
			c := Reading(data, &m)
			if got.form(&c); c.Done() && (err != nil || !equal(got, want)) {
				t.Fatalf("%s reads as %+v, want %+v, %v", data, got, want, err)
			}
		}
		if err != nil {
			return
		}
		var room Room
		c := Writing(&room)
		slow, err := Encode(want)
		if want.form(&c); c.Done() && (err != nil || !bytes.Equal(c.Written(), slow)) {
			t.Fatalf("%+v is written as %s, want %s, %v", want, c.Written(), slow, err)
		}
	})
}
