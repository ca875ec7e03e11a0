// Package referral is the rulebook of a referral: one consumer's request for
// help, offered to one agent after the other until somebody accepts.
//
// It is pure. [Decide] turns a [Command] into [Event] values or a [*Rejection]
// that cites the rule against it, [Apply] folds events into a [Referral], and
// [Due] says when the clock next has something to do; nothing here reads a
// clock, a table or a log, so a decision follows from what stands in the log
// alone (R31).
//
//	events, err := referral.Decide(r, referral.Accept{By: npn, At: now})
//	if errors.Is(err, referral.ErrTooLate) {
//		// the 15 minutes are over (S17, R1)
//	}
//	for _, e := range events {
//		r = referral.Apply(r, e)
//	}
//
// # The life of a referral
//
// A request is pending, between two steps, until the first in line is asked:
// then it is offered. An offer ends by acceptance, by a decline, at its
// deadline (the window is half-open, R1), by the holder's loss of eligibility
// (R7), or with the consumer's withdrawal (R24). Passed on, it goes to the next
// in line; with nobody in line it waits (R10) until somebody turns up or giving
// up exhausts it. Accepted, exhausted and withdrawn are its ends.
//
// # The line
//
// Who is in line is judged afresh at every step (R2): [Verdict] lists every
// reason against an agent, and the line is everybody without one, ordered by
// [Place.Compare]: the nearest first, by an integer key (R12, R15), then who
// was not asked for longest, then the lower NPN. [Line] computes it by looking
// at everybody; package referral/engine finds the same first with an index.
package referral
