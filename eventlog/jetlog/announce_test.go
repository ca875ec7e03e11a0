package jetlog

import "testing"

// TestAnnounce announces more than is looked at: the last one is kept.
func TestAnnounce(t *testing.T) {
	var w watch
	w.init()
	for seq := range uint64(5) {
		w.announce(seq + 1)
	}
	if seq := <-w.news; seq != 5 {
		t.Errorf("message %d is announced, want 5", seq)
	}
}
