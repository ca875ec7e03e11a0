package book_test

import (
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

var update = flag.Bool("update", false, "write testdata/canonical.jsonl")

// story is a short history with an agent, an offered referral, one that waits
// and one that has ended.
func story() []record {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	ana, broker := book.Stream{Agent: 17}, book.Stream{Agent: 9}
	first, second, third := book.Stream{Referral: idOf(0)}, book.Stream{Referral: idOf(1)}, book.Stream{Referral: idOf(2)}
	spanish := []spoken.Language{{Tag: "es-MX", Key: "es"}}
	requested := func(n, minute int) referral.Requested {
		return referral.Requested{ID: idOf(n), Subject: "case", State: "FL", ZIP: "33602", Resolved: tampa, Languages: spanish, At: at(minute)}
	}
	return []record{
		{book.Stream{}, referral.PolicySet{Window: 15 * time.Minute, GiveUp: time.Hour, Terms: agent.Terms{CMS: "2026"}}, at(0)},
		{ana, agent.Registered{NPN: 17, Name: "Ana Ruiz"}, at(0)},
		{ana, agent.ProfileUpdated{Name: "Ana", Email: "a@b", State: "FL", ZIP: "33602", Resolved: tampa}, at(1)},
		{ana, agent.LicenseRecorded{State: "FL", Number: "W1", Residency: agent.Resident, Status: agent.Active, Effective: at(-9), Lines: []agent.Line{{Name: "Health", Health: true, Active: true}}}, at(2)},
		{ana, agent.LanguagesSet{Languages: spanish}, at(3)},
		{ana, agent.HoursSet{Zone: "America/New_York", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}}, at(4)},
		{broker, agent.Registered{NPN: 9, Name: "Bo"}, at(5)},
		{first, requested(0, 6), at(6)},
		{first, referral.Offered{To: 17, Deadline: at(21), Language: "es", Meters: 850, Channels: []agent.Channel{agent.Email}, At: at(6)}, at(6)},
		{first, referral.Declined{By: 17, At: at(7)}, at(7)},
		{first, referral.Waiting{Until: at(67), At: at(7)}, at(7)},
		{second, requested(1, 8), at(8)},
		{second, referral.Offered{To: 17, Deadline: at(23), Language: "es", Meters: -1, Channels: []agent.Channel{agent.App}, At: at(8)}, at(8)},
		{third, requested(2, 9), at(9)},
		{third, referral.Withdrawn{At: at(9)}, at(9)},
	}
}

// The canonical text: agents by NPN, live referrals by request, ended ones
// only in the counters.
func TestWriteCanonical(t *testing.T) {
	const file = "testdata/canonical.jsonl"
	got := canonical(t, fold(story()))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("WriteCanonical (-want +got):\n%s", diff)
	}
	if a, b := fold(story()).Digest(), fold(story()).Digest(); a != b || len(a) != 64 {
		t.Errorf("the digests of one history are %s and %s", a, b)
	}
}

// Two books stand the same only if their digests are the same: with any record
// of a story changed, the digest is another.
func TestDigestTellsEverything(t *testing.T) {
	base := story()
	seen := map[string]string{fold(base).Digest(): "the story itself"}
	other := func(why string, change func([]record) []record) {
		digest := fold(change(story())).Digest()
		if is, ok := seen[digest]; ok {
			t.Errorf("%s has the digest of %s", why, is)
		}
		seen[digest] = why
	}
	for i := range base {
		other("the story up to "+base[i].event.Kind(), func(r []record) []record { return r[:i] })
	}
	// What stands is told even when the last record is the same.
	last := record{book.Stream{Agent: 9}, agent.ProfileReviewed{}, noon.Add(time.Hour)}
	other("the story and a review", func(r []record) []record { return append(r, last) })
	replace := func(i int, e book.Event) func([]record) []record {
		return func(r []record) []record { r[i].event = e; return append(r, last) }
	}
	other("another policy", replace(0, referral.PolicySet{Window: 15 * time.Minute, GiveUp: time.Hour}))
	other("another name", replace(1, agent.Registered{NPN: 17, Name: "Ana"}))
	other("another ZIP", replace(2, agent.ProfileUpdated{Name: "Ana", Email: "a@b", State: "FL", ZIP: "33603", Resolved: tampa}))
	other("another point", replace(2, agent.ProfileUpdated{Name: "Ana", Email: "a@b", State: "FL", ZIP: "33602"}))
	other("no license", replace(3, agent.LicenseRemoved{State: "FL", Number: "W1"}))
	other("another tag of the same key", replace(4, agent.LanguagesSet{Languages: []spoken.Language{{Tag: "es", Key: "es"}}}))
	other("no shifts", replace(5, agent.HoursSet{Zone: "America/New_York", Weekly: []agent.Shift{}}))
	other("no shifts in another zone", replace(5, agent.HoursSet{Zone: "Pacific/Guam", Weekly: []agent.Shift{}}))
	other("no hours", replace(5, agent.HoursSet{Weekly: []agent.Shift{}}))
	other("an expiry instead of a decline", replace(9, referral.Expired{From: 17, Deadline: noon.Add(21 * time.Minute), At: noon.Add(7 * time.Minute)}))
	other("a wait for ever", replace(10, referral.Waiting{At: noon.Add(7 * time.Minute)}))
	other("another distance", replace(12, referral.Offered{To: 17, Deadline: noon.Add(23 * time.Minute), Language: "es", Meters: 1, Channels: []agent.Channel{agent.App}, At: noon.Add(8 * time.Minute)}))
	other("exhaustion", replace(14, referral.Exhausted{At: noon.Add(9 * time.Minute)}))
	other("a later time of an agent's last event", func(r []record) []record { r[5].at = r[5].at.Add(1); return append(r, last) })
}

// failing takes some writes and then no more.
type failing struct{ left int }

var errFull = errors.New("full")

func (w *failing) Write(b []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteCanonicalReturnsTheWritersError(t *testing.T) {
	b := fold(story())
	for left := range 5 {
		if err := b.WriteCanonical(&failing{left}); !errors.Is(err, errFull) {
			t.Errorf("WriteCanonical to who takes %d lines: %v, want %v", left, err, errFull)
		}
	}
	if err := b.WriteCanonical(&failing{5}); err != nil {
		t.Errorf("WriteCanonical to who takes all: %v", err)
	}
}
