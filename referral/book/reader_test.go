package book_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// checkReader holds that a reader folds a record as Decode and Apply do, and
// refuses it with Decode's error.
func checkReader(t *testing.T, r *book.Reader, s book.Stream, kind string, data []byte, before *agent.Agent, asked *referral.Referral) {
	t.Helper()
	e, errWant := book.Decode(s, kind, noon, data)
	var err error
	if s.Referral != uuid.Nil {
		want := *asked
		if event, ok := e.(referral.Event); ok && errWant == nil {
			want = referral.Apply(want, event)
		}
		if err = r.Referral(asked, s.Referral, kind, noon, data); !reflect.DeepEqual(*asked, want) {
			t.Fatalf("%s %s in %s makes %+v, want %+v", kind, data, s, *asked, want)
		}
	} else {
		want := *before
		if errWant == nil {
			want = agent.Apply(want, e)
		}
		if err = r.Agent(before, s.Agent, kind, data); !reflect.DeepEqual(*before, want) {
			t.Fatalf("%s %s in %s makes %+v, want %+v", kind, data, s, *before, want)
		}
	}
	_, unknown := errors.AsType[*book.UnknownKindError](errWant)
	if _, is := errors.AsType[*book.UnknownKindError](err); fmt.Sprint(err) != fmt.Sprint(errWant) || is != unknown {
		t.Fatalf("%s %s in %s: %v, want %v", kind, data, s, err, errWant)
	}
}

func TestReader(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var r book.Reader
	agents := map[agent.NPN]*agent.Agent{}
	referrals := map[uuid.UUID]*referral.Referral{}
	for _, record := range history(rng, 3000) {
		s, kind, data := record.stream, record.event.Kind(), encode(t, record.event)
		a, x := agents[s.Agent], referrals[s.Referral]
		if a == nil {
			a = new(agent.Agent)
			agents[s.Agent] = a
		}
		if x == nil {
			x = new(referral.Referral)
			referrals[s.Referral] = x
		}
		if s != (book.Stream{}) {
			checkReader(t, &r, s, kind, data, a, x)
		}
		for _, wrong := range []book.Stream{{Agent: 99}, {Referral: uuid.UUID{1}}} {
			checkReader(t, &r, wrong, kind, data, new(agent.Agent), new(referral.Referral))
		}
		stream := book.Stream{Agent: s.Agent, Referral: s.Referral}
		if stream != (book.Stream{}) {
			checkReader(t, &r, stream, kind+"x", data, a, x)
			checkReader(t, &r, stream, kind, data[1:], a, x)
		}
	}
}

// A reader asked for no agent or referral refuses whatever the kind.
func TestReaderWithoutAStream(t *testing.T) {
	var r book.Reader
	for kind, e := range map[string]book.Event{
		"desk.policy_set.v1":      referral.PolicySet(referral.DefaultPolicy()),
		"agent.registered.v1":     agent.Registered{NPN: 17, Name: "Ana"},
		"agent.display_chosen.v1": agent.DisplayChosen{Choice: 1},
		"referral.accepted.v1":    referral.Accepted{By: 17},
	} {
		var a agent.Agent
		if err := r.Agent(&a, 0, kind, encode(t, e)); err == nil || !reflect.DeepEqual(a, agent.Agent{}) {
			t.Errorf("%s of no agent: %v, %+v", kind, err, a)
		}
		var x referral.Referral
		if err := r.Referral(&x, uuid.Nil, kind, noon, encode(t, e)); err == nil || !reflect.DeepEqual(x, referral.Referral{}) {
			t.Errorf("%s of no referral: %v, %+v", kind, err, x)
		}
	}
}

func TestParseStreamAllocatesNothing(t *testing.T) {
	for _, name := range []string{"desk", "agent/9999999999", "referral/" + idOf(7).String()} {
		if got := testing.AllocsPerRun(100, func() { book.ParseStream(name) }); got > 0 {
			t.Errorf("ParseStream(%q) allocates %v times", name, got)
		}
	}
}

func BenchmarkParseStream(b *testing.B) {
	for _, name := range []string{"desk", "agent/1234567890", "referral/" + idOf(7).String()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := book.ParseStream(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReader folds the records of a history, into states of one step.
func BenchmarkReader(b *testing.B) {
	type encoded struct {
		book.Stream
		kind string
		data []byte
	}
	var all []encoded
	for _, r := range history(rand.New(rand.NewPCG(9, 9)), 3000) {
		if r.stream != (book.Stream{}) {
			all = append(all, encoded{r.stream, r.event.Kind(), encode(b, r.event)})
		}
	}
	b.Run("fold", func(b *testing.B) {
		b.ReportAllocs()
		var r book.Reader
		a, x := new(agent.Agent), new(referral.Referral)
		for i := 0; b.Loop(); i++ {
			e := all[i%len(all)]
			a.Accepted, a.Licenses, x.Past = nil, nil, nil
			var err error
			if e.Agent != 0 {
				err = r.Agent(a, e.Agent, e.kind, e.data)
			} else {
				err = r.Referral(x, e.Referral, e.kind, noon, e.data)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			e := all[i%len(all)]
			if _, err := book.Decode(e.Stream, e.kind, noon, e.data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
