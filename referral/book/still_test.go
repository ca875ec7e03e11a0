package book_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// restored returns the book that is read from what b is stored as.
func restored(t testing.TB, b *book.Book) *book.Book {
	t.Helper()
	read, err := book.Restore(b.Still().Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// everything returns all that a book says of a history.
func everything(t *testing.T, b *book.Book) []any {
	t.Helper()
	position, at := b.Position()
	all := []any{canonical(t, b), position, at, b.Keep()}
	for r, requested := range b.Referrals() {
		all = append(all, r, requested)
	}
	for n := range 170 {
		all = append(all, b.Archived(idOf(n)))
	}
	return all
}

// A still is the book at its position, whatever becomes of the book, and a book
// that is read from it goes on as the first one does: state plus tail is a full
// replay, also of what is stored again.
func TestStill(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 10))
		keep := []time.Duration{0, 10 * time.Minute}[seed%2]
		records := history(rng, 500)
		b := book.NewKeeping(keep)
		type kept struct {
			still *book.Still
			bytes []byte
			want  []any
		}
		var stills []kept
		for i, r := range records {
			if draft := b.Draft(); rng.IntN(2) == 0 {
				draft.Apply(uint64(i+1), r.at, r.stream, r.event)
				draft.Commit()
			} else {
				b.Apply(uint64(i+1), r.at, r.stream, r.event)
			}
			if rng.IntN(40) == 0 {
				stills = append(stills, kept{b.Still(), b.Still().Append(nil), everything(t, b)})
			}
			if rng.IntN(100) == 0 {
				b = restored(t, b)
			}
		}
		want := everything(t, b)
		for _, s := range stills {
			position, _ := s.still.Position()
			data := s.still.Append([]byte("before"))
			if !bytes.Equal(data[6:], s.bytes) || string(data[:6]) != "before" {
				t.Fatalf("the still of %d has changed since", position)
			}
			read, err := book.Restore(data[6:])
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s.want, everything(t, read), exact); diff != "" {
				t.Fatalf("what is read of the still of %d (-want +got):\n%s", position, diff)
			}
			fresh := book.NewKeeping(keep)
			for i, r := range records[:position] {
				fresh.Apply(uint64(i+1), r.at, r.stream, r.event)
			}
			if !bytes.Equal(fresh.Still().Append(nil), s.bytes) {
				t.Fatalf("the book of a replay to %d is stored in other bytes", position)
			}
			for i, r := range records[position:] {
				read.Apply(position+uint64(i+1), r.at, r.stream, r.event)
			}
			if diff := cmp.Diff(want, everything(t, read), exact); diff != "" {
				t.Fatalf("from %d on (-full +rest):\n%s", position, diff)
			}
		}
	}
}

// A still may be stored while the book goes on: the race detector sees that
// neither changes what the other reads.
func TestStillWhileTheBookGoesOn(t *testing.T) {
	for _, ring := range []int{1, 512} {
		t.Run(fmt.Sprint("ring=", ring), func(t *testing.T) { stillWhileTheBookGoesOn(t, ring) })
	}
}

func stillWhileTheBookGoesOn(t *testing.T, ring int) {
	records := history(rand.New(rand.NewPCG(11, 12)), 3000)
	b := book.NewKeeping(10 * time.Minute)
	book.SetRing(b, ring)
	var all sync.WaitGroup
	for i, r := range records {
		b.Apply(uint64(i+1), r.at, r.stream, r.event)
		if i%97 == 0 {
			still, digest := b.Still(), b.Digest()
			all.Go(func() {
				read, err := book.Restore(still.Append(nil))
				if err != nil {
					t.Error(err)
				} else if read.Digest() != digest {
					t.Errorf("the still of %d has another digest", i+1)
				}
			})
		}
		for a := range b.Agents() {
			a.Standing(agent.Terms{}, r.at)
		}
	}
	all.Wait()
}

// No field of an agent, a referral, a policy or the counts is left out: with
// every one of them set, at every depth, what is read is what was stored, and so
// it is with lists that are empty, or not there.
func TestEveryFieldIsStored(t *testing.T) {
	b, next := book.New(), int64(0)
	figure := func(v any) { fill(reflect.ValueOf(v).Elem(), &next) }
	var policy referral.Policy
	figure(&policy)
	figure(book.CountsOf(b))
	b.Apply(1, noon, book.Stream{}, referral.PolicySet(policy))
	counts := b.Counts()
	var a agent.Agent
	var load, stranger referral.Load
	figure(&a)
	figure(&load)
	figure(&stranger)
	book.PutAgent(b, a.NPN, a, noon, load)
	book.PutAgent(b, a.NPN+1, agent.Agent{}, time.Time{}, stranger)
	book.PutAgent(b, a.NPN+2, agent.Agent{NPN: a.NPN + 2, Languages: []spoken.Language{}}, noon, referral.Load{})
	var referrals []referral.Referral
	for _, status := range []referral.Status{referral.StatusOffered, referral.StatusAccepted} {
		var r referral.Referral
		figure(&r)
		r.Status = status
		referrals = append(referrals, r, referral.Referral{Status: status, Languages: []spoken.Language{}, Changed: noon})
	}
	for i, r := range referrals {
		id := r.ID
		if id == uuid.Nil {
			id = idOf(1000 + i)
		}
		book.PutReferral(b, id, r, uint64(100+i))
	}

	read := restored(t, restored(t, b))
	if p, recorded := read.Policy(); !recorded || p != policy || read.Counts() != counts {
		t.Errorf("policy %+v, %+v, want %+v, %+v", p, read.Counts(), policy, counts)
	}
	for n := a.NPN; n < a.NPN+3; n++ {
		want, changed := b.Agent(n)
		got, at := read.Agent(n)
		if diff := cmp.Diff(want, got, exact); diff != "" || at != changed || read.Load(n) != b.Load(n) {
			t.Errorf("an agent heard of at %s, with load %+v (-stored +read):\n%s", at, read.Load(n), diff)
		}
	}
	for i, want := range referrals {
		id := want.ID
		if id == uuid.Nil {
			id = idOf(1000 + i)
		}
		got, position := read.Referral(id)
		if diff := cmp.Diff(want, got, exact); diff != "" || position != uint64(100+i) {
			t.Errorf("a referral requested at %d (-stored +read):\n%s", position, diff)
		}
	}
}

