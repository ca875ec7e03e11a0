package book

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// Digest returns the SHA-256, in hex, of the book's canonical text: what
// [Book.WriteCanonical] writes. It is the same on every machine, and two books
// with the same digest stand the same.
func (b *Book) Digest() string {
	h := sha256.New()
	if err := b.WriteCanonical(h); err != nil {
		return "" // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil))
}

// WriteCanonical writes the book as JSON lines: first the position, counters
// and policy, then every agent by NPN with its last event's time and its load,
// then every referral that has not ended in the order of the requests. Its
// errors are w's. It is not for a draft.
func (b *Book) WriteCanonical(w io.Writer) error {
	lines := json.NewEncoder(w)
	err := lines.Encode(struct {
		Position uint64           `json:"position"`
		Time     time.Time        `json:"time,omitzero"`
		Counts   Counts           `json:"counts"`
		Policy   *referral.Policy `json:"policy,omitempty"`
	}{b.position, b.time, b.counts, b.policy})
	for _, p := range desks(b.agents.leaves) {
		if err != nil {
			return err
		}
		if !p.value.heard() {
			continue
		}
		var a agent.Agent
		p.value.read(&a, p.key)
		err = lines.Encode(struct {
			agent.Agent
			Changed time.Time     `json:"changed"`
			Load    referral.Load `json:"load"`
		}{a, p.value.changed(), p.value.load()})
	}
	for r, position := range b.Live() {
		if err != nil {
			return err
		}
		err = lines.Encode(struct {
			referral.Referral
			Position uint64 `json:"position"`
		}{r, position})
	}
	return err
}
