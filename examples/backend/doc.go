// Command backend is a small HTTP service around Relevo: the library as a host
// embeds it, with nothing but the standard library around it. Several engines
// stand behind it, two by default, and any of them serves any request.
//
// It runs on each of the three logs. Which one is the flag -log, and open.go is
// the only file that knows:
//
//	go run . -log /tmp/desk -invented
//	go run . -log 'postgres://desk@localhost/desk' -create -invented
//	go run . -log nats://desk@localhost:4222 -system nats://sys@localhost:4222 -create -invented
//
// With a directory, both engines share the log of files, which has one writer. On
// PostgreSQL and JetStream each engine has a log and connections of its own, so two
// of them in one process are what two machines are; run the command again with
// another -addr, here or elsewhere, and there are four. README.md says how to get
// either server without a container, and what to send.
//
// # What to look at
//
// main.go reads the flags and opens everything. serve.go is the life of the process:
// it stops in an order in which no answer is lost. desk.go opens the engines, keeps
// each going with its Run, and asks its store every second whether it is there.
// server.go lets the engine whose turn it is do what is asked, referrals.go and
// agents.go are the verbs, and problem.go says what each error is to a caller:
// unreadable.go of a body, unrouted.go of a path or method that is not served.
// events.go streams the log. health.go and metrics.go are for whoever runs it, and
// counted.go shows how to stand between an engine and its log.
//
// # What a caller can rely on
//
// What a verb answers with 2xx is in the log. A request is repeated with the same id,
// and then answers as the first time; every other verb is repeated as it is. Every
// answer of a verb, in referrals.go and agents.go, says in Relevo-Position how far the
// engine had read, and a caller that sends this back as Relevo-At-Least sees at least
// that, from whichever engine. Whatever is refused is a problem (RFC 9457), also a path
// or method that is not served. 503 comes with Retry-After, and says to whoever wanted
// something recorded whether it may have been.
//
// # What is the host's
//
// Who may call what: there is no authentication here, so put yours around
// server.routes. A consumer is the host's own key, subject, and never a name or a
// number (R29). What the service logs names routes and engines, and no person.
package main
