package agent_test

import (
	"bytes"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
)

// someTexts are plain, wide, and of those that JSON escapes.
var someTexts = []string{
	"Health", "A1", "Ana Ruiz", "Ana <Ruiz> & Söhne", "日本", "\x7f", "a null b", "]", "{},", "'", "Ana", "Tampa", "1",
	`say "hello"`, `back\slash`, "tab\there", "line\u2028line", "line\u2029", "bad\xffutf8", "\x00",
}

// randomEvent returns an event of the i-th kind that is valid, but for some of
// its texts.
func randomEvent(rng *rand.Rand, i int) agent.Event {
	text := func() string { return pick(rng, someTexts) }
	instant := func() time.Time {
		return pick(rng, []time.Time{issued, noon, noon.Add(1), noon.Add(120_000_000), time.Date(9998, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Time{}.Add(1)})
	}
	later := func(t time.Time) time.Time { return t.Add(time.Duration(1 + rng.Int64N(1e15))) }
	point := func() geo.Point {
		p, _ := geo.PointE7(int32(rng.IntN(1_800_000_001)-900_000_000), int32(rng.IntN(2_000_000_001)-1_000_000_000))
		return pick(rng, []geo.Point{{}, p, tampa})
	}
	state := pick(rng, someStates)
	from := instant()
	until := later(from)
	termination := pick(rng, []agent.Termination{{Cause: agent.CauseFraud}, {Cause: agent.CauseNonresidentLicense, State: state}})
	languages := []spoken.Language{}
	channels := []agent.Channel{}
	lines := []agent.Line{}
	weekly := []agent.Shift{}
	for j := range rng.IntN(4) {
		languages = append(languages, spoken.Language{Tag: text(), Key: pick(rng, []spoken.Key{"es", "yue"})})
		channels = append(channels, []agent.Channel{agent.Email, agent.Text, agent.App}[j])
		lines = append(lines, agent.Line{Name: text(), Health: rng.IntN(2) > 0, Active: rng.IntN(2) > 0, Issued: pick(rng, []time.Time{{}, issued})})
		weekly = append(weekly, agent.Shift{Day: agent.Day(rng.IntN(7)), From: agent.Minute(rng.IntN(1440)), To: 1440})
	}
	return []agent.Event{
		agent.Registered{NPN: agent.NPN(1 + rng.Uint64N(9_999_999_999)), Name: text()},
		agent.ProfileUpdated{Name: text(), Email: pick(rng, []string{"", "a@b"}), Phone: text(), Street: text(), City: text(), State: state, ZIP: "00601", Point: point(), Resolved: point()},
		agent.ProfileReviewed{},
		agent.TrainingCompleted{PlanYear: 1 + rng.IntN(3000), From: from, Until: until},
		agent.RegistrationCompleted{PlanYear: 1 + rng.IntN(3000), From: from, Until: until},
		agent.TermsAccepted{Document: pick(rng, someDocuments), Version: text()},
		agent.LicenseRecorded{State: state, Number: text(), Residency: agent.Resident, Status: agent.Inactive, Effective: issued, Expires: pick(rng, []time.Time{{}, noon}), Lines: lines},
		agent.LicenseRemoved{State: state, Number: text()},
		agent.DisplayChosen{Choice: agent.Display(1 + rng.IntN(4))},
		agent.StatesUnticked{States: geo.States(rng.Uint64()) & geo.EveryState},
		agent.LanguagesSet{Languages: languages},
		agent.ChannelsSet{Channels: channels},
		agent.HoursSet{Zone: pick(rng, someZones), Weekly: weekly},
		agent.OverrideSet{Override: pick(rng, []agent.Override{agent.OverrideAuto, agent.OverrideOn, agent.OverrideOff})},
		agent.AbsenceSet{From: from, Until: until},
		agent.AbsenceCleared{From: from},
		agent.Terminated(termination),
		agent.Reinstated(termination),
	}[i]
}

// checkForms holds that data is read alike in one pass and strictly, that
// folding it is applying what is read, and that the event is written alike.
func checkForms(t testing.TB, kind string, data []byte) (canonical bool) {
	t.Helper()
	want, errWant := agent.Strictly(kind, data)
	fast, canonical := agent.Canonical(kind, data)
	if canonical && (errWant != nil || !reflect.DeepEqual(fast, want)) {
		t.Fatalf("%s %s reads as %+v in one pass, and strictly as %+v, %v", kind, data, fast, want, errWant)
	}
	got, err := agent.Decode(kind, data)
	if !reflect.DeepEqual(got, want) || textOf(err) != textOf(errWant) {
		t.Fatalf("Decode(%s, %s) = %+v, %v, want %+v, %v", kind, data, got, err, want, errWant)
	}
	before := fold(t, agent.Agent{}, ready...)
	after := before
	if errWant == nil {
		after = agent.Apply(before, want)
		slow, errSlow := wire.Encode(want)
		if fast := agent.WriteCanonical(want); fast != nil && (errSlow != nil || !bytes.Equal(fast, slow)) {
			t.Fatalf("%+v is written as %s in one pass, and else as %s, %v", want, fast, slow, errSlow)
		}
	}
	var m wire.Memory
	for range 4 { // from the third time on the memory knows
		a, given := before, bytes.Clone(data)
		err := agent.Fold(&a, &m, kind, given)
		for i := range given {
			given[i] = 'x'
		}
		if !reflect.DeepEqual(a, after) || textOf(err) != textOf(errWant) {
			t.Fatalf("Fold(%s, %s) = %v makes %+v, want %v, %+v", kind, data, err, a, errWant, after)
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

// Every golden line is read and written in one pass.
func TestKindsInOnePass(t *testing.T) {
	for i, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			t.Fatal(err)
		}
		for j, line := range bytes.Split(bytes.TrimSpace(file), []byte("\n")) {
			if !checkForms(t, kind, line) {
				t.Errorf("%s %s is not read in one pass", kind, line)
			}
			if got := agent.WriteCanonical(recorded[i][j]); !bytes.Equal(got, line) {
				t.Errorf("%+v is written as %q in one pass, want %s", recorded[i][j], got, line)
			}
		}
	}
}

// Any event is written in one pass as encoding/json writes it, or left to that.
func TestFormsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for i, kind := range agent.Kinds() {
		read, wrote := 0, 0
		const n = 200
		for range n {
			e := randomEvent(rng, i)
			want, err := wire.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			if fast := agent.WriteCanonical(e); fast != nil {
				wrote++
				if !bytes.Equal(fast, want) {
					t.Fatalf("%+v is written as %s in one pass, want %s", e, fast, want)
				}
			}
			if got, err := agent.Encode(e); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("Encode(%+v) = %s, %v, want %s", e, got, err, want)
			}
			if checkForms(t, kind, want) {
				read++
			}
		}
		if read < n/20 || wrote < n/20 {
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
	for _, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(file)) {
			for data := range damaged(rng, strings.TrimSpace(line)) {
				checkForms(t, kind, []byte(data))
			}
		}
	}
}

