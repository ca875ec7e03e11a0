// Package eventlog keeps events in one total order and knows nothing of what
// they mean: bytes and order only.
//
// A [Log] is a list of records numbered from 1 without a hole. A writer appends
// entries after the position it has read to; if another was faster, the answer
// is [ErrConflict] and nothing was added. So a decision is recorded only if it
// was made from everything recorded before it, and any store that can compare
// and append can carry a log. [Memory] is one in memory. The durable ones are beside it:
// filelog in files, pglog in PostgreSQL and jetlog in NATS JetStream, the last two for
// several machines and each a module of its own. eventlogtest holds them, and any other,
// to the same promises.
//
//	var log eventlog.Memory
//	records, err := log.Append(ctx, 0, eventlog.Entry{
//		ID: id, Stream: "agent/1234567", Kind: "agent.registered.v1", Time: now, Data: []byte(`{"npn":"1234567"}`),
//	})
//	for record, err := range log.Read(ctx, 0) { … }
//
// # The line
//
// A record has one form, the same bytes in every store: a line of JSON with its
// keys in this order and no space between them.
//
//	{"position":51,"id":"…","time":"2026-11-23T15:04:05.123456789Z","stream":"referral/…","kind":"referral.offered.v1","data":{…},"first":50,"last":52,"sum":"…"}
//
// The time is in UTC with as many fraction digits as needed. The keys first and
// last are the extent of the append the record came in, and stand there only if
// the append has more than one record. The data is any JSON object on one line,
// in valid UTF-8 and without duplicate keys, kept byte for byte; everything
// around it is canonical, and anything else is damage. [Record.AppendLine]
// writes a line and [ParseLine] reads it.
//
// # The chain
//
// The sum of a record is the SHA-256, in hex, of the sum before it (64 zeros
// before the first record) followed by the line without its last 74 bytes,
// which are the sum itself:
//
//	prev=0000000000000000000000000000000000000000000000000000000000000000
//	while read -r line; do
//		body=${line%,\"sum\":*}
//		sum=$(printf '%s%s' "$prev" "$body" | sha256sum | cut -d' ' -f1)
//		[ "$line" = "$body,\"sum\":\"$sum\"}" ] || { echo "bad: $line"; break; }
//		prev=$sum
//	done < log.jsonl
//
// So anyone can check a log with standard tools; [Verify] does it here, and
// [ReadLines] for lines that come through a pipe. The chain shows an edit
// anywhere inside the log. It cannot show that the whole was written anew or that
// appends were cut off its end; only a [Head] kept elsewhere can.
//
// # Stores
//
// An implementation of [Log] seals entries with [Head.SealLines], stores the
// lines, and reads them back through [Head.NextLines], which finds damage. It
// judges an expected position with [Head.Expect]. Run eventlogtest.Run over it.
//
// [Copy] brings a log from one store into another, line by line the same and
// verified on the way, and [WriteLines] exports one as JSON Lines. [Confirm] finds
// out whether a log still has what it had when a head was kept.
package eventlog
