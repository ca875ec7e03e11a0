package filelog

import (
	"iter"
	"runtime"
	"sync"
)

// aside is how much must be read before it is worth goroutines, in bytes.
const aside = 256 << 10

// ahead yields the stretches of a walk in order, verified on all cores while the
// caller deals with those before. When the caller stops, nothing is left behind.
//
// A stretch can be verified without the one before it, since its first line is
// chained to a sum that stands in that one's last line: if that line is not as
// it was sealed, its own stretch finds it, and comes first.
func (w *walk) ahead() iter.Seq[*stretch] {
	return func(yield func(*stretch) bool) {
		workers := runtime.GOMAXPROCS(0)
		inOrder := make(chan *stretch, 2*workers)
		toVerify := make(chan *stretch, cap(inOrder))
		used := make(chan *stretch, cap(inOrder))
		stop := make(chan struct{})
		for range cap(used) {
			used <- &stretch{checked: make(chan struct{}, 1)}
		}
		var all sync.WaitGroup
		defer all.Wait()
		defer close(stop)
		all.Go(func() {
			defer close(inOrder)
			defer close(toVerify)
			for {
				select {
				case <-stop:
					return
				case s := <-used:
					if !w.cut(s) {
						return
					}
					toVerify <- s // as many as there are have room
					inOrder <- s
				}
			}
		})
		for range workers {
			all.Go(func() {
				for s := range toVerify {
					w.verify(s)
					s.checked <- struct{}{}
				}
			})
		}
		for s := range inOrder {
			<-s.checked
			if !yield(s) {
				return
			}
			used <- s
		}
	}
}
