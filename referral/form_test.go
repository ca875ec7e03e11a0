package referral_test

import (
	"bytes"
	"iter"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

// randomEvent returns an event of the i-th kind that is valid, but for some of
// its texts, of the referral id, at noon.
func randomEvent(rng *rand.Rand, i int) referral.Event {
	text := func() string {
		return pick(rng, "case-42", "busy", "<b>&", "Müller", "日本", "\x7f", "a null b", "]", "{},",
			`say "hello"`, `back\slash`, "tab\there", "line\u2028line", "bad\xffutf8", "\x00")
	}
	by := agent.NPN(1 + rng.Uint64N(9_999_999_999))
	deadline := pick(rng, noon.Add(window), noon.Add(1), noon.Add(120_000_000), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))
	languages, channels, reasons := spanish, []agent.Channel{}, lost
	for range rng.IntN(3) {
		languages = append(languages[:len(languages):len(languages)], spoken.Language{Tag: text(), Key: "yue"})
		channels = append(channels, pick(rng, agent.App, agent.Email, agent.Text))
		reasons = append(reasons[:len(reasons):len(reasons)], agent.Reason{Code: agent.Code(1 + rng.IntN(25))})
	}
	return []referral.Event{
		referral.Requested{ID: id, Subject: text(), State: "FL", ZIP: pick(rng, geo.ZIP(""), "33602", "00601"), Point: pick(rng, geo.Point{}, miami), Resolved: tampa, Languages: languages, At: noon},
		referral.Offered{To: by, Deadline: deadline, Language: pick(rng, spoken.Key("es"), "ase"), Meters: pick(rng, geo.Meters(-1), 0, geo.Meters(rng.Int64N(30_000_000)), 1<<62), Channels: channels, At: noon},
		referral.Accepted{By: by, At: noon},
		referral.Declined{By: by, Reason: pick(rng, "", text()), At: noon},
		referral.Expired{From: by, Deadline: deadline, At: noon},
		referral.Rescinded{From: by, Reasons: reasons, At: noon},
		referral.Waiting{Until: pick(rng, time.Time{}, deadline), At: noon},
		referral.Exhausted{At: noon},
		referral.Withdrawn{At: noon},
		referral.Contacted{By: by, At: noon},
		referral.OutcomeRecorded{By: by, Outcome: pick(rng, referral.Enrolled, referral.NotReached, referral.NotInterested, referral.Other), At: noon},
	}[i]
}

