// Package jettest starts NATS servers with JetStream inside the test: one, or a
// cluster on ports of 127.0.0.1 that stay the same when a node is stopped and
// brought back. It imports testing and the whole server, so only tests import it.
//
//	cluster := jettest.Start(t, 3)
//	js, err := jetstream.New(cluster.Connect(t))
//	…
//	cluster.Stop(cluster.Leader("RELEVO"))
//
// The nodes sync always, as a log needs it. There are two accounts: RELEVO, whose
// user [Cluster.Connect] and [Cluster.URL] use, and SYS, the system account, for
// [Cluster.System].
//
// A node that is stopped hands over what it leads and closes its files: that is
// how a server in the same process ends. [Proxy] cuts connections without a word.
package jettest
