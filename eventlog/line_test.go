package eventlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// goldenHead stands before the golden lines.
var goldenHead = Head{Position: 49, Time: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)}

func goldenEntries() []Entry {
	at := time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)
	entry := func(last byte, at time.Time, kind, data string) Entry {
		id := uuid.MustParse("01992b4e-8a7c-7d3e-9f00-0123456789a0")
		id[15] = last
		return Entry{ID: id, Stream: "referral/01992b4e-8a7c-7d3e-9f00-00000000abcd", Kind: kind, Time: at, Data: []byte(data)}
	}
	return []Entry{
		entry(1, at, "referral.requested.v1", `{"subject":"case-42","state":"FL","languages":[{"tag":"es-MX","key":"es"}]}`),
		entry(2, at.Add(123456789), "referral.offered.v1", `{"to":"1234567", "note":"kept <as> it is & was: é é 🦊"}`),
		entry(3, at.Add(500_000_000), "referral.accepted.v1", `{}`),
	}
}

// golden are the exact bytes of the entries as one append after position 49,
// without sums. They are written forever: never edit them.
var golden = []string{
	`{"position":50,"id":"01992b4e-8a7c-7d3e-9f00-012345678901","time":"2026-11-23T15:04:05Z","stream":"referral/01992b4e-8a7c-7d3e-9f00-00000000abcd","kind":"referral.requested.v1","data":{"subject":"case-42","state":"FL","languages":[{"tag":"es-MX","key":"es"}]},"first":50,"last":52`,
	`{"position":51,"id":"01992b4e-8a7c-7d3e-9f00-012345678902","time":"2026-11-23T15:04:05.123456789Z","stream":"referral/01992b4e-8a7c-7d3e-9f00-00000000abcd","kind":"referral.offered.v1","data":{"to":"1234567", "note":"kept <as> it is & was: é é 🦊"},"first":50,"last":52`,
	`{"position":52,"id":"01992b4e-8a7c-7d3e-9f00-012345678903","time":"2026-11-23T15:04:05.5Z","stream":"referral/01992b4e-8a7c-7d3e-9f00-00000000abcd","kind":"referral.accepted.v1","data":{},"first":50,"last":52`,
}

// goldenSums are what sha256sum says of the lines above.
var goldenSums = []string{
	"d73d85d76b629389fa63b1a7199593686aebda25c35e807a3387ed3ece26cc70",
	"1316baee0199d420528267fb08bd1d4ed28f2a6693ee1e8c4f0fdfb4172d9c06",
	"29005d829d50b9e9a723078c1802feb985e86196346828220d980417fbef59a8",
}

func TestGoldenLines(t *testing.T) {
	records, err := goldenHead.Seal(goldenEntries()...)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		want := golden[i] + `,"sum":"` + goldenSums[i] + `"}`
		if got := string(r.AppendLine(nil)); got != want {
			t.Errorf("line %d\n got %s\nwant %s", i, got, want)
		}
		if got := string(r.AppendLine([]byte("before "))); got != "before "+want {
			t.Errorf("AppendLine does not append: %s", got)
		}
		back, err := ParseLine([]byte(want))
		if err != nil {
			t.Errorf("ParseLine(%s): %v", want, err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("ParseLine(AppendLine): (-want +got)\n%s", diff)
		}
	}
	alone, err := goldenHead.Seal(goldenEntries()[0])
	if err != nil {
		t.Fatal(err)
	}
	if line := string(alone[0].AppendLine(nil)); strings.Contains(line, `"first"`) || strings.Contains(line, `"last"`) {
		t.Errorf("an append of one record has an extent: %s", line)
	}
}

