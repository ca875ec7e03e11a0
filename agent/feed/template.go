package feed

// Template returns a file of the kind with its header and two rows to write
// over, which is read and planned without a problem if a roster comes first.
func (k Kind) Template() string {
	switch k {
	case Roster:
		return `npn,name,email,phone,street,city,state,zip,lat,lng,languages,display,unticked,channels,cms_terms,help_on_demand_terms,reviewed,zone,hours
9900000001,Sample Heron,heron@example.com,202-555-0101,1 Sample Street,Tampa,FL,33602,27.9506,-82.4572,en es-MX,1,GA TX,email text,2026-07,2026-07,Y,America/New_York,mon-fri 09:00-17:00; sat 10:00-14:00
9900000002,Sample Wren,wren@example.com,,,Houston,TX,77002,,,vi en,3,-,-,2026-07,2026-07,Y,,-
`
	case Registrations:
		return `npn,applicable_plan_year,individual_registration_completion_date,individual_registration_completion_end_date,npn_valid_current_plan_year_only,status
9900000001,2027,08/14/2026,10/31/2027,Y,
9900000002,2027,09/02/2026,10/31/2027,Y,
`
	case Licenses:
		return `npn,state,number,class,residency,status,effective,expiry,line,line_status,line_issued
9900000001,FL,W000001,Producer,R,Active,2019-03-01,Perpetual,Health,Active,2019-03-01
9900000002,TX,1234567,Producer,R,Active,2021-06-15,06/30/2027,"Life, Accident and Health",Active,
`
	}
	return ""
}
