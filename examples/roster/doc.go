// Package roster is about three thousand invented agents, for the examples: in
// every one of the 56 jurisdictions, spread as people are, speaking what
// residents speak.
//
//	agents, err := roster.All()
//	for _, a := range agents {
//		_, err = eng.Agent(ctx, a.NPN, a.Commands()...)
//	}
//
// Nobody in it exists: names are "Sample" and a bird, NPNs begin with 9,9, e-mail
// is at example.com and telephones are of the 555-01 numbers kept for fiction.
// Offices have no street point, so matching takes the centroid of their ZIP. The
// command in gen writes roster.csv; the spread follows the census of 2020 and the
// languages the American Community Survey of 2018.
package roster
