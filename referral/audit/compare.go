package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Comparison is what changed between two moments of a log.
type Comparison struct {
	From, To   eventlog.Head
	Before     book.Counts
	After      book.Counts
	PolicyFrom referral.Policy
	PolicyTo   referral.Policy
	Agents     []AgentChange    // by NPN
	Referrals  []ReferralChange // in the order of their first record after From
}

// AgentChange is an agent that records spoke of, before and after them. Before is
// the zero Agent of one that joined.
type AgentChange struct {
	NPN           agent.NPN
	Before, After agent.Agent
}

// Lines returns what is another of the agent, a field a line.
func (c AgentChange) Lines() []string { return fieldChanges(c.Before, c.After) }

// ReferralChange is a referral that records spoke of, before and after them. Before
// is the zero Referral of one that was requested. Both are of one that had ended more
// than an hour before From: then Kinds alone says what was recorded.
type ReferralChange struct {
	ID            uuid.UUID
	Before, After referral.Referral
	Kinds         []string // of the records, in order
}

// Lines returns what is another of the referral, a field a line.
func (c ReferralChange) Lines() []string { return fieldChanges(c.Before, c.After) }

// Compare returns what changed from one moment to a later one, and keeps what it
// returns: every agent and every referral that records in between spoke of. Its error
// is that of [AsOf], or says that the moments are the wrong way round.
func Compare(records Records, from, to Moment) (c Comparison, err error) {
	p := newPast()
	agents := map[agent.NPN]agent.Agent{}
	referrals := map[uuid.UUID]int{} // where in c.Referrals
	var reader book.Reader
	var begun bool
	begin := func() {
		begun = true
		c.From, c.Before = p.head, p.Counts()
		c.PolicyFrom, _ = p.Policy()
	}
	err = p.replay(records, to, func(r *eventlog.Record) {
		if from.covers(r) {
			return
		}
		if !begun {
			begin()
		}
		s, err := book.ParseStream(r.Stream)
		switch {
		case err != nil: // the fold says so
		case s.Agent != 0:
			if _, known := agents[s.Agent]; !known {
				agents[s.Agent], _ = p.book.Agent(s.Agent)
			}
		case s.Referral != uuid.Nil:
			i, known := referrals[s.Referral]
			if !known {
				i = len(c.Referrals)
				before, _ := p.book.Referral(s.Referral)
				referrals[s.Referral] = i
				c.Referrals = append(c.Referrals, ReferralChange{ID: s.Referral, Before: before, After: before})
			}
			change := &c.Referrals[i]
			change.Kinds = append(change.Kinds, r.Kind)
			// The book lets it go some time after it ended: so it is folded here too.
			if change.After.Status != "" || r.Kind == kindRequested {
				_ = reader.Referral(&change.After, s.Referral, r.Kind, r.Time, r.Data) // the fold says why it cannot be
			}
		}
	})
	if err != nil {
		return Comparison{}, err
	}
	if !begun {
		begin() // nothing came after
	}
	if err := from.reached(p.head.Position); err != nil && to.kind == theEnd {
		return Comparison{}, err
	}
	late := from.kind == atInstant && (to.kind == atInstant && from.at.After(to.at) || to.kind == afterPosition && from.at.After(p.head.Time))
	if from.reached(p.head.Position) != nil || late {
		return Comparison{}, fmt.Errorf("from %s to %s: the second moment is before the first: give them the other way round", from, to)
	}
	c.To, c.After = p.head, p.Counts()
	c.PolicyTo, _ = p.Policy()
	for n, before := range agents {
		after, _ := p.book.Agent(n)
		c.Agents = append(c.Agents, AgentChange{n, before, after})
	}
	slices.SortFunc(c.Agents, func(x, y AgentChange) int { return cmp.Compare(x.NPN, y.NPN) })
	return c, nil
}

// fieldChanges returns how two values of one type differ, a field a line by its name
// in JSON: what it was and is, or of a list what went and what came.
func fieldChanges(before, after any) (lines []string) {
	a, b := fieldsOf(before), fieldsOf(after)
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := a[name], b[name]
		if bytes.Equal(was, is) {
			continue
		}
		gone, come, lists := listChanges(was, is)
		switch {
		case lists:
			for _, item := range gone {
				lines = append(lines, fmt.Sprintf("%s: - %s", name, words(item)))
			}
			for _, item := range come {
				lines = append(lines, fmt.Sprintf("%s: + %s", name, words(item)))
			}
			if len(gone)+len(come) == 0 {
				lines = append(lines, fmt.Sprintf("%s: %s → %s", name, words(was), words(is))) // another order
			}
		default:
			lines = append(lines, fmt.Sprintf("%s: %s → %s", name, words(was), words(is)))
		}
	}
	return lines
}

// words returns a value as JSON has it for people: without quotes and braces, a key
// before its value, and "none" for what is absent or empty.
func words(value json.RawMessage) string {
	in := json.NewDecoder(bytes.NewReader(value))
	in.UseNumber()
	text, err := nextWords(in)
	if err != nil || text == "" {
		return "none"
	}
	return Printable(text)
}

// nextWords returns the next value as [words] does.
func nextWords(in *json.Decoder) (string, error) {
	token, err := in.Token()
	opened, compound := token.(json.Delim)
	if err != nil || !compound {
		if token == nil {
			token = ""
		}
		return fmt.Sprint(token), err
	}
	var parts []string
	for in.More() {
		key := ""
		if opened == '{' {
			token, err := in.Token()
			if err != nil {
				return "", err
			}
			key = fmt.Sprint(token) + " "
		}
		part, err := nextWords(in)
		if err != nil {
			return "", err
		}
		parts = append(parts, key+part)
	}
	_, err = in.Token() // the end of it
	return strings.Join(parts, ", "), err
}

func fieldsOf(v any) (fields map[string]json.RawMessage) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		return nil // every value here has its JSON form
	}
	return fields
}

// listChanges returns the items of one list that are not in the other, and the other
// way round, if both are lists or absent.
func listChanges(was, is json.RawMessage) (gone, come []json.RawMessage, lists bool) {
	var a, b []json.RawMessage
	if len(was) > 0 && (was[0] != '[' || json.Unmarshal(was, &a) != nil) || len(is) > 0 && (is[0] != '[' || json.Unmarshal(is, &b) != nil) {
		return nil, nil, false
	}
	in := func(list []json.RawMessage, item json.RawMessage) bool {
		return slices.ContainsFunc(list, func(other json.RawMessage) bool { return bytes.Equal(other, item) })
	}
	for _, item := range a {
		if !in(b, item) {
			gone = append(gone, item)
		}
	}
	for _, item := range b {
		if !in(a, item) {
			come = append(come, item)
		}
	}
	return gone, come, true
}
