// Package storm is the chaos harness for logs that several machines share: three
// engines under load, each a process of its own, on one store that fails while
// they work. It is for the tests of a log's module:
//
//	func TestMain(m *testing.M) {
//		storm.Main(open) // in a process that is an engine of a storm this does not return
//		os.Exit(m.Run())
//	}
//
//	// open connects to the store. where is whatever tells it where, as text.
//	func open(ctx context.Context, where string) (eventlog.Log, error) { … }
//
//	func TestStorm(t *testing.T) {
//		storm.Run(t, storm.Storm{Where: where, Open: open, Faults: []storm.Fault{
//			{Name: "the server is killed", Strike: func(*rand.Rand) (func() error, error) {
//				return server.Start, server.Kill()
//			}},
//		}})
//	}
//
// # What happens
//
// 32 callers register agents, change facts about them, ask for help, accept,
// decline, withdraw and contact, spread over the engines but about the same
// referrals. A command that fails with an error of the store is repeated until it
// is answered. Offers stay open for a second, so expiries come all the time, and
// every engine that runs fires them. In each round of two seconds engines are
// killed with SIGKILL and started again, and one fault strikes and is mended. The
// first engine is never killed: it lives through everything.
//
// # What must hold
//
// After each round: every living engine answers again within [Storm.Resume] of the
// mending; what is new in the log goes on with its chain; every record is lawful in the eyes of
// [referraltest.Twin], who looks at everybody, so that no referral ever has two
// open offers or two holders and no offer ends twice; every acknowledged
// command's event is there exactly once, and the record that was the newest when
// it was acknowledged is still in its place. Every few rounds the log is read from
// its beginning, and what was read before has the same sums. At the end the
// engines stop gracefully, and the engine that lived through it, a fresh one and the fold of
// the log have one state.
//
// The seed says what callers do and what strikes when. How far anybody has come by
// then is the machines' to say, so a seed repeats a storm and not its log.
package storm
