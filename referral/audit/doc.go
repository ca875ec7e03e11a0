// Package audit answers what happened, and why, from a log alone: it replays what
// stands there and asks the rules.
//
// Every question takes the records of a log from the first one on, as a store
// yields them, which has checked their chain:
//
//		log, err := filelog.Open(dir, &filelog.Options{ReadOnly: true})
//		found, err := audit.Verify(log.Read(ctx, 0))
//		past, err := audit.AsOf(log.Read(ctx, 0), audit.After(35_999))
//		line, err := past.Line(id)
//
//	  - [Verify] proves a log: order, chain, every event readable and lawful where it
//	    stands, and that it continues what was verified before.
//	  - [AsOf] rebuilds any past state (B3): its counts, its digest, who stood in a
//	    referral's line, and why an agent did or did not (B2).
//	  - [Line] and [Why] ask the same of the moment just before an offer.
//	  - [Compare] tells what changed between two moments.
//	  - [Rematch] judges each recorded offer against its own prefix (B4), under the
//	    policy in force then or another.
//	  - [Measure] counts what happened by state, language and month: endings, times,
//	    distances, how fairly offers are shared, where people are, a referral's story.
//	  - [Filter] selects records, and [Teller] tells them in sentences with their
//	    rules.
//
// One pass over the records answers each question. What is kept meanwhile grows
// with the agents, the referrals that are live and those that ended in the last hour
// of the log's time, not with the records; of each referral that ended earlier, 8 to
// 16 bytes stay. Measure keeps up to 24 more of each, Verify the IDs of those that
// nobody accepted, a Filter by state or language the IDs of those it wants, and
// Compare all that it returns.
//
// Nothing here writes to a log, and nothing reads a clock: the instant that a
// question is judged at is the recorded one, or the one that was asked for.
package audit
