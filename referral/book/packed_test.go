package book_test

import (
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/referral/book"
)

// someone returns the n-th agent who came on duty, the same at every run.
func someone(n int) (a agent.Agent) {
	for _, e := range joining(n) {
		a = agent.Apply(a, e)
	}
	return a
}

// Of an agent who is unpacked only the lists take memory, and all lines of
// licenses are in one.
func TestUnpackingAllocatesListsOnly(t *testing.T) {
	a := someone(1)
	packed := book.Packed(a.NPN, a)
	if len(a.Licenses) < 3 || len(packed) > 320 {
		t.Errorf("%d licenses are packed in %d bytes, want some in at most 320", len(a.Licenses), len(packed))
	}
	const lists = 8 // training, registration, acceptances, licenses, lines, languages, channels, shifts
	if got := testing.AllocsPerRun(100, func() { book.Unpacked(a.NPN, packed) }); got > lists {
		t.Errorf("an agent is unpacked with %v allocations, want %d", got, lists)
	}
}

// What an engine keeps of an agent, the keys of its languages and its channels,
// holds on to no packed text, and neither do the codes of states.
func TestWhatIsKeptHoldsOnToNothing(t *testing.T) {
	a := someone(2)
	a.Languages = []spoken.Language{{Tag: "nv", Key: "nv"}, {Tag: "es", Key: "es"}}
	packed := book.Packed(a.NPN, a)
	read, _ := book.Unpacked(a.NPN, packed)
	begin := uintptr(unsafe.Pointer(unsafe.StringData(packed)))
	within := func(s string) bool {
		at := uintptr(unsafe.Pointer(unsafe.StringData(s)))
		return begin <= at && at < begin+uintptr(len(packed))
	}
	if !within(read.Profile.Email) {
		t.Error("a text is not part of the packed one: the test shows nothing")
	}
	kept := []string{string(read.Profile.State)}
	for _, l := range read.Licenses {
		kept = append(kept, string(l.State))
	}
	for _, l := range read.Languages {
		kept = append(kept, string(l.Key))
	}
	for _, c := range read.OfferChannels() {
		kept = append(kept, string(c))
	}
	for _, s := range kept {
		if within(s) {
			t.Errorf("%q is part of the packed text", s)
		}
	}
	again, _ := book.Unpacked(a.NPN, packed)
	if &read.Channels[0] == &again.Channels[0] {
		t.Error("two agents share a list of channels: who changes one answer changes others")
	}
}

// A text that was cut means no agent, and neither does one with something behind
// it; whatever was changed, unpacking does not panic.
func TestUnpackingTakesAnyText(t *testing.T) {
	for n := range 3 {
		a := someone(n)
		packed := []byte(book.Packed(a.NPN, a))
		for i := range packed {
			if _, ok := book.Unpacked(a.NPN, string(packed[:i])); ok {
				t.Fatalf("the first %d bytes of %d are taken for an agent", i, len(packed))
			}
			for flip := range 256 {
				packed[i] ^= byte(flip)
				book.Unpacked(a.NPN, string(packed))
				packed[i] ^= byte(flip)
			}
		}
		if _, ok := book.Unpacked(a.NPN, string(packed)+"\x00"); ok {
			t.Error("an agent with a byte behind it is taken")
		}
	}
}

// FuzzUnpacked holds that any text is taken, and that an agent which it means is
// the same after it was packed anew.
func FuzzUnpacked(f *testing.F) {
	for n := range 3 {
		a := someone(n)
		f.Add(uint64(a.NPN), book.Packed(a.NPN, a))
	}
	f.Add(uint64(0), "")
	f.Fuzz(func(t *testing.T, n uint64, packed string) {
		a, ok := book.Unpacked(agent.NPN(n), packed)
		if !ok {
			return
		}
		again, ok := book.Unpacked(agent.NPN(n), book.Packed(agent.NPN(n), a))
		if diff := cmp.Diff(a, again, exact); diff != "" || !ok {
			t.Fatalf("packed anew, %v (-first +second):\n%s", ok, diff)
		}
	})
}
