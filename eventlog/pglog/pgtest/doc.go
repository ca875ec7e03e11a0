// Package pgtest starts a PostgreSQL for tests from the programs that Debian's
// package postgresql installs, 15 or newer, and breaks it on purpose.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
//
//	func TestLog(t *testing.T) {
//		pool := pgtest.Shared(t).Pool(t) // a database of its own on the one server of these tests
//		…
//	}
//
//	func TestCrash(t *testing.T) {
//		server := pgtest.New(t) // a server of its own, to be killed
//		server.Kill()
//		server.Restart()
//		…
//	}
//
// A server runs as the caller, or, if that is root, as the user postgres or
// nobody. It keeps its files in a directory of its own, listens on a socket in
// there and on nothing else, syncs what it commits, and ends with the process
// that started it. Where none can be had, tests are skipped with a line that says
// how to get one. If the environment has RELEVO_TEST_POSTGRES, the connection
// string of a server where the caller may create databases, Shared is that one,
// and New still starts its own.
//
// [Proxy] stands between a client and a server and cuts or holds what passes.
//
// Only tests import this package.
package pgtest
