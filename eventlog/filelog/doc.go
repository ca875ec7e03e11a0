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
// tool reads them in order, also while the writer is at work:
//
//	grep -h '"kind":"referral.accepted.v1"' *.jsonl
//	jq -r 'select(.stream=="agent/1234567") | .time' *.jsonl
//
// and so anyone can check the chain with sha256sum, as package eventlog shows,
// from `cat *.jsonl`. Beside the segments stand
//
//   - lock, which names the process that writes;
//   - end, one line with the last position and sum that were durable when the log
//     was last closed or, for a second, idle, and with the SHA-256 of the line
//     before `,"check"`;
//   - at times segment.tmp and end.tmp, which are being made;
//   - what was cut off a torn segment, named <segment>.cut-<offset>.
//
// Other files are left alone. All but the segments can be deleted while nobody
// writes, and the log is the same log: lock and end are made anew.
//
// There is no index beside the log, since every line tells its position: a
// record is found by halving a segment, in a fraction of a millisecond wherever
// it is.
//
// # What it promises
//
// An append is synced before it is answered, and a read shows nothing that is
// not. Any error of writing, syncing, renaming or closing poisons the log: that
// append is [eventlog.ErrUncertain], later ones are [eventlog.ErrPoisoned] with
// the first cause, and reads of what was durable go on. Close it and open it
// again: then the append is there as a whole or not at all.
//
// If the process or the machine died while it wrote, the last append may be
// torn: it was never answered, so it is dropped as a whole, by its extent, and
// its bytes are kept beside the segment. The lines of the last append that
// stayed are written again and synced before they are answered from, because the
// system may show what it never wrote to disk.
//
// A log that is open with ReadOnly changes nothing and ends before the tear;
// [Log.Torn] tells of it. [ReadFile] reads one file, also one that was exported,
// and judges its end in the same way.
//
// Everything else that is not a whole, chained, dense log is damage, and is
// refused with an [eventlog.CorruptError] that names the file, the byte, the
// first position lost and the last good one; nothing is changed and nothing is
// skipped. A bad end of the last segment counts as torn only if the log was not
// noted as durable up to there, if no readable record of a later append follows
// it, at whatever byte, if no later segment does, and if bytes are missing: an
// append whose lines are all there with other letters in them was damaged after
// it was written.
//
// What remains is this. If the process died within a second of its last append,
// damage at the beginning or the end of a line of that append, and bytes of it
// that became zero, look like a crash, and appends cut off the end, whole or
// through one of them, leave no trace. Keep a head elsewhere, if that matters.
//
// With Options.NoSync appends are not synced one by one, but together: when a
// segment ends, when nothing was appended for a second, and when the log is
// closed. What is said above of the machine's death then holds from the last
// sync on only, and only what is synced is noted as durable.
//
// # What is verified when
//
// [Open] verifies all of a log of up to 4 MiB. Of a larger one it verifies the
// end, at least that much of it, and that segments follow one another; what lies
// before is verified by every read that comes to it, and never yielded before it
// is. So opening takes milliseconds at any size. To verify everything, read it:
// [eventlog.Verify] over Read(ctx, 0).
//
// A read from the middle takes the sum of the record before its first one on its
// word; what follows would not fit a word that is wrong.
//
// # Several processes
//
// One [Log] at a time is open for writing; a second is told [ErrLocked] at
// once. Any number may be open with ReadOnly beside it; they need the right to
// read and no other. They find whole appends by looking at the files, so they
// may see one whose sync is still under way; when the machine dies in that
// moment, it may be gone afterwards.
//
// The lock binds those who use this package. Files that something else cuts or
// replaces, as an editor or sed -i does, are not noticed by a writer that is at
// work, but by the next read and the next opening. Copy a log to work on it.
//
// The lock is flock (LockFileEx on Windows). Do not put the directory on a
// network file system: many neither lock nor sync as a local disk does; on Linux
// Options.Logger is told. On Windows the name of a new segment cannot be synced.
//
// # What it costs
//
// An append costs one write and one sync of the disk, and little else: for 64
// records together the chain's sums are some hundredths of the time. On Linux room is reserved ahead of the last segment, up to 4 MiB that du
// counts and ls does not; it is given back when the segment or the log is
// closed. BenchmarkAppend compares with a plain file in the same run.
package filelog
