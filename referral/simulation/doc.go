// Package simulation makes a log as realistic as a seed allows: agents join,
// consumers ask, people answer fast, slowly or never, and a desk decides, which is
// the engine itself under a clock that jumps from one instant to the next.
//
//	err := simulation.Run(ctx, log, simulation.Options{Agents: 2_000, Referrals: 5_000, Seed: 1})
//
// The same options give the same bytes on every machine and with every version of
// Go, as long as neither the rules nor this package change: chance is drawn in
// integers by [Chance], the clock and the IDs come of [Clock], and ZIPs and time
// zones are those that are embedded. Another seed gives another log. Every event
// goes through the engine's verbs, and what the clock makes due is recorded at its
// instant, as a desk that runs would. It is over when everybody has joined and
// asked, every referral has ended, and all has been said that people will say.
//
// # What happens
//
// Agents join within the first hour, and a few during the days. Each has its
// temper, which says how often and how fast it accepts, declines or lets an offer
// expire: 52, 22 and 26 of a hundred, all in all. They have 4.3 licenses on
// average, by the days of a registry, 1.4 languages, hours in their time zone,
// absences and channels; a few leave something out or hold a license that is good
// for nothing. During the days some gain a license or lose one, choose another
// display, go away, untick a state, switch themselves off or on, learn, move, are
// terminated and reinstated. In the middle a new policy limits open offers and
// asks for new terms, which some accept before, some late and some never.
//
// Consumers ask from an hour after the beginning on, by day and in the evening of
// their time zone, fewer on weekends. Some give a point, some speak two languages,
// and some speak one that no agent does, so that they wait. Some withdraw. The
// agent who accepted calls, by day, and mostly says later what came of it.
//
// With 2,000 agents and 5,000 referrals every kind of event occurs. That log has
// 63,000 records in 28,000 appends and 23 MB, and is made in memory in a second and
// a half: one goroutine makes some 40,000 events a second. A log of files syncs
// every append, which takes half a minute and more, unless it is opened with NoSync: a
// simulation can be made again.
//
// What a simulation keeps in mind grows with the agents and with the referrals of
// the last days, not with the log.
//
// # What it follows, and what is invented
//
// The people of each state are those of the census of 2020. How they spread over
// its ZIPs is no count: a ZIP weighs as much as the number of the state's ZIPs
// within 20 km ([Country]), which is right about cities and country, and wrong
// about any one ZIP. Languages follow the American Community Survey of 2018,
// residents aged five and over; they do not depend on the place, except in Puerto
// Rico. All else, from when people ask to what they answer, is invented: a log of
// this package says how a desk works, and nothing about agents.
//
// Nobody in it exists. Names are "Sample" and a tree, NPNs lie between
// 9,900,000,000 and 9,999,999,999, e-mail is at example.com and telephones are of
// the 555-01 numbers kept for fiction.
package simulation
