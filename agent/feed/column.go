package feed

import (
	"slices"
	"strings"
)

// Kind is what a file holds, as its header tells.
type Kind uint8

const (
	Roster        Kind = iota + 1 // agents, and what they have chosen
	Registrations                 // the Marketplace's registration completion list
	Licenses                      // licenses, as a registry shows them
)

// String returns what a person calls the kind.
func (k Kind) String() string {
	switch k {
	case Roster:
		return "roster"
	case Registrations:
		return "registration completion list"
	case Licenses:
		return "license feed"
	}
	return "unknown"
}

// column is a column of a kind of file: the name by which it is documented, and
// the other names it goes by, parted by spaces.
type column struct {
	name, also string
	needed     bool
}

// columns are the columns of each kind.
var columns = [...][]column{
	Roster: {
		{"npn", "national_producer_number", true},
		{"name", "agent_name full_name", false},
		{"email", "e_mail email_address", false},
		{"phone", "telephone phone_number", false},
		{"street", "address street_address", false},
		{"city", "", false},
		{"state", "office_state", false},
		{"zip", "zip_code zipcode postal_code", false},
		{"lat", "latitude", false},
		{"lng", "lon long longitude", false},
		{"languages", "language", false},
		{"display", "display_choice", false},
		{"unticked", "unticked_states", false},
		{"channels", "channel", false},
		{"cms_terms", "", false},
		{"help_on_demand_terms", "hod_terms", false},
		{"reviewed", "profile_reviewed", false},
		{"zone", "time_zone timezone", false},
		{"hours", "weekly_hours", false},
	},
	Registrations: {
		{"npn", "national_producer_number", true},
		{"applicable_plan_year", "plan_year", true},
		{"individual_registration_completion_date", "individual_market_registration_completion_date", true},
		{"individual_registration_completion_end_date", "individual_marketplace_end_date individual_market_registration_end_date individual_registration_end_date", true},
		{"npn_valid_current_plan_year_only", "npn_valid_current_plan_year npn_valid", false},
		{"status", "status_code", false},
		{"shop_registration_completion_date", "shop_registration_date", false},
		{"shop_end_date", "shop_registration_end_date", false},
	},
	Licenses: {
		{"npn", "national_producer_number", true},
		{"state", "license_state", true},
		{"number", "license_number license_no", true},
		{"class", "license_class", false},
		{"residency", "resident license_residency resident_indicator", true},
		{"status", "license_status", true},
		{"effective", "effective_date license_effective_date issue_date license_issue_date", false},
		{"expiry", "expires expiration expiry_date expiration_date license_expiration_date", true},
		{"lines", "lines_of_authority loas", false},
		{"line", "line_of_authority loa", false},
		{"line_status", "loa_status", false},
		{"line_issued", "line_issue_date loa_issued loa_issue_date", false},
	},
}

// word returns a name of a header in small letters, with an underscore for
// everything else: "NPN Valid (Current Plan Year Only)" and
// "npn_valid_current_plan_year_only" are one.
func word(name string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(name)) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteByte(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() == 60 {
			break
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}

// is reports whether a header's word names the column.
func (c column) is(w string) bool {
	return w == c.name || w != "" && slices.Contains(strings.Fields(c.also), w)
}

// missing returns the needed columns that a header lacks.
func (k Kind) missing(words []string) (names []string) {
	for _, c := range columns[k] {
		if c.needed && !slices.ContainsFunc(words, c.is) {
			names = append(names, c.name)
		}
	}
	if k == Licenses && k.has(words, "lines", "line") == 0 {
		names = append(names, "lines (or line)")
	}
	return names
}

// has counts how many of the named columns of the kind a header has; without
// names, of all.
func (k Kind) has(words []string, names ...string) (n int) {
	for _, c := range columns[k] {
		if (len(names) == 0 || slices.Contains(names, c.name)) && slices.ContainsFunc(words, c.is) {
			n++
		}
	}
	return n
}

// detect returns which kind of file has such a header, or 0. A header that lacks
// needed columns is of the kind it comes nearest.
func detect(words []string) Kind {
	switch {
	case Registrations.has(words, "applicable_plan_year", "individual_registration_completion_date", "individual_registration_completion_end_date") > 0:
		return Registrations
	case len(Licenses.missing(words)) == 0,
		Licenses.has(words, "number", "residency", "expiry", "lines", "line", "line_status", "line_issued") > 1:
		return Licenses
	case Roster.has(words, "npn") == 1 && Roster.has(words) > 1, Roster.has(words) > 2:
		return Roster
	}
	return 0
}

// names returns the documented names of the kind's columns, parted by commas.
func (k Kind) names() string {
	var names []string
	for _, c := range columns[k] {
		if !strings.HasPrefix(c.name, "shop_") {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}
