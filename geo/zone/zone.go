package zone

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/geo"
)

// Version is the tzdata release that the zones are from.
const Version = "2025c"

//go:embed zones.bin
var packed string

// zones are the embedded zones in the order of their names.
var zones, _ = parse(packed)

// ofState holds the zone of each [geo.State.Index].
var ofState = func() (t [geo.NumStates]*time.Location) {
	for _, s := range mostPeople {
		t[s.state.Index()], _ = Load(s.zone)
	}
	return t
}()

// Load returns the zone with the IANA name, such as "America/New_York". It
// knows those in use in US jurisdictions, each under its own name only, not
// under an older one ("US/Eastern") and not "UTC" or "Local".
func Load(name string) (*time.Location, error) {
	i, found := slices.BinarySearchFunc(zones, name, func(z *time.Location, name string) int {
		return strings.Compare(z.String(), name)
	})
	if !found {
		return nil, fmt.Errorf("zone: no time zone of a US jurisdiction has this name: give one of %s", strings.Join(slices.Collect(Names()), ", "))
	}
	return zones[i], nil
}

// Of returns the zone of s, or false if s is no jurisdiction. For a state with
// several zones it is the one in which most of its people live (R35): Central
// Time for Tennessee and Texas, Eastern Time for Florida.
func Of(s geo.State) (*time.Location, bool) {
	i := s.Index()
	if i < 0 {
		return nil, false
	}
	return ofState[i], ofState[i] != nil
}

// Names yields the names that [Load] knows, sorted.
func Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, z := range zones {
			if !yield(z.String()) {
				return
			}
		}
	}
}

// parse reads what the command in gen writes: the version and then each zone's
// name and TZif data, every text with its length before it. Of a damaged text it
// returns the zones before the damage and what is wrong.
func parse(packed string) (zones []*time.Location, err error) {
	version, rest, ok := cut(packed)
	if !ok || version != Version {
		return nil, fmt.Errorf("zone: zones.bin is of tzdata %q, want %q", version, Version)
	}
	for rest != "" {
		var name, data string
		if name, rest, ok = cut(rest); ok {
			data, rest, ok = cut(rest)
		}
		if !ok {
			return zones, fmt.Errorf("zone: zones.bin ends within a zone")
		}
		z, err := time.LoadLocationFromTZData(name, []byte(data))
		if err != nil {
			return zones, fmt.Errorf("zone: %s: %w", name, err)
		}
		zones = append(zones, z)
	}
	return zones, nil
}

// cut returns the text at the start of s and what follows it.
func cut(s string) (text, rest string, ok bool) {
	n, size := binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
	if size <= 0 || n > uint64(len(s)-size) {
		return "", "", false
	}
	end := size + int(n)
	return s[size:end], s[end:], true
}
