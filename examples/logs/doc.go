// Package logs holds recorded logs, byte for byte as a desk wrote them, for
// whoever wants something to replay: the examples, the tests and the tool.
//
//	recording, err := logs.FirstAfternoon()
//	head, err := eventlog.Verify(recording.Records())
//
// [Recording.Keep] puts one into a directory, where package eventlog/filelog
// opens it. A later version of the rulebook must read every recording and reach
// the digest that was written down with it. The command in record makes them, by
// the rules of today: a change in behavior shows as other bytes.
//
// Everybody in the logs is invented; they are agents of package
// examples/roster.
package logs
