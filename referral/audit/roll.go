package audit

import (
	"iter"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// roll lists the agents who may be in a line at all, so that a line is found without
// judging everybody: those with any license in the consumer's state, by where they
// are and what they speak. Whether one of them is in line the rules say, as they do
// of everybody: who has no license in a state has a reason against it at every
// instant, under every policy (S14), and so has who speaks none of the languages.
type roll struct {
	people  []person
	seat    map[agent.NPN]int32
	states  map[geo.State][]int32 // seats
	tongues map[spoken.Key]tongues
	lens    book.Lens
}

// person is what a roll knows of an agent.
type person struct {
	npn      agent.NPN
	vector   geo.Vector // zero if nobody knows where it is
	tongues  tongues
	licensed geo.States // every state with a license, of whatever standing
}

// tongues is a set of languages. Beyond 63 of them the last bit stands for all
// others, so that a set may seem to have one more, and never one less.
type tongues uint64

var (
	kindLicenseRecorded = agent.LicenseRecorded{}.Kind()
	kindProfileUpdated  = agent.ProfileUpdated{}.Kind()
	kindLanguagesSet    = agent.LanguagesSet{}.Kind()
)

// note takes in what a record that was just folded into the book changes.
func (l *roll) note(b *book.Book, r *eventlog.Record) {
	if r.Kind != kindLicenseRecorded && r.Kind != kindProfileUpdated && r.Kind != kindLanguagesSet {
		return
	}
	digits, _ := strings.CutPrefix(r.Stream, "agent/")
	n, err := agent.ParseNPN(digits)
	if err != nil {
		return
	}
	a, _ := b.Look(&l.lens, n)
	if a == nil {
		return
	}
	seat, known := l.seat[n]
	if !known {
		if l.seat == nil {
			l.seat, l.states, l.tongues = map[agent.NPN]int32{}, map[geo.State][]int32{}, map[spoken.Key]tongues{}
		}
		seat = int32(len(l.people))
		l.seat[n], l.people = seat, append(l.people, person{npn: n})
	}
	p := &l.people[seat]
	p.vector, p.tongues = a.Profile.Position().Vector(), 0
	for _, language := range a.Languages {
		p.tongues |= l.bit(language.Key)
	}
	for i := range a.Licenses {
		if s := a.Licenses[i].State; !p.licensed.Has(s) {
			p.licensed = p.licensed.With(s)
			l.states[s] = append(l.states[s], seat)
		}
	}
}

// bit returns the set of one language.
func (l *roll) bit(k spoken.Key) tongues {
	t, ok := l.tongues[k]
	if !ok {
		t = 1 << min(len(l.tongues), 63)
		l.tongues[k] = t
	}
	return t
}

// candidates yields everybody who may be in a referral's line, with the distance.
func (l *roll) candidates(r *referral.Referral) iter.Seq2[agent.NPN, geo.Chord] {
	return func(yield func(agent.NPN, geo.Chord) bool) {
		var want tongues
		for _, language := range r.Languages {
			want |= l.tongues[language.Key] // 0 for one that nobody speaks
		}
		from := r.Position().Vector()
		for _, seat := range l.states[r.State] {
			p := &l.people[seat]
			if p.tongues&want == 0 {
				continue
			}
			chord := geo.Unreachable
			if from != (geo.Vector{}) && p.vector != (geo.Vector{}) {
				chord = from.Chord(p.vector)
			}
			if !yield(p.npn, chord) {
				return
			}
		}
	}
}