// checkForms holds that data is read alike in one pass and strictly, that
// folding it is applying what is read, and that the event is written alike.
func checkForms(t testing.TB, kind string, data []byte) (canonical bool) {
	t.Helper()
	want, errWant := referral.Strictly(kind, id, noon, data)
	fast, canonical := referral.Canonical(kind, id, noon, data)
	if canonical && (errWant != nil || !reflect.DeepEqual(fast, want)) {
		t.Fatalf("%s %s reads as %+v in one pass, and strictly as %+v, %v", kind, data, fast, want, errWant)
	}
	got, err := referral.Decode(kind, id, noon, data)
	if !reflect.DeepEqual(got, want) || textOf(err) != textOf(errWant) {
		t.Fatalf("Decode(%s, %s) = %+v, %v, want %+v, %v", kind, data, got, err, want, errWant)
	}
	if errWant == nil {
		slow, errSlow := wire.Encode(want)
		if fast := referral.WriteCanonical(want); fast != nil && (errSlow != nil || !bytes.Equal(fast, slow)) {
			t.Fatalf("%+v is written as %s in one pass, and else as %s, %v", want, fast, slow, errSlow)
		}
	}
	var m wire.Memory
	for _, before := range []referral.Referral{{}, after(requested), after(requested, offered(17, 0)), after(requested, referral.Waiting{At: noon})} {
		then := before
		if errWant == nil {
			then = referral.Apply(before, want)
			if then.Changed != want.When() {
				t.Fatalf("after %+v the referral changed at %s", want, then.Changed)
			}
		}
		r, given := before, bytes.Clone(data)
		err := referral.Fold(&r, &m, kind, id, noon, given)
		for i := range given {
			given[i] = 'x'
		}
		if !reflect.DeepEqual(r, then) || textOf(err) != textOf(errWant) {
			t.Fatalf("Fold(%s, %s) = %v makes %+v, want %v, %+v", kind, data, err, r, errWant, then)
		}
	}
	return canonical
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Every golden line whose texts need no escaping is read and written in one pass.
func TestKindsInOnePass(t *testing.T) {
	for i, kind := range referral.Kinds() {
		for j, line := range lines(t, kind) {
			plain := !strings.Contains(line, `\`)
			if got := checkForms(t, kind, []byte(line)); got != plain {
				t.Errorf("%s %s is read in one pass: %v", kind, line, got)
			}
			if got := referral.WriteCanonical(recorded[i][j]); plain && string(got) != line {
				t.Errorf("%+v is written as %q in one pass, want %s", recorded[i][j], got, line)
			}
		}
	}
}

// Any event is written in one pass as encoding/json writes it, or left to that.
func TestFormsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for i, kind := range referral.Kinds() {
		read, wrote := 0, 0
		const n = 200
		for range n {
			e := randomEvent(rng, i)
			want, err := wire.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			if fast := referral.WriteCanonical(e); fast != nil {
				wrote++
				if !bytes.Equal(fast, want) {
					t.Fatalf("%+v is written as %s in one pass, want %s", e, fast, want)
				}
			}
			if got, err := referral.Encode(e); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("Encode(%+v) = %s, %v, want %s", e, got, err, want)
			}
			if checkForms(t, kind, want) {
				read++
			}
		}
		if read < n/4 || wrote < n/4 {
			t.Errorf("of %d events of %s %d are read and %d written in one pass", n, kind, read, wrote)
		}
	}
}

// texts are the quoted texts and the numbers of a line of JSON.
var texts = regexp.MustCompile(`"[^"]*"|-?[0-9]+`)

// damaged yields a line with each of its texts and numbers as others, and each of
// its bytes as another, or gone.
func damaged(rng *rand.Rand, line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, at := range texts.FindAllStringIndex(line, -1) {
			for _, other := range []string{`""`, `"x"`, `"17"`, `"0"`, "0", "-1", "007", "2000000000", "99999999999999999999", "null", "[]", `"0001-01-01T00:00:00Z"`, `"2026-11-23T12:00:00-05:00"`, `"TX"`, `"app"`} {
				if !yield(line[:at[0]] + other + line[at[1]:]) {
					return
				}
			}
		}
		for i := range len(line) {
			other := string("\"\\{}[]:,.-0Zx \xff\x00"[rng.IntN(16)])
			if !yield(line[:i]+other+line[i+1:]) || !yield(line[:i]+line[i+1:]) || !yield(line[:i]+line[i:i+1]+line[i:]) {
				return
			}
		}
	}
}

// What is almost canonical is read in one pass as it is read strictly, or left to
// that.
func TestFormsAgreeOnDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for _, kind := range referral.Kinds() {
		for _, line := range lines(t, kind) {
			for data := range damaged(rng, line) {
				checkForms(t, kind, []byte(data))
			}
		}
	}
}

// What an event cannot hold by the rules is written as encoding/json writes it.
func TestEncodeOfOddEvents(t *testing.T) {
	for _, e := range []referral.Event{
		referral.Requested{}, referral.Requested{Subject: "a", State: "FL", ZIP: "1"}, referral.Requested{State: "fl"}, referral.Requested{State: "FL"},
		referral.Offered{}, referral.Offered{To: 17, Language: "es", Channels: []agent.Channel{"<pigeon>"}}, referral.Offered{To: 17, Language: "es"}, referral.Offered{Language: "ES"},
		referral.Expired{Deadline: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}, referral.Expired{Deadline: noon.In(time.FixedZone("", 3600))},
		referral.Rescinded{}, referral.Rescinded{Reasons: []agent.Reason{{}}}, referral.Rescinded{Reasons: []agent.Reason{{Code: 99, State: "fl"}}},
		referral.Rescinded{From: 17, Reasons: []agent.Reason{}}, referral.OutcomeRecorded{}, referral.Accepted{By: 1 << 63},
	} {
		want, errWant := wire.Encode(e)
		got, err := referral.Encode(e)
		if !bytes.Equal(got, want) || textOf(err) != textOf(errWant) {
			t.Errorf("Encode(%+v) = %s, %v, want %s, %v", e, got, err, want, errWant)
		}
	}
	if got, err := referral.Encode(nil); string(got) != "null" || err != nil {
		t.Errorf("Encode(nil) = %s, %v, want null", got, err)
	}
}

// Folding allocates what the referral keeps, and Encode its result.
func TestAllocations(t *testing.T) {
	kept := map[string]float64{
		"referral.requested.v1": 1, // the subject
		"referral.declined.v1":  1, // the past offer
		"referral.expired.v1":   1,
		"referral.rescinded.v1": 1,
	}
	for i, kind := range referral.Kinds() {
		for _, e := range recorded[i] {
			data := referral.WriteCanonical(e)
			if data == nil {
				continue
			}
			var m wire.Memory
			r := new(referral.Referral)
			got := testing.AllocsPerRun(100, func() {
				*r = referral.Referral{}
				if err := referral.Fold(r, &m, kind, id, noon, data); err != nil {
					t.Fatal(err)
				}
			})
			if got > kept[kind] {
				t.Errorf("Fold(%s, %s) allocates %v times, want at most %v", kind, data, got, kept[kind])
			}
			got = testing.AllocsPerRun(100, func() {
				if _, err := referral.Encode(e); err != nil {
					t.Fatal(err)
				}
			})
			if got > 1 {
				t.Errorf("Encode(%+v) allocates %v times, want once", e, got)
			}
		}
	}
}

// A referral is stamped with the stream and the time of its request's record.
func TestFoldStamps(t *testing.T) {
	data, err := referral.Encode(requested)
	if err != nil {
		t.Fatal(err)
	}
	var r referral.Referral
	other := uuid.UUID{15: 9}
	if err := referral.Fold(&r, nil, requested.Kind(), other, noon.Add(1), data); err != nil || r.ID != other || r.Requested != noon.Add(1) {
		t.Errorf("Fold = %v makes %+v, want ID %s and one nanosecond past noon", err, r, other)
	}
}
