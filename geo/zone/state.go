package zone

import "github.com/relevo-go/relevo/geo"

// mostPeople names, for each jurisdiction, the zone in which most of its people
// live. The states with several zones are marked.
var mostPeople = [...]struct {
	state geo.State
	zone  string
}{
	{"AK", "America/Anchorage"}, // several
	{"AL", "America/Chicago"},
	{"AR", "America/Chicago"},
	{"AS", "Pacific/Pago_Pago"},
	{"AZ", "America/Phoenix"}, // several: the Navajo Nation observes daylight time
	{"CA", "America/Los_Angeles"},
	{"CO", "America/Denver"},
	{"CT", "America/New_York"},
	{"DC", "America/New_York"},
	{"DE", "America/New_York"},
	{"FL", "America/New_York"}, // several
	{"GA", "America/New_York"},
	{"GU", "Pacific/Guam"},
	{"HI", "Pacific/Honolulu"},
	{"IA", "America/Chicago"},
	{"ID", "America/Boise"}, // several
	{"IL", "America/Chicago"},
	{"IN", "America/Indiana/Indianapolis"}, // several
	{"KS", "America/Chicago"},              // several
	{"KY", "America/New_York"},             // several
	{"LA", "America/Chicago"},
	{"MA", "America/New_York"},
	{"MD", "America/New_York"},
	{"ME", "America/New_York"},
	{"MI", "America/Detroit"}, // several
	{"MN", "America/Chicago"},
	{"MO", "America/Chicago"},
	{"MP", "Pacific/Saipan"},
	{"MS", "America/Chicago"},
	{"MT", "America/Denver"},
	{"NC", "America/New_York"},
	{"ND", "America/Chicago"}, // several
	{"NE", "America/Chicago"}, // several
	{"NH", "America/New_York"},
	{"NJ", "America/New_York"},
	{"NM", "America/Denver"},
	{"NV", "America/Los_Angeles"}, // several: West Wendover
	{"NY", "America/New_York"},
	{"OH", "America/New_York"},
	{"OK", "America/Chicago"},
	{"OR", "America/Los_Angeles"}, // several
	{"PA", "America/New_York"},
	{"PR", "America/Puerto_Rico"},
	{"RI", "America/New_York"},
	{"SC", "America/New_York"},
	{"SD", "America/Chicago"}, // several
	{"TN", "America/Chicago"}, // several
	{"TX", "America/Chicago"}, // several
	{"UT", "America/Denver"},
	{"VA", "America/New_York"},
	{"VI", "America/St_Thomas"},
	{"VT", "America/New_York"},
	{"WA", "America/Los_Angeles"},
	{"WI", "America/Chicago"},
	{"WV", "America/New_York"},
	{"WY", "America/Denver"},
}
