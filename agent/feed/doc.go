// Package feed reads the files in which agents come, and plans what to record so
// that the desk agrees with them: a roster, the Marketplace's registration
// completion list, and license feeds of a registry.
//
//	roster, err := feed.Read(file, "roster.csv", nil)
//	plan, err := feed.Compare(current, roster, licenses)
//	for _, p := range plan.Problems {
//		fmt.Println(p) // roster.csv:12: zip: no ZIP Code: give five digits, …
//	}
//	for _, c := range plan.Changes {
//		_, err = desk.Agent(ctx, c.NPN, c.Commands...)
//	}
//
// It reads what it is given, acts on nothing, and knows no clock, log or engine.
// [Read] makes values of a file, with everything that is wrong with it at once.
// [Compare] decides by the rules of package agent what the feeds would change.
// Applying it is the host's, and so is the choice of what to do about notes. A
// host with a source of its own fills the rows of a [Feed] itself.
//
// # Nothing half applied
//
// A plan with a problem has no changes, so mend the files and compare again.
// Each [Change] goes to the desk in one call, which records all of it or none.
// Many callers may apply changes at once, and then share the syncs of a disk. An
// import that is cut off has done some agents and not others; importing the same
// files again plans what is missing and nothing else. An import that is applied
// plans nothing the second time. Between planning and applying an agent may
// change: the desk decides every command anew, and may then refuse one.
//
// What files do not say stays as it is. Nobody is removed by not being listed.
// The one exception is a license, and only if a feed is said to be complete
// ([Feed.Complete]): then every agent whom the feeds of that comparison name has
// the licenses they list, and no others.
//
// # Files
//
// A file is CSV in UTF-8, with or without a byte order mark, and a header. Its
// values are parted by commas, semicolons, tabs or bars, whichever the header
// has most of, and may be quoted, with spaces around them, or with an equals sign
// before the quotes, as spreadsheets write ="0123". Lines end in LF or CRLF; empty
// ones are passed over. Columns come in any order; case, spaces and punctuation of their names
// do not matter. Columns that are not known are numbered in a note and not read. A
// value has no line break, so whatever is wrong with a line is wrong with that
// line alone. The header tells the kind of file; [Kind.Template] writes one.
//
// Days are written 11/23/2026, 2026-11-23 or 20261123. Findings repeat nothing
// that may be personal: a bad e-mail address is named by its line (R29).
//
// # The roster
//
// One row for each agent. Only npn is needed, and name for an agent who is not
// registered yet: the row registers it (R22). An empty value says nothing, and a
// hyphen says that there is none. Two rows about one agent are a problem, unless
// they say the same.
//
//	npn                   National Producer Number
//	name                  what consumers are shown; at first also the name registered
//	email, phone          contact, or -
//	street, city          of the office, or -
//	state, zip            of the office; a profile has both, and they agree (R16)
//	lat, lng              the office point in degrees, or - and - for none (R15)
//	languages             BCP 47 tags with spaces or semicolons between: en es-MX (R27)
//	display               the choice in MLMS, 1 to 4 (R26)
//	unticked              states without referrals: GA TX, or - (S11); under display 1 and 2 only (R4)
//	channels              of email, text and app, or - (S16)
//	cms_terms             the version of CMS's terms that was accepted (R19)
//	help_on_demand_terms  likewise of Help On Demand's
//	reviewed              Y: the agent went over contact, languages and states (S13)
//	zone                  the time zone of the hours: America/New_York
//	hours                 mon-fri 09:00-12:00 13:00-17:00; sat 10:00-14:00, or - for always (B1)
//
// An acceptance and a review are facts that nothing takes back: another version
// is accepted beside the first, and N changes nothing.
//
// # The registration completion list
//
// The list that CMS publishes on data.healthcare.gov, with the columns of its
// data dictionary, under the names of its files too (Individual Marketplace End
// Date). Those for SHOP, the market of small employers, are passed over.
//
//	npn
//	applicable_plan_year
//	individual_registration_completion_date      the first day
//	individual_registration_completion_end_date  the last; also individual_marketplace_end_date
//	npn_valid_current_plan_year_only             Y, N or -
//	status                                       R1 to R4, T1 to T4, or empty
//
// A row is Marketplace registration for its plan year, and training as well,
// which registration presupposes (S2); training that is on record with days of
// its own stays. The rulings, where the dictionary is silent:
//
//   - Days are the Marketplace's, so they begin and end in Eastern Time, like
//     R35 for states. The list names no state, and an agent who moves must not
//     change every plan year of before.
//   - Several rows for a plan year (people type their numbers themselves) are
//     one registration, from the first completion to the last end.
//   - A row without individual dates registers nobody: it is of SHOP alone.
//   - T1, T3 and T4 terminate for the resident license, for fraud or abusive
//     conduct, and for noncompliance; R1, R3 and R4 end that (R20). Only the
//     agent's newest plan year counts. With T and R of one cause in it the
//     termination holds, and a note says so.
//   - T2 and R2 are about a nonresident license, whose state the list does not
//     name. They change nothing, and a note asks for it.
//   - N, a number that NIPR does not know or shows no active health line for,
//     ends and begins nothing, for licenses decide that (R21); a note says so.
//
// The list holds everybody. Rows about agents who are neither on record nor in a
// roster are counted in a note, and what is wrong with those rows is no problem.
// So is a row whose number cannot be read.
//
// # License feeds
//
// A row for each license with its lines in one value, or a row for each license
// and line, as registries have them. Agents who are unknown are counted likewise.
//
//	npn, state, number
//	class        "Producer": optional
//	residency    R, Y or resident; NR, N or nonresident
//	status       active, A, Y, current; inactive, I, N, expired, lapsed, suspended, revoked and their like
//	effective    the first day; optional
//	expiry       the last day (R35); perpetual if it is empty, NULL, perpetual, none, never, or in 2999 or 9999 (R21)
//	lines        Health:active:2022-01-01; Life:inactive
//	line         Health
//	line_status  as status; active if it is empty
//	line_issued  the day it was granted; with the license if it is empty
//
// A line counts as health if its name is made of the words of such names
// (accident, health, sickness, life, medical, HMO, variable, annuity and their
// like), with health or sickness among them: Health, Accident & Health, Accident
// and Health or Sickness, Life and Health, Life/Accident/Health/HMO. A&H and L&H
// count. Credit, travel and limited lines do not, nor does Disability, which in
// some states is health: [Options.HealthLines] adds names, and a note tells of
// every name that looks like one and does not count.
//
// A first day that is not told is the one on record, or else the earliest day of
// its lines, or else long ago. A license is named by state and number; if a state
// gave several classes one number, they are one license here, and a class without
// a health line says nothing of it. Rows that contradict one another are a
// problem.
//
// # Cost
//
// Measured on two cores of a virtual machine, while others used it too: reading
// takes 1 to 3 µs for a row, comparing an agent with a registration, a license or
// none takes 8 µs if nothing changes and 26 µs if the agent is new. The rows of
// 100,000 agents, a license and a registration each, take 90 MB, and a plan for
// all of them, new, 130 MB. A desk on a log of files records 100,000 new agents,
// of ten events each, in 7 to 16 seconds if 64 callers apply the plan, and in one
// to three minutes if one does.
package feed
