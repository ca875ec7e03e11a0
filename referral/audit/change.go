package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/relevo-go/relevo/referral"
)

// Change makes another policy of the one in force. Nil changes nothing.
//
//	func(p referral.Policy) referral.Policy { p.Radius = 100_000; return p }
type Change func(referral.Policy) referral.Policy

// of returns the changed policy, or what is wrong with it.
func (c Change) of(p referral.Policy) (referral.Policy, error) {
	if c == nil {
		return p, nil
	}
	p = c(p)
	return p, p.Check()
}

// ParseChange reads a change from a JSON object with any of the keys that a
// desk.policy_set record has: what it names is changed, and all else stays as it is in
// force. With every key it is a whole policy.
//
//	{"radius_meters": 100000, "terms": {"cms": "2027-01"}}
func ParseChange(text []byte) (Change, error) {
	if text = bytes.TrimSpace(text); !json.Valid(text) || text[0] != '{' {
		return nil, errors.New(`the policy is no JSON object: give one such as {"radius_meters": 100000}`)
	}
	if _, err := overlaid(referral.DefaultPolicy(), text); err != nil {
		return nil, err
	}
	text = bytes.Clone(text)
	return func(p referral.Policy) referral.Policy {
		if changed, err := overlaid(p, text); err == nil { // each key is judged by itself, and was
			p = changed
		}
		return p
	}, nil
}

// overlaid returns the policy with what a JSON object names.
func overlaid(p referral.Policy, text []byte) (referral.Policy, error) {
	var fields struct {
		Window        *json.RawMessage `json:"window"`
		GiveUp        *json.RawMessage `json:"give_up"`
		RadiusMeters  *json.RawMessage `json:"radius_meters"`
		MaxOpenOffers *json.RawMessage `json:"max_open_offers"`
		Terms         struct {
			CMS          *json.RawMessage `json:"cms"`
			HelpOnDemand *json.RawMessage `json:"help_on_demand"`
		} `json:"terms"`
	}
	whole, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	for _, layer := range [][]byte{whole, text} {
		d := json.NewDecoder(bytes.NewReader(layer))
		if d.DisallowUnknownFields(); d.Decode(&fields) != nil {
			return p, fmt.Errorf("the policy has a key that is none: it may have window, give_up, radius_meters, max_open_offers, and terms with cms and help_on_demand")
		}
	}
	if whole, err = json.Marshal(fields); err == nil {
		err = json.Unmarshal(whole, &p)
	}
	if err != nil {
		return p, fmt.Errorf("the policy cannot be used: %w", err)
	}
	return p, nil
}
