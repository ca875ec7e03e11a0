package book_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral/book"
)

var streamForm = regexp.MustCompile(`^(desk|agent/[1-9][0-9]{0,9}|referral/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)

// FuzzParseStream holds that the names of streams are the texts of the three
// forms, each the name of its own stream, and that refusals are short.
func FuzzParseStream(f *testing.F) {
	for _, name := range []string{"desk", "agent/17", "agent/017", "agent/9999999999", "referral/" + idOf(0).String(), "referral/{" + idOf(0).String() + "}",
		"referral/" + uuid.Nil.String(), "Desk", "", "agent/17/", strings.Repeat("agent/", 20)} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := book.ParseStream(name)
		if want := streamForm.MatchString(name) && name != "referral/"+uuid.Nil.String(); (err == nil) != want {
			t.Fatalf("ParseStream(%q) = %v, %v, want it read: %v", name, s, err, want)
		}
		if err == nil {
			if s.String() != name || s.Agent != 0 && s.Referral != uuid.Nil {
				t.Fatalf("ParseStream(%q) = %+v, which is %q", name, s, s)
			}
			return
		}
		if s != (book.Stream{}) {
			t.Fatalf("ParseStream(%q) = %+v, %v", name, s, err)
		}
		text := strings.ReplaceAll(err.Error(), `\\`, `\`) // as quoting doubles them
		if r := []rune(name); len(err.Error()) > 800 || len(r) > 64 && strings.Contains(text, string(r[:65])) {
			t.Fatalf("ParseStream(%q) repeats too much of it: %v", name, err)
		}
	})
}
