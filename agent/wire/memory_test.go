package wire

import (
	"fmt"
	"slices"
	"testing"
	"unsafe"
)

// A word that comes a third time is the one that was kept, and never the
// caller's bytes.
func TestMemoryKeepsWords(t *testing.T) {
	var m Memory
	data := []byte("Tampa")
	m.word(data)
	kept := m.word(data)
	if again := m.word(data); again != "Tampa" || unsafe.StringData(again) != unsafe.StringData(kept) {
		t.Errorf("the word that comes again is %q at another place", again)
	}
	copy(data, "Miami")
	if kept != "Tampa" || m.word(data) != "Miami" {
		t.Errorf("a kept word changed with the data: %q", kept)
	}
	if got := testing.AllocsPerRun(10, func() { m.word([]byte("Miami")) }); got > 0 {
		t.Errorf("a word that is kept allocates %v times", got)
	}
}

// What comes but once does not push out what comes often, and the memory is
// bounded.
func TestMemoryIsBounded(t *testing.T) {
	var m Memory
	often := []byte("often")
	for range 3 {
		m.word(often)
	}
	for i := range 100_000 {
		m.word(fmt.Append(nil, "once ", i))
	}
	if len(m.words.slots) != 64 {
		t.Errorf("words that come once make %d slots", len(m.words.slots))
	}
	if got := testing.AllocsPerRun(10, func() { m.word(often) }); got > 0 {
		t.Errorf("a word that comes often allocates %v times", got)
	}
	for i := range 200_000 {
		for range 2 {
			if got, want := m.word(fmt.Append(nil, "twice ", i)), fmt.Sprint("twice ", i); got != want {
				t.Fatalf("the word %q is kept as %q", want, got)
			}
		}
	}
	if len(m.words.slots) != mostWords {
		t.Errorf("the memory has %d slots of words, want %d", len(m.words.slots), mostWords)
	}
	long := make([]byte, longestWord+1)
	for range 3 {
		m.word(long)
	}
	if s := m.words.slot(hash(long)); len(s.text) > longestWord {
		t.Errorf("a word of %d bytes is kept", len(s.text))
	}
}

// A list that is kept is the same for all who read it, and who appends to it
// gets a list of their own.
func TestMemoryKeepsLists(t *testing.T) {
	var m Memory
	read := func(text string) (list []string) {
		c := Reading([]byte(text), &m)
		if Words(&c, &list); !c.Done() {
			t.Fatalf("%s is not read", text)
		}
		return list
	}
	for range 3 {
		read(`["a","b"]`)
	}
	x, y := read(`["a","b"]`), read(`["a","b"]`)
	if &x[0] != &y[0] || cap(x) != 2 || !slices.Equal(x, []string{"a", "b"}) {
		t.Errorf("a list that is kept reads as %q and %q", x, y)
	}
	if _ = append(x, "c"); len(y) != 2 {
		t.Errorf("a kept list grew: %q", y)
	}
	for range 4 { // an item may hold what ends a list
		if list := read(`["a]","b"]`); !slices.Equal(list, []string{"a]", "b"}) {
			t.Errorf(`["a]","b"] reads as %q`, list)
		}
	}
	for range 4 { // the same text is another list of another type
		var list []other
		c := Reading([]byte(`["a","b"]`), &m)
		if Words(&c, &list); !c.Done() || !slices.Equal(list, []other{"a", "b"}) {
			t.Errorf("a list of another type reads as %q", list)
		}
	}
	for i := range 10_000 { // many lists share a slot
		text := fmt.Sprintf(`["%d","b"]`, i/2)
		if list := read(text); list[0] != fmt.Sprint(i/2) {
			t.Fatalf("%s reads as %q", text, list)
		}
	}
	if n := len(m.lists.slots); n != mostLists {
		t.Errorf("the memory has %d slots of lists, want %d", n, mostLists)
	}
	for range 3 {
		read(`["a","b"]`)
	}
	if got := testing.AllocsPerRun(10, func() { m.known([]byte(`["a","b"]`)) }); got > 0 {
		t.Errorf("to look for a list allocates %v times", got)
	}
}

type other string

func TestNoMemory(t *testing.T) {
	var m *Memory
	if got := m.word([]byte("a")); got != "a" {
		t.Errorf("without a memory a word is %q", got)
	}
	if m.known([]byte("a")) != nil || m.again([]byte("a")) {
		t.Error("no memory knows a list")
	}
}
