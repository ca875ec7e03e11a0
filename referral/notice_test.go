package referral_test

import (
	"strings"
	"testing"

	"github.com/relevo-go/relevo/referral"
)

// S3: the service's and not the government's, and no endorsement, in Spanish
// for Spanish and in English for every other.
func TestS3_Notice(t *testing.T) {
	english, spanish := referral.Notice("en"), referral.Notice("es")
	for _, words := range []struct{ text, has string }{
		{english, "by this service"}, {english, "not by the government"}, {english, "not an endorsement"},
		{spanish, "este servicio"}, {spanish, "no el gobierno"}, {spanish, "no significa"},
	} {
		if !strings.Contains(words.text, words.has) {
			t.Errorf("Notice = %q, want it to say %q", words.text, words.has)
		}
	}
	for tag, want := range map[string]string{
		"es-MX": spanish, "es_419": spanish, "spa": spanish, "ES": spanish, "ht": english, "": english, "no language": english, "\xff": english,
	} {
		if got := referral.Notice(tag); got != want {
			t.Errorf("Notice(%q) = %q, want %q", tag, got, want)
		}
	}
}