// exact compares times as they are, not only as instants.
var exact = cmp.Options{cmp.Comparer(func(x, y time.Time) bool { return x == y }), cmp.Comparer(func(x, y geo.Point) bool { return x == y })}

// fill sets every field, at every depth, to another value, and fails at a type
// that it does not know.
func fill(v reflect.Value, next *int64) {
	*next++
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*next) * 1_000_000_007)))
		return
	case reflect.TypeFor[geo.Point]():
		p, _ := geo.PointE7(int32(*next), -int32(*next))
		v.Set(reflect.ValueOf(p))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + strconv.FormatInt(*next, 10))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(*next)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(*next))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, next)
		}
	default:
		panic("no value for " + v.Type().String())
	}
}

// Bytes that were cut or changed make no book, or another one: reading them never
// panics, and neither does asking for whatever is on its shelf.
func TestRestoreTakesAnyBytes(t *testing.T) {
	b := fold(history(rand.New(rand.NewPCG(13, 14)), 120))
	data := b.Still().Append(nil)
	step := 1
	if testing.Short() {
		step = 23
	}
	for i := 0; i < len(data); i += step {
		if _, err := book.Restore(slices.Clone(data[:i])); err == nil {
			t.Fatalf("the first %d bytes of %d are taken for a book", i, len(data))
		}
		for _, flip := range []byte{1, 0x80, 0xff} {
			other := slices.Clone(data)
			other[i] ^= flip
			if read, err := book.Restore(other); err == nil {
				exercise(read)
			}
		}
	}
	if _, err := book.Restore(append(slices.Clone(data), 0)); err == nil {
		t.Error("a book with a byte behind it is taken")
	}
}

// An agent that means nothing makes no book, though nobody has asked for it yet.
func TestRestoreLooksAtAgents(t *testing.T) {
	b := book.New()
	b.Apply(1, noon, book.Stream{Agent: 17}, agent.Registered{NPN: 17, Name: "Sample Heron"})
	data := b.Still().Append(nil)
	a, _ := b.Agent(17)
	packed := []byte(book.Packed(17, a))
	at := bytes.Index(data, packed)
	if at < 0 {
		t.Fatal("the agent is not stored as it is packed")
	}
	data[at+len(packed)-1] = 0xff
	if _, err := book.Restore(data); err == nil {
		t.Error("a book with an agent that means nothing is taken")
	}
}

// exercise asks a book everything, and lets it go on.
func exercise(b *book.Book) {
	for range b.Agents() {
	}
	for r := range b.Referrals() {
		b.Referral(r.ID)
		b.Archived(r.ID)
	}
	position, at := b.Position()
	for n := range 12 {
		b.Apply(position+1, at.Add(time.Hour), book.Stream{Referral: idOf(n)}, referral.Contacted{At: at})
	}
	b.Still().Append(nil)
}

// FuzzRestore holds that reading takes any bytes behind the right beginning, and
// that what is read once is stored the same ever after.
func FuzzRestore(f *testing.F) {
	whole := fold(story()).Still().Append(nil)
	head := bytes.IndexByte(whole, '\n') + 1
	f.Add(whole[head:])
	f.Add(book.New().Still().Append(nil)[head:])
	kept := book.NewKeeping(time.Minute)
	for i, r := range history(rand.New(rand.NewPCG(15, 16)), 100) {
		kept.Apply(uint64(i+1), r.at, r.stream, r.event)
	}
	f.Add(kept.Still().Append(nil)[head:])
	f.Fuzz(func(t *testing.T, body []byte) {
		read, err := book.Restore(append(slices.Clone(whole[:head]), body...))
		if err != nil {
			return
		}
		once := read.Still().Append(nil)
		again, err := book.Restore(slices.Clone(once))
		if err != nil {
			t.Fatalf("what was stored of it cannot be read: %v", err)
		}
		if !bytes.Equal(again.Still().Append(nil), once) {
			t.Fatal("it is stored in other bytes the second time")
		}
		exercise(read)
	})
}

// A book of which all who ended have left keeps nothing of the bytes it was
// restored from, whoever its agents are.
func TestRestoredBookLetsGoOfItsBytes(t *testing.T) {
	b := book.NewKeeping(time.Hour)
	b.Apply(1, noon, book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	b.Apply(2, noon, book.Stream{Agent: 17}, agent.Registered{NPN: 17, Name: "Sample Heron"})
	data := b.Still().Append(nil)
	bytes := weak.Make(&data[0])
	r, err := book.Restore(data)
	if err != nil {
		t.Fatal(err)
	}
	data = nil
	runtime.GC()
	if bytes.Value() != nil {
		t.Error("the bytes are kept")
	}
	runtime.KeepAlive(r)
}
