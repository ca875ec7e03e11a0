// Package agent is the rulebook of an insurance agent (or broker): what is
// known of one, from its registration, training and licenses to its display
// choice, preferences and hours, and what follows from that.
//
// It is pure: no clock, no randomness, no files. [Decide] turns a [Command]
// into [Event] values or a [*Rejection] that cites the rule against it, and
// [Apply] folds events into an [Agent].
//
//	events, err := agent.Decide(a, agent.ChooseDisplay{Choice: 3})
//	for _, e := range events {
//		a = agent.Apply(a, e)
//	}
//
// What follows from an agent is asked for at an instant, since licenses,
// registrations and hours begin and end by the clock alone:
//
//   - [Agent.Verdict] lists every reason why the agent is not eligible for what
//     a referral needs, each with its rule (B2).
//   - [Agent.Standing] is the same in the form an index holds, with the instant
//     until which it is true.
//   - [Agent.StateChoices] is the preference list (S10–S12).
//   - [Agent.Card] is what a person may see (S4–S8, R28, R32).
//
// # Eligible, and more
//
// An agent takes part once it is registered with Help On Demand, has accepted
// both terms and reviewed its profile (S13), is trained and registered with the
// Marketplace for the moment (S2, R22), has made a display choice other than 4
// (S5–S8, R26), and holds a valid health license in the state (S14, R21), under
// choice 3 at home only (S7). Losing any of these but the terms also ends an
// offer that is open (R7). Unticking a state (S11), going off duty (B1) and
// newly required terms (R19) keep new offers away and let open ones stand.
package agent
