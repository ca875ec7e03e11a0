package zone

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	all, err := parse(packed)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(all, func(a, b *time.Location) int { return strings.Compare(a.String(), b.String()) }) {
		t.Error("the embedded zones are not in the order of their names, in which Load searches")
	}
	tests := []struct {
		name, packed string
		zones        int
	}{
		{"nothing", "", 0},
		{"another tzdata", "\x052024a", 0},
		{"a length without an end", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0},
		{"half a zone", packed[:len(packed)-1], len(all) - 1},
		{"a name without data", packed + "\x01x", len(all)},
		{"data that is no zone", packed + "\x01x\x03abc", len(all)},
	}
	for _, test := range tests {
		got, err := parse(test.packed)
		if err == nil || len(got) != test.zones {
			t.Errorf("parse of %s = %d zones, %v, want %d and an error", test.name, len(got), err, test.zones)
		}
	}
}
