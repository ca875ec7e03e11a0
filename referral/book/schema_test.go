package book

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// Any change of a type that is stored, at whatever depth, makes another text of
// the schema; where a standard type keeps its own parts does not matter.
func TestSchemaTellsTypesApart(t *testing.T) {
	type part struct{ A, B int }
	seen := map[string]int{}
	for i, v := range []any{
		struct{ A, B int }{},
		struct{ B, A int }{},
		struct{ A, C int }{},
		struct {
			A int
			B int64
		}{},
		struct{ A, B, C int }{},
		struct{ A []part }{},
		struct{ A *part }{},
		struct{ A [2]part }{},
		struct{ A []struct{ A, B int } }{},
		struct{ A time.Time }{},
		struct{ a time.Time }{},
	} {
		var w strings.Builder
		describe(&w, reflect.TypeOf(v), map[reflect.Type]bool{})
		if before, ok := seen[w.String()]; ok {
			t.Errorf("the types %d and %d have one schema:\n%s", before, i, w.String())
		}
		seen[w.String()] = i
		if strings.Contains(w.String(), "wall") {
			t.Error("the schema shows what is within a time.Time")
		}
	}
	if a, b := string(schema()), string(schema()); a != b || !strings.HasSuffix(a, "\n") || strings.Count(a, "\n") != 1 {
		t.Errorf("schema = %q and then %q, want one line", a, b)
	}
}
