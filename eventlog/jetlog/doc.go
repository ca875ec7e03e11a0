// Package jetlog keeps an event log in a stream of NATS JetStream, so that several
// engines on several machines share one log.
//
//	conn, err := nats.Connect("nats://desk:…@nats1,nats2,nats3", nats.MaxReconnects(-1), nats.ReconnectWait(250*time.Millisecond))
//	js, err := jetstream.New(conn)
//	log, err := jetlog.Open(ctx, js, &jetlog.Options{System: system})
//	eng, err := engine.Open(ctx, log, nil)
//
// The connections stay the host's. With nats.MaxReconnects(-1) they are made again for
// ever; without it they are closed for good after a while, and the log with them. The wait
// between tries is two seconds if nothing is said. The log needs no other option: it
// publishes only while it is connected, and what the client keeps back to send after a
// break is an uncertain append like any other.
//
// # The stream
//
// One stream, one subject, one message per append. A message is the append's lines, each
// with its newline, byte for byte those that any other store holds, so that an append is
// there as a whole or not at all. It is published with the sequence of the last message
// that was seen, and the servers take it only if that is still the last one: message n+1 is
// written by one who knows message n. [Create] makes the stream:
//
//	file storage, 3 replicas, discard new, no limits, deny_delete, deny_purge,
//	no direct gets, and the headers of what is stored announced under <subject>.stored
//
// [Open] refuses one that is set otherwise in a way that could lose, hide or change
// records, naming each setting. While the log is used, it looks again at every
// new connection and every five seconds: max_msgs can be set on a stream at work, and eats
// history. The announcements are hints for Wait; without them it asks ten times a second
// instead of once.
//
// # Durable
//
// By default a server answers before it syncs, and syncs every two minutes. Three replicas
// then survive the end of processes, but not a power cut that hits two of them. A log wants
//
//	jetstream { sync_interval: always }
//
// on every server, and Open refuses to call the stream durable unless it is told so by all
// that hold it (those that are away are asked when they are back). Only the system account
// can ask; so it needs a connection of that account, or Options.Unsynced, which says that
// you know by other means, or bear the risk.
//
// One replica is allowed, for a single machine. It is gone with its disk, and a damaged
// file makes a server hand out a sequence twice. Use 3, on servers of version 2.15 or
// newer. Older ones than 2.12 are refused: every server that holds the stream is asked, but
// with Unsynced only the one that the connection is made to.
//
// # Rights
//
// An engine needs these and no more, for the stream RELEVO and the subject relevo.log:
//
//	{ user: desk, password: "…", permissions: {
//	  publish: [ "relevo.log",
//	    "$JS.API.STREAM.INFO.RELEVO", "$JS.API.STREAM.MSG.GET.RELEVO",
//	    "$JS.API.CONSUMER.CREATE.RELEVO.>", "$JS.API.CONSUMER.MSG.NEXT.RELEVO.>", "$JS.API.CONSUMER.DELETE.RELEVO.>" ]
//	  subscribe: [ "_INBOX.>", "relevo.log.stored" ]
//	} }
//
// It can then neither delete nor purge nor change the stream; nobody else should be able to
// publish to relevo.log. Who only reads leaves out "relevo.log" and sets Options.ReadOnly.
// The connection for Options.System can be that of a user of the system account with
//
//	{ user: watch, password: "…", permissions: { publish: [ "$SYS.REQ.SERVER.PING.JSZ" ], subscribe: [ "_INBOX.>" ] } }
//
// # How much at once
//
// A message is at most max_payload of the servers, 1 MiB unless they are told otherwise, or
// max_msg_size of the stream if that is less. An append beyond it is
// [eventlog.ErrTooLarge] before anything is sent; an engine then halves its group. A
// single line beyond it cannot be stored, and neither can Copy bring a larger append here:
// raise max_payload (the servers advise 8 MiB at most).
//
// # When servers fail
//
// A message that a server loses while another takes over is sent again within the same
// call, since the second can never be stored beside the first; so an append goes through
// as soon as there is a leader, most often within a second, and up to ten after a
// machine vanished without a word. If there is no answer for Options.Timeout it is
// [eventlog.ErrUncertain]: append the same again. If nothing could be sent it is a plain
// error. Wait goes on by itself when the servers are back.
//
// The log keeps the position and sum of the last record it answered with. It compares
// them with the stream at every new connection, at every read, and every second while
// somebody waits or appends. If the stream ends before or has another record there, because
// it was restored from a backup, or deleted and made anew, every call answers an
// [eventlog.DivergedError] from then on. An append within that second, on a stream that was
// exchanged for one with as many messages and without a break of the connection, is
// written behind the wrong record; every reader then finds that the chain is broken there.
//
// Reads verify the chain. A replica whose files are damaged may leave out messages or
// change them without an error: then the message is asked of the leader, and only if the
// leader's does not fit either, the read is [eventlog.ErrCorrupt]. Messages that were deleted
// are that as well, and those that the leader counts but cannot read.
//
// # What it costs
//
// An append costs what a publish costs, and little else. Three servers that sync always, in
// one process on two cores with the caller, took 580 appends of one event a second, 17,000
// events a second in groups of 64 and 150,000 in groups of 1000, 0.90 to 0.98 of what the client
// publishes there without guard, chain and check. Syncing is most of it: in turn, at a busier time, one event took 3.9 ms
// synced and 0.6 unsynced, a thousand 33 ms and 15. Each engine more makes conflicts, so that
// two together make less than one alone: eventlog/GROWING.md has the numbers. So run few, for
// safety and not for speed.
//
// A read verifies every record, which takes 0.6 µs of a core, on several cores if there are.
// On those two cores, which the servers need as well, 1.1 to 1.4 million events a second came
// from a log in groups of 64 or 1000, and 200,000 to 280,000 of single events. Of what a consumer
// as the client makes it receives without a look that is 0.4 to 0.6 in groups of 64, 0.4 to 1 in
// groups of 1000, and all of it for single events. BenchmarkAppend, BenchmarkRead and
// BenchmarkEngines measure it anew.
//
// # Out of it and into it
//
// [eventlog.Copy] brings the log into a directory, where every command of relevo works, and
// back; it resumes where it was broken off:
//
//	there, err := filelog.Open("/var/lib/desk", nil)
//	head, err := eventlog.Copy(ctx, there, log)
//
// [eventlog.WriteLines] writes it as JSON Lines, which `relevo` reads from a pipe too. To
// restore, make a stream of another name with Create, copy into it, and open the engines
// on it: a stream is never written over.
package jetlog
