package referral

import "github.com/relevo-go/relevo/agent/spoken"

// Notice returns the text that goes with a referral wherever a person is shown
// one: the referral is the service's, not the government's, and endorses nobody
// (S3). It is in the language of the BCP 47 tag: Spanish for Spanish, and
// English for every other.
func Notice(tag string) string {
	if key, err := spoken.Parse(tag); err == nil && key == "es" {
		return "Esta referencia la hace este servicio, no el gobierno, y no significa que se recomiende o respalde al agente."
	}
	return "This referral is made by this service, not by the government, and is not an endorsement of the agent."
}
