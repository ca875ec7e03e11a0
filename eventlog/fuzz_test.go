package eventlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// slowLine reads a line as the slow twin of [ParseLine]: through encoding/json,
// and by writing what it read once more with fmt and comparing the bytes.
func slowLine(line []byte) (Record, error) {
	if len(line) > MaxLine || !utf8.Valid(line) {
		return Record{}, errors.New("too long, or not UTF-8")
	}
	var wire struct {
		Position    Position
		ID          uuid.UUID
		Time        time.Time
		Stream      string
		Kind        string
		Data        json.RawMessage
		First, Last *Position
		Sum         Hash
	}
	if err := json.Unmarshal(line, &wire); err != nil {
		return Record{}, err
	}
	r := Record{
		Position: wire.Position,
		Entry:    Entry{ID: wire.ID, Stream: wire.Stream, Kind: wire.Kind, Time: wire.Time.UTC(), Data: wire.Data},
		First:    wire.Position, Last: wire.Position,
		Sum: wire.Sum,
	}
	extent := ""
	if wire.First != nil && wire.Last != nil {
		r.First, r.Last = *wire.First, *wire.Last
		if r.First == 0 || r.First >= r.Last || r.Position < r.First || r.Position > r.Last {
			return Record{}, errors.New("extent")
		}
		extent = fmt.Sprintf(`,"first":%d,"last":%d`, r.First, r.Last)
	}
	again := fmt.Sprintf(`{"position":%d,"id":"%v","time":"%s","stream":"%s","kind":"%s","data":%s%s,"sum":"%x"}`,
		r.Position, r.ID, r.Time.Format(time.RFC3339Nano), r.Stream, r.Kind, r.Data, extent, r.Sum[:])
	if again != string(line) {
		return Record{}, errors.New("not canonical")
	}
	if y := r.Time.Year(); y < 1 || y > 9999 {
		return Record{}, errors.New("year")
	}
	if r.Position < 1 || r.Last > MaxPosition || r.ID == uuid.Nil || !slowName.MatchString(r.Stream) || !slowName.MatchString(r.Kind) {
		return Record{}, errors.New("position, id, stream or kind")
	}
	return r, slowObject(r.Data)
}

var slowName = regexp.MustCompile(`^[ !#-\[\]-~]{1,255}$`)

