// Package engine is the desk: it takes commands, records what follows from them
// in a log, makes the offers, and keeps time.
//
//	eng, err := engine.Open(ctx, log, nil)
//	if err != nil { … }
//	defer eng.Close()
//	go func() { // deadlines, shifts, other engines
//		if err := eng.Run(ctx); ctx.Err() == nil && !errors.Is(err, engine.ErrClosed) {
//			slog.Error("the desk has stopped", "error", err) // its log cannot be used any more
//		}
//	}()
//
//	ref, err := eng.Request(ctx, referral.Request{
//		ID: id, Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"},
//	})
//	ref, err = eng.Accept(ctx, ref.ID, ref.Offer.To)
//	if errors.Is(err, referral.ErrTooLate) {
//		// the 15 minutes are over (S17, R1)
//	}
//
// The rules are in package agent and package referral; the state is a
// [book.Book], the fold of the log and of nothing else (R31). What the engine
// adds is who is first in line, found by an index, and when the clock has
// something to do. Both follow from the book and are made anew by [Open].
//
// # A step
//
// Whoever comes first leads: it takes along every command that waits, and for
// each records first what the clock made due by the command's arrival, then what
// the command makes of the state, then what follows from that: the next offer, a
// rescission (R7), an offer to somebody who waited (R10). All of it is one append.
// Only when that is durable do callers get their answers and readers see the
// new state; an append that fails leaves no trace in memory. So the cost of a
// slow store is shared by all who wait for it. No goroutine is started for this,
// and a step that is too much for one append is recorded in several: every prefix
// of the log is a legal start (invariant 7).
//
// A command is judged by when it arrived, not by when its turn came (R1). A
// context that ends before a command is taken up leaves no trace; after that the
// caller waits for the answer, since the command is in an append with others.
//
// # Time
//
// A record's time is the later of the clock's and the newest record's (R25): a
// clock that is set back makes recorded time stand still. A log whose head is
// ahead of the clock by more than Options.MaxSkew stops commands with
// [ErrClock], which names both instants.
//
// [Engine.Run] waits for the next deadline, shift or end of waiting, and follows
// what other engines write. A program that keeps its own time, a test or a
// simulation, calls [Engine.Tick] instead, with Options.Now as its clock. Without
// either, what is due is recorded when the next command comes: late, and in the
// order in which it fell due, but never wrong. An expiry names the deadline it
// missed, and the next offer starts at its own record's time (R18). Engines on
// one log keep their clocks within Options.MaxSkew of one another.
//
// # A million agents
//
// Agents are found by an index of places (package near), which is told of an
// agent once for each command about it, and of an offer at a part of that. What
// the clock, the plan year and required terms make of agents is followed by
// schedules ([agent.Schedule]), of which a million agents have some hundred: when
// one opens or closes, the index shows or hides whoever has it. Of what is an
// agent's own ([agent.Footing]) only gains have a timer. A loss, such as a license
// that ends, is noticed when the agent is met in line; the offers it holds have
// timers of their own.
//
// Measured with a million agents of 4.3 licenses, 1.4 languages and forty kinds of
// hours, on two cores of a virtual machine (BenchmarkCountry): an agent takes 525
// bytes of heap. At nine in the morning, when 300,000 come on duty, the desk is
// busy for 0.6 ms; at the end of the plan year, when all go and seven in ten come
// again, for 0.7 ms; and when new terms are required for 3 ms. The request behind
// takes 0.1 to 0.4 ms, for the first look at a state counts anew who is on duty. It
// costs more the more different schedules turn at once, about 3 µs for each, and
// the more footings gain at one instant, 5 µs for each.
//
// Requests of 64 callers, each of them two events, are answered 30,000 times a
// second with a million agents and a log in memory, and 50,000 with 3,000. Of that
// time two parts in ten go into finding the first in line and what is known of
// it, three into folding the two events and keeping timers and lists of offers,
// two and a half into sealing the lines and their sums, and one into reading and
// writing the request, in the caller's goroutine. Across all of it two parts in
// ten are first touches of fresh memory: a request leaves 2 kilobytes behind, a
// half of them its lines in the log. One goroutine at a time does all but the
// reading, so a second core helps little.
//
// Opening takes 4 to 5 µs for each event of an agent, so a minute for a million
// agents, and 20 µs for each agent from a snapshot.
//
// # Several engines
//
// Any number of engines may be open on one log, in one process or many; there is
// no leader among them, and every one serves every command. Each append says which
// position it was decided at, so of two that race the log takes one, and the other
// reads what happened and decides again: a conflict costs one read and one more
// append. A refusal, too, is given only by the newest state, which takes one read.
// The log's newest policy binds all of them (R30). Engines that run fire the same
// expiry at the same instant; the log takes it once.
//
// An engine that has just written is the first to know what to write behind, and
// would win again and again. So after a win it lets as many appends of others pass
// as came since the win before, reads each as it comes, and waits for them no longer
// than they should take; one that has met nobody gives up two hundredths of its time
// at the most. Engines that are all busy go round and seldom meet: of three with as
// long a way to the log each gets about a third of it, and a tenth of their appends
// or fewer come too early, a third if they share two cores with the store; one that is
// three times as far away as the nearest gets a sixth. All of that is
// [eventlog.Log.Wait] at work: a store that tells late makes engines wait for one
// another. A log still takes one append after another, with fewer commands in each the
// more engines share them: few engines and many callers on each are fastest.
//
// The records that an engine reads must go on where it stands. It checks the chain
// from its own head to the first record of every read and of every append, and
// after each error of the log that the record at its head is still there: a store
// that was restored from a backup beneath it, or failed over to a copy that lagged,
// is an [eventlog.DivergedError], which names both heads and stops the engine.
//
// # Memory and opening
//
// Every agent stays in memory. A referral leaves it once an event comes that is
// Options.Keep later than the referral's last one, and it has ended by then:
// whatever is asked about it is [ErrArchived] from then on, and a request that
// repeats its ID too, so that no ID is ever given away twice. Its events are in
// the log. Of it stay 8 to 16 bytes: the first 64 bits of its ID's hash. So a new
// ID is taken for an archived one with a chance of one in 2^64 for each that has
// left; choose another then. Engines on one log may keep for different times.
//
// With Options.SnapshotDir, [Engine.Run] writes a snapshot of the state every
// Options.SnapshotEvery events, and [Engine.Snapshot] at any time. It is taken
// between two steps, in some microseconds: pages that the desk changes later are
// copied first, so packing, hashing and writing disturb nobody. The file is
// written under another name, synced and renamed, and then the oldest beyond
// Options.Snapshots are deleted. [Open] takes the newest whose SHA-256 holds,
// whose types are those of this version, which keeps as long as Options.Keep says
// and whose position has the same sum in this log; the rest it reports to
// Options.Logger and passes by. It then reads the log from there: a snapshot and
// the records after it lead to the state that the whole log leads to. The records
// before it are not read and so not verified; [eventlog.Verify] does that.
// Snapshots are a cache: deleting them costs a longer Open and nothing else.
//
// # Errors
//
// A refused command is a [*referral.Rejection] with the number of the rule, and
// added nothing of its own; errors.Is finds [referral.ErrTooLate],
// [agent.ErrUnknown] and the others. [ErrArchived] says that it came too late to
// be judged at all. Any other error is the log's, or [ErrClock], [ErrAway] or
// [ErrClosed]:
//
//   - [eventlog.ErrUncertain]: the command may have been recorded. Repeat it:
//     what took effect is answered as the first time and adds nothing (R23). A
//     request is repeated with the ID of the referral that came with the error.
//     What the engine records next settles the matter. A verb that records nothing,
//     such as Line, may be answered so too, since it waits with others for the log.
//   - [eventlog.ErrTooLarge]: the command is more than the store takes at once.
//     Send its facts in several calls.
//   - [eventlog.ErrCorrupt], [eventlog.ErrLost], [eventlog.ErrDiverged],
//     [eventlog.ErrPoisoned], [eventlog.ErrClosed], or a record that this version
//     cannot read: the log cannot be used. The engine stops: Run returns the error,
//     and every verb answers it from then on, whatever becomes of the store. Look to
//     the store, then open log and engine anew.
//   - [ErrAway]: the log did not answer within Options.Patience, or other engines
//     were first for twice as long. Unless it is ErrUncertain too, nothing was
//     recorded.
//   - Any other: nothing was recorded. Repeat the command when the store is back.
//
// While a store is away every command fails so, at once if the log says so, and
// else after Options.Patience, or about twice that for one that came while another
// waited; nothing is half done. No command is needed to find that the store is
// back: the next one is answered, and Run, which tries every second, goes on.
// Patience is with a log that does not answer; catching up may take as long as it
// takes while records come. It rests on the log's heeding its context.
//
// # Reading
//
// [Engine.Referral], [Engine.Verdict], [Engine.Directory] and [Engine.Digest]
// answer from memory, from what is durable, also while the log is away or the
// engine has stopped. Under several engines they may be behind the log by what Run
// has not yet read, some ten milliseconds if the store tells soon. To read on one
// engine what was written on another, keep the [Engine.Position] that the command
// led to and wait for it with [Engine.AtLeast]. [Engine.Changes] yields the events
// themselves: notices, read models and search indexes follow it, keep the
// position they have dealt with, and see every event at least once.
package engine
