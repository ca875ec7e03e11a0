// Package eventlogtest holds any [eventlog.Log] to the interface's promises,
// and makes logs fail on purpose. It imports testing, so only tests import it.
//
// [Run] opens one fresh log per promise and names the promise in every failure:
//
//	func TestLog(t *testing.T) {
//		eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
//			log, err := mylog.Open(t.TempDir())
//			if err != nil {
//				t.Fatal(err)
//			}
//			return log
//		})
//	}
//
// What a store must survive, it has to test by itself: crashes, damage, lost
// connections.
//
// [Faulty] is for those who use a log: it wraps one and, as told, refuses
// appends, leaves their outcome unknown or lets a rival win.
package eventlogtest
