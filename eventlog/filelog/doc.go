// Package filelog is the durable [eventlog.Log] that needs nothing but a
// directory.
//
//	log, err := filelog.Open("/var/lib/desk", nil)
//	records, err := log.Append(ctx, 0, entry)
//	for record, err := range log.Read(ctx, 0) { … }
//
// # The files
//
// The log is its lines: files named <20-digit first position>.jsonl, directly
// in the directory, with nothing but whole canonical lines in them. Any text
// tool reads them in order:
//
//	grep -h '"kind":"referral.accepted.v1"' *.jsonl
//	jq -r 'select(.stream=="agent/1234567") | .time' *.jsonl
//
// and so anyone can check the chain with sha256sum, as package eventlog shows,
// from `cat *.jsonl`. Beside the segments stand the file lock, which names the
// process that writes, at times segment.tmp, and what was cut off a torn
// segment, named <segment>.cut-<offset>. Other files are left alone.
//
// # What it promises
//
// An append is synced before it is answered, and a read shows nothing that is
// not. Any error of writing, syncing, renaming or closing poisons the log: that
// append is [eventlog.ErrUncertain], later ones are [eventlog.ErrPoisoned], and
// reads of what was durable go on. Close it and open it again: then the append
// is there as a whole or not at all.
//
// Opening reads and verifies every record. If the process or the machine died
// while it wrote, the last append may be torn: it was never answered, so it is
// dropped as a whole, by its extent, and its bytes are kept beside the segment.
// The lines of the last append that stayed are written again and synced,
// because the system may show what it never wrote to disk.
//
// Everything else that is not a whole, chained, dense log is damage, and is
// refused with an [eventlog.CorruptError] that names the file, the byte, the
// first position lost and the last good one; nothing is changed. A bad end of
// the last segment counts as torn only if no readable record of a later append
// follows it, at whatever byte, no later segment does, and bytes are missing: an
// append whose lines are all there with other letters in them was damaged after
// it was written. What remains is this: damage at the beginning or the end of a
// line of the last append looks like a crash, and appends cut off where one
// begins leave no trace. Keep a head elsewhere, if that matters.
//
// # Several processes
//
// One [Log] at a time is open for writing; a second is told [ErrLocked] at
// once. Any number may be open with ReadOnly beside it. They find whole appends
// by looking at the files, so they may see one whose sync is still under way;
// when the machine dies in that moment, it may be gone afterwards.
//
// The lock binds those who use this package. Files that something else cuts or
// replaces, as an editor or sed -i does, are not noticed by a writer that is at
// work, but by the next read and the next opening. Copy a log to work on it.
//
// The lock is flock (LockFileEx on Windows). Do not put the directory on a
// network file system: many neither lock nor sync as a local disk does. On
// Windows the name of a new segment cannot be synced.
package filelog
