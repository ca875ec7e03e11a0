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
//		e, err := book.Decode(stream, kind, at, data)
//		b.Apply(position, at, stream, e)
//	}
//
// The package knows no storage: package referral/engine and package
// referral/audit bring the records.
package book
