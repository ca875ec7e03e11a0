package printed_test

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"testing"

	"github.com/relevo-go/relevo/referral/audit/printed"
)

var picture = flag.Bool("picture", false, "make the picture of README.md anew")

// TestPicture holds the picture of README.md to its size. With -picture it is made: the
// beginning of what relevo report writes of the log that relevo simulate makes.
func TestPicture(t *testing.T) {
	const file, width, height = "report.png", 1280, 1050
	if *picture {
		b := chromium(t)
		b.open(kept(t, pageOf(t, simulated(t, both), &printed.Options{Name: "week"})), width, "light")
		if err := os.WriteFile(file, b.shot(0, width, height), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || shown.Width != width || shown.Height != height || len(data) > 200_000 {
		t.Errorf("%s is %d by %d pixels in %d bytes, %v, want %d by %d in at most 200,000", file, shown.Width, shown.Height, len(data), err, width, height)
	}
}