// What an event cannot hold by the rules is written as encoding/json writes it.
func TestEncodeOfOddEvents(t *testing.T) {
	for _, e := range []agent.Event{
		agent.Registered{}, agent.ProfileUpdated{State: "Florida"}, agent.ProfileUpdated{State: "FL", ZIP: "1"}, agent.LicenseRecorded{}, agent.LanguagesSet{},
		agent.LanguagesSet{Languages: []spoken.Language{{Tag: "x", Key: "X"}}}, agent.ChannelsSet{}, agent.HoursSet{}, agent.HoursSet{Weekly: []agent.Shift{{Day: 9}}},
		agent.HoursSet{Weekly: []agent.Shift{{From: -1}}}, agent.DisplayChosen{Choice: 255}, agent.AbsenceCleared{From: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
		agent.AbsenceCleared{From: noon.In(time.FixedZone("", 3600))}, agent.TrainingCompleted{PlanYear: math.MinInt}, agent.StatesUnticked{States: 1 << 63},
		agent.Terminated{State: "TX"}, agent.Terminated{Cause: "x", State: "tx"}, agent.ProfileUpdated{Name: string(bytes.Repeat([]byte("n"), 2000)), State: "FL", ZIP: "33602"},
	} {
		want, errWant := wire.Encode(e)
		got, err := agent.Encode(e)
		if !bytes.Equal(got, want) || textOf(err) != textOf(errWant) {
			t.Errorf("Encode(%+v) = %s, %v, want %s, %v", e, got, err, want, errWant)
		}
	}
	if got, err := agent.Encode(nil); string(got) != "null" || err != nil {
		t.Errorf("Encode(nil) = %s, %v, want null", got, err)
	}
}

// Folding allocates what the agent keeps, and Encode its result.
func TestAllocations(t *testing.T) {
	kept := map[string]float64{
		"agent.registered.v1":             1, // the name
		"agent.profile_updated.v1":        5, // name, e-mail address, phone, street
		"agent.training_completed.v1":     1, // the list
		"agent.registration_completed.v1": 1,
		"agent.terms_accepted.v1":         1,
		"agent.license_recorded.v1":       2, // the list, the number
		"agent.license_removed.v1":        1, // the number
		"agent.channels_set.v1":           1, // what they are compared with
		"agent.absence_set.v1":            1,
		"agent.terminated.v1":             1,
	}
	for i, kind := range agent.Kinds() {
		for _, e := range recorded[i] {
			data, err := agent.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			var m wire.Memory
			a := new(agent.Agent)
			got := testing.AllocsPerRun(100, func() {
				*a = agent.Agent{}
				if err := agent.Fold(a, &m, kind, data); err != nil {
					t.Fatal(err)
				}
			})
			if got > kept[kind] {
				t.Errorf("Fold(%s, %s) allocates %v times, want at most %v", kind, data, got, kept[kind])
			}
			got = testing.AllocsPerRun(100, func() {
				if _, err := agent.Encode(e); err != nil {
					t.Fatal(err)
				}
			})
			if got > 1 {
				t.Errorf("Encode(%+v) allocates %v times, want once", e, got)
			}
		}
	}
}