// slowObject is the slow twin of [scanObject] on all of data.
func slowObject(data []byte) error {
	if !json.Valid(data) || !utf8.Valid(data) || !bytes.HasPrefix(data, []byte("{")) || !bytes.HasSuffix(data, []byte("}")) || bytes.ContainsAny(data, "\r\n") {
		return errors.New("not one object on one line")
	}
	type level struct {
		keys  map[string]bool // nil for an array
		isKey bool
	}
	var open []level
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if end, ok := token.(json.Delim); ok && (end == '}' || end == ']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].keys != nil {
			top := &open[n-1]
			if top.isKey = !top.isKey; top.isKey {
				key := token.(string)
				if top.keys[key] {
					return errors.New("duplicate key")
				}
				top.keys[key] = true
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{keys: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
		if len(open) > maxDepth {
			return errors.New("too deep")
		}
	}
}

// compareLine checks that the parser and its twin agree on a line.
func compareLine(t *testing.T, line []byte) {
	t.Helper()
	before := bytes.Clone(line)
	got, err := ParseLine(line)
	want, slowErr := slowLine(line)
	if (err == nil) != (slowErr == nil) {
		t.Fatalf("ParseLine(%q) = %v, the slow twin says %v", line, err, slowErr)
	}
	if !bytes.Equal(line, before) {
		t.Fatalf("ParseLine changes its line from %q to %q", before, line)
	}
	if err != nil {
		if !errors.Is(err, ErrCorrupt) {
			t.Fatalf("ParseLine(%q) = %v, which is not ErrCorrupt", line, err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("ParseLine(%q): (-twin +got)\n%s", line, diff)
	}
	if again := got.AppendLine(nil); !bytes.Equal(again, line) {
		t.Fatalf("AppendLine(ParseLine(%q)) = %q", line, again)
	}
}

// compareObject checks that the scanner and its twin agree on data.
func compareObject(t *testing.T, data []byte) {
	t.Helper()
	n, err := scanObject(data)
	whole := err == nil && n == len(data)
	if slowErr := slowObject(data); whole != (slowErr == nil) {
		t.Fatalf("scanObject(%.300q) = %d of %d, %v, the slow twin says %v", data, n, len(data), err, slowErr)
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(golden[1] + `,"sum":"` + strings.Repeat("0f", 32) + `"}`))
	f.Add([]byte(golden[2] + `,"sum":"` + strings.Repeat("0f", 32) + `"}`))
	f.Fuzz(func(t *testing.T, line []byte) { compareLine(t, line) })
}

func FuzzObject(f *testing.F) {
	for _, data := range objects {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) { compareObject(t, data) })
}

// objects are data that a scanner may get wrong.
var objects = []string{
	``, `{`, `}`, `{}`, ` {}`, `{} `, `{}{}`, `[]`, `null`, `"a"`, `{]`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`,
	`{ "a" : [ ] , "b" : { } }`, "{\t\"a\"\t:\t1\t}", "{\n}", "{\"a\":\r1}", "{\v}",
	`{"a":[1,2,[3,{"b":[]}]],"c":{"d":{"e":null}}}`, `{"a":[1,]}`, `{"a":[,]}`, `{"a":[1 2]}`, `{"a":[`, `{"a":[1`, `{"a":{"b":1}`,
	`{"a":0}`, `{"a":-0}`, `{"a":00}`, `{"a":01}`, `{"a":-}`, `{"a":+1}`, `{"a":1.}`, `{"a":.1}`, `{"a":1.5e}`, `{"a":1e+}`, `{"a":1E-07}`, `{"a":1e999}`, `{"a":0x1}`, `{"a":NaN}`, `{"a":1`,
	`{"a":true,"b":false,"c":null}`, `{"a":tru}`, `{"a":truee}`, `{"a":nul`, `{"a":True}`,
	`{"a":"\"\\\/\b\f\n\r\t\u00e9\uD83e\udD8A"}`, `{"a":"\x"}`, `{"a":"\u00g0"}`, `{"a":"\u00"}`, `{"a":"\`, `{"a":"\u`, `{"a":"`, `{"a":"\U0041"}`,
	"{\"a\":\"\x01\"}", "{\"a\":\"\x7f\"}", "{\"a\":\"\x80\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xe2\x80\xa8\"}", "{\"\xff\":1}",
	`{"a":1,"a":2}`, `{"a":1,"A":2}`, `{"a":1,"\u0061":2}`, `{"":1,"":2}`, `{"":1}`, `{"a":{"a":{"a":1}}}`, `{"a":[{"b":1},{"b":2}]}`, `{"x":{"b":1},"b":2}`, `{"x":[{"b":1}],"b":2}`, `{"x":{"b":1,"c":2,"b":3}}`,
	`{"\ud800":1,"\ud801":2}`, `{"\ud800":1,"\ufffd":2}`, `{"\ud83e\udd8a":1,"🦊":2}`, `{"\ud83e\u0041":1,"�A":2}`, `{"a\n":1,"a\u000a":2}`, `{"a\/":1,"a/":2}`, `{"\\u0061":1,"a":2}`,
	`{"\b":1,"\f":2,"\n":3,"\r":4,"\t":5}`, `{"\t":1,"\u0009":2}`, `{"\u00e9":1,"é":2}`, `{"\u00E9":1,"\u00e9":2}`,
	`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"r":18,"s":19,"t":20,"u":21,"v":22,"w":23,"x":24,"y":25}`,
	`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"r":18,"s":19,"t":20,"a":21}`,
	`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"r":18,"s":19,"t":20,"r":21}`,
}

func TestObjects(t *testing.T) {
	for _, data := range objects {
		compareObject(t, []byte(data))
	}
	for _, depth := range []int{maxDepth - 1, maxDepth, maxDepth + 1, 1 << 20} {
		data := []byte(strings.Repeat(`{"a":`, depth-1) + `{}` + strings.Repeat(`}`, depth-1))
		compareObject(t, data)
		data = []byte(`{"a":` + strings.Repeat(`[`, depth-1) + strings.Repeat(`]`, depth-1) + `}`)
		compareObject(t, data)
	}
}

// TestTwinsOnSpoiledLines changes every byte of a line to each of some bytes,
// and leaves out, doubles and inserts bytes everywhere.
func TestTwinsOnSpoiledLines(t *testing.T) {
	for n, body := range golden[1:] {
		line := []byte(body + `,"sum":"` + strings.Repeat("0f", 32) + `"}`)
		for i := range line {
			if testing.Short() && (i+n)%3 != 0 {
				continue
			}
			for _, c := range []byte("\x00\n \"\\09aAzZ{}[]:,.-+eTu\x7f\x80\xff") {
				spoiled := bytes.Clone(line)
				spoiled[i] = c
				compareLine(t, spoiled)
				compareLine(t, append(append(bytes.Clone(line[:i]), c), line[i:]...))
			}
			for bit := range 8 {
				spoiled := bytes.Clone(line)
				spoiled[i] ^= 1 << bit
				compareLine(t, spoiled)
			}
			compareLine(t, append(bytes.Clone(line[:i]), line[i+1:]...))
		}
	}
}