// TestRecipe checks the chain as the package documentation tells anyone to,
// from text alone: cut the last 74 bytes, put the sum before in front, hash.
func TestRecipe(t *testing.T) {
	entries := goldenEntries()
	first, err := Head{}.Seal(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	rest, err := first[0].Head().Seal(entries[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	prev := strings.Repeat("0", 64)
	for _, r := range append(first, rest...) {
		line := string(r.AppendLine(nil))
		body, tail := line[:len(line)-74], line[len(line)-74:]
		sum := sha256.Sum256([]byte(prev + body))
		prev = hex.EncodeToString(sum[:])
		if want := `,"sum":"` + prev + `"}`; tail != want {
			t.Errorf("line %s\n ends in %s\n    want %s", line, tail, want)
		}
		if r.Sum.String() != prev {
			t.Errorf("Sum = %v, want %s", r.Sum, prev)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "0001-01-01T00:00:00Z"},
		{time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), "9999-12-31T23:59:59.999999999Z"},
		{time.Date(2024, 2, 29, 1, 2, 3, 1, time.UTC), "2024-02-29T01:02:03.000000001Z"},
		{time.Date(2024, 2, 29, 1, 2, 3, 120_000_000, time.UTC), "2024-02-29T01:02:03.12Z"},
		{time.Date(2026, 3, 8, 2, 30, 0, 0, time.FixedZone("", -5*3600)), "2026-03-08T07:30:00Z"},
	} {
		if got := string(appendTime(nil, tt.at)); got != tt.want {
			t.Errorf("appendTime(%v) = %s, want %s", tt.at, got, tt.want)
		}
		if std := tt.at.UTC().Format(time.RFC3339Nano); std != tt.want {
			t.Errorf("RFC3339Nano of %v = %s, want %s", tt.at, std, tt.want)
		}
		p := parser{b: []byte(tt.want)}
		if got := p.time(); p.err != nil || !got.Equal(tt.at) {
			t.Errorf("time %s reads as %v, %v", tt.want, got, p.err)
		}
	}
}

func TestHashText(t *testing.T) {
	h := Hash{0: 0xab, 31: 0x01}
	text, _ := h.MarshalText()
	if want := "ab" + strings.Repeat("00", 30) + "01"; string(text) != want || h.String() != want {
		t.Errorf("MarshalText, String = %s, %s, want %s", text, h, want)
	}
	var back Hash
	if err := back.UnmarshalText(text); err != nil || back != h {
		t.Errorf("UnmarshalText(%s) = %v, %v", text, back, err)
	}
	for _, bad := range []string{"", string(text[:63]), string(text) + "0", strings.ToUpper(string(text)), strings.Replace(string(text), "0", "g", 1)} {
		before := back
		if err := back.UnmarshalText([]byte(bad)); err == nil || back != before {
			t.Errorf("UnmarshalText(%q) = %v, want an error and no change", bad, err)
		}
	}
}

// TestParseLineRefuses spoils one good line in many ways.
func TestParseLineRefuses(t *testing.T) {
	good := golden[1] + `,"sum":"` + strings.Repeat("0f", 32) + `"}`
	if _, err := ParseLine([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"leading space", `{"position"`, ` {"position"`, "expected {"},
		{"space in the envelope", `"position":51`, `"position": 51`, "position"},
		{"space before data", `"data":{`, `"data": {`, "not a JSON object"},
		{"keys in another order", `"stream":`, `"kind":`, "expected"},
		{"leading zero", `:51,`, `:051,`, "leading zeros"},
		{"position 0", `:51,`, `:0,`, "from 1"},
		{"negative", `:51,`, `:-51,`, "from 1"},
		{"beyond 2^63-1", `:51,`, `:9223372036854775808,`, "from 1"},
		{"twenty digits", `:51,`, `:18446744073709551615,`, "from 1"},
		{"upper-case id", `01992b4e`, `01992B4E`, "UUID"},
		{"nil id", `01992b4e-8a7c-7d3e-9f00-012345678902`, `00000000-0000-0000-0000-000000000000`, "nil UUID"},
		{"id without hyphens", `8a7c-7d3e`, `8a7c07d3e`, "UUID"},
		{"trailing zero in the fraction", `.123456789Z`, `.120Z`, "RFC 3339"},
		{"ten fraction digits", `.123456789Z`, `.1234567891Z`, "RFC 3339"},
		{"empty fraction", `.123456789Z`, `.Z`, "RFC 3339"},
		{"a zone", `.123456789Z`, `+00:00`, "RFC 3339"},
		{"lower-case T", `T15`, `t15`, "RFC 3339"},
		{"leap second", `15:04:05`, `15:04:60`, "RFC 3339"},
		{"hour 24", `15:04:05`, `24:00:00`, "RFC 3339"},
		{"no such day", `2026-11-23`, `2026-02-29`, "RFC 3339"},
		{"month 0", `2026-11-23`, `2026-00-23`, "RFC 3339"},
		{"year 0", `2026-11-23`, `0000-11-23`, "RFC 3339"},
		{"empty stream", `referral/01992b4e-8a7c-7d3e-9f00-00000000abcd`, ``, "stream is empty"},
		{"escape in a stream", `referral/`, `referral\/`, "printable"},
		{"not ASCII in a kind", `offered`, `öffered`, "printable"},
		{"long kind", `offered`, strings.Repeat("o", 256), "longer"},
		{"data is an array", `{"to":"1234567", `, `[{"to":"1234567", `, "not a JSON object"},
		{"duplicate key in data", `"note":`, `"\u0074o":`, "twice"},
		{"not UTF-8", `é`, "\xe9", "UTF-8"},
		{"half a rune", `é`, "\xc3", "UTF-8"},
		{"line break in data", `1234567", `, "1234567\",\n", "line break"},
		{"carriage return in data", `1234567", `, "1234567\",\r", "line break"},
		{"control character", `kept`, "ke\x00t", "control"},
		{"before its append", `"first":50`, `"first":52,"last":53`, "not between"},
		{"after its append", `"last":52`, `"last":49`, "not between"},
		{"extent backwards", `"first":50,"last":52`, `"first":52,"last":50`, "not between"},
		{"extent of one", `"first":50,"last":52`, `"first":51,"last":51`, "no first and last"},
		{"no last", `,"last":52`, ``, "expected"},
		{"upper-case sum", `0f0f`, `0F0f`, "sum"},
		{"short sum", `0f0f`, `0f0`, "sum"},
		{"more after the end", `"}`, `"}}`, ""},
		{"newline at the end", `0f"}`, "0f\"}\n", "more after"},
		{"cut short", `0f"}`, "0", "sum"},
		{"nothing", good, ``, "too early"},
	} {
		bad := strings.Replace(good, tt.old, tt.new, 1)
		_, err := ParseLine([]byte(bad))
		if bad == good || !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: ParseLine = %v, want an ErrCorrupt with %q", tt.name, err, tt.want)
		}
	}
	long := strings.Replace(good, "kept", strings.Repeat("k", MaxLine), 1)
	if _, err := ParseLine([]byte(long)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("ParseLine of a line beyond 16 MiB = %v, want ErrCorrupt", err)
	}
}

// TestParseLineCuts reads every beginning of a line: none is a line, and none
// panics.
func TestParseLineCuts(t *testing.T) {
	good := []byte(golden[1] + `,"sum":"` + strings.Repeat("0f", 32) + `"}`)
	for n := range good {
		if r, err := ParseLine(good[:n:n]); err == nil {
			t.Errorf("ParseLine of the first %d bytes = %+v", n, r)
		}
	}
}

// TestParseLineAliases pins who owns the data.
func TestParseLineAliases(t *testing.T) {
	line := []byte(golden[2] + `,"sum":"` + strings.Repeat("0f", 32) + `"}`)
	r, err := ParseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(line)
	_ = append(r.Data, "xyz"...)
	if !bytes.Equal(line, before) {
		t.Error("appending to Data writes into the line")
	}
}

// TestDecodeHex holds decodeHex to the table of digits, on every byte at every
// place.
func TestDecodeHex(t *testing.T) {
	for at := range 16 {
		for c := range 256 {
			text := []byte("0123456789abcdef")
			text[at] = byte(c)
			var got, want [8]byte
			valid := true
			for i := range want {
				high, low := nibbles[text[2*i]], nibbles[text[2*i+1]]
				valid = valid && high|low < 16
				want[i] = high<<4 | low
			}
			if ok := decodeHex(got[:], text); ok != valid || ok && got != want {
				t.Errorf("decodeHex(%q) = %x, %t, want %x, %t", text, got, ok, want, valid)
			}
		}
	}
}
