package agent

import "slices"

// Channel is a way to tell an agent of an offer (S16).
type Channel string

const (
	Email Channel = "email"
	Text  Channel = "text"
	App   Channel = "app"
)

var channels = []Channel{Email, Text, App}

// Valid reports whether c is one of the three.
func (c Channel) Valid() bool { return slices.Contains(channels, c) }

// OfferChannels returns where an offer is announced: the chosen channels, or
// e-mail if none is chosen and an address is known, or none (R34).
func (a Agent) OfferChannels() []Channel {
	if len(a.Channels) == 0 && a.Profile.Email != "" {
		return []Channel{Email}
	}
	return slices.Clip(a.Channels)
}
