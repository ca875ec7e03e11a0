// Package book is the fold of a whole log: every agent, every referral, the
// policy in force and who was offered what, at one position.
//
// A [Book] is built by applying decoded events in the order of the log.
// [Decode] reads a record's event by its kind and stream, [Book.Apply] folds it
// in, and nothing else ever changes a Book, so that a replay and the engine
// that wrote the log hold the same state (invariant 5); [Book.Digest] is the
// proof. A [Book.Draft] holds what a step adds before it is durable.
//
//	b := book.New()
//	for each record of the log {
//		err := b.Replay(position, at, stream, kind, data)
//	}
//
// # How agents are held
//
// A desk may have a million agents, of whom few change in a day. So an agent is
// packed: one text of about 300 bytes, which is unpacked for whoever asks, in a
// microsecond or two, and costs a little over 400 bytes in all. The last few
// hundred who changed are held as they are, so that events which come one after
// another for one agent, as in an import or a replay, pack it once. An agent's
// load is beside it and needs no unpacking.
//
// # What leaves
//
// A book made by [NewKeeping] lets a referral go some time after it ended, by the
// time of the log, so that a desk which runs for years does not grow with what it
// once did. [Book.Archived] tells what has left from what never was. When a
// referral leaves follows from the log alone, so a book folded at once, through
// drafts, or read in the middle from what was stored, holds the same.
//
// # What is stored
//
// [Book.Still] takes the book as it stands, in some microseconds and while it goes
// on; [Still.Append] turns that into bytes, and [Restore] makes a book of them. A
// stored book and the records after it lead to the book that the whole log leads
// to. The bytes are a cache: they begin with a version and a hash of all types in
// them, and another version of this package refuses them, since a fold of the log
// is always at hand and bytes that are half understood are worse than none.
//
// The package knows no storage: package referral/engine and package
// referral/audit bring the records, and keep the bytes.
package book
