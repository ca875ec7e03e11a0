// Command gen writes the file that package zone embeds. It takes the zones from
// lib/time/zoneinfo.zip of a Go distribution and the tzdata version from
// update.bash beside it. From the folder geo/zone:
//
//	go run ./gen -out zones.bin "$(go env GOROOT)/lib/time"
//
// The same distribution gives the same bytes.
package main

import (
	"archive/zip"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// names are the zones in use in US jurisdictions, by the zone.tab of tzdata.
var names = []string{
	"America/New_York", "America/Detroit", "America/Kentucky/Louisville", "America/Kentucky/Monticello",
	"America/Indiana/Indianapolis", "America/Indiana/Vincennes", "America/Indiana/Winamac",
	"America/Indiana/Marengo", "America/Indiana/Petersburg", "America/Indiana/Vevay",
	"America/Chicago", "America/Indiana/Tell_City", "America/Indiana/Knox", "America/Menominee",
	"America/North_Dakota/Center", "America/North_Dakota/New_Salem", "America/North_Dakota/Beulah",
	"America/Denver", "America/Boise", "America/Phoenix", "America/Los_Angeles",
	"America/Anchorage", "America/Juneau", "America/Sitka", "America/Metlakatla", "America/Yakutat",
	"America/Nome", "America/Adak", "Pacific/Honolulu",
	"America/Puerto_Rico", "America/St_Thomas", "Pacific/Guam", "Pacific/Saipan", "Pacific/Pago_Pago",
}

var version = regexp.MustCompile(`(?m)^DATA=(\w+)$`)

func main() {
	out := flag.String("out", "zones.bin", "the `file` to write")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, `usage: gen [-out zones.bin] "$(go env GOROOT)/lib/time"`)
		os.Exit(2)
	}
	if err := run(*out, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes the tzdata version, then each zone: every text with its length
// before it.
func run(out, dir string) error {
	script, err := os.ReadFile(filepath.Join(dir, "update.bash"))
	if err != nil {
		return err
	}
	v := version.FindSubmatch(script)
	if v == nil {
		return fmt.Errorf("update.bash in %s names no tzdata version", dir)
	}
	z, err := zip.OpenReader(filepath.Join(dir, "zoneinfo.zip"))
	if err != nil {
		return err
	}
	defer z.Close()

	b := text(nil, v[1])
	slices.Sort(names)
	for _, name := range names {
		f, err := z.Open(name)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return err
		}
		b = text(text(b, []byte(name)), data)
	}
	fmt.Printf("tzdata %s, %d zones, %d bytes\n", v[1], len(names), len(b))
	return os.WriteFile(out, b, 0o644)
}

func text(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
