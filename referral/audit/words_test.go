package audit

import (
	"encoding/json"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                            "none",
		``:                                "none",
		`""`:                              "none",
		`[]`:                              "none",
		`"off"`:                           "off",
		`17`:                              "17",
		`false`:                           "false",
		`12345678901234567890`:            "12345678901234567890",
		`["a","b"]`:                       "a, b",
		`{"tag":"es-MX","key":"es"}`:      "tag es-MX, key es",
		`{"lines":[{"n":1},{"n":[2,3]}]}`: "lines n 1, n 2, 3",
	} {
		if got := words(json.RawMessage(text)); got != want {
			t.Errorf("words(%s) = %q, want %q", text, got, want)
		}
	}
}
